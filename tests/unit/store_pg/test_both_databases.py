"""A unit of work is one transaction, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from store_fixtures import Opening
from store_tools import add, channels

from bot.errors import StoreUnavailable
from bot.store import Database


async def test_what_is_written_is_there_for_another_process(database: Database, opening: Opening) -> None:
    await database.write(add("C1"))
    assert await (await opening()).read(channels) == ["C1"]


async def test_many_writes_at_once_all_come_through(database: Database) -> None:
    await asyncio.gather(*(database.write(add(f"C{number}")) for number in range(200)))
    assert len(await database.read(channels)) == 200


async def test_a_unit_that_fails_takes_no_other_with_it(database: Database) -> None:
    def half(connection: sa.Connection) -> None:
        add("C9")(connection)
        raise ValueError("this unit is broken")

    units = (add("C1"), half, add("C1"), add("C2"))
    results = await asyncio.gather(*(database.write(unit) for unit in units), return_exceptions=True)
    assert isinstance(results[1], ValueError)
    assert isinstance(results[2], StoreUnavailable)
    assert await database.read(channels) == ["C1", "C2"]


async def test_a_unit_that_fails_alone_leaves_nothing(database: Database) -> None:
    await database.write(add("C1"))
    with pytest.raises(StoreUnavailable):
        await database.write(add("C1"))
    assert await database.read(channels) == ["C1"]


async def test_a_write_soon_comes_with_the_next_write(database: Database) -> None:
    database.write_soon(add("C1"))
    assert await database.read(channels) == []
    await database.write(add("C2"))
    assert await database.read(channels) == ["C1", "C2"]


async def test_reading_cannot_change_anything(database: Database) -> None:
    await database.read(add("C1"))
    assert await database.read(channels) == []


async def test_one_reading_sees_one_moment(database: Database, opening: Opening) -> None:
    other, loop = await opening(), asyncio.get_running_loop()

    def twice(connection: sa.Connection) -> tuple[list[str], list[str]]:
        before = channels(connection)
        asyncio.run_coroutine_threadsafe(other.write(add("C1")), loop).result(5)
        return before, channels(connection)

    assert await database.read(twice) == ([], [])
    assert await database.read(channels) == ["C1"]


async def test_after_the_end_there_is_a_sentence(database: Database) -> None:
    await database.close()
    for ask in (database.write(add("C1")), database.read(channels)):
        with pytest.raises(StoreUnavailable, match="closed"):
            await ask
