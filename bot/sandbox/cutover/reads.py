"""The reading endpoints, tasks apart: workspaces, folders, types, teams, users, runbooks, streams, comments,
fields, logs."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any, TypeVar

from . import access, shapes
from .api import Call, Reply, many, one
from .errors import Refusal, malformed, missing
from .runbook import Runbook
from .schema import choice, flag, moment, words
from .tasks_out import runbook_resource
from .things import ActionLog, CustomField, Person

T = TypeVar("T")


def fuzzy(query: str, *texts: str) -> bool:
    """Whether every word of the query is (nearly) found in the texts."""
    hay = " ".join(texts).casefold()
    parts = hay.split()

    def near(word: str) -> bool:
        return word in hay or any(SequenceMatcher(None, word, part).ratio() >= 0.8 for part in parts)

    return all(near(word) for word in query.casefold().split()[:20])


def by_id_or_key(things: dict[str, T], wanted: str, what: str) -> T:
    """A thing by id or by key (R10); 404 when there is none."""
    found = things.get(wanted)
    if found is not None:
        return found
    for thing in things.values():
        if getattr(thing, "key", None) == wanted:
            return thing
    raise missing(what)


def list_workspaces(call: Call) -> Reply:
    """GET workspaces, those of the person."""
    query = call.query.get("query", "")
    own = call.person.workspaces
    found = [
        each
        for each in call.world.workspaces.values()
        if (own is None or each.id in own) and fuzzy(query, each.name, each.description)
    ]
    return many(call, found, shapes.workspace)


def get_workspace(call: Call) -> Reply:
    """GET one workspace."""
    return one(shapes.workspace(by_id_or_key(call.world.workspaces, call.ids[0], "The workspace")))


def list_folders(call: Call) -> Reply:
    """GET folders of a workspace."""
    home = by_id_or_key(call.world.workspaces, call.ids[0], "The workspace")
    found = [each for each in call.world.folders.values() if each.workspace_id == home.id]
    return many(call, found, lambda each: shapes.folder(each, call.person, call.extra))


def list_runbook_types(call: Call) -> Reply:
    """GET runbook types."""
    return many(call, list(call.world.runbook_types.values()), lambda each: shapes.runbook_type(each, call.extra))


def get_runbook_type(call: Call) -> Reply:
    """GET one runbook type."""
    found = by_id_or_key(call.world.runbook_types, call.ids[0], "The runbook type")
    return one(shapes.runbook_type(found, call.extra))


def list_task_types(call: Call) -> Reply:
    """GET task types."""
    return many(call, list(call.world.task_types.values()), shapes.task_type)


def get_task_type(call: Call) -> Reply:
    """GET one task type."""
    return one(shapes.task_type(by_id_or_key(call.world.task_types, call.ids[0], "The task type")))


def list_teams(call: Call) -> Reply:
    """GET central teams."""
    return many(call, list(call.world.teams.values()), shapes.team)


def get_team(call: Call) -> Reply:
    """GET one central team."""
    return one(shapes.team(by_id_or_key(call.world.teams, call.ids[0], "The team")))


def find_user(call: Call) -> Person:
    """The user of the path, by id or by e-mail (the vendor's recipe for archiving uses the e-mail)."""
    wanted = call.ids[0]
    found = call.world.people.get(wanted)
    if found is None and "@" in wanted:
        found = next((p for p in call.world.people.values() if p.email.casefold() == wanted.casefold()), None)
    if found is None:
        raise missing("The user")
    return found


def list_users(call: Call) -> Reply:
    """GET users; `query` is fuzzy over name and e-mail."""
    query = call.query.get("query", "") if call.extra else ""
    found = [each for each in call.world.people.values() if fuzzy(query, each.name, each.email)]
    return many(call, found, shapes.person)


def get_user(call: Call) -> Reply:
    """GET one user, archived or not."""
    return one(shapes.person(find_user(call)))


def list_runbooks(call: Call) -> Reply:
    """GET runbooks that the person may read; archived ones only on demand."""
    query, world = call.query, call.world
    template, archived = flag(query, "is_template"), flag(query, "archived") if call.extra else None
    run_type = choice(query, "run_type", "live", "rehearsal")
    status = choice(query, "template_status", "draft", "pending", "approved")
    same: dict[str, Any] = {
        "is_template": template,
        "run_type": run_type,
        "template_status": status,
        "id": query.get("runbook_id"),
        "workspace_id": _id(world.workspaces, query.get("workspace_id")),
        "folder_id": _id(world.folders, query.get("folder_id")),
        "type_id": _id(world.runbook_types, query.get("runbook_type_id")),
        "source_runbook_id": query.get("source_runbook_id") if call.extra else None,
    }
    same = {name: value for name, value in same.items() if value is not None}
    stages = words(query, "stage") if call.extra else None

    def fits(runbook: Runbook) -> bool:
        return (
            runbook.archived == bool(archived)
            and access.readable(call.person, runbook)
            and all(getattr(runbook, name) == value for name, value in same.items())
            and (stages is None or runbook.stage in stages)
            and fuzzy(query.get("query", ""), runbook.name, runbook.description)
        )

    found = [each for each in world.runbooks.values() if fits(each)]
    return many(call, found, lambda each: runbook_resource(world, each, call.extra))


def _id(things: dict[str, Any], wanted: str | None) -> str | None:
    """An id from an id or key; an unknown one stays as it is and matches nothing."""
    if wanted is None or wanted in things:
        return wanted
    return next((str(each.id) for each in things.values() if each.key == wanted), wanted)


def get_runbook(call: Call) -> Reply:
    """GET one runbook."""
    runbook = access.find_runbook(call.world, call.person, call.ids[0])
    return one(runbook_resource(call.world, runbook, call.extra))


def list_streams(call: Call) -> Reply:
    """GET streams, by name; `forecast=true` adds the display times."""
    runbook = access.find_runbook(call.world, call.person, call.ids[0])
    forecast = bool(flag(call.query, "forecast")) if call.extra else False
    found = sorted(runbook.streams.values(), key=lambda each: each.name.casefold())
    return many(call, found, lambda each: shapes.stream(call.world, runbook, each, call.extra, forecast))


def get_stream(call: Call) -> Reply:
    """GET one stream."""
    runbook = access.find_runbook(call.world, call.person, call.ids[0])
    found = runbook.streams.get(call.ids[1])
    if found is None:
        raise missing("The stream")
    return one(shapes.stream(call.world, runbook, found, call.extra, forecast=True))


def list_comments(call: Call) -> Reply:
    """GET comments of a runbook, oldest first, `task_id` narrows."""
    runbook = access.find_runbook(call.world, call.person, call.ids[0])
    task_id = call.query.get("task_id")
    found = call.world.comments.get(runbook.id, [])
    found = found if task_id is None else [each for each in found if each.task_id == task_id]
    return many(call, found, lambda each: shapes.comment(each, call.extra))


def list_runbook_teams(call: Call) -> Reply:
    """GET runbook teams (addition)."""
    runbook = access.find_runbook(call.world, call.person, call.ids[0])
    return many(call, list(runbook.teams.values()), shapes.runbook_team)


def list_custom_fields(call: Call) -> Reply:
    """GET custom fields (addition); `global=true` with a workspace includes the shared ones."""
    wanted = _id(call.world.workspaces, call.query.get("workspace_id"))
    shared = flag(call.query, "global")

    def fits(each: CustomField) -> bool:
        if wanted is None:
            return shared is None or shared == (each.workspace_id is None)
        return each.workspace_id == wanted or (bool(shared) and each.workspace_id is None)

    found = [each for each in call.world.custom_fields.values() if fits(each)]
    return many(call, found, shapes.custom_field)


def get_custom_field(call: Call) -> Reply:
    """GET one custom field (addition)."""
    found = call.world.custom_fields.get(call.ids[0])
    if found is None:
        raise missing("The custom field")
    return one(shapes.custom_field(found))


def _logs(call: Call) -> list[ActionLog]:
    """Log lines that the person may read, newest first."""
    try:
        after, before = moment(call.query.get("created_after")), moment(call.query.get("created_before"))
    except Refusal as error:
        raise malformed("A time was expected", parameter="created_after") from error
    same = {name: call.query[name] for name in ("runbook_id", "workspace_id") if call.query.get(name) is not None}
    author = call.query.get("user_id")
    runbooks = call.world.runbooks
    readable = {rid for rid, runbook in runbooks.items() if access.readable(call.person, runbook)}
    return [
        each
        for each in reversed(call.world.logs)
        if (each.runbook_id is None or each.runbook_id in readable)
        and all(getattr(each, name) == value for name, value in same.items())
        and (author is None or each.author_id == author)
        and (after is None or each.created_at > after)
        and (before is None or each.created_at < before)
    ]


def list_action_logs(call: Call) -> Reply:
    """GET the audit log (addition); for people who run things, not for readers."""
    if "runbook_admin" not in call.person.roles:
        access.require_role(call.person, "user_admin")
    return many(call, _logs(call), shapes.action_log)


def list_activities(call: Call) -> Reply:
    """GET the activity feed (addition)."""
    return many(call, _logs(call), shapes.activity)
