"""Time by hand: sleepers wake when their time has come, in order, and never earlier."""

from __future__ import annotations

import asyncio
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import Clock, ManualClock


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@given(st.lists(st.integers(1, 50), max_size=12), st.lists(st.integers(0, 30), max_size=6))
def test_sleepers_wake_in_order_and_not_early(waits: list[int], steps: list[int]) -> None:
    async def story() -> list[tuple[int, float]]:
        clock, woken = ManualClock(), []

        async def sleeper(wait: int) -> None:
            await clock.sleep(wait)
            woken.append((wait, clock.monotonic()))

        tasks = [asyncio.create_task(sleeper(wait)) for wait in waits]
        await settled()
        for step in steps:
            clock.advance(step)
            await settled()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return woken

    woken = asyncio.run(story())
    assert sorted(wait for wait, _ in woken) == sorted(wait for wait in waits if wait <= sum(steps))
    assert all(wait <= at for wait, at in woken)
    assert [wait for wait, _ in woken] == sorted(wait for wait, _ in woken)


async def test_a_sleeper_that_gave_up_holds_up_nobody(clock: ManualClock) -> None:
    first, second = asyncio.create_task(clock.sleep(1)), asyncio.create_task(clock.sleep(2))
    await settled()
    first.cancel()
    await settled()
    clock.advance(2)
    await asyncio.wait_for(second, 5)


async def test_sleeping_for_nothing_only_lets_others_go_on(clock: ManualClock) -> None:
    for seconds in (0, -1):
        await asyncio.wait_for(clock.sleep(seconds), 5)
    assert clock.monotonic() == 0


def test_the_two_ways_to_tell_the_time_agree(clock: ManualClock) -> None:
    clock.advance(90.5)
    for one in (clock, Clock()):
        assert one.now().tzinfo is UTC
        assert abs(one.now().timestamp() - one.unix()) < 5
    assert clock.monotonic() == 90.5
