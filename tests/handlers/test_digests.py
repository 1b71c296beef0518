"""/cutover digest: now, on a schedule, off; posted once a slot, in the channel's own time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from stage import FAILOVER, GENERAL, Stage, open_stage

from bot.clock import ManualClock
from bot.digest.readings import Readings
from bot.model.hearing import Hearing, Picture
from bot.store.tables import watches
from bot.watch.rows import pack

START = datetime(2026, 11, 20, 22, 10, tzinfo=UTC)


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Stage]:
    """The fail-over runs; the bot's clock stands at ten past ten in the evening and moves by hand."""
    stage, stack = await open_stage(tmp_path, clock=ManualClock(START))
    async with stack:
        await stage.run()
        yield stage
        assert not stage.slack.violations, stage.slack.violations


def digests(stage: Stage, channel: str = FAILOVER) -> list[dict[str, Any]]:
    """All digests in the channel, oldest first."""
    return [m for m in stage.messages(channel=channel) if str(m.get("text", "")).startswith("Digest ·")]


def hearing(stage: Stage) -> Hearing:
    link = stage.bot.links.of(stage.bot.team_id, FAILOVER)
    assert link is not None
    return link.hearing


async def test_a_picture_follows_it_by_choice(running: Stage) -> None:
    chosen = msgspec.structs.replace(hearing(running), picture=Picture.BURNUP)
    await running.bot.links.set_hearing(running.bot.team_id, FAILOVER, chosen)
    await running.command("/cutover digest now")
    await running.until(lambda: any(message.get("files") for message in running.messages()))
    shown = running.messages()
    (post,) = [message for message in shown if message.get("files")]
    assert shown.index(post) > shown.index(digests(running)[0])
    assert [one["name"] for one in post["files"]] == ["burnup-101.png"]
    assert post["files"][0]["alt_txt"].startswith("Burn-up of DC North to DC South fail-over.")


async def test_now_posts_one_into_the_channel(running: Stage) -> None:
    await running.command("/cutover digest now")
    await running.until(lambda: digests(running))
    text = digests(running)[0]["text"]
    assert text.startswith("Digest · DC North to DC South fail-over\n*▶️ Running* · 🧪 Rehearsal")
    assert "0 of 50 done" in text
    assert "Since" not in text, "there was none before"


async def test_the_next_one_tells_what_changed_since(running: Stage) -> None:
    await running.command("/cutover digest now")
    await running.until(lambda: len(digests(running)) == 1)
    await running.command("/task start roll")
    await running.command("/task finish roll")
    await running.command("/cutover digest now")
    await running.until(lambda: len(digests(running)) == 2)
    text = digests(running)[1]["text"]
    assert "*1 of 50 done* (+1)" in text
    assert "*Business validation* 1 finished" in text
    assert "✅ Open the bridge and call the roll" in text


async def test_a_schedule_is_said_back_with_its_zone_and_first_time(running: Stage) -> None:
    said = await running.command("/cutover digest at 9:00 Mon-Fri")
    assert "This channel gets a digest at 09:00, Monday to Friday (Europe/London)." in said
    assert "The first one comes at" in said
    assert hearing(running).digest == "at 09:00 mon-fri"
    assert hearing(running).timezone == "Europe/London"
    assert "at 09:00, Monday to Friday" in await running.command("/cutover digest")


async def test_off_ends_them_and_says_so_once(running: Stage) -> None:
    await running.command("/cutover digest every 30m")
    assert "No more digests" in await running.command("/cutover digest off")
    assert hearing(running).digest == ""
    assert "gets no digests" in await running.command("/cutover digest off")
    assert "every 30m" in await running.command("/cutover digest"), "the way to have them is told"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("every 1m", "too often"),
        ("every day", "`at 09:00`"),
        ("at 99:00", "“99:00” is not a time of day"),
        ("at 09:00 <!channel>", "neither a time nor a day"),
        ("tomorrow", "not a time for digests"),
        ('"at 09:00', "A quote is not closed"),
    ],
)
async def test_what_is_not_understood_changes_nothing(running: Stage, typed: str, told: str) -> None:
    said = await running.command(f"/cutover digest {typed}")
    assert told in said
    assert "<!channel>" not in said
    assert hearing(running).digest == ""


async def test_an_unlinked_channel_gets_none(stage: Stage) -> None:
    assert "not linked" in await stage.command("/cutover digest now", channel=GENERAL)


async def test_now_while_cutover_is_down_says_why(stage: Stage) -> None:
    await stage.link()
    stage.cutover.order([{"path": "/runbooks", "times": None, "do": {"status": 503}}])
    said = await stage.command("/cutover digest now")
    assert said
    assert digests(stage) == []
    stage.cutover.forget_faults()


async def read_once(stage: Stage) -> None:
    """What the watch would have read and kept by now."""
    reading = await Readings(stage.bot.database, stage.bot.client, stage.bot.clock).fresh("101")
    values = {"snapshot": pack(reading.snapshot), "read_at": stage.bot.clock.unix()}
    query = sa.update(watches).where(watches.c.runbook_id == "101").values(values)
    await stage.bot.database.write(lambda c: c.execute(query))


async def sent(stage: Stage, count: int) -> None:
    """Until so many digests stand in the channel; a second goes by at each look."""
    clock = stage.clock
    assert isinstance(clock, ManualClock)

    def there() -> bool:
        clock.advance(1)
        return len(digests(stage)) >= count

    await stage.until(there)


async def test_a_slot_brings_one_digest_and_a_restart_no_second(night: Stage) -> None:
    await night.command("/cutover digest every 30m")
    await read_once(night)
    assert isinstance(night.clock, ManualClock)
    night.clock.advance(20 * 60)
    await night.bot.digests.run_due()
    await sent(night, 1)
    assert "the next one at" in digests(night)[0]["text"]
    await night.stop()
    await night.start()
    await night.bot.digests.run_due()
    await night.command("/cutover digest now")
    await sent(night, 2)
    assert len(digests(night)) == 2, "the one that was asked for, and no other"


async def test_an_unlinked_channel_hears_no_more(night: Stage) -> None:
    await night.command("/cutover digest every 30m")
    await read_once(night)
    await night.command("/cutover unlink")
    assert isinstance(night.clock, ManualClock)
    for _ in range(40):
        night.clock.advance(60)
        await night.bot.digests.run_due()
    assert await night.bot.outbox.waiting() == 0
    assert digests(night) == []
