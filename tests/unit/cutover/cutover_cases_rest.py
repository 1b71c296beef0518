"""People, types, places and logs: each call, and exactly what it has to ask."""

from __future__ import annotations

from datetime import UTC, datetime

from cutover_cases import AT, Case, one
from cutover_script import Step, answer, many, resource

CASES: list[Case] = [
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
