"""Working off due rows: trouble with one holds up no other, and a long piece of work keeps its lease."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from bot.clock import ManualClock
from bot.errors import StoreUnavailable
from bot.store import Database
from bot.store.claims import release
from bot.store.due import AT_ONCE, LEASE, LONGEST, DueRows, Row
from bot.store.tables import watches


async def due(database: Database, clock: ManualClock, *keys: str, later: float = 0.0) -> None:
    rows = [{"runbook_id": key, "due_at": clock.unix() + later} for key in keys]
    await database.write(lambda c: c.execute(sa.insert(watches), rows) and None)


async def leases(database: Database) -> dict[str, float | None]:
    query = sa.select(watches.c.runbook_id, watches.c.lease_until)
    return {row[0]: row[1] for row in await database.read(lambda c: c.execute(query).all())}


async def claimed(database: Database, key: str) -> float:
    """Until when, once somebody works on the row."""
    async with asyncio.timeout(10):
        while not (until := (await leases(database))[key]):
            await asyncio.sleep(0)
    return until


class Worker:
    """Gives each row back until tomorrow, or raises what it is told to. `held`: rows whose work waits for it."""

    def __init__(self, database: Database, clock: ManualClock, **given: Any) -> None:
        self.database, self.clock = database, clock
        self.done: list[str] = []
        self.trouble: dict[str, Exception] = {}
        self.held: dict[str, asyncio.Event] = {}
        self.later = 86_400.0
        self.rows = DueRows(database, watches, clock, "one", self.work, **given)

    async def work(self, row: Row) -> None:
        key = row["runbook_id"]
        if key in self.held:
            await self.held[key].wait()
        if key in self.trouble:
            raise self.trouble[key]
        again = self.clock.unix() + self.later
        await self.database.write(lambda c: release(c, watches, key, row["fence"], again))
        self.done.append(key)


@asynccontextmanager
async def running(rows: DueRows) -> AsyncIterator[None]:
    work = asyncio.create_task(rows.run())
    try:
        async with asyncio.timeout(10):
            yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def test_trouble_of_any_kind_with_one_row_holds_up_no_other(database: Database) -> None:
    clock = ManualClock()
    worker = Worker(database, clock)
    await due(database, clock, "a", "b", "c", "d")
    worker.trouble = {"a": KeyError("odd"), "b": StoreUnavailable("gone"), "d": ValueError("odd")}
    await worker.rows.run_due()
    assert worker.done == ["c"]
    assert {key for key, until in (await leases(database)).items() if until} == {"a", "b", "d"}


async def test_what_failed_is_due_again_when_its_lease_is_over(database: Database) -> None:
    clock = ManualClock()
    worker = Worker(database, clock)
    await due(database, clock, "a")
    worker.trouble = {"a": KeyError("odd")}
    await worker.rows.run_due()
    worker.trouble.clear()
    await worker.rows.run_due()
    assert worker.done == []
    await database.write(lambda c: c.execute(sa.update(watches).values(lease_until=0.0)) and None)
    await worker.rows.run_due()
    assert worker.done == ["a"]


async def test_a_lost_lease_leaves_nothing_behind(database: Database) -> None:
    clock = ManualClock()
    worker = Worker(database, clock)
    worker.held = {"a": asyncio.Event()}
    await due(database, clock, "a")
    work = asyncio.create_task(worker.rows.run_due())
    await claimed(database, "a")
    await database.write(lambda c: c.execute(sa.update(watches).values(fence=99)) and None)
    worker.held["a"].set()
    await work
    assert worker.done == []


async def test_a_lease_is_renewed_while_the_work_goes_on(database: Database) -> None:
    clock = ManualClock()
    worker = Worker(database, clock)
    worker.held = {"a": asyncio.Event()}
    await due(database, clock, "a")
    work = asyncio.create_task(worker.rows.run_due())
    begun = await claimed(database, "a")
    async with asyncio.timeout(10):
        while (await leases(database))["a"] == begun:
            clock.advance(LEASE / 3)
    worker.held["a"].set()
    await work
    assert worker.done == ["a"]


async def test_work_that_hangs_holds_up_no_other_row(database: Database) -> None:
    clock = ManualClock()
    worker = Worker(database, clock)
    worker.held = {"slow": asyncio.Event()}
    await due(database, clock, "slow")
    async with running(worker.rows):
        await claimed(database, "slow")
        await due(database, clock, "other")
        worker.rows.wake()
        while worker.done != ["other"]:
            await asyncio.sleep(0)
        worker.held["slow"].set()
        while worker.done != ["other", "slow"]:
            await asyncio.sleep(0)


async def test_a_row_that_is_due_again_soon_is_not_slept_over(database: Database) -> None:
    """It is given back while the loop rests already."""
    clock = ManualClock()
    worker = Worker(database, clock)
    worker.later, worker.held = 3.0, {"a": asyncio.Event()}
    await due(database, clock, "a")
    async with running(worker.rows):
        await claimed(database, "a")
        while clock.unix() + LONGEST not in wakings(clock):
            await asyncio.sleep(0)
        worker.held["a"].set()
        while clock.unix() + 3 not in wakings(clock):
            await asyncio.sleep(0)
        clock.advance(3)
        while len(worker.done) < 2:
            await asyncio.sleep(0)


def wakings(clock: ManualClock) -> list[float]:
    """When (Unix) sleepers wake."""
    return [at for at, *_ in clock._sleepers]


async def test_work_that_never_ends_is_given_up(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.due._PATIENCE", 0.0)
    clock = ManualClock()
    worker = Worker(database, clock)
    worker.held = {"a": asyncio.Event()}
    await due(database, clock, "a", "b")
    await worker.rows.run_due()
    assert worker.done == []


async def test_a_full_round_is_followed_at_once_and_an_empty_table_is_looked_at_again(database: Database) -> None:
    clock = ManualClock()
    worker = Worker(database, clock)
    assert await worker.rows.run_due() == LONGEST
    await due(database, clock, *(f"r{number}" for number in range(AT_ONCE + 1)))
    assert await worker.rows.run_due() < 0.1
    assert await worker.rows.run_due() == LONGEST
    assert len(worker.done) == AT_ONCE + 1
    await due(database, clock, "soon", later=7)
    assert await worker.rows.run_due() == 7.0


async def test_it_goes_on_when_the_database_was_away(database: Database) -> None:
    clock, rounds = ManualClock(), 0

    async def away() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise StoreUnavailable("gone")

    worker = Worker(database, clock, tidy=away)
    await due(database, clock, "a")
    async with running(worker.rows):
        while not worker.done:
            clock.advance(1)
            await asyncio.sleep(0)
    assert rounds >= 2


async def test_woken_it_looks_at_once(database: Database) -> None:
    clock = ManualClock()
    worker = Worker(database, clock)
    async with running(worker.rows):
        while not clock._sleepers:
            await asyncio.sleep(0)
        await due(database, clock, "a")
        worker.rows.wake()
        while not worker.done:
            await asyncio.sleep(0)
