"""Cutover's webhooks: who may post, what is one event, and which runbook it is about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from hypothesis import given
from hypothesis import strategies as st

from bot.watch.events import PATH, Event, Events, read_event

RUNBOOK = {"data": {"id": "7087", "type": "core.runbook"}}
STARTED = {
    "id": "a1",
    "type": "core.event",
    "attributes": {"type": "task.started"},
    "relationships": {"entity": {"data": {"id": "4", "type": "core.task"}}, "runbook": RUNBOOK},
}


class Door:
    def __init__(self) -> None:
        self.refreshed: list[str] = []
        self.url = ""
        self.session: ClientSession

    async def post(self, body: Any = STARTED, secret: str = "s3cret", kind: str = "Bearer", **how: Any) -> int:
        headers = {"Authorization": f"{kind} {secret}"} if secret else {}
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.session.post(self.url, headers=headers, **sent, **how) as answer:
            return answer.status


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    opened, app = Door(), web.Application()
    Events("s3cret", lambda event: opened.refreshed.append(event.runbook_id)).add_to(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    async with ClientSession() as opened.session:
        yield opened
    await runner.cleanup()


async def test_an_event_makes_its_runbook_read_again(door: Door) -> None:
    assert await door.post() == 204
    assert door.refreshed == ["7087"]


async def test_the_same_event_twice_is_one(door: Door) -> None:
    assert await asyncio.gather(door.post(), door.post(), door.post()) == [204] * 3
    assert door.refreshed == ["7087"]
    assert await door.post({**STARTED, "id": "a2"}) == 204
    assert await door.post({**STARTED, "id": None}) == 204
    assert door.refreshed == ["7087"] * 3


@pytest.mark.parametrize(
    ("secret", "kind"), [("", ""), ("wrong", "Bearer"), ("s3cret", "Basic"), ("s3cret ß", "Bearer")]
)
async def test_nobody_else_is_heard(door: Door, secret: str, kind: str) -> None:
    assert await door.post(secret=secret, kind=kind) == 401
    assert door.refreshed == []


async def test_without_a_secret_everything_is_refused() -> None:
    heard: list[Event] = []
    door, app = Door(), web.Application()
    Events("", heard.append).add_to(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door.url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    async with ClientSession() as door.session:
        assert [await door.post(secret=""), await door.post()] == [401, 401]
    await runner.cleanup()
    assert heard == []


async def test_what_is_no_event_is_refused_and_what_is_unknown_is_dropped(door: Door) -> None:
    assert await door.post(b"{") == 400
    assert await door.post([1]) == 400
    assert await door.post(b"[" * 300_000) == 413
    assert await door.post({"id": "x", "attributes": {"type": "user.logged_in"}}) == 204
    assert door.refreshed == []


@pytest.mark.parametrize(
    ("event", "runbook"),
    [
        (STARTED, "7087"),
        ({"relationships": {"entity": {"data": {"id": "5", "type": "core.runbook"}}}}, "5"),
        ({"meta": {"runbook": {"id": 7}}}, "7"),
        (
            {"relationships": {"entity": {"data": {"id": "5", "type": "core.run"}}}, "meta": {"runbook": {"id": "9"}}},
            "9",
        ),
        ({"relationships": {"runbook": {"data": {"id": "../x"}}}}, ""),
        ({"relationships": {"runbook": None}, "meta": []}, ""),
        ({}, ""),
    ],
)
def test_the_runbook_is_found_where_the_samples_have_it(event: Any, runbook: str) -> None:
    assert read_event(event).runbook_id == runbook


def test_who_did_what_to_which_task_is_read() -> None:
    event = {**STARTED, "meta": {"current_user": {"id": "496", "email": "u@x"}}}
    assert read_event(event) == Event("7087", "task.started", "4", "u@x")
    assert read_event({**STARTED, "meta": {"current_user": {"email": "x" * 300}}}).email == ""


@given(
    st.dictionaries(
        st.sampled_from(["relationships", "meta", "id"]),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=3),
            lambda inner: st.dictionaries(st.sampled_from(["runbook", "entity", "data", "id", "type"]), inner),
        ),
    )
)
def test_any_event_has_a_runbook_or_none(event: Any) -> None:
    assert isinstance(read_event(event), Event)
