"""Tasks as Cutover tells them become steps. The one rule: what is not told is not invented; no duration at all is 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.model import Runbook, RunType, Task, TaskType
from bot.plan.graph import Step


def steps_of(
    tasks: Iterable[Task], runbook: Runbook | None = None, types: Mapping[str, TaskType] | None = None
) -> list[Step]:
    """Steps of tasks that were read with the forecast (so with their predecessors).

    A task without a duration takes its type's (Cutover's rule for `duration`). Fixed starts hold in live runs only
    (Cutover's help on fixed start times), so a rehearsal under way has none.
    """
    held = runbook is None or runbook.run_type != RunType.REHEARSAL or runbook.start_actual is None
    usual = {key: kind.default_duration or 0 for key, kind in (types or {}).items()}
    return [_step(task, usual, held) for task in tasks]


def _step(task: Task, usual: Mapping[str, int], held: bool) -> Step:
    over, ended, length = task.is_complete, task.end_actual, task.duration
    if length is None:
        length = usual.get(task.task_type_id or "", 0)
    return Step(
        task.id,
        float(length),
        task.predecessor_ids or (),
        _unix(task.start_actual),
        _unix(ended) if over else None,
        _unix(task.start_fixed) if held else None,
        over and (ended is None or task.is_skipped),
        task.stream_id,
    )


def _unix(at: datetime | None) -> float | None:
    return at.timestamp() if at is not None else None
