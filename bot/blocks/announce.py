"""Posts that a whole channel reads. The one rule: who did what, in which kind of run, in one line."""

from __future__ import annotations

from bot.blocks import parts
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, join, phrase, user
from bot.blocks.values import RunbookValue, encode, seen_runbook
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


def unlinked(name: Text, user_id: str) -> Message:
    """A channel was unlinked from the runbook of this name."""
    line = phrase("✂️ {who} unlinked this channel from {name}.", who=user(user_id), name=bold(name, 120))
    return message([parts.section(line)])
