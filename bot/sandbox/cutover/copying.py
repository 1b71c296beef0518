"""Copies of runbooks, as `meta.copy` and linked tasks make them. A copy starts in planning with nothing done.

Teams copied without users arrive empty in Cutover's own client, while the reference says teams bring users
(R25): R25 is kept.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec.structs import replace

from . import plan
from .runbook import Runbook, RunbookTeam, Stream, Task
from .world import World

# what a run left on a task does not travel
UNTOUCHED: dict[str, Any] = {
    "stage": "default",
    "completion_type": None,
    "selected": None,
    "start_ready": None,
    "start_actual": None,
    "end_actual": None,
    "comments_count": 0,
}


class Wanted(NamedTuple):
    """Which parts a copy takes along."""

    tasks: bool = True
    teams: bool = False
    users: bool = False


def copy_runbook(world: World, source: Runbook, wanted: Wanted, author_id: str, now: float, depth: int = 0) -> Runbook:
    """A new runbook in planning made from `source`; never a template, and starting when the source would or now."""
    start = max(plan.base(source), now)
    made = Runbook(
        id=world.new_id(),
        name=source.name,
        version_id=world.new_id(),
        workspace_id=source.workspace_id,
        folder_id=source.folder_id,
        type_id=source.type_id,
        author_id=author_id,
        description=source.description,
        timezone=source.timezone,
        private=source.private,
        rto=source.rto,
        start_planned=start,
        answers=dict(source.answers),
        admins=[author_id],
        source_runbook_id=source.id,
        created_at=now,
        updated_at=now,
    )
    users = wanted.users or wanted.teams
    streams = _streams(world, source, made)
    teams = _teams(world, source, made, users) if wanted.teams else {}
    if users:
        made.admins = list(dict.fromkeys([author_id, *source.admins]))
        made.members, made.readers = list(source.members), list(source.readers)
        made.editors = {uid: [streams[sid] for sid in own] for uid, own in source.editors.items()}
    if wanted.tasks:
        _tasks(world, source, made, streams, teams, users, now)
    world.add_runbook(made)
    plan.shift_fixed(world, made, start - plan.base(source), now)
    plan.replan(world, made)
    link_children(world, made, author_id, now, depth)
    return made


def _streams(world: World, source: Runbook, made: Runbook) -> dict[str, str]:
    ids = {sid: world.new_id() for sid in source.streams}
    for sid, old in source.streams.items():
        made.streams[ids[sid]] = Stream(
            id=ids[sid],
            name=old.name,
            color=old.color,
            description=old.description,
            parent_id=ids.get(old.parent_id or ""),
            is_primary=old.is_primary,
        )
    return ids


def _teams(world: World, source: Runbook, made: Runbook, users: bool) -> dict[str, str]:
    ids = {tid: world.new_id() for tid in source.teams}
    for tid, old in source.teams.items():
        people = list(old.people) if users else []
        made.teams[ids[tid]] = RunbookTeam(id=ids[tid], name=old.name, team_id=old.team_id, people=people)
    return ids


def _tasks(
    world: World,
    source: Runbook,
    made: Runbook,
    streams: dict[str, str],
    teams: dict[str, str],
    users: bool,
    now: float,
) -> None:
    ids = {tid: world.new_id() for tid in source.tasks}
    for tid, old in source.tasks.items():
        made.tasks[ids[tid]] = replace(
            old,
            id=ids[tid],
            stream_id=streams[old.stream_id],
            predecessors=[ids[pid] for pid in old.predecessors],
            people=list(old.people) if users else [],
            teams=[teams[each] for each in old.teams if each in teams],
            asks=list(old.asks),
            snippet_ids=list(old.snippet_ids),
            source_task_id=tid,
            source_runbook_id=source.id,
            created_at=now,
            updated_at=now,
            answers={},
            started_by=[],
            finished_by=[],
            **UNTOUCHED,
        )


def link_children(world: World, runbook: Runbook, author_id: str, now: float, depth: int = 0) -> None:
    """Give each linked task its own copy of the runbook it names."""
    for task in runbook.tasks.values():
        if task.child_id is not None:
            task.child_id = link_child(world, runbook, task, task.child_id, author_id, now, depth)


def link_child(
    world: World, runbook: Runbook, task: Task, target_id: str, author_id: str, now: float, depth: int = 0
) -> str | None:
    """The runbook id that a linked task ends up with; None where Cutover drops the link without a word.

    The target must be a template with at least one task and the task of type `linked`. In a parent that is no
    template a
    fresh copy is made and the task takes its name.
    """
    target = world.runbooks.get(target_id)
    linked = world.task_types[task.type_id].key == "linked"
    if target is None or not linked or depth > 3:
        return None
    if not target.is_template:  # a copy of a copy links to the template that the first child came from
        target = world.runbooks.get(target.source_runbook_id or "")
    if target is None or not target.is_template or not target.tasks or target.archived:
        return None
    task.name = target.name
    if runbook.is_template:
        return target.id
    child = copy_runbook(world, target, Wanted(True, True, True), author_id, now, depth + 1)
    child.parent_task_id = task.id
    child.start_planned = task.start_planned
    plan.replan(world, child)
    return child.id
