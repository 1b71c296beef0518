"""What became different between two readings. The one rule: pure and fast; facts only, in the order they happened.

`updated_at` alone is no change: Cutover moves it for things that nobody is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from bot.model import TaskStage
from bot.model.changes import (
    Change,
    ForecastMoved,
    RunbookStageChanged,
    RunbookStatusChanged,
    StreamStatusChanged,
    TaskBecameLate,
    TaskEdited,
    TaskMoved,
    TaskRemoved,
)
from bot.model.progress import moment
from bot.model.snapshot import RunbookState, Snapshot, StreamState, TaskState

_FORECAST = 60.0
"""Seconds that a forecast must move to count: it creeps along with the time by itself."""


def diff(old: Snapshot, new: Snapshot) -> list[Change]:
    """All changes from `old` to `new`. What is the same object in both costs nothing."""
    changes: list[Change] = [*_runbook(old.runbook, new.runbook), *_streams(old.streams, new.streams)]
    before = old.tasks
    for key, task in new.tasks.items():
        was = before.get(key)
        if was is not task and was != task:
            changes.extend(_task(was, task))
    changes.extend(TaskRemoved(task) for key, task in before.items() if key not in new.tasks)
    changes.sort(key=_order)
    return changes


def crept(old: RunbookState, new: RunbookState) -> bool:
    """Whether nothing but the forecast moved, and that by less than counts: it goes along with the time."""
    if old.end_forecast == new.end_forecast or _moved(moment(old.end_forecast), moment(new.end_forecast)):
        return False
    return msgspec.structs.replace(new, end_forecast=old.end_forecast) == old


def _runbook(old: RunbookState, new: RunbookState) -> Iterator[Change]:
    if old.stage != new.stage:
        yield RunbookStageChanged(old, new)
    if (old.status, old.status_message) != (new.status, new.status_message):
        yield RunbookStatusChanged(old, new)
    if old.end_forecast != new.end_forecast and _moved(moment(old.end_forecast), moment(new.end_forecast)):
        yield ForecastMoved(old, new)


def _moved(old: datetime | None, new: datetime | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs((new - old).total_seconds()) >= _FORECAST


def _streams(old: dict[str, StreamState], new: dict[str, StreamState]) -> Iterator[Change]:
    for key, stream in new.items():
        was = old.get(key)
        if was is None:
            if stream.status != "off":
                yield StreamStatusChanged(None, stream)
        elif (was.status, was.status_message) != (stream.status, stream.status_message):
            yield StreamStatusChanged(was, stream)


def _task(old: TaskState | None, new: TaskState) -> Iterator[Change]:
    if old is None or (old.stage, old.completion_type) != (new.stage, new.completion_type):
        yield TaskMoved(old, new)
    elif _edited(old, new):
        yield TaskEdited(old, new)
    if new.is_late and not (old is not None and old.is_late) and new.stage != TaskStage.COMPLETE:
        yield TaskBecameLate(new)


def _edited(old: TaskState, new: TaskState) -> bool:
    """Whether something shown is other; being late has a change of its own."""
    same = msgspec.structs.replace(old, updated_at=new.updated_at, is_late=new.is_late)
    return same != new or bool(old.is_late and not new.is_late)


def _order(change: Change) -> tuple[bool, str, int, int]:
    """By when it happened as far as Cutover tells, then so that causes stand before effects.

    What carries no moment comes last: it was seen now. Times of one instance have one form, so text sorts them.
    """
    at, rank = _when(change)
    number = change.new.number if isinstance(change, TaskMoved | TaskEdited | TaskBecameLate) else None
    return (not at, at, rank, number or 0)


def _when(change: Change) -> tuple[str, int]:
    match change:
        case RunbookStageChanged(_, book):
            ended = book.stage in ("complete", "canceled")
            at = book.end_actual if ended else book.updated_at
            return at or "", 9 if ended else 0
        case RunbookStatusChanged(_, book):
            return book.status_updated_at or "", 1
        case StreamStatusChanged(_, stream):
            return stream.status_updated_at or "", 2
        case TaskMoved(_, task):
            return _moved_at(task), {"complete": 3, "in_progress": 4}.get(task.stage, 5)
        case TaskEdited(_, task):
            return task.updated_at or "", 6
    return "", 7


def _moved_at(task: TaskState) -> str:
    at = task.updated_at
    if task.stage == TaskStage.COMPLETE:
        at = task.end_actual or at
    elif task.stage == TaskStage.IN_PROGRESS:
        at = task.start_actual or at
    return at or ""
