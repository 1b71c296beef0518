"""Counting changes. The one rule: each change of a task is counted in exactly one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from bot.blocks.news_sums import Burst, Tally
from bot.model import Completion, TaskStage
from bot.model.changes import Change, StreamStatusChanged, TaskBecameLate, TaskEdited, TaskMoved, TaskRemoved
from bot.model.progress import as_stream

_STAGES = {
    TaskStage.STARTABLE.value: "startable",
    TaskStage.IN_PROGRESS.value: "started",
    TaskStage.WAITING.value: "waiting",
}
_OPEN = (TaskStage.STARTABLE, TaskStage.IN_PROGRESS)
_SKIPPED = (Completion.SKIPPED, Completion.ABANDONED)


def count(changes: Iterable[Change]) -> Burst:
    """All changes of tasks by kind, in all and by stream, and the status changes of streams."""
    total: dict[str, int] = defaultdict(int)
    streams: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    statuses = []
    for change in changes:
        if isinstance(change, StreamStatusChanged):
            old = as_stream(change.old, "") if change.old else None
            statuses.append((old, as_stream(change.new, "")))
            continue
        kind = kind_of(change)
        if kind:
            total[kind] += 1
            streams[_stream(change)][kind] += 1
    return Burst(Tally(**total), {key: Tally(**counts) for key, counts in streams.items()}, statuses)


def kind_of(change: Change) -> str:
    """The word of `Tally` for it; empty for what is no change of a task."""
    match change:
        case TaskMoved(old, task):
            if task.stage == TaskStage.COMPLETE:
                return "skipped" if task.completion_type in _SKIPPED else "finished"
            kind = _STAGES.get(task.stage, "other")
            return "added" if old is None and kind == "waiting" else kind
        case TaskBecameLate(task) if task.stage in _OPEN:
            return "late"
        case TaskEdited():
            return "edited"
        case TaskRemoved():
            return "removed"
    return ""


def _stream(change: Change) -> str | None:
    if isinstance(change, TaskRemoved):
        return change.old.stream_id
    if isinstance(change, TaskMoved | TaskBecameLate | TaskEdited):
        return change.new.stream_id
    return None
