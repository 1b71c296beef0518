"""Links: one runbook a channel, on disk before it counts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from store_fixtures import url

from bot.errors import StoreUnavailable
from bot.model import Text
from bot.store import Database, Link, Links

__all__ = ["url"]


def link(channel: str = "C0DCFAILOVR", runbook: str = "1", name: str = "Fail-over <!channel> \u202e ☂") -> Link:
    return Link("T0HARBOUR01", channel, runbook, Text(name), "U0DANA00001", 1763676000.5, "1763676000.000100")


async def test_a_link_is_there_after_a_restart_with_every_character(database: Database) -> None:
    await Links(database).save(link())
    again = Links(database)
    await again.load()
    assert again.of("T0HARBOUR01", "C0DCFAILOVR") == link()


async def test_a_channel_follows_one_runbook(database: Database) -> None:
    links = Links(database)
    await links.save(link(runbook="1"))
    await links.save(link(runbook="2"))
    again = Links(database)
    await again.load()
    assert [found.runbook_id for found in again.channels("2")] == ["2"]
    assert links.channels("1") == again.channels("1") == ()


async def test_several_channels_may_follow_the_same_runbook(database: Database) -> None:
    links = Links(database)
    for channel in ("C1", "C2", "C3"):
        await links.save(link(channel))
    await links.save(link("C4", "9"))
    assert sorted(found.channel_id for found in links.channels("1")) == ["C1", "C2", "C3"]


async def test_the_same_channel_id_in_another_workspace_is_another_channel(database: Database) -> None:
    links = Links(database)
    await links.save(link())
    assert links.of("T0OTHER", "C0DCFAILOVR") is None


async def test_unlinking_tells_what_was_there_and_stays(database: Database) -> None:
    links = Links(database)
    await links.save(link())
    assert await links.remove("T0HARBOUR01", "C0DCFAILOVR") == link()
    assert await links.remove("T0HARBOUR01", "C0DCFAILOVR") is None
    again = Links(database)
    await again.load()
    assert again.of("T0HARBOUR01", "C0DCFAILOVR") is None


async def test_a_link_that_could_not_be_kept_does_not_count(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await database.open()
    links = Links(database)
    await links.save(link(runbook="1"))
    await database.close()
    for change in (links.save(link(runbook="2")), links.remove("T0HARBOUR01", "C0DCFAILOVR")):
        with pytest.raises(StoreUnavailable):
            await change
    found = links.of("T0HARBOUR01", "C0DCFAILOVR")
    assert found is not None
    assert found.runbook_id == "1"


async def test_two_links_of_one_channel_at_once_agree_with_the_disk(database: Database) -> None:
    links = Links(database)
    await asyncio.gather(*(links.save(link(runbook=str(number))) for number in range(8)))
    again = Links(database)
    await again.load()
    assert links.of("T0HARBOUR01", "C0DCFAILOVR") == again.of("T0HARBOUR01", "C0DCFAILOVR")
