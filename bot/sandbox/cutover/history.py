"""Runbooks that a world file wants to find under way or done: their past is written here, without the rules of
a live press."""

from __future__ import annotations

from typing import Any

from . import engine, plan
from .runbook import Runbook
from .world import World


def replay(world: World, runbook: Runbook, entry: dict[str, Any]) -> None:
    """`stage: active` with `done` and `running` task numbers, or `stage: complete` (as planned, a day ago)."""
    stage = entry.get("stage", "planning")
    if stage == "complete":
        _as_planned(world, runbook)
    elif stage == "active":
        _under_way(world, runbook, set(entry.get("done", [])), set(entry.get("running", [])))


def _as_planned(world: World, runbook: Runbook) -> None:
    runbook.start_planned -= 86400.0
    plan.replan(world, runbook)
    for task in runbook.tasks.values():
        task.stage, task.completion_type = "complete", "complete_normal"
        task.start_ready = task.start_actual = task.start_planned
        task.end_actual = task.end_planned
        task.started_by = task.finished_by = task.people[:1]
    runbook.stage, runbook.run_type, runbook.run_comms = "complete", "rehearsal", "off"
    runbook.start_actual = runbook.start_planned
    runbook.end_actual = max(task.end_planned for task in runbook.tasks.values())
    world.live[runbook.id].rebuild()


def _under_way(world: World, runbook: Runbook, done: set[int], running: set[int]) -> None:
    now = world.now()
    engine.begin_run(world, runbook, "rehearsal", "off", now, runbook.author_id)
    for task in sorted(runbook.tasks.values(), key=lambda each: each.number):
        who = (task.people or [runbook.author_id])[0]
        if task.number in done | running and task.stage == "startable":
            task.started_by.append(who)
            engine.settle(world, runbook, engine.begin(world, runbook, task, now, who), now, who)
        if task.number in done and task.stage == "in_progress":
            task.finished_by.append(who)
            engine.finish(world, runbook, task, "complete_normal", now, who)
