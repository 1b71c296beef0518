"""Tasks as Cutover tells them become steps. The one rule: what is not told is not invented; a missing duration is 0."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.model import Task
from bot.plan.graph import Step


def steps_of(tasks: Iterable[Task]) -> list[Step]:
    """Steps of tasks that were read with the forecast (so with their predecessors)."""
    return [
        Step(
            id=task.id,
            duration=float(task.duration or 0),
            predecessors=task.predecessor_ids or (),
            started=_unix(task.start_actual),
            ended=_unix(task.end_actual) if task.is_complete else None,
            not_before=_unix(task.start_fixed),
            dropped=task.is_complete and (task.is_skipped or task.end_actual is None),
            stream_id=task.stream_id,
        )
        for task in tasks
    ]


def _unix(at: datetime | None) -> float | None:
    return at.timestamp() if at is not None else None
