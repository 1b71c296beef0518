"""The task endpoints: list, read, create, edit, delete, and the three buttons."""

from __future__ import annotations

from typing import Any

from . import access, bodies, engine, plan, presses, taskedit
from .api import Call, Reply, everything, many, one
from .errors import forbidden, malformed
from .runbook import Runbook, Task
from .schema import choice, words
from .tasks_out import TaskWriter

SORTS = ("name", "stage", "level", "duration", "created_at", "updated_at", "start_planned", "end_planned")


def _find(call: Call) -> tuple[Runbook, Task]:
    runbook = access.find_runbook(call.world, call.person, call.ids[0])
    return runbook, access.find_task(runbook, call.ids[1])


def _shown(call: Call, runbook: Runbook, task: Task, status: int = 200) -> Reply:
    return one(TaskWriter(call.world, runbook, "whole", call.extra).write(task), status)


def list_tasks(call: Call) -> Reply:
    """GET tasks. With forecast=true one answer holds all tasks; paging, filters and sparse fields are ignored then."""
    runbook = access.find_runbook(call.world, call.person, call.ids[0])
    if choice(call.query, "forecast", "true", "false") == "true":
        writer = TaskWriter(call.world, runbook, "forecast", call.extra)
        return everything(call, [writer.write(task) for task in runbook.tasks.values()])
    fields = words(call.query, "fields[task]")
    writer = TaskWriter(call.world, runbook, "plain", call.extra, fields)
    found = _ordered(call, runbook)
    if call.extra:
        found = _filtered(call, runbook, found)
    return many(call, found, writer.write)


def _ordered(call: Call, runbook: Runbook) -> list[Task]:
    sort = call.query.get("sort")
    name = (sort or "").removeprefix("-")
    if sort is not None and name not in SORTS:
        raise malformed(f"Sort keys are {', '.join(SORTS)}", parameter="sort")
    live = call.world.live[runbook.id]
    kept = live.memo.get(f"order:{sort}")
    if kept is None or kept[0] != live.revision:
        found = list(runbook.tasks.values())
        if sort is not None:
            found.sort(key=lambda task: (getattr(task, name) is None, getattr(task, name)), reverse=sort[0] == "-")
        live.memo[f"order:{sort}"] = kept = (live.revision, found)
    ordered: list[Task] = kept[1]
    return ordered


MATCHES = {"stage": "stage", "stream_id": "stream_id", "completion_type": "completion_type", "level": "level"}
MATCHES |= {"source_runbook_id": "source_runbook_id"}


def _filtered(call: Call, runbook: Runbook, tasks: list[Task]) -> list[Task]:
    """The list filters of the vendor's client; comma-joined values mean any of them."""
    query = call.query
    for name, attribute in MATCHES.items():
        wanted = words(query, name)
        if wanted is not None:
            tasks = [task for task in tasks if getattr(task, attribute) in wanted]
    kinds = words(query, "task_type_id")
    if kinds is not None:
        types = call.world.task_types
        tasks = [task for task in tasks if task.type_id in kinds or types[task.type_id].key in kinds]
    teams = words(query, "runbook_team_id")
    if teams is not None:
        tasks = [task for task in tasks if teams.intersection(task.teams)]
    users = words(query, "user_id")
    if users is not None:
        tasks = [task for task in tasks if users.intersection(access.assignees(runbook, task))]
    if "search_term" in query:
        term = query["search_term"].casefold()
        tasks = [task for task in tasks if term in task.name.casefold()]
    commented = choice(query, "has_comments", "true", "false")
    if commented is not None:
        tasks = [task for task in tasks if (task.comments_count > 0) == (commented == "true")]
    return tasks


def get_task(call: Call) -> Reply:
    """GET one task."""
    return _shown(call, *_find(call))


def create_task(call: Call) -> Reply:
    """POST a task; its stream defaults to the primary one, its type to `normal`."""
    runbook = access.find_runbook(call.world, call.person, call.ids[0])
    body = call.body(bodies.TASK)
    task = taskedit.create(call.world, runbook, call.person, body, call.extra)
    return _shown(call, runbook, task, 201)


def update_task(call: Call) -> Reply:
    """PATCH a task."""
    runbook, task = _find(call)
    taskedit.update(call.world, runbook, task, call.person, call.body(bodies.TASK), call.extra)
    return _shown(call, runbook, task)


def delete_task(call: Call) -> Reply:
    """DELETE a task (addition); what waited for it no longer does."""
    runbook, task = _find(call)
    if not access.edits_stream(call.person, runbook, task.stream_id):
        raise forbidden()
    taskedit.require_editable(call.world, runbook, task)
    now = call.world.now()
    call.world.note("task.deleted", runbook, by=call.person.id, task=task, text=f"{task.name} was deleted")
    followers = call.world.live[runbook.id].remove(task)
    plan.replan(call.world, runbook, followers)
    engine.settle(call.world, runbook, followers, now, call.person.id)
    return Reply(204, b"")


def _press(call: Call) -> tuple[bool, list[str] | None]:
    meta: dict[str, Any] = call.body(bodies.TASK_PRESS, optional=True).get("meta", {})
    chosen = meta.get("selected_successor_ids")
    # ids are texts everywhere but here, where the reference wants numbers
    ids = None if chosen is None else [str(int(n)) if float(n).is_integer() else str(n) for n in chosen]
    return bool(meta.get("override")), ids


def start_task(call: Call) -> Reply:
    """PATCH .../start."""
    runbook, task = _find(call)
    override, selected = _press(call)
    presses.start(call.world, runbook, task, call.person, override=override, selected=selected)
    return _shown(call, runbook, task)


def finish_task(call: Call) -> Reply:
    """PATCH .../finish."""
    runbook, task = _find(call)
    override, selected = _press(call)
    presses.finish(call.world, runbook, task, call.person, override=override, selected=selected)
    return _shown(call, runbook, task)


def skip_task(call: Call) -> Reply:
    """PATCH .../skip (addition): answers no task, so the client has to read it again."""
    runbook, task = _find(call)
    meta = call.body(bodies.TASK_SKIP)["meta"]
    reason = taskedit.comment_text(meta["comment"], "/meta/comment")
    presses.skip(call.world, runbook, task, call.person, reason)
    return Reply(204, b"")
