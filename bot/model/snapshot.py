"""What a watched runbook looked like at one moment. The one rule: only what is compared or shown, made cheaply.

msgspec structs, because a poll makes ten thousand of them (1.8 us a task against 34 for validated models).
Times are the strings Cutover sends (ISO 8601, UTC): they are compared a thousand times and shown once.
"""

from __future__ import annotations

import msgspec


class TaskState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A task. `assignees` are `type:id`; None: this instance does not tell. `number`, `is_late` None likewise."""

    id: str
    name: str
    stage: str
    stream_id: str | None = None
    task_type_id: str | None = None
    assignees: tuple[str, ...] | None = None
    completion_type: str | None = None
    start_planned: str | None = None
    end_planned: str | None = None
    start_actual: str | None = None
    end_actual: str | None = None
    end_fixed: str | None = None
    duration: int | None = None
    number: int | None = None
    is_late: bool | None = None
    updated_at: str | None = None


class StreamState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stream and its RAG status."""

    id: str
    name: str
    status: str = "off"
    status_message: str = ""
    status_updated_at: str | None = None
    parent_id: str | None = None


class RunbookState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The runbook itself."""

    id: str
    name: str
    stage: str = "planning"
    status: str = "off"
    status_message: str = ""
    status_updated_at: str | None = None
    run_type: str | None = None
    timezone: str | None = None
    start_planned: str | None = None
    start_scheduled: str | None = None
    start_actual: str | None = None
    end_planned: str | None = None
    end_scheduled: str | None = None
    end_forecast: str | None = None
    end_actual: str | None = None
    updated_at: str | None = None


class Snapshot(msgspec.Struct, frozen=True):
    """One whole reading, complete or not made at all. `read_at` is Unix seconds."""

    runbook: RunbookState
    streams: dict[str, StreamState]
    tasks: dict[str, TaskState]
    read_at: float
