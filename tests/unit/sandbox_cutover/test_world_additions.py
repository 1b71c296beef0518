"""What only the vendor's own client shows: fields, logs, teams, streams, workspaces; and the finer rules of editing."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import People


async def test_custom_fields_by_workspace(failover: People) -> None:
    every = await failover.get("dana", "custom_fields")
    assert [each["id"] for each in every.data] == ["81", "82", "83", "84", "85", "86"]
    own = await failover.get("dana", "custom_fields?workspace_id=resilience")
    assert [each["id"] for each in own.data] == ["85"]
    both = await failover.get("dana", "custom_fields?workspace_id=resilience&global=true")
    assert len(both.data) == 6
    one = (await failover.get("dana", "custom_fields/81")).data["attributes"]
    assert [option["value"] for option in one["field_options"]] == ["Pass", "Fail", "Not tested"]
    assert (one["required"], one["apply_to"]) == (True, "task_end")
    assert (await failover.get("dana", "custom_fields/999")).status == 404


async def test_logs_and_activities_tell_what_happened_to_those_who_may_read(failover: People) -> None:
    await failover.begin()
    begun = failover.cutover.clock.now()
    failover.cutover.clock.advance(60)
    await failover.press("sam", "start", 3)
    logs = await failover.get("dana", "action_logs?runbook_id=101&user_id=402")
    assert [each["attributes"]["event"] for each in logs.data] == ["task.started"]
    assert logs.data[0]["relationships"]["author"]["data"] == {"id": "402", "type": "user"}
    assert (await failover.get("sam", "action_logs")).status == 403
    fresh = await failover.get("rosa", f"activities?runbook_id=101&created_after={begun + 1:.0f}")
    assert fresh.status == 400
    after = "2000-01-02T00:00:00Z"
    newest = (await failover.get("rosa", f"activities?runbook_id=101&created_after={after}")).data[0]
    assert newest["attributes"]["key"] == "task.started"
    assert newest["meta"]["message"]["plain"] == "Back up core switch configuration was started"
    assert (await failover.get("gil", "activities")).data == []
    assert (await failover.get("rosa", f"activities?created_before={after}")).data == []


async def test_teams_folders_and_types(failover: People) -> None:
    teams = await failover.get("dana", "runbooks/101/runbook_teams")
    assert [(t["attributes"]["name"], t["meta"]["users_count"]) for t in teams.data] == [
        ("Database services", 1),
        ("Validation crew", 2),
    ]
    folders = (await failover.get("dana", "workspaces/resilience/folders")).data
    assert folders[0]["meta"]["permissions"] == [{"type": "create", "resource": "runbook"}]
    assert (await failover.get("tom", "workspaces/11/folders")).data[0]["meta"]["permissions"] == []
    assert (await failover.get("dana", "task_types/validation")).data["id"] == "53"
    assert (await failover.get("dana", "teams/999")).status == 404
    assert (await failover.get("dana", "runbooks/101/streams/999")).status == 404
    found = await failover.get("dana", "runbooks?query=nort%20south&workspace_id=resilience&stage=planning")
    assert [each["id"] for each in found.data] == ["101", "102"]
    assert (await failover.get("dana", "runbooks?is_template=maybe")).status == 400


async def test_streams_have_times_of_their_own(failover: People) -> None:
    streams = (await failover.get("dana", "runbooks/101/streams?forecast=true")).data
    assert [each["attributes"]["name"] for each in streams] == sorted(each["attributes"]["name"] for each in streams)
    network = next(each for each in streams if each["attributes"]["name"] == "Network")["attributes"]
    assert network["start_planned"] < network["end_planned"] <= network["end_display"]
    core = next(each for each in streams if each["attributes"]["name"] == "Core switches")
    assert core["relationships"]["parent"]["data"]["id"] == "101901"
    assert core["relationships"]["runbook_version"]["data"]["attributes"]["is_current"] is True


def stream(attributes: dict[str, Any], parent: str | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"type": "stream", "attributes": attributes}
    if parent:
        data["relationships"] = {"parent": {"data": {"id": parent, "type": "stream"}}}
    return {"data": data}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (stream({"name": " "}), "blank"),
        (stream({"name": "x"}, "999"), "required"),
        (stream({"name": "x"}, "101902"), "too_deep"),
        (stream({"name": "x", "status": "blue"}), "inclusion"),
    ],
)
async def test_rules_of_streams(failover: People, body: dict[str, Any], code: str) -> None:
    assert (await failover.post("dana", "runbooks/101/streams", body)).codes == [code]


async def test_the_primary_stream_stays_and_names_are_not_blank(failover: People) -> None:
    assert (await failover.call("dana", "DELETE", "runbooks/101/streams/101901")).codes == ["cannot_remove_default"]
    blank = stream({"name": ""})
    assert (await failover.patch("dana", "runbooks/101/streams/101903", blank)).codes == ["blank"]


def workspace(**attributes: str) -> dict[str, Any]:
    return {"data": {"type": "workspace", "attributes": attributes}}


async def test_a_new_workspace_comes_with_a_default_folder(failover: People) -> None:
    assert (await failover.post("sam", "workspaces", workspace(name="Lab", key="lab"))).status == 403
    assert (await failover.post("dana", "workspaces", workspace(name="Lab"))).codes == ["blank"]
    assert (await failover.post("dana", "workspaces", workspace(name="R", key="releases"))).codes == ["taken"]
    made = await failover.post("dana", "workspaces", workspace(name="Lab", key="lab"))
    assert made.status == 201
    assert [f["attributes"]["name"] for f in (await failover.get("dana", "workspaces/lab/folders")).data] == ["Default"]
    related = {"workspace": {"data": {"id": "lab", "type": "workspace"}}}
    body = {"data": {"type": "runbook", "attributes": {"name": "First"}, "relationships": related}}
    assert (await failover.post("dana", "runbooks", body)).status == 201


async def test_a_deleted_task_frees_what_waited_for_it(small: People) -> None:
    await small.begin()
    await small.done(2, 3)
    assert (await small.call("tom", "DELETE", "runbooks/101/tasks/101001")).status == 403
    assert (await small.call("dana", "DELETE", "runbooks/101/tasks/101001")).status == 204
    assert (await small.get("dana", "runbooks/101/tasks/101001")).status == 404
    assert (await small.get("dana", "runbooks/101/tasks/101004")).stage == "startable"


def runbook(attributes: dict[str, Any], **related: str) -> dict[str, Any]:
    kinds = {name: {"data": {"id": rid, "type": name}} for name, rid in related.items()}
    return {"data": {"type": "runbook", "attributes": attributes, "relationships": kinds}}


@pytest.mark.parametrize(
    ("rid", "body", "code"),
    [
        ("101", runbook({}, folder="25"), "must_match_account"),
        ("101", runbook({}, folder="none"), "blank"),
        ("101", runbook({}, runbook_type="35"), "cannot_be_changed_to_an_archived_resource"),
        ("101", runbook({}, workspace="none"), "required"),
        ("107", runbook({"is_template": True}), "runbook.cannot_be_template_with_event"),
        ("103", runbook({"start_planned": "2027-01-01T00:00:00Z"}), "invalid"),
        ("101", runbook({"custom_field_values": [{"name": "Unknown", "value": "x"}]}), "not_found"),
        ("101", runbook({"custom_field_values": [{"name": "Impacted sites", "value": ["Mars"]}]}), "inclusion"),
        ("101", runbook({"custom_field_values": [{"name": "Impacted sites", "value": "DC North"}]}), "invalid"),
        ("101", runbook({"start_scheduled": "1999-01-01T00:00:00Z"}), "on_or_after"),
        ("101", runbook({"start_scheduled": "noon"}), "invalid"),
    ],
)
async def test_rules_of_editing_a_runbook(failover: People, rid: str, body: dict[str, Any], code: str) -> None:
    assert (await failover.patch("dana", f"runbooks/{rid}", body)).codes == [code]


async def test_editing_a_runbook(failover: People) -> None:
    attributes = {
        "name": "Renamed",
        "status": "amber",
        "status_message": "DB slow",
        "rto": 7200,
        "is_template": True,
        "template_type": "default",
        "template_next_review_at": "2027-01-01T00:00:00Z",
        "custom_field_values": [{"custom_field_id": "85", "value": ["DC North", "DC South"]}],
    }
    await failover.patch("dana", "runbooks/107", runbook({}, runbook_type="change_request"))
    body = runbook({}, runbook_type="normal")
    refused = await failover.patch("dana", "runbooks/107", body)
    assert refused.codes == ["runbook.cannot_switch_from_change_request_runbook_type"]
    changed = (await failover.patch("dana", "runbooks/101", runbook(attributes, workspace="releases"))).data
    shown = changed["attributes"]
    assert (shown["status"], shown["template_status"], shown["rto"]) == ("amber", "draft", 7200)
    assert "status_updated_at" in shown
    assert changed["relationships"]["folder"]["data"]["id"] == "24"  # the other workspace's default
    approved = await failover.patch("dana", "runbooks/101", runbook({"template_status": "approved"}))
    assert approved.data["attributes"]["template_status"] == "approved"
    plain = await failover.patch("dana", "runbooks/102", runbook({"is_template": False}))
    assert plain.data["attributes"]["template_status"] is None


async def test_scheduling_moves_the_plan_and_always_the_fixed_times(failover: People) -> None:
    tasks = failover.cutover.world.runbooks["101"].tasks
    offset = (tasks["101028"].start_fixed or 0) - tasks["101001"].start_planned
    body = runbook({"start_scheduled": "2027-03-01T08:00:00+01:00", "end_scheduled": "2027-03-01T20:00:00+01:00"})
    shown = (await failover.patch("dana", "runbooks/101", body)).data["attributes"]
    assert (shown["timing_mode"], shown["start_scheduled"]) == ("scheduled", "2027-03-01T07:00:00.000Z")
    assert (tasks["101028"].start_fixed or 0) - tasks["101001"].start_planned == offset
    cleared = (
        await failover.patch("dana", "runbooks/101", runbook({"start_scheduled": "", "end_scheduled": None}))
    ).data
    assert cleared["attributes"]["timing_mode"] == "unscheduled"
    planned = await failover.patch("dana", "runbooks/101", runbook({"start_planned": "2027-04-01T00:00:00Z"}))
    assert planned.data["attributes"]["start_planned"] == "2027-04-01T00:00:00.000Z"


async def test_task_links_take_templates_only_and_drop_the_rest_silently(failover: People) -> None:
    async def link(kind: str, target: str) -> Any:
        attributes = {"name": "Linked", "task_links": [{"id": target, "link_type": "runbook"}]}
        related = {"task_type": {"data": {"id": kind, "type": "task_type"}}}
        body = {"data": {"type": "task", "attributes": attributes, "relationships": related}}
        return (await failover.post("dana", "runbooks/101/tasks", body)).data["attributes"]

    linked = await link("linked", "201")
    assert linked["name"] == "Storage replication switch"
    child = linked["task_links"][0]["id"]
    assert isinstance(child, int)
    assert failover.cutover.world.runbooks[str(child)].source_runbook_id == "201"
    assert (await link("normal", "201"))["task_links"] == []
    assert (await link("linked", "102"))["task_links"] == []
    assert (await link("linked", "999"))["task_links"] == []


def task(attributes: dict[str, Any], **related: str) -> dict[str, Any]:
    kinds = {name: {"data": {"id": rid, "type": name}} for name, rid in related.items()}
    return {"data": {"type": "task", "attributes": attributes, "relationships": kinds}}


EVERYBODY_AND_THE_SAME = {"start_requirements": "all_must_start", "end_requirements": "same_must_end"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (task({}), 422, "blank"),
        (task({"name": "x", "duration": -1}), 422, "greater_than_or_equal_to"),
        (task({"name": "x", "duration": 10**9}), 422, "less_than_or_equal_to"),
        (task({"name": "x", "duration": 1.5}), 400, "invalid"),
        (task({"name": "x", "duration": True}), 400, "invalid"),
        (task({"name": "x"}, stream="102901"), 422, "required"),
        (task({"name": "x"}, task_type="fax"), 422, "cannot_be_changed_to_an_archived_resource"),
        (task({"name": "x"}, task_type="none"), 422, "required"),
        (
            task({"name": "x", "start_requirements": "all_must_start", "end_requirements": "same_must_end"}),
            422,
            "invalid",
        ),
        ({"data": {"type": "runbook"}}, 422, "inclusion"),
        ({"data": []}, 400, "invalid"),
        ([], 400, "invalid"),
        ({}, 400, "invalid"),
    ],
)
async def test_rules_of_a_new_task(failover: People, body: Any, status: int, code: str) -> None:
    refused = await failover.post("dana", "runbooks/101/tasks", body)
    assert (refused.status, refused.codes) == (status, [code])
    assert len(failover.cutover.world.runbooks["101"].tasks) == 50


async def test_comments_on_runbooks_and_tasks(small: People) -> None:
    def comment(content: str, task_id: str = "") -> dict[str, Any]:
        data: dict[str, Any] = {"type": "comment", "attributes": {"content": content, "featured": True}}
        if task_id:
            data["relationships"] = {"task": {"data": {"id": task_id, "type": "task"}}}
        return {"data": data}

    made = await small.post("tom", "runbooks/101/comments", comment("<p>half <h1>done</h1></p>", "101002"))
    assert made.status == 201
    assert made.data["attributes"] == {"content": "<p>half done</p>", "featured": True}
    assert made.data["relationships"]["task"]["data"]["id"] == "101002"
    assert (await small.get("tom", "runbooks/101/tasks/101002")).data["attributes"]["comments_count"] == 1
    listed = (await small.get("rosa", "runbooks/101/comments")).data
    assert [each["attributes"]["featured"] for each in listed] == [False, True]
    assert (await small.post("tom", "runbooks/101/comments", comment("x", "999"))).codes == ["required"]
    assert (await small.post("tom", "runbooks/101/comments", comment("<img src=x>"))).codes == ["blank"]
    assert (await small.post("tom", "runbooks/101/comments", comment("x" * 70_000))).codes == ["too_long"]
    assert len((await small.get("rosa", "runbooks/101/comments")).data) == 2


@pytest.mark.parametrize(
    ("path", "rid"),
    [
        ("workspaces/releases", "12"),
        ("runbook_types/dynamic", "32"),
        ("teams/72", "72"),
        ("users/dana.okafor%40harbour.example", "401"),
        ("users/410", "410"),
        ("runbooks/101/streams/101901", "101901"),
    ],
)
async def test_reads_by_id_key_or_email(small: People, path: str, rid: str) -> None:
    assert (await small.get("tom", path)).data["id"] == rid


@pytest.mark.parametrize(("path", "count"), [("workspaces", 3), ("runbook_types", 5), ("task_types", 10), ("teams", 5)])
async def test_lists(small: People, path: str, count: int) -> None:
    page = (await small.get("gil", path)).body
    assert (len(page["data"]), page["meta"]["page"]["total"]) == (count, count)
