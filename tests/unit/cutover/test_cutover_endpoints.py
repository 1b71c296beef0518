"""Every method asks exactly what it should: method, path, query and body."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cutover_script import ScriptedCutover, Step, answer, many, resource

from bot.cutover import CopyFrom, CutoverClient, Pages, RunbookFields, StreamFields, TaskFields
from bot.errors import BadInput
from bot.model import FieldValue, Ref, Text

AT = datetime(2026, 11, 21, 1, 0, tzinfo=timezone(timedelta(hours=3)))
Z = "2026-11-20T22:00:00Z"


def one(kind: str, **attributes: Any) -> Step:
    return answer({"data": resource(kind, "4", **attributes)})


RUNBOOK = one("runbook", name="Fail-over", stage="active")
TASK = one("task", name="Stop", stage="in_progress")
CASES: list[tuple[Callable[[CutoverClient], Any], str, Any, Step]] = [
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
    (lambda c: c.list_runbook_tasks("7"), "GET /core/runbooks/7/tasks", None, many(resource("task"))),
    (
        lambda c: c.list_runbook_tasks(
            "7",
            page_number=2,
            page_size=50,
            sort="-start_planned",
            fields=("name", "stage"),
            forecast=False,
            stage=("startable", "in_progress"),
            stream_id=("1", "2"),
            completion_type=("complete_auto",),
            task_type_id=("3",),
            level=("level_1",),
            search_term="x/ü",
            has_comments=True,
            runbook_team_id=("8",),
            user_id=("9",),
            source_runbook_id=("5",),
        ),
        "GET /core/runbooks/7/tasks?page%5Bnumber%5D=2&page%5Bsize%5D=50&sort=-start_planned"
        "&fields%5Btask%5D=name,stage&forecast=false&stage=startable,in_progress&stream_id=1,2"
        "&completion_type=complete_auto&task_type_id=3&level=level_1&search_term=x%2F%C3%BC&has_comments=true"
        "&runbook_team_id=8&user_id=9&source_runbook_id=5",
        None,
        many(resource("task")),
    ),
    (
        lambda c: c.create_runbook_task(
            "7",
            TaskFields(
                name="N",
                duration=60,
                level="level_1",
                start_fixed=AT,
                stream_id="1",
                task_type_id="2",
                predecessor_ids=("3",),
                assignees=(Ref("user", "9"),),
                field_values=(
                    FieldValue("f", Text("a"), (Text("v"),)),
                    FieldValue(None, Text("b"), (Text("v"),), multiple=True),
                    FieldValue(None, Text("c"), (Text("v"), Text("w"))),
                    FieldValue(None, Text("d"), ()),
                ),
            ),
        ),
        "POST /core/runbooks/7/tasks",
        {
            "data": {
                "type": "task",
                "attributes": {
                    "name": "N",
                    "duration": 60,
                    "level": "level_1",
                    "start_fixed": Z,
                    "custom_field_values": [
                        {"custom_field_id": "f", "value": "v"},
                        {"name": "b", "value": ["v"]},
                        {"name": "c", "value": ["v", "w"]},
                        {"name": "d", "value": None},
                    ],
                },
                "relationships": {
                    "stream": {"data": {"id": "1", "type": "stream"}},
                    "task_type": {"data": {"id": "2", "type": "task_type"}},
                    "predecessors": {"data": [{"id": "3", "type": "task"}]},
                    "assignees": {"data": [{"id": "9", "type": "user"}]},
                },
            }
        },
        TASK,
    ),
    (lambda c: c.get_runbook_task("7", "4"), "GET /core/runbooks/7/tasks/4", None, TASK),
    (
        lambda c: c.update_runbook_task("7", "4", TaskFields(end_requirements="same_must_end", disable_notify=True)),
        "PATCH /core/runbooks/7/tasks/4",
        {
            "data": {
                "type": "task",
                "id": "4",
                "attributes": {"end_requirements": "same_must_end", "disable_notify": True},
            }
        },
        TASK,
    ),
    (
        lambda c: c.set_task_assignees("7", "4", (Ref("user", "9"), Ref("runbook_team", "3")), replace=True),
        "PATCH /core/runbooks/7/tasks/4",
        {
            "data": {
                "type": "task",
                "id": "4",
                "relationships": {
                    "assignees": {"data": [{"id": "9", "type": "user"}, {"id": "3", "type": "runbook_team"}]}
                },
            },
            "meta": {"delete_excluded_assignees": True},
        },
        TASK,
    ),
    (
        lambda c: c.update_runbook_task("7", "4", TaskFields(description=None, start_fixed=None, duration=None)),
        "PATCH /core/runbooks/7/tasks/4",
        {
            "data": {
                "type": "task",
                "id": "4",
                "attributes": {"description": "", "duration": None, "start_fixed": ""},
            }
        },
        TASK,
    ),
    (lambda c: c.start_runbook_task("7", "4"), "PATCH /core/runbooks/7/tasks/4/start", None, TASK),
    (
        lambda c: c.start_runbook_task("7", "4", override=True, selected_successor_ids=("9",)),
        "PATCH /core/runbooks/7/tasks/4/start",
        {"meta": {"override": True, "selected_successor_ids": [9]}},
        TASK,
    ),
    (
        lambda c: c.finish_runbook_task("7", "4", override=False, selected_successor_ids=("9", "12")),
        "PATCH /core/runbooks/7/tasks/4/finish",
        {"meta": {"override": False, "selected_successor_ids": [9, 12]}},
        TASK,
    ),
    (
        lambda c: c.finish_runbook_task("7", "4", selected_successor_ids=()),
        "PATCH /core/runbooks/7/tasks/4/finish",
        {"meta": {"selected_successor_ids": []}},
        TASK,
    ),
    (
        lambda c: c.skip_runbook_task("7", "4", "not needed"),
        "PATCH /core/runbooks/7/tasks/4/skip",
        {"meta": {"comment": "not needed"}},
        Step(204),
    ),
    (lambda c: c.delete_runbook_task("7", "4"), "DELETE /core/runbooks/7/tasks/4", None, answer({})),
    (lambda c: c.list_task_types(), "GET /core/task_types", None, many(resource("task_type"))),
    (lambda c: c.get_task_type("milestone"), "GET /core/task_types/milestone", None, one("task_type")),
    (lambda c: c.list_runbook_types(), "GET /core/runbook_types", None, many(resource("runbook_type"))),
    (lambda c: c.get_runbook_type("2"), "GET /core/runbook_types/2", None, one("runbook_type")),
    (lambda c: c.list_teams(), "GET /core/teams", None, many(resource("team"))),
    (lambda c: c.get_team("2"), "GET /core/teams/2", None, one("team")),
    (lambda c: c.list_users(query="dana"), "GET /core/users?query=dana", None, many(resource("user"))),
    (lambda c: c.get_user("a.b+c@x.example"), "GET /core/users/a.b%2Bc%40x.example", None, one("user")),
    (lambda c: c.archive_user("9"), "PATCH /core/users/9/archive", None, answer({})),
    (lambda c: c.archive_user("9"), "PATCH /core/users/9/archive", None, Step(204)),
    (lambda c: c.unlock_user("9"), "PATCH /core/users/9/unlock", None, one("user")),
    (
        lambda c: c.list_workspaces(query="x", page_limit=5, page_offset=10),
        "GET /core/workspaces?query=x&page%5Blimit%5D=5&page%5Boffset%5D=10",
        None,
        many(resource("workspace")),
    ),
    (lambda c: c.get_workspace("main"), "GET /core/workspaces/main", None, one("workspace")),
    (
        lambda c: c.create_workspace("Main", "main", description="d"),
        "POST /core/workspaces",
        {"data": {"type": "workspace", "attributes": {"name": "Main", "key": "main", "description": "d"}}},
        one("workspace"),
    ),
    (
        lambda c: c.create_workspace("Main", "main"),
        "POST /core/workspaces",
        {"data": {"type": "workspace", "attributes": {"name": "Main", "key": "main"}}},
        one("workspace"),
    ),
    (lambda c: c.list_workspace_folders("w"), "GET /core/workspaces/w/folders", None, many(resource("folder"))),
    (
        lambda c: c.list_custom_fields(workspace_id="w", include_global=True),
        "GET /core/custom_fields?workspace_id=w&global=true",
        None,
        many(resource("custom_field")),
    ),
    (lambda c: c.get_custom_field("3"), "GET /core/custom_fields/3", None, one("custom_field")),
    (
        lambda c: c.list_action_logs(
            runbook_id="7",
            user_id="9",
            workspace_id="w",
            created_after=AT,
            created_before=datetime(2027, 1, 1, tzinfo=UTC),
        ),
        "GET /core/action_logs?runbook_id=7&user_id=9&workspace_id=w&created_after=2026-11-20T22%3A00%3A00Z"
        "&created_before=2027-01-01T00%3A00%3A00Z",
        None,
        many(resource("action_log")),
    ),
    (
        lambda c: c.list_activities(runbook_id="7", created_after=AT),
        "GET /core/activities?runbook_id=7&created_after=2026-11-20T22%3A00%3A00Z",
        None,
        many(resource("activity")),
    ),
]


@pytest.mark.parametrize(("call", "line", "body", "step"), CASES, ids=[f"{n}-{c[1][:60]}" for n, c in enumerate(CASES)])
async def test_asks_exactly(
    client: CutoverClient,
    cutover: ScriptedCutover,
    call: Callable[[CutoverClient], Any],
    line: str,
    body: Any,
    step: Step,
) -> None:
    cutover.then(step)
    result = call(client)
    if isinstance(result, Pages):
        items = await result.all()
        assert [item.id for item in items] == ["4"]
    else:
        item = await result
        assert item is None or item.id == "4"
    assert cutover.lines == [line]
    assert cutover.asked[0].body == body
    headers = cutover.asked[0].headers
    assert headers["Authorization"] == "Bearer " + "5e7c0b" * 8
    assert headers["Api-Version"] == "2022-02-22"
    assert headers["Accept"] == "application/json"
    assert headers.get("Content-Type") == (None if line.startswith("GET") else "application/json")


def test_every_public_method_is_among_the_cases() -> None:
    source = inspect.getsource(inspect.getmodule(test_asks_exactly))  # type: ignore[arg-type]
    called = set(re.findall(r"lambda c: c\.(\w+)", source))
    methods = {
        name for name, value in inspect.getmembers(CutoverClient, inspect.isfunction) if not name.startswith("_")
    }
    assert methods - called == {"offers", "raw_pages"}


IDS = ["", "../7", "7/start", "7?x", "a b", "7\n", "x" * 65, "7%2f", "é", "."]


@pytest.mark.parametrize("bad", IDS)
async def test_no_bad_id_leaves_the_bot(client: CutoverClient, cutover: ScriptedCutover, bad: str) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: client.get_runbook(bad),
        lambda: client.start_runbook_task("7", bad),
        lambda: client.get_runbook_stream("7", bad),
        lambda: client.get_user(bad),
        lambda: client.get_user(bad + "@x@y"),
        lambda: client.list_runbook_tasks("7", user_id=(bad,)).all(),
        lambda: client.list_runbooks(workspace_id=bad).all(),
        lambda: client.set_task_assignees("7", "4", [Ref("user", bad)]),
        lambda: client.create_runbook(RunbookFields(name="x"), copy=CopyFrom(source_runbook_id=bad)),
        lambda: client.create_runbook_comment("7", "x", task_id=bad),
        lambda: client.create_workspace("W", bad),
    ]
    for call in calls:
        with pytest.raises(BadInput):
            await call()
    assert cutover.asked == []


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.start_runbook("7", run_type="dress"),
        lambda c: c.start_runbook("7", validation_level="info"),
        lambda c: c.update_runbook("7", RunbookFields(status="purple")),
        lambda c: c.update_runbook("7", RunbookFields(start_planned=AT, start_scheduled=AT)),
        lambda c: c.update_runbook("7", RunbookFields(start_planned=datetime(2026, 1, 1))),  # noqa: DTZ001
        lambda c: c.create_runbook(RunbookFields(name=" "), workspace_id="w"),
        lambda c: c.create_runbook(RunbookFields(name="x")),
        lambda c: c.create_runbook(RunbookFields(name="x", end_scheduled=AT), workspace_id="w"),
        lambda c: c.update_runbook_task("7", "4", TaskFields(duration=-1)),
        lambda c: c.update_runbook_task("7", "4", TaskFields(field_values=(FieldValue(None, Text(), ()),))),
        lambda c: c.finish_runbook_task("7", "4", selected_successor_ids=["abc"]),
        lambda c: c.finish_runbook_task("7", "4", selected_successor_ids=["9" * 17]),
        lambda c: c.skip_runbook_task("7", "4", " "),
        lambda c: c.create_runbook_comment("7", "  "),
        lambda c: c.create_workspace("", "k"),
    ],
)
async def test_strict_writing(
    client: CutoverClient, cutover: ScriptedCutover, call: Callable[[CutoverClient], Any]
) -> None:
    with pytest.raises(BadInput):
        await call(client)
    assert cutover.asked == []


async def test_raw_pages_are_untouched(client: CutoverClient, cutover: ScriptedCutover) -> None:
    odd = {"id": "1", "type": "odd", "secret_new_member": [1, None]}
    cutover.then(many(odd, odd, total=1))
    pages = [page async for page in client.raw_pages("core/runbooks/7/tasks", {"forecast": True})]
    assert [(page.items, page.raw, page.total) for page in pages] == [((odd,), (odd,), 1)]
    assert cutover.lines == ["GET /core/runbooks/7/tasks?forecast=true"]
    for path in ("core/../admin", "http://x/core/a", "admin", "core/a?b"):
        with pytest.raises(BadInput):
            client.raw_pages(path)
