"""Worlds from YAML files: the shared cast of `base.yaml`, then the runbooks of one world file.

Rule: a world file says what people would say (names, keys, minutes); ids are given here, in file order, so they
are stable.
"""

from __future__ import annotations

import pickle
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from . import copying, plan
from .clock import Clock
from .generate import generate
from .history import replay
from .runbook import Runbook, RunbookTeam, Stream, Task
from .things import Comment, CustomField, Folder, Person, RunbookType, TaskType, Team, Workspace
from .world import World

HERE = Path(__file__).parent / "worlds"
MONTH = 30 * 86400


def _read(path: Path) -> Any:
    return pickle.loads(_parsed(path, path.stat().st_mtime_ns))  # noqa: S301 - our own bytes; quicker than deepcopy


@lru_cache(16)
def _parsed(path: Path, _changed: int) -> bytes:
    """Kept, for worlds are begun by the hundred in tests. The C loader is ten times as fast, where PyYAML has it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are the safe loaders
    return pickle.dumps(document)


def load(name: str, clock: Clock) -> World:
    """A world by name (`failover`, `small`), by path of a YAML file, or `generate:runbooks=3,tasks=10000,...`."""
    if name.startswith("generate"):
        options = dict(part.split("=", 1) for part in name.partition(":")[2].split(",") if part)
        return generate(base(clock), **{key: int(value) for key, value in options.items()})
    path = Path(name) if name.endswith((".yaml", ".yml")) else HERE / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(each.stem for each in HERE.glob("*.yaml") if each.stem != "base"))
        raise ValueError(f"no world called {name!r}; there are {known}, and generate:runbooks=1,tasks=1000")
    world = base(clock)
    document = _read(path)
    for entry in document["runbooks"]:
        _runbook(world, entry)
    for entry in document["runbooks"]:
        runbook = world.runbooks[entry["id"]]
        copying.link_children(world, runbook, runbook.author_id, clock.now())
        replay(world, runbook, entry)
    return world


def base(clock: Clock) -> World:
    """The world without runbooks: people, workspaces, folders, types, teams and fields."""
    document = _read(HERE / "base.yaml")
    world = World(document["seed"], clock)
    born: dict[str, Any] = {"created_at": clock.now() - MONTH, "updated_at": clock.now() - MONTH}
    for entry in document["people"]:
        locked = clock.now() - 3600 if entry.pop("locked", False) else None
        person = Person(**entry, **born, locked_at=locked)
        person.handle = person.handle or person.key
        world.people[person.id] = person
    world.workspaces = {e["id"]: Workspace(**e, **born) for e in document["workspaces"]}
    for entry in document["folders"]:
        entry["workspace_id"] = by_key(world.workspaces, entry.pop("workspace"))
        world.folders[entry["id"]] = Folder(**entry, **born)
    world.runbook_types = {e["id"]: RunbookType(**e) for e in document["runbook_types"]}
    world.task_types = {e["id"]: TaskType(**e, **born) for e in document["task_types"]}
    for entry in document["teams"]:
        entry["people"] = [world.person(key).id for key in entry["people"]]
        world.teams[entry["id"]] = Team(**entry)
    for entry in document["custom_fields"]:
        if "workspace" in entry:
            entry["workspace_id"] = by_key(world.workspaces, entry.pop("workspace"))
        world.custom_fields[entry["id"]] = CustomField(**entry)
    return world


def by_key(things: dict[str, Any], key: str) -> str:
    """The id of the thing with this id or key; ValueError when there is none."""
    if key in things:
        return key
    for thing in things.values():
        if thing.key == key:
            return str(thing.id)
    raise ValueError(f"nothing here is called {key!r}")


def _people(world: World, keys: list[str]) -> list[str]:
    return [world.person(key).id for key in keys]


PLAIN: tuple[str, ...] = (
    "name",
    "description",
    "is_template",
    "template_status",
    "template_type",
    "archived",
    "private",
    "timezone",
)
PLAIN += ("status", "status_message", "rto", "event_published", "change_requests")


def _runbook(world: World, entry: dict[str, Any]) -> Runbook:
    now = world.clock.now()
    runbook = Runbook(
        id=entry["id"],
        version_id=entry["id"] + "01",
        workspace_id=by_key(world.workspaces, entry["workspace"]),
        folder_id=by_key(world.folders, entry["folder"]),
        type_id=by_key(world.runbook_types, entry.get("type", "normal")),
        author_id=world.person(entry.get("author", "dana")).id,
        start_planned=now + 60 * entry.get("starts_in_minutes", 0),
        created_at=now - MONTH,
        updated_at=now - 86400,
        admins=_people(world, entry.get("admins", ["dana"])),
        members=_people(world, entry.get("members", [])),
        readers=_people(world, entry.get("readers", [])),
        **{key: entry[key] for key in PLAIN if key in entry},
    )
    if entry.get("scheduled"):
        runbook.start_scheduled = runbook.start_planned
    streams = _streams(world, runbook, entry.get("streams", [{"name": "Main"}]))
    for key, own in entry.get("editors", {}).items():
        runbook.editors[world.person(key).id] = [streams[name] for name in own]
    for number, team in enumerate(entry.get("teams", []), start=1):
        made = RunbookTeam(
            id=f"{entry['id']}8{number:02d}",
            name=team["name"],
            team_id=team.get("team"),
            people=_people(world, team.get("people", [])),
        )
        runbook.teams[made.id] = made
    for task in entry.get("tasks", []):
        _task(world, runbook, streams, task)
    world.add_runbook(runbook)
    plan.replan(world, runbook)
    _comments(world, runbook, entry.get("comments", []))
    return runbook


def _streams(world: World, runbook: Runbook, entries: list[dict[str, Any]]) -> dict[str, str]:
    ids: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        made = Stream(
            id=f"{runbook.id}9{number:02d}",
            name=entry["name"],
            color=entry.get("color", "#5b7083"),
            description=entry.get("description", ""),
            parent_id=ids.get(entry.get("parent", "")),
            is_primary=number == 1,
            status=entry.get("status", "off"),
            status_message=entry.get("status_message"),
        )
        if "status" in entry:
            made.status_updated_at = world.clock.now() - 3600
            made.status_author_id = runbook.author_id
        ids[made.name] = made.id
        runbook.streams[made.id] = made
    return ids


STRAIGHT: tuple[str, ...] = (
    "name",
    "description",
    "message",
    "level",
    "start_requirements",
    "end_requirements",
    "visitor",
)
STRAIGHT += ("disable_notify",)


def _task(world: World, runbook: Runbook, streams: dict[str, str], entry: dict[str, Any]) -> None:
    def offset(key: str) -> float | None:
        return runbook.start_planned + 60 * entry[key] if key in entry else None

    named = {team.name: team.id for team in runbook.teams.values()}
    who = entry.get("who", [])
    fields = {field.name: field.id for field in world.custom_fields.values()}
    tid = task_id(runbook.id, entry["n"])
    runbook.tasks[tid] = Task(
        id=tid,
        number=entry["n"],
        stream_id=streams[entry["stream"]],
        type_id=by_key(world.task_types, entry.get("type", "normal")),
        duration=60 * entry["minutes"] if "minutes" in entry else None,
        predecessors=[task_id(runbook.id, n) for n in entry.get("after", [])],
        people=_people(world, [key for key in who if key not in named]),
        teams=[named[key] for key in who if key in named],
        asks=[fields[name] for name in entry.get("asks", [])],
        start_fixed=offset("not_before_minute"),
        end_fixed=offset("due_minute"),
        child_id=entry.get("links_to"),
        created_at=runbook.created_at,
        updated_at=runbook.updated_at,
        **{key: entry[key] for key in STRAIGHT if key in entry},
    )


def task_id(runbook_id: str, number: int) -> str:
    """Id of the task with this number in a runbook that came from a file."""
    return f"{runbook_id}{number:03d}"


def _comments(world: World, runbook: Runbook, entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        task = runbook.tasks[task_id(runbook.id, entry["task"])] if "task" in entry else None
        made = Comment(
            id=world.new_id(),
            runbook_id=runbook.id,
            content=entry["text"],
            author_id=world.person(entry["by"]).id,
            created_at=world.clock.now() - 60 * entry.get("minutes_ago", 60),
            task_id=task.id if task else None,
            featured=entry.get("featured", False),
        )
        world.comments.setdefault(runbook.id, []).append(made)
        if task:
            task.comments_count += 1
