"""The words and signs for states. The one rule: a sign never stands without its word, and an unknown word is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.blocks.text import Mrkdwn, duration, join, literal, phrase, when
from bot.model import Completion, Rag, Ref, Runbook, RunbookStage, RunType, StartRule, Task, TaskStage, Text

_TASK: dict[str, str] = {
    TaskStage.WAITING: "⏳ Waiting",
    TaskStage.STARTABLE: "🟢 Can start",
    TaskStage.IN_PROGRESS: "▶️ Running",
    TaskStage.COMPLETE: "✅ Done",
}
_ENDED: dict[str, str] = {
    Completion.SKIPPED: "⏭️ Skipped",
    Completion.ABANDONED: "🚫 Abandoned",
    Completion.AUTO: "✅ Done by itself",
}
_RUNBOOK: dict[str, str] = {
    RunbookStage.PLANNING: "📝 Planning",
    RunbookStage.ACTIVE: "▶️ Running",
    RunbookStage.PAUSED: "⏸️ Paused",
    RunbookStage.CANCELED: "⏹️ Canceled",
    RunbookStage.COMPLETE: "🏁 Complete",
}
_RAG: dict[str, str] = {Rag.RED: "🟥 Red", Rag.AMBER: "🟧 Amber", Rag.GREEN: "🟩 Green", Rag.OFF: "⬜ No status"}


DECIDES = Mrkdwn("🛤️ decides the end")
"""Beside a task on the critical path."""


def task_word(task: Task) -> str:
    """`▶️ Running` for plain_text; a complete task says how it ended. Not escaped."""
    if task.is_complete and task.completion_type in _ENDED:
        return _ENDED[task.completion_type]
    return _word(_TASK, task.stage)


def task_state(task: Task) -> Mrkdwn:
    """`task_word` for mrkdwn."""
    return literal(task_word(task), 60)


def runbook_word(runbook: Runbook) -> str:
    """The same for a runbook."""
    return _word(_RUNBOOK, runbook.stage)


def runbook_state(runbook: Runbook) -> Mrkdwn:
    """`runbook_word` for mrkdwn."""
    return literal(runbook_word(runbook), 60)


def rag_word(status: str) -> str:
    """`🟧 Amber` for plain_text. Not escaped."""
    return _word(_RAG, status)


def rag(status: str) -> Mrkdwn:
    """`rag_word` for mrkdwn."""
    return literal(rag_word(status), 60)


def _word(known: Mapping[str, str], word: str) -> str:
    return known.get(word) or f"❔ {word.replace('_', ' ')}"


def run_type(kind: str | None) -> Mrkdwn | None:
    """How the run is marked; None before the first start."""
    if not kind:
        return None
    if kind == RunType.LIVE:
        return Mrkdwn(":red_circle: *LIVE*")
    return Mrkdwn("🧪 Rehearsal") if kind == RunType.REHEARSAL else phrase("{kind} run", kind=literal(kind, 40))


def is_live(runbook: Runbook) -> bool:
    """Whether this run is live."""
    return runbook.run_type == RunType.LIVE


def owners(task: Task, names: Mapping[Ref, Text], most: int = 3) -> Mrkdwn:
    """Who is assigned; unknown names show as their kind and id."""
    if task.assignees is None:
        return Mrkdwn("owner not told")
    if not task.assignees:
        return Mrkdwn("nobody assigned")
    if len(task.assignees) == most + 1:  # a name is hardly longer than "+1 more"
        most += 1
    shown = [literal(names.get(ref) or f"{ref.type.replace('_', ' ')} {ref.id}", 40) for ref in task.assignees[:most]]
    rest = len(task.assignees) - most
    return Mrkdwn(join(", ", shown) + (f" +{rest} more" if rest > 0 else ""))


def task_name(task: Task, limit: int = 80) -> Mrkdwn:
    """`#12 Stop replication`, or the name alone where the instance has no numbers."""
    name = literal(task.name, limit)
    return phrase("{number} {name}", number=Mrkdwn(f"#{task.number}"), name=name) if task.number is not None else name


def elapsed(task: Task, now: datetime) -> Mrkdwn | None:
    """`for 20 min, planned 15 min` of a running task."""
    if not task.is_running or task.start_actual is None:
        return None
    spent = duration(max(0.0, (now - task.start_actual).total_seconds()))
    return Mrkdwn(f"for {spent}" + (f", planned {duration(task.duration)}" if task.duration else ""))


def late(task: Task, now: datetime) -> Mrkdwn | None:
    """`⚠️ late`, by how much where a due date or the plan tells."""
    due = task.end_fixed or (task.end_planned if task.is_running else task.start_planned)
    if task.is_complete or not task.is_late:
        return None
    over = (now - due).total_seconds() if due is not None else 0.0
    return Mrkdwn(f"⚠️ *Late* by {duration(over)}" if over >= 60 else "⚠️ *Late*")


def task_times(task: Task, now: datetime) -> Mrkdwn | None:
    """When it ran, or when it is to run."""
    if task.start_actual is not None and task.end_actual is not None:
        spent = duration((task.end_actual - task.start_actual).total_seconds())
        return phrase(
            "🕒 {start} to {end}, {spent}",
            start=when(task.start_actual, now),
            end=when(task.end_actual, now),
            spent=Mrkdwn(spent),
        )
    if task.start_actual is not None:
        return phrase("🕒 Started {at}", at=when(task.start_actual, now))
    start = task.start_display or task.start_planned
    if start is None:
        return Mrkdwn(f"🕒 Takes {duration(task.duration)}") if task.duration else None
    takes = f", takes {duration(task.duration)}" if task.duration else ""
    return phrase("🕒 Due to start {at}{takes}", at=when(start, now), takes=Mrkdwn(takes))


def task_limits(task: Task, now: datetime) -> list[Mrkdwn]:
    """What binds the task: fixed times and who must act."""
    limits: list[Mrkdwn] = []
    if task.start_fixed is not None and not task.is_complete and not task.is_running:
        limits.append(phrase("🔒 Not before {at}", at=when(task.start_fixed, now)))
    if task.end_fixed is not None and not task.is_complete:
        limits.append(phrase("🏁 Due by {at}", at=when(task.end_fixed, now)))
    if task.needs_everyone_to_start and not task.is_running and not task.is_complete:
        limits.append(Mrkdwn("👥 Everyone assigned must start it"))
    elif task.start_requirements not in (StartRule.ANY, StartRule.ALL) and not task.is_running and not task.is_complete:
        limits.append(phrase("👥 To start: {rule}", rule=literal(task.start_requirements.replace("_", " "), 60)))
    end = {"all_must_end": "👥 Everyone assigned must finish it", "same_must_end": "👤 Who started it must finish it"}
    if not task.is_complete and task.end_requirements in end:
        limits.append(Mrkdwn(end[task.end_requirements]))
    elif not task.is_complete and task.end_requirements != "any_can_end":
        limits.append(phrase("👥 To finish: {rule}", rule=literal(task.end_requirements.replace("_", " "), 60)))
    return limits
