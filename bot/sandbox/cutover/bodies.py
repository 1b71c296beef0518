"""The shapes of all request bodies, member by member as the OpenAPI file (and, for the additions, the vendor's
client) has them."""

from __future__ import annotations

from .schema import (
    ANSWER,
    BOOL,
    NAME,
    NUMBER,
    RAG,
    SECONDS,
    TEXT,
    TIME,
    TIME_OR_NULL,
    Enum,
    Many,
    Obj,
    linkage,
    linkages,
)

LINKS = Obj({"self": TEXT})
ANSWERS = Many(Obj({"name": TEXT, "custom_field_id": TEXT, "value": ANSWER}, ("value",)))


def _document(kind: str, attributes: Obj, relationships: Obj, required: tuple[str, ...] = (), **meta: Obj) -> Obj:
    members = {
        "id": TEXT,
        "type": Enum((kind,)),
        "attributes": attributes,
        "links": LINKS,
        "relationships": relationships,
    }
    return Obj({"data": Obj(members, ("type", *required)), **meta}, ("data",))


COMMENT = _document("comment", Obj({"content": TEXT, "featured": BOOL}), Obj({"task": linkage("task")}))

_VERSION = Obj({"data": Obj({"id": TEXT, "type": Enum(("runbook_version",))}, ("id", "type"))}, ("data",))

# Read-only members are checked for their type and then ignored: the reference's documents carry them both ways.
RUNBOOK_ATTRIBUTES = Obj(
    {
        "archived": BOOL,
        "custom_field_values": ANSWERS,
        "created_at": TEXT,
        "description": TEXT,
        "is_template": BOOL,
        "name": NAME,
        "run_comms": Enum(("off", "test", "on")),
        "run_type": Enum(("live", "rehearsal")),
        "stage": Enum(("planning", "active", "paused", "canceled", "complete")),
        "status": RAG,
        "status_message": TEXT,
        "status_updated_at": TEXT,
        "template_status": Enum(("draft", "pending", "approved"), nullable=True),
        "template_next_review_at": TIME,
        "timezone": TEXT,
        "updated_at": TEXT,
        "end_actual": TEXT,
        "end_forecast": TEXT,
        "end_planned": TEXT,
        "end_scheduled": TIME_OR_NULL,
        "start_actual": TEXT,
        "start_planned": TIME,
        "start_scheduled": TIME,
        "timing_mode": Enum(("unscheduled", "scheduled")),
        "template_type": Enum(("off", "default", "snippet")),
        "rto": SECONDS,
    }
)
RUNBOOK_RELATIONSHIPS = Obj(
    {
        "workspace": linkage("workspace"),
        "current_version": _VERSION,
        "folder": linkage("folder"),
        "runbook_type": linkage("runbook_type"),
    }
)
_COPY = Obj({"source_runbook_id": TEXT, "tasks": BOOL, "teams": BOOL, "users": BOOL})
RUNBOOK_CREATE = _document(
    "runbook",
    RUNBOOK_ATTRIBUTES,
    RUNBOOK_RELATIONSHIPS,
    ("attributes",),
    meta=Obj({"shift_fixed_times": BOOL, "copy": _COPY}),
)
RUNBOOK_UPDATE = _document("runbook", RUNBOOK_ATTRIBUTES, RUNBOOK_RELATIONSHIPS, meta=Obj({"shift_fixed_times": BOOL}))
RUNBOOK_START = Obj(
    {
        "meta": Obj(
            {
                "comms": Enum(("off", "test", "on")),
                "disable_task_notify": BOOL,
                "run_type": Enum(("live", "rehearsal")),
                "rebaseline": BOOL,
                "shift_fixed_times": BOOL,
                "validation_level": Enum(("warning", "error")),
            }
        )
    }
)
RUN_MESSAGE = Obj({"meta": Obj({"message": TEXT, "notify": BOOL})})

TASK = _document(
    "task",
    Obj(
        {
            "created_at": TEXT,
            "comments_count": SECONDS,
            "completion_type": Enum(("complete_normal", "complete_skipped", "complete_abandoned", "complete_auto")),
            "custom_field_values": ANSWERS,
            "description": TEXT,
            "disable_notify": BOOL,
            "duration": SECONDS,
            "end_actual": TEXT,
            "end_display": TEXT,
            "end_fixed": TIME,
            "end_planned": TEXT,
            "end_requirements": Enum(("any_can_end", "all_must_end", "same_must_end")),
            "level": Enum(("level_3", "level_2", "level_1")),
            "name": NAME,
            "start_actual": TEXT,
            "start_display": TEXT,
            "start_requirements": Enum(("any_can_start", "all_must_start")),
            "start_fixed": TIME,
            "start_planned": TEXT,
            "start_ready": TEXT,
            "updated_at": TEXT,
            "stage": Enum(("active", "complete", "default", "in_progress", "startable")),
            "message": TEXT,
            "task_links": Many(Obj({"link_type": Enum(("runbook", "snippet"))}, ("id",))),
        }
    ),
    Obj(
        {
            "runbook_version": _VERSION,
            "stream": linkage("stream"),
            "task_action": linkage("task_action"),
            "task_type": linkage("task_type"),
            "assignees": linkages("user", "runbook_team"),
            "predecessors": linkages("task"),
        }
    ),
    meta=Obj({"delete_excluded_assignees": BOOL}),
)
TASK_PRESS = Obj({"meta": Obj({"override": BOOL, "selected_successor_ids": Many(NUMBER)})})
TASK_SKIP = Obj({"meta": Obj({"comment": TEXT}, ("comment",))}, ("meta",))

STREAM = _document(
    "stream",
    Obj({"name": NAME, "description": TEXT, "color": NAME, "status": RAG, "status_message": TEXT}),
    Obj({"parent": linkage("stream")}),
)
WORKSPACE = _document("workspace", Obj({"name": NAME, "description": TEXT, "key": NAME}), Obj({}), ("attributes",))
