"""Tokens are people: 401, 403 and 404 follow from who they are and what they may see."""

from __future__ import annotations

import pytest

from bot.sandbox.cutover import EmbeddedCutover

from .conftest import People


async def test_tokens_are_48_hex_and_stay_the_same(failover: People) -> None:
    tokens = failover.cutover.tokens
    assert all(len(token) == 48 and set(token) <= set("0123456789abcdef") for token in tokens.values())
    assert tokens == EmbeddedCutover(world="failover").tokens
    assert tokens["dana"] == EmbeddedCutover(world="small").tokens["dana"]


@pytest.mark.parametrize("token", ["", "nonsense", "0" * 48])
async def test_unknown_tokens_are_401(failover: People, token: str) -> None:
    refused = await failover.get(token, "runbooks")
    assert refused.status == 401
    assert refused.body["errors"][0]["title"] == "Unauthorized"


async def test_archived_and_locked_people_lose_access(failover: People) -> None:
    assert (await failover.get("lena", "runbooks")).status == 401
    assert (await failover.get("omar", "runbooks")).status == 401
    assert (await failover.patch("dana", "users/omar.said%40harbour.example/unlock")).status == 200
    assert (await failover.get("omar", "runbooks")).status == 200
    assert (await failover.patch("dana", "users/tom.fischer%40harbour.example/archive")).status == 200
    assert (await failover.get("tom", "runbooks")).status == 401
    assert (await failover.patch("dana", "users/401/archive")).codes == ["users.archive.unable_to_archive_self"]
    assert (await failover.patch("sam", "users/404/archive")).status == 403


async def test_each_person_sees_their_runbooks(failover: People) -> None:
    seen = {}
    for who in ("dana", "bot", "sam", "noor", "rosa", "gil"):
        seen[who] = {each["id"] for each in (await failover.get(who, "runbooks?page[size]=100")).data}
    child = failover.cutover.world.runbooks["101"].tasks["101018"].child_id
    assert seen["dana"] == {"101", "102", "103", "104", "105", "107", "201", "202", child}
    assert seen["bot"] == seen["dana"] - {"104"}  # an instance-wide admin does not reach a private runbook
    assert seen["sam"] == {"101", "102", "107", "202"}
    assert seen["noor"] == {"101", "102", "105", "201", "202", child}
    assert {"104", "101"} <= seen["rosa"]
    assert seen["gil"] == set()


async def test_403_404_and_archived(failover: People) -> None:
    assert (await failover.get("bot", "runbooks/104")).status == 403
    assert (await failover.get("dana", "runbooks/999")).codes == ["not_found"]
    assert (await failover.get("dana", "runbooks/106")).status == 404  # archived
    listed = await failover.get("dana", "runbooks?archived=true")
    assert [each["id"] for each in listed.data] == ["106"]
    comment = {"data": {"type": "comment", "attributes": {"content": "x"}}}
    assert (await failover.post("dana", "runbooks/106/comments", comment)).codes == ["comments.create.runbook_archived"]
    assert (await failover.post("rosa", "runbooks/101/comments", comment)).status == 403
    assert (await failover.get("dana", "runbooks/102/tasks/101001")).status == 404  # another runbook's task
    assert (await failover.get("dana", "runbooks/..%2F101")).status == 404


async def test_readers_read_and_nothing_else(failover: People) -> None:
    assert (await failover.get("rosa", "runbooks/101/tasks")).status == 200
    body = {"data": {"type": "runbook", "attributes": {"status": "red"}}}
    assert (await failover.patch("rosa", "runbooks/101", body)).status == 403
    assert (await failover.patch("rosa", "runbooks/101/start", {"meta": {}})).status == 403


async def test_stream_editors_change_their_streams_only(failover: People) -> None:
    body = {"data": {"type": "stream", "attributes": {"status": "amber", "status_message": "slow"}}}
    mine = await failover.patch("sam", "runbooks/101/streams/101901", body)
    assert mine.data["attributes"]["status"] == "amber"
    assert mine.data["relationships"]["status_author"]["data"]["id"] == "402"
    assert (await failover.patch("sam", "runbooks/101/streams/101902", body)).status == 200  # below his own
    assert (await failover.patch("sam", "runbooks/101/streams/101904", body)).status == 403
    below = {
        "data": {
            "type": "stream",
            "attributes": {"name": "Wi-Fi"},
            "relationships": {"parent": {"data": {"id": "101901", "type": "stream"}}},
        }
    }
    made = await failover.post("sam", "runbooks/101/streams", below)
    assert made.status == 201
    assert (await failover.call("dana", "DELETE", f"runbooks/101/streams/{made.data['id']}")).status == 204
    assert (await failover.call("dana", "DELETE", "runbooks/101/streams/101904")).codes == ["cannot_remove_when_in_use"]


async def test_without_additions_their_endpoints_are_405_and_their_members_gone() -> None:
    import aiohttp

    async with EmbeddedCutover(additions=False) as cutover, aiohttp.ClientSession() as session:
        people = People(cutover, session)
        await people.begin()
        for method, path in [
            ("PATCH", "runbooks/101/pause"),
            ("PATCH", "runbooks/101/tasks/101001/skip"),
            ("GET", "custom_fields"),
            ("GET", "action_logs"),
            ("GET", "runbooks/101/runbook_teams"),
            ("POST", "workspaces"),
            ("DELETE", "runbooks/101/tasks/101001"),
        ]:
            assert (await people.call("dana", method, path)).status == 405, path
        task = (await people.get("dana", "runbooks/101/tasks/101001")).data
        assert set(task["relationships"]) == {"runbook_version", "stream", "task_type"}
        assert "is_late" not in task["attributes"]
        forecast = (await people.get("dana", "runbooks/101/tasks?forecast=true")).data
        assert forecast[9]["attributes"]["predecessor_ids"] == ["101003", "101006", "101007", "101009"]


async def test_api_version_is_checked_and_echoed(small: People) -> None:
    assert (await small.call("dana", "GET", "users", Api_Version="2021-10-13")).headers["Api-Version"] == "2021-10-13"
    assert (await small.call("dana", "GET", "users")).headers["Api-Version"] == "2022-02-22"
    assert (await small.call("dana", "GET", "users", Api_Version="1999-01-01")).status == 400


async def test_methods_and_addresses_that_are_not_there(small: People) -> None:
    refused = await small.call("dana", "DELETE", "runbooks/101")
    assert (refused.status, refused.headers["Allow"]) == (405, "GET, PATCH")
    assert (await small.get("dana", "nothing")).status == 404
    assert (await small.get("dana", "runbooks/")).status == 404
