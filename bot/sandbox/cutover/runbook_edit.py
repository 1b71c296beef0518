"""Creating and editing runbooks: the timing rules (R13-R15, R22), templates, copies, and who may."""

from __future__ import annotations

from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from . import access, copying, plan
from .errors import Refusal, invalid
from .runbook import Runbook, Stream
from .schema import moment
from .taskedit import ATTRIBUTES, RELATED, answers
from .things import Folder, Person, RunbookType, Workspace
from .world import World

T = TypeVar("T", Workspace, Folder, RunbookType)
TEXTS = ("name", "description", "status_message", "timezone")


def _related(things: dict[str, T], body: dict[str, Any], name: str, code: str) -> T | None:
    """The related thing that the body names by id or key (R10)."""
    link = body["data"].get("relationships", {}).get(name)
    if link is None:
        return None
    for thing in things.values():
        if link["data"]["id"] in (thing.id, thing.key):
            return thing
    raise invalid(code, f"{name} must exist", f"{RELATED}/{name}")


class Timing:
    """What a request says about planned and scheduled times, checked against what is stored."""

    def __init__(self, sent: dict[str, Any], stored: Runbook | None) -> None:
        if "start_scheduled" in sent and "start_planned" in sent:
            raise invalid("must_be_empty", "Start planned must be empty with a schedule", f"{ATTRIBUTES}/start_planned")
        old = (stored.start_scheduled, stored.end_scheduled) if stored else (None, None)
        self.planned = moment(sent.get("start_planned"))
        self.start = moment(sent["start_scheduled"]) if "start_scheduled" in sent else old[0]
        if self.planned is not None:
            self.start = None  # a planned start makes the runbook unscheduled again
        self.end = moment(sent["end_scheduled"]) if "end_scheduled" in sent else (old[1] if self.start else None)
        if self.end is not None and self.start is None:
            raise invalid("must_be_empty", "End scheduled needs a scheduled start", f"{ATTRIBUTES}/end_scheduled")
        if self.end is not None and self.start is not None and self.end <= self.start:
            text = "End scheduled must be after start scheduled"
            raise invalid("end_scheduled_must_be_after_start_scheduled", text, f"{ATTRIBUTES}/end_scheduled")

    def apply(self, world: World, runbook: Runbook, shift: bool) -> None:
        """Write the times; fixed times move along when asked, and always when the timing mode changes (R22)."""
        before, mode = plan.base(runbook), runbook.start_scheduled is None
        if self.planned is not None:
            runbook.start_planned = self.planned
        runbook.start_scheduled, runbook.end_scheduled = self.start, self.end
        if shift or mode != (self.start is None):
            plan.shift_fixed(world, runbook, plan.base(runbook) - before, world.now())
        plan.replan(world, runbook)


def _zone(name: str) -> bool:
    """Whether this is the name of a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no sensible name, or a folder of zones
        return False
    return True


def _check_attributes(world: World, sent: dict[str, Any], stored: Runbook | None) -> None:
    template = sent.get("is_template", stored.is_template if stored else False)
    if "name" in sent and not sent["name"].strip():
        raise invalid("blank", "Name can't be blank", f"{ATTRIBUTES}/name")
    if "timezone" in sent and not _zone(sent["timezone"]):
        raise invalid("inclusion", "The time zone is not known", f"{ATTRIBUTES}/timezone")
    if sent.get("template_status") and not template:
        code = "runbook.cannot_update_template_status_on_non_template"
        raise invalid(code, "Only templates have a template status", f"{ATTRIBUTES}/template_status")
    if stored is None:
        return
    if template and stored.event_published is not None:
        raise invalid("runbook.cannot_be_template_with_event", "It belongs to an event", f"{ATTRIBUTES}/is_template")
    copied = any(each.source_runbook_id == stored.id for each in world.runbooks.values())
    if stored.is_template and not template and copied:
        code = "runbook.cannot_remove_template_when_in_use"
        raise invalid(code, "The template is in use", f"{ATTRIBUTES}/is_template")


def _write(world: World, runbook: Runbook, sent: dict[str, Any], person: Person) -> None:
    now = world.now()
    for name in TEXTS:
        if name in sent:
            setattr(runbook, name, sent[name])
    if "status" in sent and sent["status"] != runbook.status:
        runbook.status, runbook.status_updated_at = sent["status"], now
    if "is_template" in sent:
        runbook.is_template = sent["is_template"]
        if runbook.is_template and runbook.template_status is None:
            runbook.template_status = "draft"
    if not runbook.is_template:
        runbook.template_status = None
    elif sent.get("template_status"):
        runbook.template_status = sent["template_status"]
    if "template_next_review_at" in sent:
        runbook.template_next_review_at = moment(sent["template_next_review_at"])
    if "template_type" in sent:
        runbook.template_type = sent["template_type"]
    if "rto" in sent:
        runbook.rto = int(sent["rto"])
    given = answers(world, sent.get("custom_field_values", []), ("runbook_",))
    runbook.answers = {fid: value for fid, value in (runbook.answers | given).items() if value}
    runbook.updated_at = now


def create(world: World, person: Person, body: dict[str, Any]) -> Runbook:
    """A new runbook, blank or as a copy; its author becomes its admin."""
    sent, meta = body["data"]["attributes"], body.get("meta", {})
    if "name" not in sent:
        raise invalid("blank", "Name can't be blank", f"{ATTRIBUTES}/name")
    workspace = _related(world.workspaces, body, "workspace", "required")
    folder = _related(world.folders, body, "folder", "blank")
    kind = _related(world.runbook_types, body, "runbook_type", "required")
    source = _source(world, person, meta.get("copy", {}))
    access.require_role(person, "creator")
    if source is None and workspace is None:
        raise invalid("required", "Workspace must exist", f"{RELATED}/workspace")
    home = workspace.id if workspace else (source.workspace_id if source else "")
    if folder is not None and folder.workspace_id != home:
        raise invalid("must_match_account", "The folder is in another workspace", f"{RELATED}/folder")
    if kind is not None and kind.archived:
        code = "cannot_be_changed_to_an_archived_resource"
        raise invalid(code, "The runbook type is archived", f"{RELATED}/runbook_type")
    _check_attributes(world, sent, None)
    answers(world, sent.get("custom_field_values", []), ("runbook_",))
    timing = Timing(sent, None)
    made = _copy(world, person, source, meta["copy"]) if source else _blank(world, person, home)
    made.workspace_id = home
    default = next(each.id for each in world.folders.values() if each.workspace_id == home and each.name == "Default")
    made.folder_id = folder.id if folder else (made.folder_id if source and not workspace else default)
    made.type_id = kind.id if kind else made.type_id
    _write(world, made, sent, person)
    timing.apply(world, made, bool(meta.get("shift_fixed_times")))
    world.note("runbook.created", made, by=person.id, text=f"{made.name} was created")
    return made


def _source(world: World, person: Person, wanted: dict[str, Any]) -> Runbook | None:
    if "source_runbook_id" not in wanted:
        return None
    try:
        return access.find_runbook(world, person, wanted["source_runbook_id"])
    except Refusal:
        raise invalid("required", "Source runbook must exist", "/meta/copy/source_runbook_id") from None


def _copy(world: World, person: Person, source: Runbook, wanted: dict[str, Any]) -> Runbook:
    parts = copying.Wanted(*(bool(wanted.get(name)) for name in ("tasks", "teams", "users")))
    return copying.copy_runbook(world, source, parts, person.id, world.now())


def _blank(world: World, person: Person, workspace_id: str) -> Runbook:
    now = world.now()
    stream = Stream(id=world.new_id(), name="Main", is_primary=True)
    normal = next(kind.id for kind in world.runbook_types.values() if kind.default)
    return world.add_runbook(
        Runbook(
            id=world.new_id(),
            name="",
            version_id=world.new_id(),
            workspace_id=workspace_id,
            folder_id="",
            type_id=normal,
            author_id=person.id,
            start_planned=now,
            admins=[person.id],
            streams={stream.id: stream},
            created_at=now,
            updated_at=now,
        )
    )


def update(world: World, runbook: Runbook, person: Person, body: dict[str, Any]) -> None:
    """Change a runbook. An approved template takes only a new template status or review date."""
    sent: dict[str, Any] = body["data"].get("attributes", {})
    access.require_admin(person, runbook)
    folder = _related(world.folders, body, "folder", "blank")
    kind = _related(world.runbook_types, body, "runbook_type", "required")
    workspace = _related(world.workspaces, body, "workspace", "required")
    home = workspace.id if workspace else runbook.workspace_id
    if folder is not None and folder.workspace_id != home:
        raise invalid("must_match_account", "The folder is in another workspace", f"{RELATED}/folder")
    if kind is not None and kind.id != runbook.type_id and world.runbook_types[runbook.type_id].key == "change_request":
        code = "runbook.cannot_switch_from_change_request_runbook_type"
        raise invalid(code, "A change request keeps its type", f"{RELATED}/runbook_type")
    if kind is not None and kind.archived and kind.id != runbook.type_id:
        code = "cannot_be_changed_to_an_archived_resource"
        raise invalid(code, "The runbook type is archived", f"{RELATED}/runbook_type")
    if runbook.template_status == "approved" and set(sent) - {"template_status", "template_next_review_at"}:
        raise invalid("invalid", "An approved template cannot be edited", ATTRIBUTES)
    _check_attributes(world, sent, runbook)
    answers(world, sent.get("custom_field_values", []), ("runbook_",))
    timing = Timing(sent, runbook)
    moves = {"start_planned", "start_scheduled", "end_scheduled"} & set(sent)
    if moves and runbook.stage != "planning":
        raise invalid("invalid", "Times are fixed once the run has started", f"{ATTRIBUTES}/{min(moves)}")
    if runbook.workspace_id != home and folder is None:
        folder = next(each for each in world.folders.values() if each.workspace_id == home and each.name == "Default")
    runbook.workspace_id = home
    runbook.folder_id = folder.id if folder else runbook.folder_id
    runbook.type_id = kind.id if kind else runbook.type_id
    _write(world, runbook, sent, person)
    if moves:
        timing.apply(world, runbook, bool(body.get("meta", {}).get("shift_fixed_times")))
    world.live[runbook.id].revision += 1
    changes = {name: str(value)[:200] for name, value in sent.items()}
    world.note("runbook.updated", runbook, by=person.id, text=f"{runbook.name} was changed", changes=changes)
