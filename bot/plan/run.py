"""A run with its plan: what was read of it, and what arithmetic makes of that. The one rule: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.model import Runbook, RunbookStage, Stream, Task, TaskType
from bot.plan.graph import Plan, Step, plan_run
from bot.plan.steps import steps_of


@dataclass(frozen=True, slots=True)
class Run:
    """One reading of a run. `now` and `begin` are Unix seconds; `begin` is the planned start of one that has not begun.

    `has_graph`: this instance tells which task waits for which; without it the plan knows durations only.
    """

    runbook: Runbook
    tasks: Mapping[str, Task]
    streams: tuple[Stream, ...]
    types: Mapping[str, TaskType]
    steps: Sequence[Step]
    plan: Plan
    now: float
    begin: float | None
    has_graph: bool

    def is_milestone(self, task: Task) -> bool:
        """Whether the task's type is Cutover's milestone."""
        kind = self.types.get(task.task_type_id or "")
        return kind is not None and kind.is_milestone


def run_of(
    runbook: Runbook,
    tasks: Iterable[Task],
    now: float,
    streams: Sequence[Stream] = (),
    types: Mapping[str, TaskType] | None = None,
) -> Run:
    """Plan what was read with the forecast. Raises `Cyclic`."""
    known = {task.id: task for task in tasks}
    planned = runbook.start_scheduled or runbook.start_planned
    begin = planned.timestamp() if planned and runbook.stage == RunbookStage.PLANNING else None
    steps = steps_of(known.values(), runbook, types)
    told = not known or any(task.predecessor_ids is not None for task in known.values())
    plan = plan_run(steps, now, begin)
    return Run(runbook, known, tuple(streams), types or {}, steps, plan, now, begin, told)
