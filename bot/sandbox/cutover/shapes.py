"""Records as JSON:API resources. Attributes without a value are left out, because the reference marks hardly
any nullable.

With `extra` off, exactly the members of the reference; with it also those that only the vendor's own client
shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import plan
from .clock import iso
from .runbook import Runbook, RunbookTeam, Stream
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

Json = dict[str, Any]


def when(at: float | None) -> str | None:
    """A time or nothing."""
    return None if at is None else iso(at)


def ref(kind: str, rid: str | None) -> Json:
    """A to-one linkage."""
    return {"data": {"id": rid, "type": kind}}


def refs(kind: str, ids: list[str]) -> Json:
    """A to-many linkage."""
    return {"data": [{"id": each, "type": kind} for each in ids]}


def resource(kind: str, rid: str, attributes: Json, relationships: Json | None = None, path: str = "") -> Json:
    """A resource object; members that are None are dropped."""
    made: Json = {"id": rid, "type": kind, "attributes": {k: v for k, v in attributes.items() if v is not None}}
    made["relationships"] = {k: v for k, v in (relationships or {}).items() if v is not None}
    if path:
        made["links"] = {"self": path}
    return made


def answers(world: World, given: Mapping[str, str | list[str]]) -> list[Json]:
    """Custom field values, each with the field's id and name."""
    fields = world.custom_fields
    return [{"custom_field_id": fid, "name": fields[fid].name, "value": value} for fid, value in given.items()]


def person(who: Person) -> Json:
    """A user."""
    attributes = {
        "archived": who.archived,
        "country_code": who.country_code,
        "created_at": when(who.created_at),
        "email": who.email,
        "first_name": who.first_name,
        "handle": who.handle,
        "job_title": who.job_title,
        "last_name": who.last_name,
        "locked_at": when(who.locked_at),
        "mobile_number": who.mobile_number,
        "updated_at": when(who.updated_at),
    }
    return resource("user", who.id, attributes, path=f"/core/users/{who.id}")


def workspace(each: Workspace) -> Json:
    """A workspace."""
    attributes = {
        "created_at": when(each.created_at),
        "description": each.description,
        "key": each.key,
        "name": each.name,
        "updated_at": when(each.updated_at),
    }
    return resource("workspace", each.id, attributes, path=f"/core/workspaces/{each.id}")


def folder(each: Folder, who: Person, extra: bool) -> Json:
    """A folder; `meta.permissions` tells what this person may do in it."""
    attributes = {
        "created_at": when(each.created_at),
        "key": each.key,
        "name": each.name,
        "description": each.description,
        "updated_at": when(each.updated_at),
    }
    if not extra:
        return resource("folder", each.id, attributes)
    relationships = {
        "workspace": ref("workspace", each.workspace_id),
        "parent": ref("folder", each.parent_id) if each.parent_id else None,
    }
    made = resource("folder", each.id, attributes, relationships)
    allowed = [{"type": "create", "resource": "runbook"}] if "creator" in who.roles else []
    made["meta"] = {"permissions": allowed}
    return made


def runbook_type(each: RunbookType, extra: bool) -> Json:
    """A runbook type."""
    attributes: Json = {
        "archived": each.archived,
        "default": each.default,
        "description": each.description,
        "disabled": each.disabled,
        "dynamic": each.dynamic,
        "global": each.everywhere,
        "key": each.key,
        "name": each.name,
    }
    if extra:
        attributes |= {"enable_rto": each.enable_rto, "incident": each.incident}
    home = ref("workspace", each.workspace_id) if each.workspace_id else None
    return resource("runbook_type", each.id, attributes, {"workspace": home}, f"/core/runbook_types/{each.id}")


def task_type(each: TaskType) -> Json:
    """A task type."""
    attributes = {
        "archived": each.archived,
        "auto_finish": each.auto_finish,
        "auto_start": each.auto_start,
        "comms": each.comms,
        "conditional_progression": each.conditional_progression,
        "created_at": when(each.created_at),
        "default_duration": each.default_duration,
        "key": each.key,
        "name": each.name,
        "updated_at": when(each.updated_at),
    }
    return resource("task_type", each.id, attributes, path=f"/core/task_types/{each.id}")


def team(each: Team) -> Json:
    """A central team."""
    return resource("team", each.id, {"name": each.name}, path=f"/core/teams/{each.id}")


def runbook_team(each: RunbookTeam) -> Json:
    """A team inside a runbook; its id is not the central team's."""
    home = ref("team", each.team_id) if each.team_id else None
    made = resource("runbook_team", each.id, {"name": each.name}, {"team": home})
    made["meta"] = {"users_count": len(each.people)}
    return made


def custom_field(each: CustomField) -> Json:
    """A custom field."""
    attributes = {
        "name": each.name,
        "display_name": each.display_name,
        "field_type": each.field_type,
        "field_options": [{"name": option, "value": option} for option in each.options],
        "required": each.required,
        "apply_to": each.apply_to,
        "allow_field_creation": False,
        "archived": each.archived,
    }
    home = ref("workspace", each.workspace_id) if each.workspace_id else None
    path = f"/core/custom_fields/{each.id}"
    return resource("custom_field", each.id, attributes, {"workspace": home}, path)


def comment(each: Comment, extra: bool) -> Json:
    """A comment. The reference gives it neither author nor time."""
    attributes: Json = {"content": each.content}
    if extra:
        attributes["featured"] = each.featured
    about = ref("task", each.task_id) if each.task_id else None
    return resource("comment", each.id, attributes, {"task": about}, f"/core/runbooks/{each.runbook_id}/comments")


def action_log(each: ActionLog) -> Json:
    """A line of the audit log."""
    attributes = {
        "event": each.key,
        "description": each.description,
        "changes": each.changes,
        "created_at": when(each.created_at),
    }
    relationships = {
        "author": ref("user", each.author_id) if each.author_id else None,
        "resource": ref(each.resource_type, each.resource_id),
        "context": ref("runbook", each.runbook_id) if each.runbook_id else None,
    }
    return resource("action_log", each.id, attributes, relationships)


def activity(each: ActionLog) -> Json:
    """The same happening as the activity feed tells it."""
    attributes = {
        "key": each.key,
        "starred": False,
        "created_at": when(each.created_at),
        "changes": [{"name": name, "to": value} for name, value in each.changes.items()],
    }
    relationships = {
        "activist": ref("user", each.author_id) if each.author_id else None,
        "trackable": ref(each.resource_type, each.resource_id),
    }
    made = resource("activity", each.id, attributes, relationships)
    made["meta"] = {"message": {"plain": each.description}}
    return made


def stream(world: World, runbook: Runbook, each: Stream, extra: bool, forecast: bool) -> Json:
    """A stream with its runbook version embedded whole, as the reference shows it."""
    attributes: Json = {
        "color": each.color,
        "description": each.description,
        "is_primary": each.is_primary,
        "name": each.name,
        "status": each.status,
        "status_message": each.status_message,
        "status_updated_at": when(each.status_updated_at),
        "tasks_count": world.live[runbook.id].tasks_in(each.id) or None,
    }
    relationships: Json = {
        "parent": ref("stream", each.parent_id) if each.parent_id else None,
        "runbook_version": {"data": version(world, runbook)},
    }
    if extra:
        relationships["status_author"] = ref("user", each.status_author_id) if each.status_author_id else None
        attributes |= _stream_times(world, runbook, each, forecast)
    return resource("stream", each.id, attributes, relationships, f"/core/runbooks/{runbook.id}/streams/{each.id}")


def _stream_times(world: World, runbook: Runbook, each: Stream, forecast: bool) -> Json:
    spans = plan.stream_spans(world, runbook, world.now()).get(each.id)
    if spans is None:
        return {}
    times = {"start_planned": when(spans[0]), "end_planned": when(spans[1])}
    if forecast:
        times |= {"start_display": when(spans[2]), "end_display": when(spans[3])}
    return times


def version(world: World, runbook: Runbook) -> Json:
    """The current version of a runbook."""
    end_planned, end_forecast = plan.ends(world, runbook, world.now())
    dynamic = world.runbook_types[runbook.type_id].dynamic
    attributes = {
        "created_at": when(runbook.created_at),
        "end_actual": when(runbook.end_actual),
        "end_forecast": when(end_forecast),
        "end_planned": when(end_planned),
        "end_scheduled": when(runbook.end_scheduled),
        "is_current": True,
        "is_editable": editable(runbook, dynamic),
        "name": "v1",
        "paused_at": when(runbook.paused_at),
        "resumed_at": when(runbook.resumed_at),
        "start_actual": when(runbook.start_actual),
        "start_planned": when(runbook.start_planned),
        "start_scheduled": when(runbook.start_scheduled),
        "timing_mode": "unscheduled" if runbook.start_scheduled is None else "scheduled",
    }
    return resource("runbook_version", runbook.version_id, attributes)


def editable(runbook: Runbook, dynamic: bool) -> bool:
    """Tasks change in planning and in a pause; during a run only in dynamic types (R31); approved templates never."""
    if runbook.is_template and runbook.template_status == "approved":
        return False
    return runbook.stage in ("planning", "paused") or (dynamic and runbook.stage == "active")
