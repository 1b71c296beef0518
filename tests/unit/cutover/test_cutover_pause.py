"""A 429 is waited out inside the deadline, by everybody, and for no longer than sense allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cutover_script import HastyClock, ScriptedCutover, answer

from bot.clock import ManualClock
from bot.cutover import Pause, Transport
from bot.cutover.pause import LONGEST_PAUSE, retry_after
from bot.errors import RateLimited

Make = Callable[..., Transport]
OK = answer({"data": None})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize(
    ("header", "waits"),
    [("2", 2.0), ("1.5", 1.5), ("0", 0.25), (None, 1.0), ("soon", 1.0), ("Fri, 20 Nov 2026 22:00:04 GMT", 4.0)],
)
async def test_429_is_waited_out(
    make_transport: Make, cutover: ScriptedCutover, clock: HastyClock, method: str, header: str | None, waits: float
) -> None:
    headers = {} if header is None else {"Retry_After": header}
    cutover.then(answer({}, 429, **headers), OK)
    assert (await make_transport().send(method, "core/x", body={} if method == "PATCH" else None)).status == 200
    assert clock.slept == [waits]
    assert len(cutover.asked) == 2


async def test_429_longer_than_the_deadline_is_told_at_once(
    make_transport: Make, cutover: ScriptedCutover, clock: HastyClock
) -> None:
    cutover.then(answer({}, 429, Retry_After="60"), OK)
    transport = make_transport()
    with pytest.raises(RateLimited) as caught:
        await transport.send("GET", "core/x")
    assert caught.value.retry_after == 60
    with pytest.raises(RateLimited):
        await transport.send("PATCH", "core/y")
    assert cutover.lines == ["GET /core/x"]
    assert clock.slept == []


async def test_429_three_times(make_transport: Make, cutover: ScriptedCutover) -> None:
    cutover.then(answer({}, 429, Retry_After="1"))
    with pytest.raises(RateLimited) as caught:
        await make_transport().send("PATCH", "core/x")
    assert caught.value.retry_after == 1
    assert len(cutover.asked) == 3


async def test_one_429_pauses_everybody(make_transport: Make, cutover: ScriptedCutover) -> None:
    clock, pause = ManualClock(), Pause()
    one, other = (make_transport(clock=clock, pause=pause) for _ in range(2))
    cutover.then(answer({}, 429, Retry_After="5"), OK)
    first = asyncio.create_task(one.send("GET", "core/a"))
    await until(lambda: pause.until > 0)
    second = asyncio.create_task(other.send("PATCH", "core/b", body={}))
    await until(lambda: len(clock._sleepers) == 2)
    clock.advance(4.9)
    assert len(cutover.asked) == 1
    clock.advance(0.2)
    assert [(await one).status for one in (first, second)] == [200, 200]
    assert len(cutover.asked) == 3


def test_retry_after_reads_all_forms() -> None:
    now = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
    assert retry_after(None, now) is None
    assert retry_after("-3", now) == 0
    assert retry_after("nan", now) is None
    assert retry_after("inf", now) is None
    assert retry_after("", now) is None
    assert retry_after("Fri, 20 Nov 2026 22:00:30 -0000", now) == 30
    assert retry_after("Fri, 20 Nov 2020 22:00:30 GMT", now) == 0


def test_a_pause_never_shrinks_and_never_silences_for_hours() -> None:
    pause = Pause()
    pause.extend(0.0, 50.0)
    pause.extend(0.0, 5.0)
    assert pause.left(10.0) == 40.0
    pause.extend(0.0, 9999.0)
    assert pause.until == LONGEST_PAUSE
    assert pause.left(1000.0) == 0.0
