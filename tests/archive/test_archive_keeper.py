"""The archive beside a running bot: by schedule, change by change, and by itself where nobody tells it of changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from typing import Any

import pytest
from archive_tools import Place

from bot.archive.database import Database, open_archive
from bot.archive.errors import ArchiveBusy, ArchiveError
from bot.archive.keeper import Keeper
from bot.archive.runs import LIVE
from bot.archive.scope import Scope
from bot.clock import ManualClock
from bot.sandbox.cutover import runs


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@asynccontextmanager
async def keeping(place: Place, **given: Any) -> AsyncIterator[tuple[Keeper, ManualClock]]:
    """A keeper at work, with its time in hand."""
    clock = ManualClock(datetime.now(UTC))
    keeper = Keeper(place.url, place.source, clock, **given)
    work = asyncio.create_task(keeper.run())
    try:
        yield keeper, clock
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def until(wanted: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not wanted():
            await asyncio.sleep(0.01)


async def passing(clock: ManualClock, wanted: Callable[[], Any], seconds: float = 0.5) -> None:
    """Time goes on until it is so."""

    def look() -> Any:
        clock.advance(seconds)
        return wanted()

    await until(look)


def made(place: Place) -> list[tuple[str, str]]:
    """(mode, status) of all runs; none while there is no archive."""
    try:
        return [(str(mode), str(status)) for mode, status in place.ask("SELECT mode, status FROM run ORDER BY run_id")]
    except Exception:
        return []


def rests(clock: ManualClock) -> bool:
    return bool(clock._sleepers)


async def test_the_first_run_is_made_at_once_and_the_next_when_the_time_is_over(place: Place) -> None:
    async with keeping(place, every=3600.0) as (_, clock):
        await until(lambda: made(place) == [("full", "complete")] and rests(clock))
        clock.advance(3590)
        assert made(place) == [("full", "complete")]
        clock.advance(20)
        await until(lambda: made(place) == [("full", "complete"), ("incremental", "complete")])


async def test_a_run_made_by_another_process_counts(place: Place) -> None:
    await place.sync()
    async with keeping(place, every=3600.0) as (_, clock):
        await until(lambda: rests(clock))
        assert made(place) == [("full", "complete")]


async def test_what_changed_is_read_and_nothing_else(place: Place) -> None:
    await place.sync()
    task = next(iter(place.cutover.world.runbooks["1001"].tasks))
    async with keeping(place, live=True) as (keeper, clock):
        await until(lambda: rests(clock))
        for number, name in enumerate(("First", "Second")):
            place.cutover.requests.clear()
            place.rename(task, name)
            place.look()
            keeper.changed("1001")
            keeper.changed("1001")
            await passing(clock, lambda number=number: len(place.history()[task]) == 2 + number)
            lists = [one.path for one in place.cutover.requests if one.path != "/core/runbooks"]
            assert all(path.startswith("/core/runbooks/1001/") for path in lists)
            await until(lambda: made(place)[1:] == [("live", "complete")])
    assert place.history() == place.expected


async def test_without_a_bot_it_looks_by_itself_at_what_runs(place: Place) -> None:
    await place.sync()
    world = place.cutover.world
    async with keeping(place, look=5.0) as (_, clock):
        await until(lambda: made(place)[1:] == [("live", "complete")] and rests(clock))
        assert not place.ask("SELECT 1 FROM unit WHERE run_id=2 AND kind='task'")
        runs.start(world, world.runbooks["1002"], world.person("dana"), run_type="rehearsal", comms="off")
        clock.advance(5)
        await until(lambda: place.ask("SELECT parent FROM unit WHERE run_id=2 AND kind='task'") == [("1002",)])


async def test_a_look_leaves_a_run_that_was_cut_off_to_be_taken_up_again(place: Place) -> None:
    await place.sync()
    place.spoil("UPDATE run SET status='running', finished=NULL WHERE run_id=1")
    await place.sync(Scope(runbook="1001"), mode=LIVE)
    assert made(place) == [("full", "running"), ("live", "complete")]
    assert (await place.sync()).resumed


async def test_while_cutover_is_down_it_waits_and_then_goes_on(place: Place) -> None:
    await place.sync()
    place.spoil("UPDATE run SET finished='2020-01-01T00:00:00.000Z'")
    place.cutover.order([{"path": "/core/", "times": 40, "do": {"status": 503}}])
    async with keeping(place, every=3600.0) as (_, clock):
        await passing(clock, lambda: made(place)[1:] == [("incremental", "complete")], 30)
    assert place.history() == place.expected


async def test_a_change_that_comes_while_cutover_is_down_is_captured_when_it_is_back(place: Place) -> None:
    await place.sync()
    changed = {"1001": "", "1003": ""}
    for runbook_id in changed:
        changed[runbook_id] = next(iter(place.cutover.world.runbooks[runbook_id].tasks))
        place.rename(changed[runbook_id], "Moved")
    place.look()
    place.cutover.order([{"path": "/core/", "times": 40, "do": {"status": 503}}])
    async with keeping(place, live=True) as (keeper, clock):
        await until(lambda: rests(clock))
        for runbook_id in changed:
            keeper.changed(runbook_id)
        await passing(clock, lambda: all(len(place.history()[task]) == 2 for task in changed.values()), 10)
    assert place.history() == place.expected


async def test_a_change_waits_for_another_process_that_writes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.sync()
    task = next(iter(place.cutover.world.runbooks["1001"].tasks))
    place.rename(task, "Moved")
    place.look()
    refused: list[ArchiveBusy] = []

    def noted(url: str, *, write: bool) -> Database:
        try:
            return open_archive(url, write=write)
        except ArchiveBusy as busy:
            refused.append(busy)
            raise

    monkeypatch.setattr("bot.archive.sync.open_archive", noted)
    async with keeping(place, live=True) as (keeper, clock):
        await until(lambda: rests(clock))
        with closing(open_archive(place.url, write=True)):
            keeper.changed("1001")
            await passing(clock, lambda: refused)
            assert len(place.history()[task]) == 1
        await passing(clock, lambda: len(place.history()[task]) == 2, 10)


async def test_a_runbook_that_cannot_be_read_holds_up_no_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.sync()
    task = next(iter(place.cutover.world.runbooks["1003"].tasks))
    place.rename(task, "Moved")
    place.look()
    async with keeping(place, live=True) as (keeper, clock):
        await until(lambda: rests(clock))
        sync = keeper._sync

        async def refused(scope: Scope, mode: str) -> Any:
            if scope.runbook == "1001":
                raise ArchiveError("The list of runbooks cannot be read.")
            return await sync(scope, mode)

        monkeypatch.setattr(keeper, "_sync", refused)
        for runbook_id in ("1001", "1003"):
            keeper.changed(runbook_id)
        await passing(clock, lambda: len(place.history()[task]) == 2)
