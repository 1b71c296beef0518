"""Pages, sparse fields, faults on order, the control interface, and webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.cutover import EmbeddedCutover

from .conftest import People


async def pages(people: People, path: str) -> list[str]:
    ids, following = [], path
    while following:
        page = await people.get("dana", following)
        ids += [each["id"] for each in page.data]
        following = page.body["links"].get("next", "")
    return ids


@pytest.mark.parametrize("query", ["page[size]=7", "page[number]=1", "page[limit]=9&page[offset]=0", "sort=-name"])
async def test_following_next_gives_everything_once(failover: People, query: str) -> None:
    ids = await pages(failover, f"runbooks/101/tasks?{query}")
    assert sorted(ids) == [f"1010{n:02d}" for n in range(1, 51)]


async def test_page_links_and_meta(failover: People) -> None:
    page = (await failover.get("dana", "runbooks/101/tasks?page[size]=20&page[number]=2")).body
    assert page["meta"] == {"page": {"offset": 20, "limit": 20, "total": 50}}
    assert set(page["links"]) == {"self", "first", "last", "prev", "next"}
    assert "page%5Bnumber%5D=3" in page["links"]["next"]
    last = (await failover.get("dana", page["links"]["last"])).body
    assert len(last["data"]) == 10
    assert "next" not in last["links"]
    beyond = await failover.get("dana", "runbooks/101/tasks?page[number]=9")
    assert (beyond.status, beyond.data) == (200, [])
    for bad in ("page[number]=0", "page[number]=x", "page[size]=-1", "sort=colour", "forecast=yes"):
        assert (await failover.get("dana", f"runbooks/101/tasks?{bad}")).status == 400, bad


async def test_links_may_be_relative() -> None:
    async with EmbeddedCutover(links="relative") as cutover, aiohttp.ClientSession() as session:
        page = (await People(cutover, session).get("dana", "users?page[size]=2")).body
        assert page["links"]["next"].startswith("core/users?")


async def test_sparse_fields_and_filters(failover: People) -> None:
    await failover.begin()
    sparse = (await failover.get("dana", "runbooks/101/tasks?fields[task]=name,stage,stream")).data[0]
    assert set(sparse["attributes"]) == {"name", "stage"}
    assert set(sparse["relationships"]) == {"stream"}
    mine = await failover.get("dana", "runbooks/101/tasks?user_id=402&stage=startable,in_progress")
    assert [each["id"] for each in mine.data] == ["101003"]
    found = await failover.get("dana", "runbooks/101/tasks?search_term=dns")
    assert len(found.data) == 3
    assert len((await failover.get("dana", "runbooks/101/tasks?task_type_id=validation")).data) == 5
    assert len((await failover.get("dana", "runbooks/101/tasks?has_comments=true")).data) == 3
    assert [each["id"] for each in (await failover.get("dana", "users?query=okafr")).data] == ["401"]


async def test_a_written_task_is_never_shown_stale(small: People) -> None:
    await small.get("dana", "runbooks/101/tasks")
    await small.begin()
    await small.press("ivan", "start", 2)
    listed = {each["id"]: each["attributes"] for each in (await small.get("dana", "runbooks/101/tasks")).data}
    assert listed["101002"]["stage"] == "in_progress"
    small.cutover.clock.advance(700)
    listed = {each["id"]: each["attributes"] for each in (await small.get("dana", "runbooks/101/tasks")).data}
    assert (listed["101002"]["elapsed_duration"], listed["101002"]["is_late"]) == (700, True)
    assert listed["101004"]["is_late"] is True  # its planned start has passed without any event


async def test_faults_happen_as_often_as_ordered_and_then_stop(small: People) -> None:
    small.cutover.order(
        [{"method": "GET", "path": "/core/users", "times": 2, "skip": 1, "do": {"status": 503, "html": "<h1>no</h1>"}}]
    )
    statuses = []
    for _ in range(4):
        async with small.session.get(
            f"{small.cutover.url}/core/users", headers={"Authorization": f"Bearer {small.cutover.tokens['dana']}"}
        ) as answer:
            statuses.append((answer.status, answer.content_type))
    assert [status for status, _ in statuses] == [200, 503, 503, 200]
    assert statuses[1][1] == "text/html"


@pytest.mark.parametrize(("cut", "stage"), [("before", "startable"), ("after", "in_progress")])
async def test_a_cut_connection_before_or_after_the_effect(small: People, cut: str, stage: str) -> None:
    await small.begin()
    await small.control("POST", "faults", {"faults": [{"path": "/start$", "do": {"cut": cut}}]})
    with pytest.raises(aiohttp.ClientConnectionError):
        await small.press("ivan", "start", 2)
    assert (await small.get("ivan", "runbooks/101/tasks/101002")).stage == stage
    assert [seen.status for seen in small.cutover.requests if seen.path.endswith("2/start")] == [0]


@pytest.mark.parametrize("how", ["loop", "foreign", "repeat", "shrink", "truncated", "html", "empty"])
async def test_a_page_can_be_broken(failover: People, how: str) -> None:
    do = {"break_page": 2, "how": how}
    failover.cutover.order([{"path": "/tasks", "do": do, "times": None}])
    first = await failover.get("dana", "runbooks/101/tasks")
    token = {"Authorization": f"Bearer {failover.cutover.tokens['dana']}"}
    async with failover.session.get(first.body["links"]["next"], headers=token) as answer:
        text = await answer.text()
    if how == "loop":
        found = await failover.get("dana", first.body["links"]["next"])
        assert found.body["links"]["next"] == found.body["links"]["self"]
    assert {
        "loop": '"next"' in text,
        "foreign": "elsewhere.example" in text,
        "repeat": text.count('"101021"') > 1,
        "shrink": '"total": 1' in text,
        "truncated": not text.endswith("}"),
        "html": "<html>" in text,
        "empty": text == "",
    }[how]


@pytest.mark.parametrize(
    ("how", "check"),
    [
        ("nulls", lambda task: not any(task["attributes"].values())),
        ("numbers", lambda task: task["id"] == 101001),
        ("strange", lambda task: task["attributes"]["stage"] == "quantum"),
        ("circle", lambda task: task["attributes"]["predecessor_ids"] == ["101050"]),
    ],
)
async def test_valid_json_with_wrong_content(failover: People, how: str, check: Callable[[Any], bool]) -> None:
    failover.cutover.order([{"path": "forecast", "do": {"break_page": 1, "how": how}}])
    assert check((await failover.get("dana", "runbooks/101/tasks?forecast=true")).data[0])
    assert not check((await failover.get("dana", "runbooks/101/tasks?forecast=true")).data[0])


async def test_rate_limit_on_order(small: People) -> None:
    await small.control("POST", "limit", {"per_second": 2})
    answers = [await small.get("dana", "users") for _ in range(4)]
    assert [each.status for each in answers] == [200, 200, 429, 429]
    assert answers[2].headers["Retry-After"] == "1"
    assert (await small.get("sam", "users")).status == 200  # each token has its own
    await small.control("DELETE", "faults")
    assert (await small.get("dana", "users")).status == 200


@pytest.mark.parametrize(
    "bad", [{}, {"do": {}}, {"do": {"cut": "middle"}}, {"do": {"delay": 1}, "path": "("}, {"do": {"delay": 1}, "x": 1}]
)
async def test_senseless_orders_are_refused(small: People, bad: dict[str, Any]) -> None:
    answer = await small.control("POST", "faults", {"faults": [bad]})
    assert (answer.status, answer.body["ok"]) == (400, False)
    assert small.cutover.faults.orders == []


async def test_control_shows_acts_moves_time_and_resets(small: People) -> None:
    await small.begin()
    world = (await small.control("GET", "world")).body
    assert {p["key"]: p["token"] for p in world["people"]} == small.cutover.tokens
    assert [task["id"] for task in world["runbooks"][0]["open"]] == ["101001", "101002", "101003"]
    acted = await small.control("POST", "act", {"person": "ivan", "do": "start", "task": "Build the package"})
    assert acted.body["stage"] == "in_progress"
    again = await small.control("POST", "act", {"person": "ivan", "do": "start", "task": "101002"})
    assert (again.status, again.body["errors"][0]["code"]) == (422, "task.already_started")
    status = {"person": "sam", "do": "status", "runbook": "101", "stream": "Roll-out", "status": "red", "message": "!"}
    assert (await small.control("POST", "act", status)).body["status"] == "red"
    comment = {"person": "mei", "do": "comment", "task": "101003", "text": "<p>half</p>"}
    assert (await small.control("POST", "act", comment)).body["ok"]
    before = world["now"]
    assert (await small.control("POST", "clock", {"advance": 60})).body["now"] == before + 60
    assert (await small.control("POST", "clock", {"advance": -1})).status == 400
    assert (await small.control("POST", "act", {"person": "nobody", "do": "start"})).status == 400
    seen = (await small.control("GET", "requests")).body["requests"]
    assert [(r["method"], r["person"], r["status"]) for r in seen] == [("PATCH", "dana", 200)]
    assert seen[0]["body"]["meta"]["run_type"] == "rehearsal"
    await small.control("POST", "reset")
    assert small.cutover.requests == []
    assert (await small.get("dana", "runbooks/101")).stage == "planning"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"advance": 1e300}),
        ("clock", {"at": 0}),
        ("clock", {}),
        ("faults", {"faults": ["text"]}),
        ("faults", {"faults": 7}),
        ("limit", {"per_second": "many"}),
        ("act", {"person": "sam", "do": "dance", "task": "101001"}),
        ("act", {"person": "sam", "do": "start"}),
        ("act", {"person": "sam", "do": "status", "runbook": "101", "status": "blue"}),
        ("act", {"person": "sam", "do": "status", "runbook": "101", "stream": "None", "status": "red"}),
        ("act", {"person": "sam", "do": "start", "task": "nowhere"}),
        ("act", {"person": "sam", "do": "start", "runbook": "nowhere", "task": "101001"}),
    ],
)
async def test_senseless_control_calls_are_answered(small: People, path: str, body: dict[str, Any]) -> None:
    before = small.cutover.clock.now()
    answer = await small.control("POST", path, body)
    assert (answer.status, answer.body["ok"]) == (400, False)
    assert answer.body["error"]
    assert small.cutover.clock.now() == before


async def test_webhooks_tell_what_happened_with_the_secret() -> None:
    heard: list[tuple[str, dict[str, Any]]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append((request.headers["Authorization"], await request.json()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/cutover/events", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/cutover/events"
    async with (
        EmbeddedCutover("small", events_url=url, events_secret="s3cret") as cutover,
        aiohttp.ClientSession() as session,
    ):
        people = People(cutover, session)
        await people.begin()
        await people.press("ivan", "start", 2)
        await people.press("ivan", "finish", 2)
        body = {"data": {"type": "runbook", "attributes": {"status": "amber"}}}
        await people.patch("dana", "runbooks/101", body)
        assert cutover.sender is not None
        await asyncio.wait_for(cutover.sender.idle(), 5)
    await runner.cleanup()
    assert {secret for secret, _ in heard} == {"Bearer s3cret"}
    types = [message["attributes"]["type"] for _, message in heard]
    assert types == ["run.started", "task.started", "task.finished", "runbook.updated"]
    started = heard[1][1]
    assert started["type"] == "core.event"
    assert started["relationships"]["entity"]["data"] == {"id": "101002", "type": "core.task"}
    assert started["meta"]["current_user"]["email"] == "ivan.petrov@harbour.example"
    assert "runbook" not in heard[3][1]["meta"]
