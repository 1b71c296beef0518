"""How a run moves: stages follow from predecessors, fixed starts and task types. No permissions here, only
consequences.

Rule: a task changes its stage only through this module, and every change is noted (log, activity, webhook).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from . import plan
from .runbook import Runbook, Task

if TYPE_CHECKING:
    from .world import World


def way(runbook: Runbook, task: Task) -> str:
    """`wait` while a predecessor is not complete, `dead` when no path leads here any more, else `go`.

    A path is dead where the predecessor was abandoned, or was a branching task that did not select this one.
    """
    alive = not task.predecessors
    for pid in task.predecessors:
        before = runbook.tasks[pid]
        if before.stage != "complete":
            return "wait"
        if before.completion_type == "complete_abandoned":
            continue
        alive = alive or before.selected is None or task.id in before.selected
    return "go" if alive else "dead"


def held(runbook: Runbook, task: Task, now: float) -> bool:
    """Whether a fixed start still locks the task; fixed starts hold in live runs only."""
    return runbook.run_type == "live" and task.start_fixed is not None and task.start_fixed > now


def settle(world: World, runbook: Runbook, ids: Iterable[str], now: float, by: str = "") -> None:
    """Re-evaluate these waiting tasks and all that follows from them; ends the run when nothing is left."""
    if runbook.stage != "active":
        return
    live = world.live[runbook.id]
    todo = deque(ids)
    while todo:
        task = runbook.tasks.get(todo.popleft())
        if task is None or task.stage != "default":
            continue
        verdict = way(runbook, task)
        if verdict == "dead":
            todo.extend(_complete(world, runbook, task, "complete_abandoned", now, by))
        elif verdict == "go" and held(runbook, task, now):
            live.timed.add(task.id)
        elif verdict == "go":
            _ready(world, runbook, task, now)
            if world.task_types[task.type_id].auto_start:
                todo.extend(begin(world, runbook, task, now, by))
    if not live.left and runbook.tasks:
        _end_run(world, runbook, now, by)


def _ready(world: World, runbook: Runbook, task: Task, now: float) -> None:
    live = world.live[runbook.id]
    live.timed.discard(task.id)
    live.open.add(task.id)
    task.stage, task.start_ready = "startable", now
    live.touch(task, now)
    world.note("task.startable", runbook, by="", task=task, text=f"{task.name} can start")


def begin(world: World, runbook: Runbook, task: Task, now: float, by: str) -> list[str]:
    """Put a task in progress; returns the ids to settle (those after it, if its type is done at once)."""
    live = world.live[runbook.id]
    kind = world.task_types[task.type_id]
    if task.stage == "default":  # an admin's override of a fixed start
        live.timed.discard(task.id)
        live.open.add(task.id)
        task.start_ready = now
    task.stage, task.start_actual = "in_progress", now
    live.touch(task, now)
    world.note("task.started", runbook, by=by, task=task, text=f"{task.name} was started")
    if task.child_id and runbook.run_type == "live":
        _start_child(world, runbook, task.child_id, now, by)
    if kind.auto_finish and plan.seconds(world, task) == 0:
        done = "complete_normal" if by and not kind.auto_start else "complete_auto"
        return _complete(world, runbook, task, done, now, by)
    if kind.auto_finish:
        live.timed.add(task.id)
    return []


def finish(world: World, runbook: Runbook, task: Task, kind: str, now: float, by: str) -> None:
    """Complete a task in the given way and settle what follows."""
    settle(world, runbook, _complete(world, runbook, task, kind, now, by), now, by)


def _complete(world: World, runbook: Runbook, task: Task, kind: str, now: float, by: str) -> list[str]:
    live = world.live[runbook.id]
    live.open.discard(task.id)
    live.timed.discard(task.id)
    live.left -= 1
    task.stage, task.completion_type, task.end_actual = "complete", kind, now
    live.touch(task, now)
    word = {"complete_skipped": "skipped", "complete_abandoned": "abandoned"}.get(kind, "finished")
    world.note(f"task.{word}", runbook, by=by, task=task, text=f"{task.name} was {word}")
    return list(live.successors[task.id])


def begin_run(world: World, runbook: Runbook, run_type: str, comms: str, now: float, by: str) -> None:
    """Make the run active and open its first tasks. Checks and re-planning are the caller's."""
    runbook.stage, runbook.start_actual = "active", now
    runbook.run_type, runbook.run_comms = run_type, comms
    runbook.updated_at = now
    world.live[runbook.id].dirty.update(runbook.tasks)
    world.live[runbook.id].cache.clear()
    world.note("run.started", runbook, by=by, text=f"{runbook.name} was started ({run_type})")
    settle(world, runbook, list(runbook.tasks), now, by)


def _start_child(world: World, parent: Runbook, child_id: str, now: float, by: str) -> None:
    """A linked runbook starts with its parent's task and inherits run type and communications."""
    child = world.runbooks.get(child_id)
    if child is not None and child.stage == "planning" and not child.archived:
        begin_run(world, child, "live", parent.run_comms or "off", now, by)


def _end_run(world: World, runbook: Runbook, now: float, by: str) -> None:
    runbook.stage, runbook.end_actual, runbook.updated_at = "complete", now, now
    world.live[runbook.id].revision += 1
    world.note("run.completed", runbook, by=by, text=f"{runbook.name} is complete")
    parent = world.parent_of(runbook)
    if parent is None:
        return
    above, task = parent
    if above.stage == "active" and task.stage == "in_progress":
        finish(world, above, task, "complete_auto", now, by)


def due(world: World) -> Iterator[tuple[float, Runbook, Task]]:
    """Everything that time alone will do, with its moment: fixed starts opening and automatic tasks ending."""
    for runbook in world.active():
        for tid in world.live[runbook.id].timed:
            task = runbook.tasks[tid]
            if task.start_actual is not None:
                yield task.start_actual + plan.seconds(world, task), runbook, task
            elif task.start_fixed is not None:
                yield task.start_fixed, runbook, task


def restore(world: World, runbook: Runbook, now: float) -> None:
    """After the records came from a file: find again what time alone will move."""
    live = world.live[runbook.id]
    for task in runbook.tasks.values():
        if task.stage == "in_progress" and world.task_types[task.type_id].auto_finish:
            live.timed.add(task.id)
    settle(world, runbook, list(runbook.tasks), now)


def happen(world: World, runbook: Runbook, task: Task, now: float) -> None:
    """Let one due thing happen."""
    if task.stage == "in_progress":
        finish(world, runbook, task, "complete_auto", now, "")
    else:
        settle(world, runbook, [task.id], now)
