"""The watch and its row: one telling, whoever dies when, on both databases."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import pytest
from watch_desk import Desk

from bot.errors import BadAnswer, RateLimited, Unavailable
from bot.model.hearing import Kind


async def poll(desk: Desk, owner: str = "one", seconds: float = 5.0) -> int:
    desk.clock.advance(seconds)
    return await desk.watch(owner).poll_due()


async def test_the_first_reading_is_kept_and_tells_nothing(desk: Desk) -> None:
    assert await poll(desk) == 1
    row = await desk.row()
    assert row["snapshot"]
    assert (row["failures"], row["stale_since"], row["lease_owner"]) == (0, None, None)
    assert await desk.told() == []


async def test_a_change_is_told_in_each_channel_once(desk: Desk) -> None:
    await desk.link("C2")
    watch = desk.watch("one")
    for status in ("off", "green", "green", "amber"):
        desk.cutover.status = status
        desk.clock.advance(5)
        await watch.poll_due()
    for channel in ("C1", "C2"):
        assert await desk.turns(channel) == [("off", "green"), ("green", "amber")]


async def test_whoever_lost_the_lease_has_told_nothing(desk: Desk) -> None:
    await poll(desk)
    desk.cutover.status = "red"
    desk.cutover.hold.clear()
    desk.clock.advance(5)
    slow = asyncio.create_task(desk.watch("slow").poll_due())
    reads = desk.cutover.reads
    while desk.cutover.reads == reads:
        await asyncio.sleep(0)
    before = (await desk.row())["snapshot"]
    await desk.usurp()
    desk.cutover.hold.set()
    await slow
    assert await desk.told() == []
    assert (await desk.row())["snapshot"] == before
    await desk.free()
    await poll(desk, "two")
    assert await desk.turns() == [("off", "red")]


async def test_a_row_is_worked_on_by_one_at_a_time(desk: Desk) -> None:
    desk.cutover.hold.clear()
    desk.clock.advance(5)
    slow = asyncio.create_task(desk.watch("one").poll_due())
    while not desk.cutover.reads:
        await asyncio.sleep(0)
    assert await desk.watch("two").poll_due() == 0
    desk.cutover.hold.set()
    assert await slow == 1


async def test_what_was_told_and_what_is_known_never_part(desk: Desk) -> None:
    """Killed at any moment, again and again: the turns told form one chain from the first status to the last."""
    rng, statuses = random.Random(7), ("green", "amber", "red")
    await poll(desk)
    for n in range(60):
        desk.cutover.status = rng.choice([one for one in statuses if one != desk.cutover.status])
        desk.cutover.stages["0"] = "complete" if n % 2 else "default"
        desk.clock.advance(5)
        polling = asyncio.create_task(desk.watch(f"replica {n}").poll_due())
        for _ in range(rng.randrange(40)):
            await asyncio.sleep(0)
        if rng.random() < 0.7:
            polling.cancel()
        with suppress(asyncio.CancelledError):
            await polling
        await desk.free()
    await poll(desk, "last", 10)
    turns = await desk.turns()
    assert turns[0][0] == "off"
    assert [old for old, _ in turns[1:]] == [new for _, new in turns[:-1]]
    assert turns[-1][1] == desk.cutover.status


@pytest.mark.parametrize("trouble", [Unavailable("Down."), BadAnswer("Odd.")])
async def test_failures_are_counted_told_once_and_forgotten(desk: Desk, trouble: Exception) -> None:
    await poll(desk)
    desk.cutover.trouble = trouble
    for count in range(1, 6):
        await poll(desk, seconds=100)
        assert (await desk.row())["failures"] == count
    assert sum("No news of" in text for text in await desk.told()) == 1
    desk.cutover.trouble = None
    await poll(desk, seconds=100)
    assert sum("seen again" in text for text in await desk.told()) == 1
    assert (await desk.row())["stale_since"] is None


async def test_limits_are_no_outage_for_two_minutes(desk: Desk) -> None:
    await poll(desk)
    desk.cutover.trouble = RateLimited("Slow down.", retry_after=1.0)
    for _ in range(5):
        await poll(desk, seconds=20)
    assert await desk.told() == []
    for _ in range(4):
        await poll(desk, seconds=100)
    assert sum("No news of" in text for text in await desk.told()) == 1


async def test_before_the_first_reading_there_is_nothing_to_lose_sight_of(desk: Desk) -> None:
    desk.cutover.trouble = Unavailable("Down.")
    for _ in range(6):
        await poll(desk, seconds=100)
    assert await desk.told() == []


async def test_a_row_nobody_follows_any_more_is_left_alone(desk: Desk) -> None:
    await desk.links.remove("T1", "C1")
    assert await poll(desk) == 0
    assert desk.cutover.reads == 0


async def test_a_snapshot_that_cannot_be_read_is_taken_anew_and_tells_nothing(desk: Desk) -> None:
    import sqlalchemy as sa

    from bot.store.tables import watches

    await poll(desk)
    desk.cutover.status = "red"
    await desk.database.write(lambda c: c.execute(sa.update(watches).values(snapshot=b"of another version")))
    await poll(desk)
    assert await desk.told() == []
    desk.cutover.status = "green"
    await poll(desk)
    assert await desk.turns() == [("red", "green")]


async def test_a_hurry_is_polled_at_once_and_once(desk: Desk) -> None:
    watch = desk.watch("one")
    desk.clock.advance(5)
    await watch.poll_due()
    reads = desk.cutover.reads
    watch.refresh_soon("101")
    watch.refresh_soon("101")
    watch.refresh_soon("unknown")
    assert await watch.poll_due() == 0  # a poll ended in this very second
    desk.clock.advance(1)
    assert await watch.poll_due() == 1
    assert await watch.poll_due() == 0
    assert desk.cutover.reads == reads + 1


async def test_a_hurry_in_the_middle_of_a_poll_is_polled_after_it(desk: Desk) -> None:
    watch = desk.watch("one")
    desk.cutover.hold.clear()
    desk.clock.advance(5)
    slow = asyncio.create_task(watch.poll_due())
    while not desk.cutover.reads:
        await asyncio.sleep(0)
    watch.refresh_soon("101")
    desk.cutover.status = "red"
    desk.cutover.hold.set()
    await slow
    desk.clock.advance(1.1)
    assert await watch.poll_due() == 1


async def test_boards_are_put_with_the_reading(desk: Desk) -> None:
    await desk.link("C2", (Kind.BOARD,))
    await poll(desk)
    assert await desk.told("C2") == ["Fail-over"]
    assert await desk.told("C1") == []


async def test_a_channel_that_follows_newly_has_its_board_without_waiting(desk: Desk) -> None:
    watch = desk.watch("one")
    desk.clock.advance(5)
    await watch.poll_due()
    desk.clock.advance(40)  # no longer hot
    await watch.poll_due()
    desk.clock.advance(1.5)
    assert await watch.poll_due() == 0
    await desk.link("C2", (Kind.BOARD,))
    assert await watch.poll_due() == 1
    assert await desk.told("C2") == ["Fail-over"]


async def test_what_is_followed_again_after_a_while_is_compared_to_nothing_old(desk: Desk) -> None:
    watch = desk.watch("one")
    desk.clock.advance(5)
    await watch.poll_due()
    await desk.links.remove("T1", "C1")
    assert await watch.poll_due() == 0
    desk.cutover.status = "red"
    desk.clock.advance(100)
    await desk.link("C1")
    assert await watch.poll_due() == 1
    assert await desk.told() == []
