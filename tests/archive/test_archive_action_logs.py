"""Who did what: Cutover's audit log in the archive, by wish, and never taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from archive_tools import Hasty, Place, Quiet

from bot.archive.crawl import Outcome
from bot.archive.runs import INCREMENTAL
from bot.archive.scope import Scope
from bot.archive.sync import sync
from bot.sandbox.cutover import runs


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def read(place: Place, **given: Any) -> Outcome:
    source = replace(place.source, action_logs=True)
    return await sync(place.url, source, Scope(), Quiet(), clock=Hasty(), **given)


def act(place: Place, what: str) -> None:
    """Dana does something to runbook 1001."""
    world = place.cutover.world
    runbook, dana = world.runbooks["1001"], world.person("dana")
    if what == "start":
        runs.start(world, runbook, dana, run_type="rehearsal", comms="off")
    else:
        getattr(runs, what)(world, runbook, dana, "because")


def kept(place: Place) -> list[tuple[Any, ...]]:
    return place.ask("SELECT author, event FROM action_logs_named WHERE runbook_id='1001' ORDER BY created_at, event")


def asked(place: Place) -> list[dict[str, str]]:
    return [one.query for one in place.cutover.requests if one.path == "/core/action_logs"]


async def test_nobody_reads_it_unasked(place: Place) -> None:
    act(place, "start")
    await place.sync()
    assert asked(place) == []
    assert kept(place) == []


async def test_it_tells_who_did_what(place: Place) -> None:
    act(place, "start")
    outcome = await read(place)
    assert outcome.status == "complete"
    assert [author for author, event in kept(place) if event == "run.started"] == ["Dana Okafor"]


async def test_a_later_run_asks_for_what_is_new_and_loses_nothing(place: Place) -> None:
    act(place, "start")
    await read(place)
    before = len(kept(place))
    assert before
    act(place, "pause")
    act(place, "resume")
    place.cutover.requests.clear()
    await read(place, mode=INCREMENTAL)
    assert len(kept(place)) > before
    of_this = [query for query in asked(place) if query["runbook_id"] == "1001"]
    assert of_this
    assert all(query["created_after"] for query in of_this)
    await read(place, mode=INCREMENTAL)
    assert place.ask("SELECT count(*) FROM change WHERE kind='action_log' AND op<>'insert'") == [(0,)]


async def test_what_cutover_forgets_stays(place: Place) -> None:
    act(place, "start")
    await read(place)
    before = kept(place)
    place.cutover.world.logs.clear()
    assert (await read(place)).status == "complete"
    assert kept(place) == before


async def test_a_token_that_may_not_read_it_is_told_and_the_rest_is_whole(place: Place) -> None:
    place.cutover.order([{"path": "^/core/action_logs", "times": None, "do": {"status": 403}}])
    outcome = await read(place)
    assert outcome.status == "complete"
    assert "action_log" in outcome.missing


async def test_an_archive_from_before_it_gains_the_table(place: Place) -> None:
    await place.sync()
    place.spoil("DROP VIEW action_logs_named")
    place.spoil("DROP TABLE action_logs")
    act(place, "start")
    await read(place)
    assert kept(place)
