"""Whole runs: checks before a start, re-planning, fixed times, pause, resume, cancel, and what a copy takes along."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.cutover.clock import iso, parse

from .conftest import People


async def test_start_wants_run_type_and_comms(small: People) -> None:
    refused = await small.patch("dana", "runbooks/101/start", {"meta": {}})
    assert [e["source"]["pointer"] for e in refused.body["errors"]] == ["/meta/run_type", "/meta/comms"]
    assert (await small.patch("dana", "runbooks/101/start")).status == 422
    assert (await small.patch("tom", "runbooks/101/start", {"meta": {}})).status == 403


async def test_warnings_block_only_on_demand_and_a_run_starts_once(failover: People) -> None:
    refused = await failover.begin(validation_level="warning")
    wanted = {"archived_task_types", "unassigned_tasks", "archived_users"}
    assert set(refused.codes) == {f"runbooks.start.{name}" for name in wanted}
    assert failover.cutover.world.runbooks["101"].stage == "planning"
    started = await failover.begin()
    attributes = started.data["attributes"]
    assert (attributes["stage"], attributes["run_type"], attributes["run_comms"]) == ("active", "rehearsal", "off")
    assert (await failover.begin()).codes == ["already_actioned"]


@pytest.mark.parametrize(
    ("runbook", "meta", "codes"),
    [
        ("107", {"run_type": "live"}, ["runs.create.event_not_published"]),
        ("202", {"run_type": "live"}, ["runs.create.cannot_run_template_live"]),
        (
            "102",
            {"validation_level": "warning"},
            ["empty_teams", "tasks_with_empty_comms_messages", "tasks_with_no_recipients", "users_not_accepted"],
        ),
        (
            "107",
            {"validation_level": "warning"},
            [
                "change_requests_outside_window",
                "tasks_with_empty_comms_messages",
                "unapproved_change_requests",
                "users_not_accepted",
                "users_with_no_phone",
            ],
        ),
    ],
)
async def test_checks_before_a_start(failover: People, runbook: str, meta: dict[str, Any], codes: list[str]) -> None:
    refused = await failover.begin(runbook, **meta)
    assert refused.status == 422
    assert sorted(code.removeprefix("runbooks.start.") for code in refused.codes) == codes


async def test_late_tasks_are_found_unless_rebaselined(failover: People) -> None:
    failover.cutover.clock.advance(4 * 3600)
    late = await failover.begin(rebaseline=False, validation_level="warning")
    assert "runbooks.start.late_tasks" in late.codes
    fixed = await failover.begin(rebaseline=True, validation_level="warning")
    assert "runbooks.start.late_tasks" in fixed.codes  # the fixed start of the public DNS switch is past
    shifted = await failover.begin(rebaseline=True, shift_fixed_times=True, validation_level="warning")
    assert "runbooks.start.late_tasks" not in shifted.codes


async def test_too_many_tasks_and_bad_due_dates_are_errors(small: People) -> None:
    world = small.cutover.world
    world.max_tasks = 5
    world.runbooks["101"].tasks["101004"].end_fixed = world.now() - 10
    refused = await small.begin(rebaseline=False)
    assert set(refused.codes) == {"runbooks.start.max_tasks_exceeded", "runbooks.start.invalid_fixed_end_tasks"}


async def test_rebaseline_plans_from_now_and_shift_moves_fixed_times(failover: People) -> None:
    tasks = failover.cutover.world.runbooks["101"].tasks
    before = tasks["101028"].start_fixed
    assert before is not None
    failover.cutover.clock.advance(7200)
    now = failover.cutover.clock.now()
    await failover.begin(shift_fixed_times=True)
    assert tasks["101001"].start_planned == now
    assert tasks["101028"].start_fixed == before + 5400  # planned start was in 30 minutes, now it is two hours later


async def test_a_fixed_start_locks_in_live_runs_only(small: People) -> None:
    task = small.cutover.world.runbooks["101"].tasks["101002"]
    task.start_fixed = small.cutover.clock.now() + 600
    await small.begin(run_type="live")
    assert task.stage == "default"
    assert (await small.press("ivan", "start", 2)).codes == ["task.not_startable"]
    small.cutover.clock.advance(601)
    await small.cutover.tick()
    assert task.stage == "startable"
    assert task.start_ready == task.start_fixed  # it opened at its moment, not when somebody looked


async def test_an_admin_may_open_a_fixed_start_early(small: People) -> None:
    task = small.cutover.world.runbooks["101"].tasks["101002"]
    task.start_fixed = small.cutover.clock.now() + 600
    await small.begin(run_type="live")
    assert (await small.press("dana", "start", 2, override=True)).stage == "in_progress"


async def test_in_a_rehearsal_a_fixed_start_is_nothing(small: People) -> None:
    small.cutover.world.runbooks["101"].tasks["101002"].start_fixed = small.cutover.clock.now() + 600
    await small.begin()
    assert (await small.press("ivan", "start", 2)).stage == "in_progress"


async def test_automatic_tasks_end_at_their_own_moment(failover: People) -> None:
    task = failover.cutover.world.runbooks["101"].tasks["101005"]
    await failover.begin()
    assert task.stage == "in_progress"
    failover.cutover.clock.advance(5000)
    await failover.cutover.tick()
    assert task.start_actual is not None
    assert task.end_actual == task.start_actual + 180
    assert task.completion_type == "complete_auto"


async def test_pause_stands_still_and_cancel_ends(small: People) -> None:
    await small.begin()
    assert (await small.patch("sam", "runbooks/101/pause")).status == 403
    paused = await small.patch("dana", "runbooks/101/pause", {"meta": {"message": "waiting for DBA", "notify": True}})
    assert paused.stage == "paused"
    assert (await small.press("ivan", "start", 2)).codes == ["task.not_startable"]
    assert (await small.patch("dana", "runbooks/101/pause")).codes == ["already_actioned"]
    assert (await small.patch("dana", "runbooks/101/resume")).stage == "active"
    assert (await small.press("ivan", "start", 2)).stage == "in_progress"
    assert (await small.patch("dana", "runbooks/101/cancel")).stage == "canceled"
    assert (await small.press("ivan", "finish", 2)).codes == ["task.not_finishable"]
    comments = (await small.get("dana", "runbooks/101/comments")).data
    assert comments[-1]["attributes"]["content"] == "waiting for DBA"


async def test_planned_actual_and_display_times(small: People) -> None:
    await small.begin()
    begun = small.cutover.clock.now()
    small.cutover.clock.advance(120)
    await small.press("ivan", "start", 2)
    small.cutover.clock.advance(1200)
    listed = (await small.get("dana", "runbooks/101/tasks?forecast=true&page[size]=1&stage=complete")).data
    assert len(listed) == 6  # paging and filters are ignored
    second = listed[1]["attributes"]
    assert parse(second["start_planned"]) == begun
    assert parse(second["end_planned"]) == begun + 600
    assert second["start_display"] == second["start_actual"] == iso(begun + 120)
    assert parse(second["end_display"]) == begun + 1320  # overdue: it ends now at the earliest
    assert second["is_late"] is True
    assert (second["elapsed_duration"], second["successor_ids"]) == (1200, ["101004"])
    runbook = (await small.get("dana", "runbooks/101")).data["attributes"]
    assert parse(runbook["end_forecast"]) > parse(runbook["end_planned"])


def create(attributes: dict[str, Any], **meta: Any) -> dict[str, Any]:
    related = {"workspace": {"data": {"id": "resilience", "type": "workspace"}}}
    return {"data": {"type": "runbook", "attributes": attributes, "relationships": related}, "meta": meta}


async def test_a_copy_takes_what_is_asked_for(failover: People) -> None:
    source = {"source_runbook_id": "202", "tasks": True, "teams": True}
    made = await failover.post(
        "dana", "runbooks", {"data": {"type": "runbook", "attributes": {"name": "October"}}, "meta": {"copy": source}}
    )
    assert made.status == 201
    rid = made.data["id"]
    copy = failover.cutover.world.runbooks[rid]
    assert [len(copy.tasks), len(copy.teams), copy.is_template, copy.stage] == [7, 1, False, "planning"]
    assert next(iter(copy.teams.values())).people == ["406"]  # teams bring their users along
    linked = next(task for task in copy.tasks.values() if task.child_id)
    assert failover.cutover.world.runbooks[str(linked.child_id)].source_runbook_id == "201"
    copies = await failover.get("dana", "runbooks?source_runbook_id=202")
    assert [each["id"] for each in copies.data] == [rid]
    assert (
        await failover.patch(
            "dana", "runbooks/202", {"data": {"type": "runbook", "attributes": {"is_template": False}}}
        )
    ).codes == ["runbook.cannot_remove_template_when_in_use"]


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"name": " "}, "blank"),
        ({"name": "x", "end_scheduled": "2027-01-01T10:00:00Z"}, "must_be_empty"),
        (
            {"name": "x", "start_planned": "2027-01-01T10:00:00Z", "start_scheduled": "2027-01-01T10:00:00Z"},
            "must_be_empty",
        ),
        (
            {"name": "x", "start_scheduled": "2027-01-01T10:00:00Z", "end_scheduled": "2027-01-01T09:00:00Z"},
            "end_scheduled_must_be_after_start_scheduled",
        ),
        ({"name": "x", "status": "pink"}, "inclusion"),
        ({"name": "x", "timezone": "Mars/Base"}, "inclusion"),
        ({"name": "x", "template_status": "approved"}, "runbook.cannot_update_template_status_on_non_template"),
        ({"name": "x" * 6000}, "too_long"),
    ],
)
async def test_rules_of_a_new_runbook(failover: People, attributes: dict[str, Any], code: str) -> None:
    refused = await failover.post("dana", "runbooks", create(attributes))
    assert (refused.status, refused.codes) == (422, [code])


async def test_a_blank_runbook_needs_a_workspace_and_gets_the_defaults(failover: People) -> None:
    refused = await failover.post("dana", "runbooks", {"data": {"type": "runbook", "attributes": {"name": "R"}}})
    assert refused.codes == ["required"]
    made = await failover.post("dana", "runbooks", create({"name": "R"}))
    related = made.data["relationships"]
    assert related["folder"]["data"]["id"] == "21"
    assert related["runbook_type"]["data"]["id"] == "31"
    assert made.data["attributes"]["timing_mode"] == "unscheduled"
    assert (await failover.post("tom", "runbooks", create({"name": "R"}))).status == 403


async def test_fixed_runs_cannot_be_edited_dynamic_ones_can(failover: People) -> None:
    new = {
        "data": {
            "type": "task",
            "attributes": {"name": "Extra"},
            "relationships": {"predecessors": {"data": [{"id": "101003", "type": "task"}]}},
        }
    }
    await failover.begin("101")
    made = await failover.post("sam", "runbooks/101/tasks", new)
    assert made.status == 201
    assert made.data["relationships"]["stream"]["data"]["id"] == "101901"
    assert [t["id"] for t in made.data["relationships"]["predecessors"]["data"]] == ["101003"]
    assert (await failover.post("mei", "runbooks/101/tasks", new)).status == 403  # not her stream
    await failover.begin("102")
    name = {"data": {"type": "task", "attributes": {"name": "Other"}}}
    assert (await failover.patch("dana", "runbooks/102/tasks/102002", name)).codes == ["task.not_editable"]
    assert (
        await failover.patch("dana", "runbooks/201", {"data": {"type": "runbook", "attributes": {"name": "x"}}})
    ).codes == ["invalid"]


async def test_a_circle_is_refused(small: People) -> None:
    body = {"data": {"type": "task", "relationships": {"predecessors": {"data": [{"id": "101006", "type": "task"}]}}}}
    assert (await small.patch("dana", "runbooks/101/tasks/101001", body)).codes == ["invalid"]


async def test_assigning_a_stranger_is_silently_nothing(small: People) -> None:
    links = [{"id": "408", "type": "user"}, {"id": "403", "type": "user"}]
    body = {"data": {"type": "task", "relationships": {"assignees": {"data": links}}}}
    answer = await small.patch("dana", "runbooks/101/tasks/101002", body)
    assert [each["id"] for each in answer.data["relationships"]["assignees"]["data"]] == ["404", "403"]
    body["meta"] = {"delete_excluded_assignees": True}
    answer = await small.patch("dana", "runbooks/101/tasks/101002", body)
    assert [each["id"] for each in answer.data["relationships"]["assignees"]["data"]] == ["403"]
