"""Posts that a whole channel reads. The one rule: who did what, in which kind of run, in one line."""

from __future__ import annotations

from datetime import datetime

from bot.blocks import parts, words
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, join, literal_lines, phrase, user, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Runbook, RunbookStage, Text

_STAGES = {
    RunbookStage.ACTIVE: "▶️ {who} resumed {name}",
    RunbookStage.PAUSED: "⏸️ {who} paused {name}",
    RunbookStage.CANCELED: "⏹️ {who} canceled {name}",
    RunbookStage.COMPLETE: "🏁 {name} is complete",
}


def _post(runbook: Runbook, line: Mrkdwn, *more: Mrkdwn | None) -> Message:
    return message([parts.section(join("\n", [line, *more])), parts.actions(*runbook_buttons(runbook))])


def runbook_buttons(runbook: Runbook) -> tuple[parts.Element, ...]:
    """What to do after a word about a runbook: see its card, or what can start."""
    value = encode(RunbookValue(r=runbook.id, seen=seen_runbook(runbook)))
    buttons = [parts.button("Show runbook", ActionId.RUNBOOK_SHOW, value)]
    if runbook.is_running:
        buttons.append(parts.button("What can start", ActionId.RUNBOOK_NEXT, value))
    return tuple(buttons)


def announcement_started(runbook: Runbook, user_id: str, run_type: str, now: datetime) -> Message:
    """A run began. `run_type` is said first: live and rehearsal must not be mixed up."""
    line = phrase(
        "{kind} · {who} started {name} at {at}",
        kind=words.run_type(run_type) or Mrkdwn("Run"),
        who=user(user_id),
        name=bold(runbook.name, 120),
        at=when(now, now),
    )
    return _post(runbook, line)


def stage_changed(runbook: Runbook, user_id: str, now: datetime, why: Text | None = None) -> Message:
    """Paused, resumed, canceled or complete: `runbook` is as it is now; `why` what the person said."""
    template = _STAGES.get(RunbookStage(runbook.stage)) if runbook.stage in tuple(RunbookStage) else None
    line = phrase(
        (template or "{who} moved {name} to {stage}") + " at {at}",
        who=user(user_id),
        name=bold(runbook.name, 120),
        stage=words.runbook_state(runbook),
        at=when(now, now),
    )
    return _post(runbook, join(" · ", [words.run_type(runbook.run_type), line]), _why(why))


def status_changed(runbook: Runbook, user_id: str, now: datetime) -> Message:
    """The runbook's RAG status and its reason, as they are now."""
    line = phrase(
        "{rag} · {who} set the status of {name} at {at}",
        rag=words.rag(runbook.status),
        who=user(user_id),
        name=bold(runbook.name, 120),
        at=when(now, now),
    )
    return _post(runbook, line, _why(runbook.status_message))


def _why(why: Text | None) -> Mrkdwn | None:
    return phrase("💬 {why}", why=literal_lines(why, 600)) if why else None


def linked(runbook: Runbook, user_id: str) -> Message:
    """A channel was linked."""
    line = phrase("🔗 {who} linked this channel to {name}.", who=user(user_id), name=bold(runbook.name, 120))
    return _post(runbook, line, Mrkdwn("Commands here need no runbook name now."))


def unlinked(name: Text, user_id: str) -> Message:
    """A channel was unlinked from the runbook of this name."""
    line = phrase("✂️ {who} unlinked this channel from {name}.", who=user(user_id), name=bold(name, 120))
    return message([parts.section(line)])
