"""Bells between replicas: heard at the commit, not by who rang, and again after the connection was lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from store_fixtures import Opening

from bot.blocks.message import Message
from bot.clock import ManualClock
from bot.model import Text
from bot.outbox.letter import Letter
from bot.outbox.queue import put_all
from bot.store import Database, Link, Links
from bot.store.bell import Bell, Topic

LETTER = Letter("key", "C1", Message("Hello", ()))


class Ear:
    """A replica that listens; what it missed before it began is taken off."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.heard: list[Topic] = []
        self._came = asyncio.Event()
        self.task = asyncio.create_task(Bell(database, clock, self._hear).run())

    def _hear(self, topic: Topic) -> None:
        self.heard.append(topic)
        self._came.set()

    async def until(self, *topics: Topic) -> None:
        """Until exactly these were heard, which are forgotten then."""
        while len(self.heard) < len(topics):
            self._came.clear()
            await self._came.wait()
        assert self.heard == list(topics)
        self.heard.clear()


@pytest.fixture
async def ear(opening: Opening, clock: ManualClock) -> AsyncIterator[Ear]:
    one = Ear(await opening(), clock)
    yield one
    one.task.cancel()
    await asyncio.gather(one.task, return_exceptions=True)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_alone_with_its_file_a_bot_listens_to_nobody(ear: Ear) -> None:
    await ear.task
    assert ear.heard == []


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_what_another_replica_commits_is_heard_and_what_it_undoes_is_not(ear: Ear, database: Database) -> None:
    await ear.until("links", "letters")

    def undone(connection: sa.Connection) -> None:
        put_all(connection, [LETTER], 1.0)
        raise RuntimeError("it is undone")

    with pytest.raises(RuntimeError):
        await database.write(undone)
    await Links(database).save(Link("T1", "C1", "1", Text("Fail-over"), "U1", 1.0, "1.1"))
    await database.write(lambda c: put_all(c, [LETTER], 1.0))
    await ear.until("links", "letters")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_nobody_is_woken_by_himself(database: Database, opening: Opening, clock: ManualClock) -> None:
    ear, other = Ear(database, clock), await opening()
    await ear.until("links", "letters")
    await database.write(lambda c: put_all(c, [LETTER], 1.0))
    await Links(other).save(Link("T1", "C1", "1", Text("Fail-over"), "U1", 1.0, "1.1"))
    await ear.until("links")
    ear.task.cancel()
    await asyncio.gather(ear.task, return_exceptions=True)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_after_a_lost_connection_it_listens_again(ear: Ear, database: Database, clock: ManualClock) -> None:
    await ear.until("links", "letters")
    cut = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
    await database.write(lambda c: c.execute(cut).all())
    while not ear.heard:
        clock.advance(1)
        await asyncio.sleep(0.001)
    await ear.until("links", "letters")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_a_link_of_another_replica_is_known_without_waiting(
    database: Database, opening: Opening, clock: ManualClock
) -> None:
    links, known = Links(database), asyncio.Event()
    await links.load()
    links.followed = known.set
    working = [
        asyncio.create_task(Bell(database, clock, lambda topic: links.wake()).run()),
        asyncio.create_task(links.follow(clock)),
    ]
    await Links(await opening()).save(Link("T1", "C1", "1", Text("Fail-over"), "U1", 1.0, "1.1"))
    await known.wait()
    assert links.of("T1", "C1") is not None
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)
