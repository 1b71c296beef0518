"""Start a run. The one rule: rehearsal is preset, and what Cutover finds wrong is listed before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions import Result, ResultKind, RunbookActions, SecondPerson
from bot.blocks import modals, say
from bot.blocks.forms import StartForm, typed_name
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message, View
from bot.blocks.text import Mrkdwn, phrase, user, when
from bot.blocks.values import RunbookValue, StartMeta, decode, seen_runbook
from bot.cutover import CutoverClient, explain, severity
from bot.errors import Refused
from bot.identity import Policy, Right
from bot.model import Runbook
from bot.slack.answer import Answer
from bot.store import Links
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.cards import Cards
from handlers.forms import again, show_form
from handlers.routes import Routes
from handlers.second import is_start_asked_first
from handlers.targets import Targets

routes = Routes()
_TITLE = "Start runbook"
_NOTHING = "Nothing was sent."


@routes.command("runbook", "start", "[runbook]")
async def start_runbook(ask: Ask, answer: Answer, targets: Targets, policy: Policy, runbooks: RunbookActions) -> None:
    """Start a run: rehearsal or live, with all options; what stands in the way is listed."""
    words = grammar.unquoted(ask.words)
    known = "" if words else targets.runbook_id(ask, "")

    async def form() -> View:
        return await _form(ask, policy, runbooks, await targets.runbook(ask, words))

    await show_form(answer, _TITLE, form(), again(ActionId.RUNBOOK_START, known))


@routes.action(ActionId.RUNBOOK_START)
async def press_start(
    ask: Ask, answer: Answer, client: CutoverClient, policy: Policy, runbooks: RunbookActions
) -> None:
    value = ask.value(RunbookValue)

    async def form() -> View:
        return await _form(ask, policy, runbooks, await client.get_runbook(value.r))

    await show_form(answer, _TITLE, form(), (ActionId.RUNBOOK_START, value))


async def _form(ask: Ask, policy: Policy, runbooks: RunbookActions, runbook: Runbook) -> View:
    running = await runbooks.check_start(runbook)
    if running is not None:
        return modals.notice(_TITLE, _running_already(ask, running))
    meta = StartMeta(r=runbook.id, seen=seen_runbook(runbook), name=typed_name(runbook.name), channel=ask.channel_id)
    return modals.start_runbook(runbook, allow_live=await _may_live(ask, policy), meta=meta)


async def _may_live(ask: Ask, policy: Policy) -> bool:
    return await policy.allows(ask.wish.actor, Right.RUN_LIVE, ask.channel_id)


def _running_already(ask: Ask, result: Result[Runbook]) -> Message:
    name, state = result.value.name, "running" if result.value.is_running else "under way"
    who, at = Mrkdwn("in Cutover"), result.value.start_actual
    if result.by is not None:
        who = Mrkdwn("by you") if result.by.user_id == ask.user_id else phrase("by {who}", who=user(result.by.user_id))
        at = result.by.at
    by = phrase("started {who} at {at}", who=who, at=when(at)) if at else phrase("started {who}", who=who)
    return say.note(phrase("ℹ️ {name} is {state} already, {by}.", name=name, state=state, by=by), _NOTHING)


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
    policy: Policy,
    cards: Cards,
    second: SecondPerson,
) -> None:
    meta = ask.meta(StartMeta)
    if await is_start_asked_first(ask, answer, meta.r, form, second):
        return
    try:
        result = await runbooks.start(ask.wish, meta.r, form)
    except Refused as refusal:
        await _refused(ask, answer, form, refusal, await client.get_runbook(meta.r), policy)
        return
    if result.kind is not ResultKind.DONE:
        await answer.show(modals.notice(_TITLE, _running_already(ask, result)))
        return
    cards.forget(meta.r)
    await _tell(ask, answer, links, result.value)


async def _tell(ask: Ask, answer: Answer, links: Links, started: Runbook) -> None:
    """The modal, and the person where theirs is no linked channel; those are told by the watch."""
    linked = links.channels(started.id)
    told = "{name} is running. Linked channels are told." if linked else "{name} is running."
    await answer.show(modals.notice(_TITLE, say.done(phrase(told, name=started.name))))
    if all(link.channel_id != ask.channel_id for link in linked):
        await answer.say(
            say.done(phrase("{name} is running.", name=started.name), buttons=say.runbook_buttons(started))
        )


async def _refused(
    ask: Ask, answer: Answer, form: StartForm, refusal: Refused, runbook: Runbook, policy: Policy
) -> None:
    """The form once more, as it was chosen, with the findings on top; they are not lost with a closed modal."""
    why = say.error(refusal)
    if refusal.findings:
        why = modals.findings_message(runbook, refusal.findings, explain, severity)
    view = modals.start_runbook(
        runbook,
        allow_live=await _may_live(ask, policy),
        meta=ask.meta(StartMeta),
        findings=why.blocks,
        preset=form,
    )
    if not await answer.show(view):
        await answer.say(why)
