"""Creating and editing tasks: who may, what fits together, and what follows for plan and stages.

Rule: everything is checked before the first member is written, so a refused request changes nothing.
"""

from __future__ import annotations

from typing import Any

from . import access, copying, engine, plan
from .errors import forbidden, invalid
from .markup import clean
from .runbook import Runbook, Task
from .schema import moment
from .shapes import editable
from .things import Person
from .world import World

ATTRIBUTES = "/data/attributes"
RELATED = "/data/relationships"
PLAIN = ("name", "description", "disable_notify", "level", "start_requirements", "end_requirements")
MAX_COMMENT = 65_535


def comment_text(text: str, pointer: str) -> str:
    """A comment as it is kept; 422 when nothing is left or it is too long."""
    if len(text) > MAX_COMMENT:
        raise invalid("too_long", f"The text is too long (maximum is {MAX_COMMENT} characters)", pointer)
    kept = clean(text)
    if not kept.strip():
        raise invalid("blank", "The text can't be blank", pointer)
    return kept


def answers(world: World, given: list[dict[str, Any]], moments: tuple[str, ...]) -> dict[str, str | list[str]]:
    """Custom field values by field id. Fields go by id or name; select fields take only their own options."""
    found: dict[str, str | list[str]] = {}
    for index, each in enumerate(given):
        pointer = f"{ATTRIBUTES}/custom_field_values/{index}"
        wanted = each.get("custom_field_id"), each.get("name")
        field = next((f for f in world.custom_fields.values() if f.id == wanted[0] or f.name == wanted[1]), None)
        if field is None or field.archived or not field.apply_to.startswith(moments):
            raise invalid("not_found", "There is no such custom field here", pointer)
        value = each["value"]
        chosen = value if isinstance(value, list) else [value]
        if (field.field_type == "multi_select") != isinstance(value, list) and value != "":
            raise invalid("invalid", f"{field.name} takes another kind of value", f"{pointer}/value")
        if field.options and any(option not in field.options for option in chosen if option):
            raise invalid("inclusion", f"{field.name} takes {', '.join(field.options)}", f"{pointer}/value")
        found[field.id] = value
    return found


def require_editable(world: World, runbook: Runbook, task: Task | None) -> None:
    """422 unless tasks may be changed now; a completed task never changes while its run goes on."""
    if not editable(runbook, world.runbook_types[runbook.type_id].dynamic) or (task and task.stage == "complete"):
        raise invalid("task.not_editable", "The task may not be edited now")


def _linked(body: dict[str, Any], name: str) -> Any:
    return body["data"].get("relationships", {}).get(name, {}).get("data")


class Edit:
    """One checked change of a task; `apply` writes it."""

    def __init__(
        self, world: World, runbook: Runbook, task: Task, person: Person, body: dict[str, Any], extra: bool
    ) -> None:
        self.world, self.runbook, self.task, self.person, self.extra = world, runbook, task, person, extra
        self.attributes: dict[str, Any] = body["data"].get("attributes", {})
        self.replace_people = bool(body.get("meta", {}).get("delete_excluded_assignees"))
        self.answers = answers(world, self.attributes.get("custom_field_values", []), ("task_",))
        self.stream_id = self._stream(_linked(body, "stream"))
        self.type_id = self._type(_linked(body, "task_type"))
        self.assignees = _linked(body, "assignees") if extra else None
        self.before = self._predecessors(_linked(body, "predecessors") if extra else None)
        name = self.attributes.get("name", task.name)
        if not name.strip():
            raise invalid("blank", "Name can't be blank", f"{ATTRIBUTES}/name")
        starts = self.attributes.get("start_requirements", task.start_requirements)
        if (
            starts == "all_must_start"
            and self.attributes.get("end_requirements", task.end_requirements) == "same_must_end"
        ):
            raise invalid(
                "invalid", "The starter cannot end what everyone must start", f"{ATTRIBUTES}/end_requirements"
            )

    def _stream(self, link: Any) -> str:
        if link is None:
            return self.task.stream_id
        if link["id"] not in self.runbook.streams:
            raise invalid("required", "Stream must exist", f"{RELATED}/stream")
        return str(link["id"])

    def _type(self, link: Any) -> str:
        if link is None:
            return self.task.type_id
        for kind in self.world.task_types.values():
            if link["id"] in (kind.id, kind.key):
                if kind.archived and kind.id != self.task.type_id:
                    text = "The task type is archived"
                    raise invalid("cannot_be_changed_to_an_archived_resource", text, f"{RELATED}/task_type")
                return kind.id
        raise invalid("required", "Task type must exist", f"{RELATED}/task_type")

    def _predecessors(self, links: Any) -> list[str] | None:
        if links is None:
            return None
        ids = list(dict.fromkeys(str(link["id"]) for link in links))
        pointer = f"{RELATED}/predecessors"
        if any(tid not in self.runbook.tasks for tid in ids):
            raise invalid("required", "Predecessors must be tasks of this runbook", pointer)
        live = self.world.live[self.runbook.id]
        if self.task.id in self.runbook.tasks and live.would_circle(self.task, ids):
            raise invalid("invalid", "A task cannot wait for itself", pointer)
        return ids

    def only_answers(self) -> bool:
        """Whether nothing but custom field values is sent: that is how people answer before they finish."""
        return set(self.attributes) == {"custom_field_values"} and self.before is None and not self.assignees

    def apply(self, now: float) -> None:
        """Write everything."""
        task, sent = self.task, self.attributes
        for name in PLAIN:
            setattr(task, name, sent.get(name, getattr(task, name)))
        task.answers |= self.answers
        task.answers = {fid: value for fid, value in task.answers.items() if value}
        task.stream_id, task.type_id = self.stream_id, self.type_id
        if "duration" in sent:
            task.duration = int(sent["duration"])
        for name in ("start_fixed", "end_fixed"):
            if name in sent:
                setattr(task, name, moment(sent[name]))
        if self.extra:
            task.message = sent.get("message", task.message)
            self._assign()
            self._link_runbooks(now)

    def _assign(self) -> None:
        if self.assignees is None:
            return
        # Cutover says nothing when an assignee does not take part in the runbook: it is just not assigned
        people = [
            str(a["id"]) for a in self.assignees if a["type"] == "user" and a["id"] in self.runbook.participants()
        ]
        teams = [str(a["id"]) for a in self.assignees if a["type"] == "runbook_team" and a["id"] in self.runbook.teams]
        kept_people, kept_teams = ([], []) if self.replace_people else (self.task.people, self.task.teams)
        self.task.people = list(dict.fromkeys([*kept_people, *people]))
        self.task.teams = list(dict.fromkeys([*kept_teams, *teams]))

    def _link_runbooks(self, now: float) -> None:
        if "task_links" not in self.attributes:
            return
        self.task.child_id, self.task.snippet_ids = None, []
        for each in self.attributes["task_links"]:
            target = str(each["id"])
            if each.get("link_type") == "snippet" and target in self.world.runbooks:
                self.task.snippet_ids.append(target)
            elif each.get("link_type") == "runbook":
                child = copying.link_child(self.world, self.runbook, self.task, target, self.person.id, now)
                self.task.child_id = child or self.task.child_id


def create(world: World, runbook: Runbook, person: Person, body: dict[str, Any], extra: bool) -> Task:
    """A new task in a runbook that may be edited; returns it."""
    primary = next((each.id for each in runbook.streams.values() if each.is_primary), "")
    normal = next(kind.id for kind in world.task_types.values() if kind.key == "normal")
    number = max((task.number for task in runbook.tasks.values()), default=0) + 1
    now = world.now()
    task = Task(id="", number=number, name="", stream_id=primary, type_id=normal, created_at=now, updated_at=now)
    if access.role(person, runbook) not in ("admin", "editor"):
        raise forbidden()
    if "name" not in body["data"].get("attributes", {}):
        raise invalid("blank", "Name can't be blank", f"{ATTRIBUTES}/name")
    edit = Edit(world, runbook, task, person, body, extra)
    if not access.edits_stream(person, runbook, edit.stream_id):
        raise forbidden()
    require_editable(world, runbook, None)
    task.id = world.new_id()
    edit.apply(now)
    task.predecessors = edit.before or []
    world.live[runbook.id].add(task)
    plan.replan(world, runbook, [task.id])
    world.note("task.created", runbook, by=person.id, task=task, text=f"{task.name} was created")
    engine.settle(world, runbook, [task.id], now, person.id)
    return task


def update(world: World, runbook: Runbook, task: Task, person: Person, body: dict[str, Any], extra: bool) -> None:
    """Change a task. People who may press its buttons may answer its questions, also where nothing else is editable."""
    edit = Edit(world, runbook, task, person, body, extra)
    if edit.only_answers() and edit.stream_id == task.stream_id:
        if not access.edits_stream(person, runbook, task.stream_id):
            access.require_hand(person, runbook, task, override=False)
    else:
        if not all(access.edits_stream(person, runbook, sid) for sid in (task.stream_id, edit.stream_id)):
            raise forbidden()
        require_editable(world, runbook, task)
    live, now = world.live[runbook.id], world.now()
    edit.apply(now)
    if edit.before is not None and task.stage == "default":
        live.link(task, edit.before)
    live.touch(task, now)
    plan.replan(world, runbook, [task.id])
    changes = {name: str(value)[:200] for name, value in edit.attributes.items()}
    world.note("task.updated", runbook, by=person.id, task=task, text=f"{task.name} was changed", changes=changes)
    engine.settle(world, runbook, [task.id], now, person.id)
