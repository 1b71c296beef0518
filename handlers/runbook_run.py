"""Start a run. The one rule: rehearsal is preset, and what Cutover finds wrong is listed before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions import Result, ResultKind, RunbookActions
from bot.blocks import announce, modals, say
from bot.blocks.forms import StartForm, typed_name
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import View
from bot.blocks.text import phrase, user, when
from bot.blocks.values import RunbookValue, StartMeta, decode, seen_runbook
from bot.cutover import CutoverClient, explain, severity
from bot.errors import Refused
from bot.identity import Policy
from bot.journal import Journal
from bot.model import Runbook, RunbookStage
from bot.outbox import Outbox
from bot.slack.answer import Answer
from bot.store import Links
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.forms import show_form
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()
_TITLE = "Start runbook"


@routes.command("runbook", "start", "[runbook]")
async def start_runbook(ask: Ask, answer: Answer, targets: Targets, policy: Policy, journal: Journal) -> None:
    """Start a run: rehearsal or live, with all options; what stands in the way is listed."""
    words = grammar.unquoted(ask.words)
    if not words:
        targets.runbook_id(ask, "")

    async def form() -> View:
        return await _form(ask, policy, journal, await targets.runbook(ask, words))

    await show_form(answer, _TITLE, form())


@routes.action(ActionId.RUNBOOK_START)
async def press_start(ask: Ask, answer: Answer, client: CutoverClient, policy: Policy, journal: Journal) -> None:
    value = ask.value(RunbookValue)

    async def form() -> View:
        return await _form(ask, policy, journal, await client.get_runbook(value.r))

    await show_form(answer, _TITLE, form(), (ActionId.RUNBOOK_START, value))


async def _form(ask: Ask, policy: Policy, journal: Journal, runbook: Runbook) -> View:
    if runbook.stage in (RunbookStage.ACTIVE, RunbookStage.PAUSED):
        return modals.notice(_TITLE, await _running_already(journal, runbook))
    meta = StartMeta(r=runbook.id, seen=seen_runbook(runbook), name=typed_name(runbook.name), channel=ask.channel_id)
    return modals.start_runbook(runbook, allow_live=policy.is_operator(ask.user_id), meta=meta)


async def _running_already(journal: Journal, runbook: Runbook) -> Any:
    last = await journal.last(runbook.id, "", ("runbook.start",))
    if last is None or runbook.start_actual is None:
        return say.note(phrase("ℹ️ {name} is running already. Nothing was sent.", name=runbook.name))
    who, at = user(last[0].user_id), when(runbook.start_actual)
    return say.note(phrase("ℹ️ {name} is running already, started by {who} at {at}.", name=runbook.name, who=who, at=at))


def _read(view: Mapping[str, Any]) -> Any:
    return modals.read_start(state_of(view), decode(StartMeta, str(view.get("private_metadata", ""))).name)


@routes.submit(ViewId.START_RUNBOOK, _read, then=_TITLE)
async def submit_start(
    ask: Ask,
    answer: Answer,
    form: StartForm,
    client: CutoverClient,
    runbooks: RunbookActions,
    links: Links,
    outbox: Outbox,
    policy: Policy,
) -> None:
    meta = ask.meta(StartMeta)
    try:
        result = await runbooks.start(ask.wish, meta.r, form)
    except Refused as refusal:
        runbook = await client.get_runbook(meta.r)
        found = modals.findings_blocks(runbook, refusal.findings, explain, severity)
        allowed = policy.is_operator(ask.user_id)
        await answer.show(modals.start_runbook(runbook, allow_live=allowed, meta=meta, findings=found, preset=form))
        return
    await answer.show(modals.notice(_TITLE, _told(result)))
    if result.kind is ResultKind.DONE:
        post = announce.announcement_started(result.value, ask.user_id, form.run_type, ask.now)
        for link in links.channels(meta.r):
            await outbox.put(f"started:{ask.wish.once}:{link.channel_id}", link.channel_id, post)
        if all(link.channel_id != ask.channel_id for link in links.channels(meta.r)):
            await answer.say(
                say.done(phrase("{name} is running.", name=result.value.name), buttons=_next(result.value))
            )


def _next(runbook: Runbook) -> Any:
    return say.runbook_buttons(runbook)


def _told(result: Result[Runbook]) -> Any:
    name = result.value.name
    if result.kind is ResultKind.DONE:
        return say.done(phrase("{name} is running. Linked channels are told.", name=name))
    if result.by is None:
        return say.note(phrase("ℹ️ {name} was started already, in Cutover. Nothing was sent.", name=name))
    who, at = user(result.by.user_id), when(result.by.at)
    return say.note(
        phrase("ℹ️ {name} was started already by {who} at {at}. Nothing was sent.", name=name, who=who, at=at)
    )
