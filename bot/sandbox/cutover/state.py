"""The world in a file, so that it is the same after a restart. Written whole and atomically; derived things are
derived anew."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from . import engine
from .clock import Clock
from .runbook import Runbook
from .things import (
    ActionLog,
    Comment,
    CustomField,
    Folder,
    Person,
    RunbookType,
    TaskType,
    Team,
    Workspace,
)
from .world import World

FORMAT = 1


class Saved(Struct, kw_only=True):
    """Everything that a world is."""

    format: int
    seed: str
    now: float
    last_id: int
    max_tasks: int
    people: dict[str, Person]
    workspaces: dict[str, Workspace]
    folders: dict[str, Folder]
    runbook_types: dict[str, RunbookType]
    task_types: dict[str, TaskType]
    teams: dict[str, Team]
    custom_fields: dict[str, CustomField]
    runbooks: dict[str, Runbook]
    comments: dict[str, list[Comment]]
    logs: list[ActionLog]


PLAIN: tuple[str, ...] = (
    "seed",
    "last_id",
    "max_tasks",
    "people",
    "workspaces",
    "folders",
    "runbook_types",
    "task_types",
    "teams",
)
PLAIN += ("custom_fields", "runbooks", "comments", "logs")


def dump(world: World) -> bytes:
    """The world as JSON."""
    kept = {name: getattr(world, name) for name in PLAIN}
    return msgspec.json.encode(Saved(format=FORMAT, now=world.now(), **kept))


def save(world: World, path: Path) -> None:
    """Write the file: complete under another name, then renamed, so that a crash leaves the old or the new one."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(dump(world))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def restore(data: bytes, clock: Clock) -> World:
    """The world of such a file; ValueError when it is none. Time goes on from the later of then and now."""
    try:
        saved = msgspec.json.decode(data, type=Saved)
    except msgspec.DecodeError as error:
        raise ValueError(f"this is no saved world: {error}") from error
    if saved.format != FORMAT:
        raise ValueError(f"the saved world has format {saved.format}, this program reads {FORMAT}")
    if saved.now > clock.now():
        clock.move_to(saved.now)
    world = World(saved.seed, clock)
    for name in PLAIN:
        setattr(world, name, getattr(saved, name))
    for runbook in list(world.runbooks.values()):
        world.add_runbook(runbook)
    for runbook in list(world.runbooks.values()):
        engine.restore(world, runbook, world.now())
    return world
