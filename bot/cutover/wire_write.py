"""The model turned into Cutover's JSON. The one rule: strict; a word Cutover does not know is refused here.

Errors are `BadInput`: raised before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from bot.cutover.drafts import UNSET, CopyFrom, RunbookFields, StreamFields, TaskFields
from bot.cutover.paths import checked
from bot.errors import BadInput
from bot.model import Comms, EndRule, FieldValue, Rag, Ref, RunType, StartRule, ValidationLevel

_KNOWN: dict[str, frozenset[str]] = {
    "status": frozenset(Rag),
    "template_status": frozenset(("draft", "pending", "approved")),
    "level": frozenset(("level_1", "level_2", "level_3")),
    "start_requirements": frozenset(StartRule),
    "end_requirements": frozenset(EndRule),
    "run_type": frozenset(RunType),
    "comms": frozenset(Comms),
    "validation_level": frozenset(ValidationLevel),
}
_RELATED = {"stream_id": "stream", "task_type_id": "task_type", "parent_id": "stream"}
_NULLABLE = frozenset(("template_status", "end_scheduled", "duration", "rto"))
_MOST_NUMBER = 2**53


def time(value: datetime) -> str:
    """ISO 8601 in UTC with a Z. A time without zone is refused: guessing it could start a run hours off."""
    if value.tzinfo is None:
        raise BadInput("A time without its time zone cannot be sent to Cutover.")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment(value: datetime | None) -> str | None:
    """`time` for a filter that may be left out."""
    return None if value is None else time(value)


def known(name: str, value: str | None) -> str | None:
    """`value` if it is one of the words Cutover has for `name`."""
    if value is not None and value not in _KNOWN[name]:
        raise BadInput(
            f"Cutover has no such {name.replace('_', ' ')}.", "Choose: " + ", ".join(sorted(_KNOWN[name])) + "."
        )
    return value


def meta(**options: object) -> dict[str, Any] | None:
    """A body with those options in `meta` that are not None; no body at all when none is."""
    chosen = {name: value for name, value in options.items() if value is not None}
    return {"meta": chosen} if chosen else None


def numbers(task_ids: Sequence[str] | None) -> list[int] | None:
    """Ids of selected successors as numbers: the one place where Cutover wants no strings."""
    if task_ids is None:
        return None
    for one in task_ids:
        # Above 2**53 a JSON number is not exact everywhere.
        if not (one.isascii() and one.isdigit() and len(one) < 18 and int(one) < _MOST_NUMBER):
            raise BadInput("Cutover takes only number ids for the branches to go on with.", "Choose them in Cutover.")
    return [int(one) for one in task_ids]


def new_runbook(
    draft: RunbookFields,
    *,
    workspace_id: str | None,
    folder_id: str | None,
    runbook_type_id: str | None,
    copy: CopyFrom | None,
    shift_fixed_times: bool | None,
) -> dict[str, Any]:
    """Body of createRunbook."""
    if draft.name is UNSET or not draft.name.strip():
        raise BadInput("A runbook needs a name.")
    if workspace_id is None and copy is None:
        raise BadInput("A new runbook needs a workspace, or a runbook to copy.")
    if draft.end_scheduled not in (UNSET, None) and draft.start_scheduled in (UNSET, None):
        raise BadInput("A scheduled end needs a scheduled start.")
    links = {"workspace": workspace_id, "folder": folder_id, "runbook_type": runbook_type_id}
    relations = {name: _one(name, one) for name, one in links.items() if one is not None}
    source = None
    if copy is not None:
        source = {
            "source_runbook_id": checked(copy.source_runbook_id, "runbook"),
            "tasks": copy.tasks,
            "teams": copy.teams,
            "users": copy.users,
        }
    body = runbook(draft, None, shift_fixed_times)
    if relations:
        body["data"]["relationships"] = relations
    if source is not None:
        body.setdefault("meta", {})["copy"] = source
    return body


def runbook(draft: RunbookFields, runbook_id: str | None, shift_fixed_times: bool | None) -> dict[str, Any]:
    """Body of updateRunbook."""
    if draft.start_planned not in (UNSET, None) and draft.start_scheduled not in (UNSET, None):
        raise BadInput("A runbook has a planned start or a scheduled start, not both.")
    return _document("runbook", runbook_id, draft) | (meta(shift_fixed_times=shift_fixed_times) or {})


def stream(draft: StreamFields, stream_id: str | None) -> dict[str, Any]:
    """Body of creating or updating a stream."""
    return _document("stream", stream_id, draft)


def task(draft: TaskFields, task_id: str | None) -> dict[str, Any]:
    """Body of createRunbookTask and updateRunbookTask."""
    return _document("task", task_id, draft)


def assignees(task_id: str, refs: Iterable[Ref], replace: bool) -> dict[str, Any]:
    """Body that adds people and runbook teams to a task, or puts them in place of all others."""
    data = {"type": "task", "id": task_id, "relationships": {"assignees": {"data": [_ref(one) for one in refs]}}}
    return {"data": data, "meta": {"delete_excluded_assignees": replace}}


def comment(content: str, task_id: str | None, featured: bool | None) -> dict[str, Any]:
    """Body of createRunbookComment. `content` is Cutover's HTML subset."""
    if not content.strip():
        raise BadInput("The comment is empty.", "Write what should be kept with the runbook.")
    attributes: dict[str, Any] = {"content": content}
    if featured is not None:
        attributes["featured"] = featured
    data: dict[str, Any] = {"type": "comment", "attributes": attributes}
    if task_id is not None:
        data["relationships"] = {"task": _one("task", task_id)}
    return {"data": data}


def workspace(name: str, key: str, description: str | None) -> dict[str, Any]:
    """Body of creating a workspace; Cutover asks for name and key."""
    if not name.strip():
        raise BadInput("A workspace needs a name.")
    attributes = {"name": name, "key": checked(key, "workspace")}
    if description is not None:
        attributes["description"] = description
    return {"data": {"type": "workspace", "attributes": attributes}}


def _document(kind: str, identifier: str | None, draft: RunbookFields | StreamFields | TaskFields) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    relations: dict[str, Any] = {}
    for field in fields(draft):
        name, value = field.name, getattr(draft, field.name)
        if value is UNSET:
            continue
        if name in _RELATED:
            key = "parent" if name == "parent_id" else _RELATED[name]
            relations[key] = _one(_RELATED[name], value)
        elif name == "predecessor_ids":
            relations["predecessors"] = {"data": [_ref(Ref("task", one)) for one in value]}
        elif name == "assignees":
            relations["assignees"] = {"data": [_ref(one) for one in value]}
        elif name == "field_values":
            attributes["custom_field_values"] = [_field_value(one) for one in value]
        else:
            attributes[name] = _attribute(name, value)
    data: dict[str, Any] = {"type": kind}
    if identifier is not None:
        data["id"] = identifier
    data["attributes"] = attributes
    if relations:
        data["relationships"] = relations
    return {"data": data}


def _attribute(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return time(value)
    if name == "duration" and value is not None and value < 0:
        raise BadInput("A duration cannot be negative.")
    if value is None and name not in _NULLABLE:
        return ""  # the reference lets nothing but template_status and a scheduled end be null
    return known(name, value) if name in _KNOWN else value


def _field_value(value: FieldValue) -> dict[str, Any]:
    words = [one.raw for one in value.values]
    content: Any = words if value.multiple or len(words) > 1 else words[0] if words else None
    if value.field_id is not None:
        return {"custom_field_id": checked(value.field_id, "custom field"), "value": content}
    if not value.name:
        raise BadInput("An answer needs the name or the id of its field.")
    return {"name": value.name.raw, "value": content}


def _one(kind: str, identifier: str | None) -> dict[str, Any]:
    return {"data": None if identifier is None else _ref(Ref(kind, identifier))}


def _ref(ref: Ref) -> dict[str, str]:
    return {"id": checked(ref.id, ref.type.replace("_", " ")), "type": ref.type}
