"""Worlds of any size, made up but reproducible: the same numbers and seed give the same runbooks."""

from __future__ import annotations

import random

from . import plan
from .runbook import Runbook, Stream, Task
from .world import World

VERBS = ("Check", "Stop", "Copy", "Switch", "Verify", "Start", "Drain", "Confirm", "Restore", "Open")
NOUNS = ("payments queue", "card ledger", "batch scheduler", "branch gateway", "fraud engine", "mobile front end")
COLORS = ("#1f77b4", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2")


def generate(world: World, runbooks: int = 1, tasks: int = 1000, streams: int = 8, seed: int = 1) -> World:
    """Fill `world` with runbooks of `tasks` tasks each (ids "1001"...), in layers so that much can run side by side."""
    rng = random.Random(seed)  # noqa: S311 - play, not secrecy
    for number in range(1, runbooks + 1):
        _runbook(world, rng, number, tasks, streams)
    return world


def _runbook(world: World, rng: random.Random, number: int, tasks: int, streams: int) -> None:
    now = world.clock.now()
    dana, bot = world.person("dana").id, world.person("bot").id
    runbook = Runbook(
        id=str(1000 + number),
        name=f"Generated runbook {number}",
        version_id=f"{1000 + number}01",
        workspace_id=next(iter(world.workspaces)),
        folder_id=next(iter(world.folders)),
        type_id=next(kind.id for kind in world.runbook_types.values() if kind.dynamic),
        author_id=dana,
        start_planned=now,
        admins=[dana, bot],
        members=[world.person(key).id for key in ("sam", "mei", "ivan", "noor", "tom")],
        created_at=now,
        updated_at=now,
    )
    for index in range(streams):
        sid = f"{runbook.id}9{index:03d}"
        color = COLORS[index % len(COLORS)]
        runbook.streams[sid] = Stream(id=sid, name=f"Stream {index + 1}", color=color, is_primary=index == 0)
    _tasks(world, rng, runbook, tasks)
    world.add_runbook(runbook)
    plan.replan(world, runbook)


def _tasks(world: World, rng: random.Random, runbook: Runbook, count: int) -> None:
    normal = next(kind for kind in world.task_types.values() if kind.key == "normal")
    streams = list(runbook.streams)
    width = max(3, round(count**0.5))
    ids = [f"{runbook.id}{index:06d}" for index in range(1, count + 1)]
    for index, tid in enumerate(ids):
        layer = index // width
        above = ids[max(0, (layer - 1) * width) : layer * width]
        before = rng.sample(above, min(len(above), rng.choice((1, 1, 1, 2, 2, 3))))
        runbook.tasks[tid] = Task(
            id=tid,
            number=index + 1,
            name=f"{rng.choice(VERBS)} {rng.choice(NOUNS)} {index + 1}",
            description="Made up for measurements.",
            stream_id=streams[index % len(streams)],
            type_id=normal.id,
            duration=60 * rng.randint(2, 40),
            predecessors=before,
            people=[rng.choice(runbook.members)],
            created_at=runbook.created_at,
            updated_at=runbook.updated_at,
        )
