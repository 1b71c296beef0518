# ruff: noqa: F811
"""Refusals, missing additions, cut writes, faults and spoiled pages of the embedded Cutover."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from test_cutover_client_world import BOOK, As, as_person, cutover, session, tasks_of  # noqa: F401

from bot.clock import Clock
from bot.cutover import (
    Catalogue,
    CutoverClient,
    StreamFields,
    TaskFields,
    Transport,
)
from bot.errors import (
    BadAnswer,
    Forbidden,
    NotFound,
    NotOnThisInstance,
    RateLimited,
    Refused,
    Unauthorised,
    Unavailable,
    UnknownOutcome,
)
from bot.model import FieldValue, Text
from bot.sandbox.cutover import EmbeddedCutover


async def test_required_answers(as_person: As) -> None:
    dana, ivan = as_person("dana"), as_person("ivan")
    book = await dana.start_runbook(BOOK)
    task = (await tasks_of(dana))[2]
    with pytest.raises(Refused) as caught:
        await ivan.start_runbook_task(BOOK, task.id)
    assert caught.value.has("missing_custom_field_value")
    fields = await Catalogue(dana, Clock()).fields_missing(book, caught.value.findings)
    assert [one.name for one in fields] == [Text("Change ticket")]
    answer = FieldValue(fields[0].id, fields[0].name, (Text("CHG-1"),))
    updated = await dana.update_runbook_task(BOOK, task.id, TaskFields(field_values=(answer,)))
    assert updated.field_values == (answer,)
    assert (await ivan.start_runbook_task(BOOK, task.id)).is_running


async def test_branches(as_person: As, cutover: EmbeddedCutover) -> None:
    dana = as_person("dana")
    await dana.start_runbook(BOOK)
    tasks = await tasks_of(dana)
    for number in (1, 2, 3, 4, 5, 6, 7, 9):
        await dana.skip_runbook_task(BOOK, tasks[number].id, "test")
    go = await dana.list_runbook_tasks(BOOK, forecast=True).all()
    decision = next(one for one in go if one.id == tasks[10].id)
    assert set(decision.successor_ids or ()) == {tasks[11].id, tasks[13].id}
    await dana.start_runbook_task(BOOK, decision.id)
    done = await dana.finish_runbook_task(BOOK, decision.id, selected_successor_ids=[tasks[13].id])
    assert done.is_complete
    now = await tasks_of(dana)
    assert now[11].completion_type == "complete_abandoned"
    assert now[13].is_startable


async def test_refusals(as_person: As) -> None:
    dana, rosa, nobody = as_person("dana"), as_person("rosa"), as_person("nobody")
    tasks = await tasks_of(dana)
    with pytest.raises(Unauthorised):
        await nobody.get_runbook(BOOK)
    with pytest.raises(NotFound):
        await dana.get_runbook("999999")
    with pytest.raises(NotFound):
        await dana.get_runbook_task("999999", tasks[1].id)
    with pytest.raises((Forbidden, Refused)):
        await rosa.start_runbook(BOOK)
    with pytest.raises(Refused) as caught:
        await dana.start_runbook(BOOK, validation_level="warning")
    assert caught.value.has("runbooks.start.")
    assert any(char.isdigit() for char in caught.value.sentence)
    await dana.start_runbook(BOOK)
    with pytest.raises(Refused) as caught:
        await dana.start_runbook_task(BOOK, tasks[10].id)
    assert caught.value.has("task.not_startable")
    await dana.start_runbook_task(BOOK, tasks[1].id)
    with pytest.raises(Refused) as caught:
        await dana.start_runbook_task(BOOK, tasks[1].id)
    assert caught.value.has("task.already_started")


async def test_without_the_additions(session: aiohttp.ClientSession) -> None:
    async with EmbeddedCutover(world="small", additions=False) as cutover:
        client = CutoverClient(Transport(cutover.url, cutover.tokens["dana"], session=session, clock=Clock()), Clock())
        await client.start_runbook(BOOK)
        task = (await client.list_runbook_tasks(BOOK).all())[0]
        assert (task.assignees, task.predecessor_ids, task.number, task.is_late) == (None,) * 4
        calls: dict[str, Callable[[], Any]] = {
            "pause_runbook": lambda: client.pause_runbook(BOOK),
            "resume_runbook": lambda: client.resume_runbook(BOOK),
            "cancel_runbook": lambda: client.cancel_runbook(BOOK),
            "skip_runbook_task": lambda: client.skip_runbook_task(BOOK, task.id, "why"),
            "delete_runbook_task": lambda: client.delete_runbook_task(BOOK, task.id),
            "list_runbook_teams": lambda: client.list_runbook_teams(BOOK).all(),
            "create_runbook_stream": lambda: client.create_runbook_stream(BOOK, StreamFields(name="x")),
            "list_custom_fields": lambda: client.list_custom_fields().all(),
            "list_action_logs": lambda: client.list_action_logs(runbook_id=BOOK).all(),
            "list_activities": lambda: client.list_activities(runbook_id=BOOK).all(),
            "create_workspace": lambda: client.create_workspace("W", "w"),
        }
        for name, call in calls.items():
            with pytest.raises(NotOnThisInstance):
                await call()
            assert client.offers(name) is False
        assert client.features.missing == set(calls)
        catalogue = Catalogue(client, Clock())
        assert await catalogue.custom_fields("releases") == ()
        assert await catalogue.runbook_teams(BOOK) == ()


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_cut_write_is_unknown_and_sent_once(cutover: EmbeddedCutover, as_person: As, cut: str) -> None:
    dana = as_person("dana")
    await dana.start_runbook(BOOK)
    task = (await tasks_of(dana))[1]
    cutover.order([{"method": "PATCH", "path": "/start$", "times": 1, "do": {"cut": cut}}])
    with pytest.raises(UnknownOutcome):
        await dana.start_runbook_task(BOOK, task.id)
    assert (await dana.get_runbook_task(BOOK, task.id)).is_running is (cut == "after")
    assert len([one for one in cutover.requests if one.path.endswith(f"{task.id}/start")]) == 1


async def test_faults(cutover: EmbeddedCutover, as_person: As) -> None:
    dana = as_person("dana")
    cutover.order([{"method": "GET", "times": 1, "do": {"status": 503, "html": "<h1>no</h1>"}}])
    assert (await dana.get_runbook(BOOK)).id == BOOK
    cutover.order([{"method": "GET", "times": None, "do": {"status": 500, "html": "<h1>no</h1>"}}])
    with pytest.raises(Unavailable):
        await dana.get_runbook(BOOK)
    cutover.forget_faults()
    cutover.order([{"method": "GET", "times": 1, "do": {"status": 200, "html": "<h1>hello</h1>"}}])
    with pytest.raises(BadAnswer, match="web page"):
        await dana.get_runbook(BOOK)
    cutover.order([{"method": "PATCH", "times": 1, "do": {"status": 504, "html": "<h1>late</h1>"}}])
    with pytest.raises(UnknownOutcome):
        await dana.start_runbook(BOOK)
    cutover.order([{"times": None, "do": {"status": 429, "headers": {"Retry-After": "60"}}}])
    with pytest.raises(RateLimited):
        await dana.start_runbook(BOOK)
    cutover.forget_faults()
    assert not (await as_person("bot").get_runbook(BOOK)).is_running


@pytest.mark.parametrize("links", ["absolute", "relative"])
async def test_pages(session: aiohttp.ClientSession, links: str) -> None:
    async with EmbeddedCutover(world="failover", links=links) as cutover:
        client = CutoverClient(Transport(cutover.url, cutover.tokens["bot"], session=session, clock=Clock()), Clock())
        whole = [one.id for one in await client.list_runbook_tasks(BOOK, forecast=True).all()]
        by_page = [one.id for one in await client.list_runbook_tasks(BOOK, page_size=7).all()]
        assert sorted(by_page) == sorted(whole)
        for how in ("loop", "repeat", "shrink"):
            cutover.order([{"path": "/tasks", "times": 1, "do": {"break_page": 2, "how": how}}])
            got = [one.id for one in await client.list_runbook_tasks(BOOK, page_size=7).all()]
            assert len(got) == len(set(got))
            assert set(got) <= set(whole)
            cutover.forget_faults()
        for how in ("truncated", "html", "foreign", "empty"):
            cutover.order([{"path": "/tasks", "times": 1, "do": {"break_page": 2, "how": how}}])
            with pytest.raises(BadAnswer):
                await client.list_runbook_tasks(BOOK, page_size=7).all()
            cutover.forget_faults()
