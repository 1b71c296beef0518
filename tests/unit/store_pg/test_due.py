"""Working off due rows: trouble with one holds up no other, and a long piece of work keeps its lease."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

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


class Worker:
    """Gives each row back until tomorrow, or raises what it is told to."""

    def __init__(self, database: Database, clock: ManualClock, **given: Any) -> None:
        self.database, self.clock = database, clock
        self.done: list[str] = []
        self.trouble: dict[str, Exception] = {}
        self.rows = DueRows(database, watches, clock, "one", self.work, **given)

    async def work(self, row: Row) -> None:
        if row["runbook_id"] in self.trouble:
            raise self.trouble[row["runbook_id"]]
        tomorrow = self.clock.unix() + 86_400
        await self.database.write(lambda c: release(c, watches, row["runbook_id"], row["fence"], tomorrow))
        self.done.append(row["runbook_id"])


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

    async def taken_over(_: Sequence[Row]) -> None:
        await database.write(lambda c: c.execute(sa.update(watches).values(fence=99)) and None)

    worker = Worker(database, clock, before=taken_over)
    await due(database, clock, "a")
    await worker.rows.run_due()
    assert worker.done == []


async def test_a_lease_is_renewed_while_the_work_goes_on(database: Database) -> None:
    clock, go_on = ManualClock(), asyncio.Event()

    async def slow(_: Sequence[Row]) -> None:
        await go_on.wait()

    worker = Worker(database, clock, before=slow)
    await due(database, clock, "a")
    work = asyncio.create_task(worker.rows.run_due())
    async with asyncio.timeout(10):
        while not (begun := (await leases(database))["a"]):
            await asyncio.sleep(0)
        while (await leases(database))["a"] == begun:
            clock.advance(LEASE / 3)
    go_on.set()
    await work
    assert worker.done == ["a"]


async def test_a_full_round_is_followed_at_once_and_an_empty_table_is_looked_at_again(database: Database) -> None:
    clock = ManualClock()
    worker = Worker(database, clock)
    assert await worker.rows.run_due() == LONGEST
    await due(database, clock, *(f"r{number}" for number in range(AT_ONCE + 1)))
    assert await worker.rows.run_due() == 0.0
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
    work = asyncio.create_task(worker.rows.run())
    async with asyncio.timeout(10):
        while not worker.done:
            clock.advance(1)
            await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert rounds == 2


async def test_woken_it_looks_at_once(database: Database) -> None:
    clock = ManualClock()
    worker = Worker(database, clock)
    work = asyncio.create_task(worker.rows.run())
    async with asyncio.timeout(10):
        while not clock._sleepers:
            await asyncio.sleep(0)
        await due(database, clock, "a")
        worker.rows.wake()
        while not worker.done:
            await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
