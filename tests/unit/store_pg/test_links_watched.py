"""What is linked is watched, what a channel hears is kept, and replicas learn of each other's links."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from store_fixtures import Opening

from bot.clock import ManualClock
from bot.model import Text
from bot.model.hearing import Hearing, Kind, Thread
from bot.store import Database, Link, Links
from bot.store.tables import links as table
from bot.store.tables import watches

OWN = Hearing(timezone="Europe/Rome", kinds=(Kind.BOARD,), streams=("1", "2"), thread=Thread.RUN, digest="every 30m")


def link(channel: str = "C1", runbook: str = "1", hearing: Hearing | None = None) -> Link:
    return Link("T1", channel, runbook, Text("Fail-over"), "U1", 1.0, "1.1", hearing or Hearing())


@pytest.fixture
def links(database: Database) -> Links:
    return Links(database)


async def watched(database: Database) -> list[str]:
    return await database.read(lambda c: sorted(c.execute(sa.select(watches.c.runbook_id)).scalars()))


async def test_a_runbook_is_watched_while_a_channel_is_linked_to_it(links: Links, database: Database) -> None:
    await links.save(link("C1", "1"))
    await links.save(link("C2", "1"))
    await links.save(link("C3", "2"))
    assert await watched(database) == ["1", "2"]
    await links.remove("T1", "C1")
    await links.save(link("C3", "3"))
    assert await watched(database) == ["1", "3"]
    await links.remove("T1", "C2")
    await links.remove("T1", "C3")
    assert await watched(database) == []


async def test_another_channel_leaves_what_was_read_of_the_runbook(links: Links, database: Database) -> None:
    await links.save(link("C1", "1"))
    await database.write(lambda c: c.execute(sa.update(watches).values(read_at=5.0, snapshot=b"x")))
    await links.save(link("C2", "1"))
    await links.remove("T1", "C1")
    assert await database.read(lambda c: c.execute(sa.select(watches.c.read_at, watches.c.snapshot)).all()) == [
        (5.0, b"x")
    ]


async def test_what_a_channel_hears_is_there_after_a_restart(links: Links, database: Database) -> None:
    await links.save(link())
    assert await links.set_hearing("T1", "C1", OWN) == link(hearing=OWN)
    again = Links(database)
    await again.load()
    assert again.of("T1", "C1") == links.of("T1", "C1") == link(hearing=OWN)


async def test_hearing_of_a_channel_without_a_link_is_nothing(links: Links) -> None:
    assert await links.set_hearing("T1", "C9", OWN) is None


async def test_linking_again_keeps_what_the_channel_hears(links: Links) -> None:
    await links.save(link(hearing=OWN))
    await links.save(link())
    assert links.of("T1", "C1") == link(hearing=OWN)


async def test_streams_belong_to_the_runbook_and_the_rest_to_the_channel(links: Links) -> None:
    await links.save(link(hearing=OWN))
    await links.save(link(runbook="2"))
    kept = links.of("T1", "C1")
    assert kept is not None
    assert kept.hearing == Hearing(timezone="Europe/Rome", kinds=(Kind.BOARD,), thread=Thread.RUN, digest="every 30m")


async def test_settings_that_cannot_be_read_are_the_usual_ones(links: Links, database: Database) -> None:
    await links.save(link(hearing=OWN))
    await database.write(lambda c: c.execute(sa.update(table).values(hearing='{"kinds": ["of tomorrow"]}')))
    again = Links(database)
    await again.load()
    assert again.of("T1", "C1") == link()


async def test_a_name_with_a_nul_is_kept_without_it(links: Links, database: Database) -> None:
    await links.save(replace(link(), runbook_name=Text("Fail\0over")))
    again = Links(database)
    await again.load()
    assert again.all()[0].runbook_name == Text("Failover")


async def test_replicas_learn_of_each_others_links(links: Links, opening: Opening) -> None:
    other = Links(await opening())
    await other.load()
    await links.save(link("C1"))
    await links.set_hearing("T1", "C1", OWN)
    assert other.of("T1", "C1") is None
    await other.refresh()
    assert other.of("T1", "C1") == link(hearing=OWN)
    await other.save(link("C2"))
    await links.refresh()
    assert [one.channel_id for one in links.channels("1")] == ["C1", "C2"]


async def test_own_changes_need_no_reading(links: Links, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await links.load()
    await links.save(link("C1"))
    await links.remove("T1", "C1")
    monkeypatch.setattr(links, "load", None)  # it would be called
    await links.refresh()


async def test_a_bot_alone_with_its_file_follows_nobody_and_replicas_do(
    links: Links, opening: Opening, database: Database, clock: ManualClock
) -> None:
    following = asyncio.create_task(links.follow(clock))
    if not database.shared:
        await following
        return
    await Links(await opening()).save(link())
    while links.of("T1", "C1") is None:
        clock.advance(1)
        await asyncio.sleep(0.001)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_links_and_unlinks_at_once_on_two_replicas_leave_no_link_unwatched(
    links: Links, opening: Opening, database: Database
) -> None:
    other = Links(await opening())
    await asyncio.gather(
        *(one.save(link(f"{name}{n}", "1")) for n in range(6) for one, name in ((links, "A"), (other, "B")))
    )
    removals = [links.remove("T1", f"A{number}") for number in range(6)]
    removals += [other.remove("T1", f"B{number}") for number in range(5)]
    await asyncio.gather(*removals, other.save(link("B9", "1")))
    assert await watched(database) == ["1"]


async def test_links_of_the_first_version_are_watched_and_hear_the_usual(tmp_path: Path) -> None:
    first = Path(__file__).parents[1] / "ground" / "first_version.sql"
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.executescript(first.read_text())
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    await database.open()
    links = Links(database)
    await links.load()
    assert [one.hearing for one in links.all()] == [Hearing()]
    assert await watched(database) == ["1"]
    await database.close()
