"""What is ready before the planned start: once a span, with the start that holds, whoever runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from digest_night import CHANNEL, Night
from digest_world import NOW, at, snapshot

from bot.digest.countdown import turn
from bot.digest.rows import CountdownMemory
from bot.errors import BotError, Unavailable
from bot.plan import Cyclic

HOURS, SPANS = 3600.0, (24 * 60, 120, 30)


async def planned(night: Night, minutes: float, **more: Any) -> None:
    """The start is so many minutes after NOW, in the watch's reading and in Cutover."""
    night.cutover.start = NOW + timedelta(minutes=minutes)
    book = {"stage": "planning", "start_actual": None, "start_scheduled": at(minutes), **more}
    await night.reads(snapshot(**book))


async def test_each_span_is_told_once_with_what_is_to_be_mended(night: Night) -> None:
    await planned(night, 200)
    await night.hears(countdown=SPANS)
    await night.passes(79)
    assert await night.posts() == []
    await night.passes(2)
    (first,) = await night.posts()
    assert "Starts in 2 h" in first
    assert "Ready, with 2 things worth mending" in first
    assert "Drain" in first
    await night.passes(118)
    assert ["Starts in" in post for post in await night.posts()] == [True, True]
    assert "Starts in 30 min" in (await night.posts())[1]
    assert night.cutover.checked == [CHANNEL, CHANNEL]


async def test_what_has_passed_when_it_is_switched_on_is_not_told(night: Night) -> None:
    await planned(night, 90)
    await night.hears(countdown=SPANS)
    await night.passes(30)
    assert await night.posts() == []
    await night.hears(countdown=(24 * 60, 120, 75, 30))
    await night.passes(5)
    assert await night.posts() == [], "nor a span that was added too late"
    await night.passes(30)
    assert len(await night.posts()) == 1


async def test_a_span_wished_for_shortly_before_its_moment_is_told(night: Night) -> None:
    await planned(night, 91)
    await night.hears(countdown=(24 * 60,))
    await night.passes(20)
    night.clock.advance(10)
    await night.hears(countdown=(24 * 60, 70))
    await night.passes(2)
    (told,) = await night.posts()
    assert "Starts in 1 h 10 min" in told or "Starts in 1 h 9 min" in told


async def test_a_start_that_is_moved_takes_the_spans_to_come_with_it(night: Night) -> None:
    await planned(night, 200)
    await night.hears(countdown=SPANS)
    await night.passes(60)
    await planned(night, 320)
    await night.passes(130)
    assert await night.posts() == []
    await night.passes(12)
    assert "Starts in 2 h" in (await night.posts())[0]
    await planned(night, 600)  # 2 h was told for a start that is not to be
    await night.passes(285)
    assert ["Starts in 2 h" in post for post in await night.posts()] == [True, True]


async def test_a_start_that_comes_nearer_is_told_at_once(night: Night) -> None:
    await planned(night, 300)
    await night.hears(countdown=SPANS)
    await night.passes(10)
    await planned(night, 100)
    await night.passes(3)
    (only,) = await night.posts()
    assert "Starts in 1 h 2" in only


async def test_a_start_that_creeps_is_not_told_again(night: Night) -> None:
    await planned(night, 125)
    await night.hears(countdown=SPANS)
    await night.passes(8)
    assert len(await night.posts()) == 1
    for later in (130, 134, 138):
        await planned(night, later)
        await night.passes(5)
    assert len(await night.posts()) == 1


async def test_after_the_start_and_without_one_nothing_is_told(night: Night) -> None:
    await planned(night, 40)
    await night.hears(countdown=SPANS)
    await night.passes(5)
    night.cutover.stage = "active"
    await night.reads(snapshot())
    await night.passes(60)
    assert await night.posts() == []
    night.cutover.stage = "planning"
    await night.reads(snapshot(stage="planning", start_actual=None, start_planned=None, start_scheduled=None))
    await night.passes(60)
    assert await night.posts() == []


async def test_cutover_knows_of_a_move_or_a_start_that_the_watch_does_not_know_yet(night: Night) -> None:
    await planned(night, 35)
    await night.hears(countdown=SPANS)
    night.cutover.start += timedelta(hours=5)
    await night.passes(10)
    assert await night.posts() == []
    assert night.cutover.checked
    night.cutover.start -= timedelta(hours=5)
    await night.passes(3)
    assert "Starts in 2" in (await night.posts())[0]


async def test_while_cutover_is_down_it_is_asked_again_until_the_start(night: Night) -> None:
    await planned(night, 35)
    await night.hears(countdown=SPANS)
    night.cutover.trouble = Unavailable("down")
    await night.passes(20)
    assert await night.posts() == []
    night.cutover.trouble = None
    await night.passes(2)
    assert "Starts in 1" in (await night.posts())[0]


@pytest.mark.parametrize("trouble", [Cyclic(["1", "2"]), BotError("This cannot be.", "Mend it.")])
async def test_what_cannot_be_checked_is_said(night: Night, trouble: BotError) -> None:
    await planned(night, 35)
    await night.hears(countdown=SPANS)
    night.cutover.trouble = trouble
    await night.passes(8)
    (only,) = await night.posts()
    assert "Starts in 30 min" in only
    assert "Not checked" in only


async def test_in_quiet_hours_nothing_is_told_and_nothing_is_made_up_for(night: Night) -> None:
    await planned(night, 150)
    await night.hears(countdown=SPANS, quiet_from="22:00", quiet_to="23:30")
    await night.passes(110)
    assert await night.posts() == []
    await night.passes(20)
    assert len(await night.posts()) == 1


async def test_replicas_tell_it_once(night: Night) -> None:
    await planned(night, 125)
    await night.hears(countdown=SPANS)
    replicas = [night.digests, night.replica("two"), night.replica("three")]
    for _ in range(8):
        night.clock.advance(60)
        await asyncio.gather(*(one.run_due() for one in replicas))
    assert len(await night.posts()) == 1


def test_of_several_that_passed_unseen_only_the_shortest_is_told() -> None:
    start = datetime(2026, 11, 21, 20, tzinfo=UTC).timestamp()
    kept = CountdownMemory("101", start, sorted(SPANS), [])
    assert turn(kept, "101", SPANS, start, start - 1 * HOURS) == (
        120,
        CountdownMemory("101", start, [30, 120, 1440], [120, 1440]),
    )
    assert turn(kept, "101", SPANS, start, start + 1)[0] is None
    assert turn(kept, "102", SPANS, start, start - 1 * HOURS)[0] is None
