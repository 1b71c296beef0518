"""Runbooks, streams, comments: each call, and exactly what it has to ask."""

from __future__ import annotations

from cutover_cases import AT, RUNBOOK, Case, Z, one
from cutover_script import Step, many, resource

from bot.cutover import CopyFrom, RunbookFields, StreamFields

CASES: list[Case] = [
    (lambda c: c.list_runbooks(), "GET /core/runbooks", None, many(resource("runbook"))),
    (
        lambda c: c.list_runbooks(
            workspace_id="w",
            folder_id="f",
            query="a b&c",
            is_template=True,
            run_type="live",
            runbook_id="1",
            runbook_type_id="2",
            template_status="draft",
            page_number=3,
            archived=False,
            source_runbook_id="9",
            stage=("active", "paused"),
        ),
        "GET /core/runbooks?page%5Bnumber%5D=3&workspace_id=w&folder_id=f&query=a%20b%26c&is_template=true"
        "&run_type=live&runbook_id=1&runbook_type_id=2&template_status=draft&archived=false&source_runbook_id=9"
        "&stage=active,paused",
        None,
        many(resource("runbook")),
    ),
    (
        lambda c: c.create_runbook(RunbookFields(name="R"), workspace_id="w", folder_id="f", runbook_type_id="t"),
        "POST /core/runbooks",
        {
            "data": {
                "type": "runbook",
                "attributes": {"name": "R"},
                "relationships": {
                    "workspace": {"data": {"id": "w", "type": "workspace"}},
                    "folder": {"data": {"id": "f", "type": "folder"}},
                    "runbook_type": {"data": {"id": "t", "type": "runbook_type"}},
                },
            }
        },
        RUNBOOK,
    ),
    (
        lambda c: c.create_runbook(
            RunbookFields(name="R"), copy=CopyFrom(source_runbook_id="5", users=False), shift_fixed_times=True
        ),
        "POST /core/runbooks",
        {
            "data": {"type": "runbook", "attributes": {"name": "R"}},
            "meta": {
                "shift_fixed_times": True,
                "copy": {"source_runbook_id": "5", "tasks": True, "teams": True, "users": False},
            },
        },
        RUNBOOK,
    ),
    (lambda c: c.get_runbook("7"), "GET /core/runbooks/7", None, RUNBOOK),
    (
        lambda c: c.update_runbook(
            "7",
            RunbookFields(
                status="amber", status_message=None, start_scheduled=AT, end_scheduled=AT, rto=60, is_template=False
            ),
            shift_fixed_times=False,
        ),
        "PATCH /core/runbooks/7",
        {
            "data": {
                "type": "runbook",
                "id": "7",
                "attributes": {
                    "is_template": False,
                    "status": "amber",
                    "status_message": "",
                    "start_scheduled": Z,
                    "end_scheduled": Z,
                    "rto": 60,
                },
            },
            "meta": {"shift_fixed_times": False},
        },
        RUNBOOK,
    ),
    (
        lambda c: c.start_runbook("7"),
        "PATCH /core/runbooks/7/start",
        {"meta": {"run_type": "rehearsal", "comms": "off"}},
        RUNBOOK,
    ),
    (
        lambda c: c.start_runbook(
            "7",
            run_type="live",
            comms="test",
            rebaseline=True,
            shift_fixed_times=False,
            disable_task_notify=True,
            validation_level="warning",
        ),
        "PATCH /core/runbooks/7/start",
        {
            "meta": {
                "run_type": "live",
                "comms": "test",
                "rebaseline": True,
                "shift_fixed_times": False,
                "disable_task_notify": True,
                "validation_level": "warning",
            }
        },
        RUNBOOK,
    ),
    (
        lambda c: c.pause_runbook("7", message="wait", notify=True),
        "PATCH /core/runbooks/7/pause",
        {"meta": {"message": "wait", "notify": True}},
        RUNBOOK,
    ),
    (lambda c: c.resume_runbook("7"), "PATCH /core/runbooks/7/resume", None, RUNBOOK),
    (
        lambda c: c.cancel_runbook("7", notify=False),
        "PATCH /core/runbooks/7/cancel",
        {"meta": {"notify": False}},
        RUNBOOK,
    ),
    (
        lambda c: c.list_runbook_comments("7", task_id="4"),
        "GET /core/runbooks/7/comments?task_id=4",
        None,
        many(resource("comment")),
    ),
    (
        lambda c: c.create_runbook_comment("7", "<p>done</p>", task_id="4", featured=True),
        "POST /core/runbooks/7/comments",
        {
            "data": {
                "type": "comment",
                "attributes": {"content": "<p>done</p>", "featured": True},
                "relationships": {"task": {"data": {"id": "4", "type": "task"}}},
            }
        },
        one("comment", content="<p>done</p>"),
    ),
    (
        lambda c: c.create_runbook_comment("7", "x"),
        "POST /core/runbooks/7/comments",
        {"data": {"type": "comment", "attributes": {"content": "x"}}},
        one("comment", content="x"),
    ),
    (
        lambda c: c.list_runbook_streams("7", forecast=True),
        "GET /core/runbooks/7/streams?forecast=true",
        None,
        many(resource("stream")),
    ),
    (lambda c: c.get_runbook_stream("7", "2"), "GET /core/runbooks/7/streams/2", None, one("stream")),
    (
        lambda c: c.create_runbook_stream("7", StreamFields(name="Net", color="#fff", parent_id="1")),
        "POST /core/runbooks/7/streams",
        {
            "data": {
                "type": "stream",
                "attributes": {"name": "Net", "color": "#fff"},
                "relationships": {"parent": {"data": {"id": "1", "type": "stream"}}},
            }
        },
        one("stream", name="Net"),
    ),
    (
        lambda c: c.update_runbook_stream("7", "2", StreamFields(status="red", parent_id=None)),
        "PATCH /core/runbooks/7/streams/2",
        {
            "data": {
                "type": "stream",
                "id": "2",
                "attributes": {"status": "red"},
                "relationships": {"parent": {"data": None}},
            }
        },
        one("stream"),
    ),
    (lambda c: c.delete_runbook_stream("7", "2"), "DELETE /core/runbooks/7/streams/2", None, Step(204)),
    (lambda c: c.list_runbook_teams("7"), "GET /core/runbooks/7/runbook_teams", None, many(resource("runbook_team"))),
]
