"""Pause, resume, cancel, and the RAG status. The one rule: linked channels read who did it and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bot.actions import Result, ResultKind, RunbookActions, SecondPerson
from bot.blocks import modals, say
from bot.blocks.forms import StageForm, StatusForm
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message, View
from bot.blocks.text import Mrkdwn, channel, join, phrase, user, when
from bot.blocks.values import RunbookMeta, RunbookValue, StageMeta, decode, seen_runbook
from bot.cutover import CutoverClient
from bot.errors import BadInput
from bot.model import Rag, Runbook
from bot.model.hearing import Kind
from bot.slack.answer import Answer
from bot.store import Link, Links
from bot.watch.quiet import is_quiet
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.cards import Cards
from handlers.forms import again, show_form
from handlers.routes import Routes
from handlers.second import is_cancel_asked_first
from handlers.targets import Targets

routes = Routes()
_NOBODY = "No channel hears of it now."
Turn = Literal["pause", "resume", "cancel"]
_TITLES: dict[Turn, str] = {"pause": "Pause runbook", "resume": "Resume runbook", "cancel": "Cancel runbook"}
_DONE: dict[Turn, str] = {"pause": "paused", "resume": "resumed", "cancel": "canceled"}
_STATE: dict[Turn, str] = {"pause": "paused", "resume": "running", "cancel": "canceled"}
_PRESSED: dict[ActionId, Turn] = {
    ActionId.RUNBOOK_PAUSE: "pause",
    ActionId.RUNBOOK_RESUME: "resume",
    ActionId.RUNBOOK_CANCEL: "cancel",
}


@routes.command("runbook", "pause", "[runbook]")
async def pause_runbook(ask: Ask, answer: Answer, targets: Targets, runbooks: RunbookActions) -> None:
    """Pause a run, with the reason."""
    await _ask_turn(ask, answer, targets, runbooks, "pause")


@routes.command("runbook", "resume", "[runbook]")
async def resume_runbook(ask: Ask, answer: Answer, targets: Targets, runbooks: RunbookActions) -> None:
    """Go on with a paused run."""
    await _ask_turn(ask, answer, targets, runbooks, "resume")


@routes.command("runbook", "cancel", "[runbook]")
async def cancel_runbook(ask: Ask, answer: Answer, targets: Targets, runbooks: RunbookActions) -> None:
    """Cancel a run for good; asks for the runbook's name."""
    await _ask_turn(ask, answer, targets, runbooks, "cancel")


async def _ask_turn(ask: Ask, answer: Answer, targets: Targets, runbooks: RunbookActions, turn: Turn) -> None:
    words = grammar.unquoted(ask.words)
    known = "" if words else targets.runbook_id(ask, "")
    button = next(action for action, pressed in _PRESSED.items() if pressed == turn)

    async def form() -> View:
        return await _form(ask, runbooks, await targets.runbook(ask, words), turn)

    await show_form(answer, _TITLES[turn], form(), again(button, known))


@routes.action(ActionId.RUNBOOK_PAUSE, ActionId.RUNBOOK_RESUME, ActionId.RUNBOOK_CANCEL)
async def press_turn(ask: Ask, answer: Answer, client: CutoverClient, runbooks: RunbookActions) -> None:
    value, button = ask.value(RunbookValue), ActionId(ask.delivery.name)
    turn = _PRESSED[button]

    async def form() -> View:
        return await _form(ask, runbooks, await client.get_runbook(value.r), turn)

    await show_form(answer, _TITLES[turn], form(), (button, value))


async def _form(ask: Ask, runbooks: RunbookActions, runbook: Runbook, turn: Turn) -> View:
    reached = await runbooks.check_turn(ask.wish, runbook, turn)
    if reached is not None:
        return modals.notice(_TITLES[turn], say.note(_already(ask, reached, turn)))
    meta = StageMeta(r=runbook.id, seen=seen_runbook(runbook), action=turn, channel=ask.channel_id)
    return modals.stage(runbook, turn, meta=meta)


def _already(ask: Ask, result: Result[Runbook], turn: Turn) -> Mrkdwn:
    if result.by is None:
        return phrase("ℹ️ This runbook is {state} already. Nothing was sent.", state=_STATE[turn])
    who = "you" if result.by.user_id == ask.user_id else user(result.by.user_id)
    at = when(result.by.at)
    return phrase("ℹ️ Already {done} by {who} at {at}. Nothing was sent.", done=_DONE[turn], who=who, at=at)


def _read_turn(view: Mapping[str, Any]) -> Any:
    return modals.read_stage(state_of(view), decode(StageMeta, str(view.get("private_metadata", ""))).name)


@routes.submit(ViewId.STAGE, _read_turn)
async def submit_turn(
    ask: Ask, answer: Answer, form: StageForm, runbooks: RunbookActions, cards: Cards, second: SecondPerson
) -> None:
    meta = ask.meta(StageMeta)
    if meta.action == "cancel" and await is_cancel_asked_first(ask, answer, meta.r, form, second):
        return
    result = await runbooks.turn(ask.wish, meta.r, meta.action, form)
    if result.kind is not ResultKind.DONE:
        note = _already(ask, result, meta.action)
    else:
        note = phrase("✅ You {done} this run.", done=_DONE[meta.action])
    await answer.say(await cards.runbook(result.value, note))


@routes.command("runbook", "status", "[off | red | amber | green] [message]")
async def set_status(
    ask: Ask,
    answer: Answer,
    targets: Targets,
    client: CutoverClient,
    runbooks: RunbookActions,
    links: Links,
) -> None:
    """Set the RAG status of the linked runbook, with its reason."""
    typed, message = grammar.split_target(ask.words)
    colour = typed.casefold()
    if colour and colour not in tuple(Rag):
        near = grammar.closest(colour, tuple(Rag))
        raise BadInput(
            "That is no RAG status.", f"Did you mean `{near}`?" if near else "One of: green, amber, red, off."
        )
    runbook_id = targets.runbook_id(ask, ask.words)
    if not colour:
        form = _status_form(ask, client, runbook_id)
        await show_form(answer, "Runbook status", form, again(ActionId.RUNBOOK_STATUS, runbook_id))
        return
    wanted = StatusForm(colour, grammar.plain_text(message))
    await answer.say(await _save_status(ask, runbooks, links, runbook_id, wanted))


@routes.action(ActionId.RUNBOOK_STATUS)
async def press_status(ask: Ask, answer: Answer, client: CutoverClient) -> None:
    value = ask.value(RunbookValue)
    await show_form(
        answer, "Runbook status", _status_form(ask, client, value.r), again(ActionId.RUNBOOK_STATUS, value.r)
    )


async def _status_form(ask: Ask, client: CutoverClient, runbook_id: str) -> View:
    runbook = await client.get_runbook(runbook_id)
    return modals.status(runbook, meta=RunbookMeta(r=runbook.id, seen=seen_runbook(runbook), channel=ask.channel_id))


@routes.submit(ViewId.STATUS, lambda view: modals.read_status(state_of(view)))
async def submit_status(ask: Ask, answer: Answer, form: StatusForm, runbooks: RunbookActions, links: Links) -> None:
    await answer.say(await _save_status(ask, runbooks, links, ask.meta(RunbookMeta).r, form))


async def _save_status(ask: Ask, runbooks: RunbookActions, links: Links, runbook_id: str, form: StatusForm) -> Message:
    """The channels read who set it and why; the answer says which channels, and has no second button beside theirs."""
    result = await runbooks.set_status(ask.wish, runbook_id, form.status, form.message.raw)
    book = result.value
    told = [link.channel_id for link in links.channels(runbook_id) if _is_told(link, book, ask)]
    said = phrase("{name} is {status} now.", name=book.name, status=book.status)
    hint = phrase("Told in {channels}.", channels=join(", ", [channel(one) for one in told])) if told else _NOBODY
    return say.done(said, hint=hint, buttons=() if ask.channel_id in told else say.runbook_buttons(book))


def _is_told(link: Link, book: Runbook, ask: Ask) -> bool:
    """Whether this channel hears of status changes at this hour."""
    quiet = is_quiet(link.hearing, book.timezone, ask.now) and book.status != Rag.RED
    return Kind.RUNBOOK in link.hearing.kinds and not quiet
