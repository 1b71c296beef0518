"""Tasks as Cutover tells them become steps. The one rule: what is not told is not invented; no duration at all is 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.model import Completion, Runbook, RunType, Task, TaskStage, TaskType
from bot.model.progress import moment
from bot.model.snapshot import Snapshot, TaskState
from bot.plan.graph import Step

_SKIPPED = (Completion.SKIPPED, Completion.ABANDONED)


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


def steps_of_states(
    snapshot: Snapshot, order: Iterable[str], usual: Mapping[str, float], fixed: Mapping[str, float]
) -> list[Step]:
    """The same of a reading whose graph is known apart: in that order of ids, all of which it has, and without their
    predecessors. `usual`: durations of task types in seconds; `fixed`: fixed starts (Unix)."""
    held = snapshot.runbook.run_type != RunType.REHEARSAL or snapshot.runbook.start_actual is None
    tasks = snapshot.tasks
    return [_step_of_state(tasks[key], usual, fixed.get(key) if held and fixed else None) for key in order]


def _step_of_state(task: TaskState, usual: Mapping[str, float], not_before: float | None) -> Step:
    over, length = task.stage == TaskStage.COMPLETE, task.duration
    ended = _parsed(task.end_actual) if over else None
    return Step(
        task.id,
        usual.get(task.task_type_id or "", 0.0) if length is None else float(length),
        (),
        _parsed(task.start_actual),
        ended,
        not_before,
        over and (ended is None or task.completion_type in _SKIPPED),
        task.stream_id,
    )


def _parsed(text: str | None) -> float | None:
    return _unix(moment(text)) if text else None


def _unix(at: datetime | None) -> float | None:
    return at.timestamp() if at is not None else None
