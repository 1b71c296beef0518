"""Claims: one replica at a time works on a row, and whoever lost the lease has written nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from store_fixtures import Opening

from bot.clock import ManualClock
from bot.store import Database
from bot.store.claims import LeaseLost, claim, next_due, release, renew
from bot.store.tables import watches


class Replica:
    """One bot. On PostgreSQL leases go by the server's clock, so there a lease of no length is one that has ended."""

    def __init__(self, database: Database, name: str, clock: ManualClock) -> None:
        self.database, self.name, self.clock = database, name, clock

    async def claim(self, seconds: float = 60, limit: int = 10) -> dict[str, int]:
        """Key and fence of what it got."""
        now = self.clock.unix()
        rows = await self.database.write(lambda c: claim(c, watches, self.name, now, seconds, limit))
        assert all(row["lease_owner"] == self.name for row in rows)
        return {row["runbook_id"]: row["fence"] for row in rows}

    async def release(self, key: str, fence: int, due_in: float = 5) -> bool:
        due_at = self.clock.unix() + due_in
        try:
            await self.database.write(lambda c: release(c, watches, key, fence, due_at))
        except LeaseLost:
            return False
        return True

    async def renew(self, key: str, fence: int, seconds: float = 60) -> bool:
        now = self.clock.unix()
        return await self.database.write(lambda c: renew(c, watches, key, fence, now, seconds))

    async def row(self, key: str) -> Any:
        query = sa.select(watches).where(watches.c.runbook_id == key)
        return await self.database.read(lambda c: c.execute(query).mappings().one())


@pytest.fixture
async def one(database: Database, clock: ManualClock) -> Replica:
    return Replica(database, "one", clock)


@pytest.fixture
async def two(opening: Opening, clock: ManualClock) -> Replica:
    return Replica(await opening(), "two", clock)


async def due(replica: Replica, **when: float) -> None:
    now = replica.clock.unix()
    rows = [{"runbook_id": key, "due_at": now + seconds} for key, seconds in when.items()]
    await replica.database.write(lambda c: c.execute(sa.insert(watches), rows))


async def test_what_is_due_goes_to_one_replica_longest_due_first(one: Replica, two: Replica) -> None:
    await due(one, a=-1, b=-3, c=-2, later=5)
    assert list(await one.claim(limit=2)) == ["b", "c"]
    assert list(await two.claim()) == ["a"]
    assert await one.claim() == {}


async def test_replicas_that_claim_at_the_same_moment_share(one: Replica, two: Replica) -> None:
    await due(one, **{f"r{number}": -1.0 for number in range(20)})
    found = await asyncio.gather(*(replica.claim(limit=3) for replica in (one, two) * 4))
    keys = [key for rows in found for key in rows]
    assert sorted(keys) == sorted(set(keys))
    assert len(keys) == 20


async def test_a_row_given_back_is_due_when_it_was_told(one: Replica, two: Replica) -> None:
    await due(one, a=-1)
    fence = (await one.claim())["a"]
    assert await one.release("a", fence, due_in=5)
    assert await two.claim() == {}
    one.clock.advance(5)
    assert await two.claim() == {"a": fence + 1}


async def test_a_lease_that_ended_hands_the_row_over_and_the_old_number_counts_no_more(
    one: Replica, two: Replica
) -> None:
    await due(one, a=-1)
    old = (await one.claim(seconds=0))["a"]
    new = (await two.claim())["a"]
    assert new == old + 1
    assert not await one.renew("a", old)
    assert not await one.release("a", old)
    assert await two.release("a", new)


async def test_a_lease_that_ended_may_be_renewed_while_nobody_took_the_row(one: Replica, two: Replica) -> None:
    await due(one, a=-1)
    fence = (await one.claim(seconds=0))["a"]
    assert await one.renew("a", fence)
    assert await two.claim() == {}
    assert await one.release("a", fence)


async def test_a_row_given_back_cannot_be_given_back_or_renewed_again(one: Replica) -> None:
    await due(one, a=-1)
    fence = (await one.claim())["a"]
    assert await one.release("a", fence)
    assert not await one.release("a", fence)
    assert not await one.renew("a", fence)


async def test_who_lost_the_lease_leaves_nothing_behind(one: Replica, two: Replica) -> None:
    await due(one, a=-1)
    old = (await one.claim(seconds=0))["a"]
    await two.claim()

    def result(connection: sa.Connection) -> None:
        connection.execute(sa.update(watches).values(failures=99))
        release(connection, watches, "a", old, 0.0)

    with pytest.raises(LeaseLost):
        await one.database.write(result)
    assert (await one.row("a"))["failures"] == 0


async def test_the_next_due_moment_minds_leases(one: Replica) -> None:
    look = one.database.read
    assert await look(lambda c: next_due(c, watches)) is None
    await due(one, a=-1, b=7)
    assert await look(lambda c: next_due(c, watches)) == one.clock.unix() - 1
    await one.claim(seconds=10_000_000)
    assert await look(lambda c: next_due(c, watches)) == one.clock.unix() + 7
