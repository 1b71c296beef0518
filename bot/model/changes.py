"""What became different between two snapshots. The one rule: facts only; who hears them is decided elsewhere."""

from __future__ import annotations

import msgspec

from bot.model.snapshot import RunbookState, StreamState, TaskState


class RunbookStageChanged(msgspec.Struct, frozen=True):
    """Started, paused, resumed, canceled, complete."""

    old: RunbookState
    new: RunbookState


class RunbookStatusChanged(msgspec.Struct, frozen=True):
    """RAG status, or its message, of the runbook."""

    old: RunbookState
    new: RunbookState


class StreamStatusChanged(msgspec.Struct, frozen=True):
    """RAG status, or its message, of a stream. `old` None: the stream is new and not `off`."""

    old: StreamState | None
    new: StreamState


class TaskMoved(msgspec.Struct, frozen=True):
    """A task's stage changed. `old` None: the task is new. Skipped and abandoned tasks are `complete` by stage."""

    old: TaskState | None
    new: TaskState


class TaskBecameLate(msgspec.Struct, frozen=True):
    """`is_late` turned true."""

    new: TaskState


class TaskEdited(msgspec.Struct, frozen=True):
    """Something shown changed, the stage did not: name, owners, times, stream."""

    old: TaskState
    new: TaskState


class TaskRemoved(msgspec.Struct, frozen=True):
    """The task is gone from a complete reading."""

    old: TaskState


class ForecastMoved(msgspec.Struct, frozen=True):
    """`end_forecast` moved by a minute or more; for digests and the board, nobody is pinged for it."""

    old: RunbookState
    new: RunbookState


Change = (
    RunbookStageChanged
    | RunbookStatusChanged
    | StreamStatusChanged
    | TaskMoved
    | TaskBecameLate
    | TaskEdited
    | TaskRemoved
    | ForecastMoved
)
