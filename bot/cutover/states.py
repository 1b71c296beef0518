"""The compared part of the model, and the way back. The one rule: both ways of reading give the same strings."""

from __future__ import annotations

from datetime import datetime

from bot.model import Runbook, Stream, Task
from bot.model.snapshot import RunbookState, StreamState, TaskState


def task_state(task: Task) -> TaskState:
    """The compared part of a whole task."""
    refs = task.assignees
    return TaskState(
        id=task.id,
        name=task.name.raw,
        stage=task.stage,
        stream_id=task.stream_id,
        task_type_id=task.task_type_id,
        assignees=None if refs is None else tuple(f"{ref.type}:{ref.id}" for ref in refs),
        completion_type=task.completion_type,
        start_planned=_iso(task.start_planned),
        end_planned=_iso(task.end_planned),
        start_actual=_iso(task.start_actual),
        end_actual=_iso(task.end_actual),
        end_fixed=_iso(task.end_fixed),
        duration=task.duration,
        number=task.number,
        is_late=task.is_late,
        updated_at=_iso(task.updated_at),
    )


def stream_state(stream: Stream) -> StreamState:
    """The compared part of a stream."""
    return StreamState(
        id=stream.id,
        name=stream.name.raw,
        status=stream.status,
        status_message=stream.status_message.raw,
        status_updated_at=_iso(stream.status_updated_at),
        parent_id=stream.parent_id,
    )


def runbook_state(runbook: Runbook) -> RunbookState:
    """The compared part of a runbook."""
    return RunbookState(
        id=runbook.id,
        name=runbook.name.raw,
        stage=runbook.stage,
        status=runbook.status,
        status_message=runbook.status_message.raw,
        status_updated_at=_iso(runbook.status_updated_at),
        run_type=runbook.run_type,
        timezone=runbook.timezone,
        start_planned=_iso(runbook.start_planned),
        start_scheduled=_iso(runbook.start_scheduled),
        start_actual=_iso(runbook.start_actual),
        end_planned=_iso(runbook.end_planned),
        end_scheduled=_iso(runbook.end_scheduled),
        end_forecast=_iso(runbook.end_forecast),
        end_actual=_iso(runbook.end_actual),
        updated_at=_iso(runbook.updated_at),
    )


def _iso(at: datetime | None) -> str | None:
    """As Cutover writes it, so that both ways of reading give the same string."""
    if at is None:
        return None
    fine = "microseconds" if at.microsecond % 1000 else "milliseconds"
    return at.replace(tzinfo=None).isoformat(timespec=fine) + "Z"
