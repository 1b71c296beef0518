"""Cutover's JSON turned into the model. The one rule: only `wire*` modules know what that JSON looks like.

Sources: the reference (version 2022-02-22) for the documented members, the vendor's own open client for the others.
"""

from __future__ import annotations

from bot.cutover.wire_fields import Json, Resource, bad, identifier, member
from bot.model import (
    Comment,
    CustomField,
    EndRule,
    Folder,
    LogEntry,
    Person,
    Rag,
    Runbook,
    RunbookStage,
    RunbookTeam,
    RunbookType,
    StartRule,
    Stream,
    Task,
    TaskStage,
    TaskType,
    Team,
    Text,
    Workspace,
)

_TASK_TIMES = (
    "start_fixed",
    "end_fixed",
    "start_planned",
    "end_planned",
    "start_actual",
    "end_actual",
    "start_display",
    "end_display",
    "start_ready",
    "created_at",
    "updated_at",
)


def runbook(raw: Json, where: str = "data") -> Runbook:
    r = Resource(raw, where, "runbook")
    return Runbook(
        id=r.id,
        name=r.text("name"),
        stage=r.string("stage") or RunbookStage.PLANNING,
        status=r.string("status") or Rag.OFF,
        status_message=r.text("status_message"),
        status_updated_at=r.when("status_updated_at"),
        description=r.text("description"),
        is_template=r.flag("is_template"),
        template_status=r.string("template_status"),
        archived=r.flag("archived"),
        run_type=r.string("run_type"),
        run_comms=r.string("run_comms"),
        timezone=r.string("timezone"),
        timing_mode=r.string("timing_mode"),
        workspace_id=r.ref_id("workspace"),
        folder_id=r.ref_id("folder"),
        runbook_type_id=r.ref_id("runbook_type"),
        version_id=r.ref_id("current_version"),
        start_planned=r.when("start_planned"),
        start_scheduled=r.when("start_scheduled"),
        start_actual=r.when("start_actual"),
        end_planned=r.when("end_planned"),
        end_scheduled=r.when("end_scheduled"),
        end_forecast=r.when("end_forecast"),
        end_actual=r.when("end_actual"),
        template_next_review_at=r.when("template_next_review_at"),
        created_at=r.when("created_at"),
        updated_at=r.when("updated_at"),
        rto=r.integer("rto"),
        field_values=r.field_values(),
    )


def stream(raw: Json, runbook_id: str, where: str = "data") -> Stream:
    r = Resource(raw, where, "stream")
    return Stream(
        id=r.id,
        runbook_id=runbook_id,
        name=r.text("name"),
        status=r.string("status") or Rag.OFF,
        status_message=r.text("status_message"),
        status_updated_at=r.when("status_updated_at"),
        description=r.text("description"),
        color=r.string("color"),
        is_primary=r.flag("is_primary"),
        tasks_count=r.integer("tasks_count"),
        parent_id=r.ref_id("parent"),
    )


def task(raw: Json, runbook_id: str, where: str = "data") -> Task:
    """A task; `runbook_id` comes from the address, the resource does not say it."""
    r = Resource(raw, where, "task")
    times = r.times(_TASK_TIMES)
    stage = r.string("stage") or TaskStage.WAITING
    return Task(
        id=r.id,
        runbook_id=runbook_id,
        name=r.text("name"),
        stage=task_stage(stage, under_way=bool(times["start_actual"] and not times["end_actual"])),
        # The product shows a number per runbook that the reference does not have; its error code calls it internal id.
        number=r.integer("number", "internal_id", "task_number", "task_internal_id"),
        description=r.text("description"),
        message=r.text("message"),
        level=r.string("level") or "level_3",
        duration=r.integer("duration"),
        stream_id=r.ref_id("stream"),
        task_type_id=r.ref_id("task_type"),
        assignees=r.refs("assignees"),
        predecessor_ids=r.ids("predecessors", "predecessor_ids"),
        successor_ids=r.ids("successors", "successor_ids"),
        start_requirements=r.string("start_requirements") or StartRule.ANY,
        end_requirements=r.string("end_requirements") or EndRule.ANY,
        completion_type=r.string("completion_type"),
        comments_count=r.integer("comments_count") or 0,
        is_late=r.maybe_flag("is_late"),
        disable_notify=r.flag("disable_notify"),
        field_values=r.field_values(),
        **times,
    )


def task_stage(word: str, *, under_way: bool) -> str:
    """Cutover's word for a stage, or ours. Its reference says `default` and its client `not_startable` for the same
    waiting; `active` the reference lists and explains nowhere, so what was started must prove it."""
    if word == "not_startable":
        return TaskStage.WAITING.value
    return TaskStage.IN_PROGRESS.value if word == "active" and under_way else word


def comment(raw: Json, where: str = "data") -> Comment:
    r = Resource(raw, where, "comment")
    author = r.ref("author", "user", "created_by")
    return Comment(
        id=r.id,
        content=r.text("content"),
        task_id=r.ref_id("task"),
        author_id=author.id if author else r.ref_id("author"),
        created_at=r.when("created_at"),
    )


def runbook_type(raw: Json, where: str = "data") -> RunbookType:
    r = Resource(raw, where, "runbook_type")
    return RunbookType(
        id=r.id,
        name=r.text("name"),
        key=r.string("key"),
        default=r.flag("default"),
        disabled=r.flag("disabled"),
        archived=r.flag("archived"),
        dynamic=r.flag("dynamic"),
    )


def task_type(raw: Json, where: str = "data") -> TaskType:
    r = Resource(raw, where, "task_type")
    return TaskType(
        id=r.id,
        name=r.text("name"),
        key=r.string("key"),
        auto_start=r.flag("auto_start"),
        auto_finish=r.flag("auto_finish"),
        conditional_progression=r.flag("conditional_progression"),
        comms=r.string("comms") or "off",
        default_duration=r.integer("default_duration"),
        archived=r.flag("archived"),
    )


def person(raw: Json, where: str = "data") -> Person:
    r = Resource(raw, where, "user")
    return Person(
        id=r.id,
        email=r.string("email") or "",
        first_name=r.text("first_name"),
        last_name=r.text("last_name"),
        handle=r.string("handle"),
        job_title=r.text("job_title"),
        archived=r.flag("archived"),
        locked_at=r.when("locked_at"),
    )


def team(raw: Json, where: str = "data") -> Team:
    r = Resource(raw, where, "team")
    return Team(r.id, r.text("name"))


def runbook_team(raw: Json, runbook_id: str, where: str = "data") -> RunbookTeam:
    """A team inside one runbook; how many people it has is told in its `meta`."""
    r = Resource(raw, where)
    count = member(r.raw, "meta", where).get("users_count")
    return RunbookTeam(r.id, runbook_id, r.text("name"), r.ref_id("team"), count if type(count) is int else None)


def workspace(raw: Json, where: str = "data") -> Workspace:
    r = Resource(raw, where, "workspace")
    return Workspace(r.id, r.text("name"), r.string("key"), r.text("description"))


def folder(raw: Json, where: str = "data") -> Folder:
    r = Resource(raw, where, "folder")
    return Folder(
        r.id, r.text("name"), r.string("key"), r.ref_id("workspace"), r.ref_id("parent"), r.text("description")
    )


def custom_field(raw: Json, where: str = "data") -> CustomField:
    r = Resource(raw, where)
    name = r.text("name")
    return CustomField(
        id=r.id,
        name=name,
        display_name=r.text("display_name") or name,
        field_type=r.string("field_type") or "text",
        options=_options(r),
        required=r.flag("required"),
        apply_to=r.string("apply_to"),
        archived=r.flag("archived"),
    )


def _options(r: Resource) -> tuple[Text, ...]:
    """Choices of a select: plain words, or objects with the word under one of the usual names."""
    entries = r.attributes.get("field_options")
    if isinstance(entries, dict):
        entries = entries.get("options") or list(entries)
    if entries is None:
        return ()
    where = f"{r.where}.attributes.field_options"
    words: list[Text] = []
    for one in entries if isinstance(entries, list) else bad(where, "is not a list"):
        if isinstance(one, dict):
            one = one.get("value") or one.get("name") or one.get("label")
        words.append(Text(identifier(one, where)))
    return tuple(words)


def log_entry(raw: Json, where: str = "data") -> LogEntry:
    """An entry of the action log, or of the activity feed, which names the same things differently."""
    r = Resource(raw, where)
    author = r.ref("author", "activist")
    about = r.ref("resource", "trackable")
    plain = member(member(r.raw, "meta", where), "message", f"{where}.meta").get("plain")
    return LogEntry(
        id=r.id,
        event=r.string("event", "key") or "",
        description=r.text("description") or Text(plain if isinstance(plain, str) else ""),
        created_at=r.when("created_at"),
        author_id=author.id if author else None,
        resource_type=about.type if about else None,
        resource_id=about.id if about else None,
        changes=r.attributes.get("changes"),
    )
