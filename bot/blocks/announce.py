"""Posts that a whole channel reads. The one rule: who did what, in which kind of run, in one line."""

from __future__ import annotations

from bot.blocks import parts
from bot.blocks.forms import StageForm, StartForm
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, join, literal, phrase, user
from bot.blocks.values import ConfirmValue, RunbookValue, encode, seen_runbook
from bot.model import Runbook, Text


def _post(runbook: Runbook, line: Mrkdwn, *more: Mrkdwn | None) -> Message:
    return message([parts.section(join("\n", [line, *more])), parts.actions(*runbook_buttons(runbook))])


def runbook_buttons(runbook: Runbook) -> tuple[parts.Element, ...]:
    """What to do after a word about a runbook: see its card, or what can start."""
    value = encode(RunbookValue(r=runbook.id, seen=seen_runbook(runbook)))
    buttons = [parts.button("Show runbook", ActionId.RUNBOOK_SHOW, value)]
    if runbook.is_running:
        buttons.append(parts.button("What can start", ActionId.RUNBOOK_NEXT, value))
    return tuple(buttons)


def linked(runbook: Runbook, user_id: str) -> Message:
    """A channel was linked."""
    line = phrase("🔗 {who} linked this channel to {name}.", who=user(user_id), name=bold(runbook.name, 120))
    return _post(runbook, line, Mrkdwn("Commands here need no runbook name now."))


def asked_live(runbook: Runbook, form: StartForm, intent_id: str, user_id: str) -> Message:
    """A live run was asked for; whoever may start it presses the button, but not who asked."""
    line = phrase("🔴 {who} asks for a *live* run of {name}.", who=user(user_id), name=bold(runbook.name, 120))
    told = "Somebody else has to start it, within a quarter of an hour. Comms: {comms}; validation: {level}."
    value = encode(ConfirmValue(r=runbook.id, i=intent_id))
    sure = parts.confirm("Start a LIVE run?", runbook.name, "Start live", danger=True)
    start = parts.button("Start live run", ActionId.RUNBOOK_CONFIRM, value, style="danger", confirm=sure)
    note = phrase(told, comms=form.comms, level=form.validation_level)
    return message([parts.section(join("\n", [line, note])), parts.actions(start)])


def asked_cancel(runbook: Runbook, form: StageForm, intent_id: str, user_id: str) -> Message:
    """Cancelling a live run was asked for; whoever may do it presses the button, but not who asked."""
    line = phrase("🔴 {who} asks to *cancel* the live run of {name}.", who=user(user_id), name=bold(runbook.name, 120))
    reason = [phrase("Reason: {reason}", reason=Mrkdwn(literal(form.message, 300)))] if form.message.raw.strip() else []
    note = Mrkdwn("Somebody else has to cancel it, within a quarter of an hour. It cannot be taken up again.")
    value = encode(ConfirmValue(r=runbook.id, i=intent_id))
    sure = parts.confirm("Cancel the LIVE run?", runbook.name, "Cancel the run", danger=True)
    press = parts.button("Cancel live run", ActionId.RUNBOOK_CONFIRM, value, style="danger", confirm=sure)
    return message([parts.section(join("\n", [line, *reason, note])), parts.actions(press)])


def canceled_by_two(runbook: Runbook, asked_by: str, canceled_by: str) -> Message:
    """What stands in its place once it was canceled."""
    told = "🔴 {who} canceled the *live* run of {name}, as {other} asked."
    return _post(runbook, phrase(told, who=user(canceled_by), name=bold(runbook.name, 120), other=user(asked_by)))


def started_by_two(runbook: Runbook, asked_by: str, started_by: str) -> Message:
    """What stands in its place once it was started."""
    told = "🔴 {who} started the *live* run of {name} that {other} asked for."
    return _post(runbook, phrase(told, who=user(started_by), name=bold(runbook.name, 120), other=user(asked_by)))


def unlinked(name: Text, user_id: str) -> Message:
    """A channel was unlinked from the runbook of this name."""
    line = phrase("✂️ {who} unlinked this channel from {name}.", who=user(user_id), name=bold(name, 120))
    return message([parts.section(line)])
