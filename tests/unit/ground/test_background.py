"""Work behind the commands: what fails begins again, what is done is done, and the end waits for it."""

from __future__ import annotations

import asyncio

import pytest

from bot.background import Background
from bot.clock import ManualClock


async def turns(clock: ManualClock, seconds: float = 0) -> None:
    """Let everything run that can run now."""
    clock.advance(seconds)
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_fails_begins_again_after_five_seconds(clock: ManualClock) -> None:
    began = 0

    async def work() -> None:
        nonlocal began
        began += 1
        if began < 3:
            raise RuntimeError("a fault")

    background = Background(clock)
    background.start("work", work)
    counts = []
    for seconds in (0, 4.9, 0.1, 5, 60):
        await turns(clock, seconds)
        counts.append(began)
    assert counts == [1, 1, 2, 3, 3], "the third time it returned, so it is done"
    await background.end()


async def test_the_end_waits_for_what_is_cancelled(clock: ManualClock) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await clock.sleep(3600)
        finally:
            await asyncio.sleep(0)
            ended.append("tidy")

    background = Background(clock)
    for name in ("one", "two"):
        background.start(name, work)
    await turns(clock)
    await background.end()
    assert ended == ["tidy", "tidy"]


@pytest.mark.parametrize("fault", [ValueError("x"), TimeoutError(), ExceptionGroup("several", [OSError()])])
async def test_one_fault_stops_no_other_work(clock: ManualClock, fault: Exception) -> None:
    done: list[str] = []

    async def bad() -> None:
        raise fault

    async def good() -> None:
        await clock.sleep(1)
        done.append("good")

    background = Background(clock)
    background.start("bad", bad)
    background.start("good", good)
    await turns(clock)
    await turns(clock, 1)
    assert done == ["good"]
    await background.end()
