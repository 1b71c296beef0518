"""The archive gives way when Cutover says that there are too many requests, and comes back slowly."""

from __future__ import annotations

import asyncio

from bot.archive.gate import Gate


async def busiest(gate: Gate, requests: int) -> int:
    """How many of `requests` are under way at once at most."""
    under_way = most = 0

    async def one() -> None:
        nonlocal under_way, most
        async with gate:
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(one() for _ in range(requests)))
    return most


async def test_no_more_than_asked_for_are_under_way() -> None:
    gate = Gate(4)
    assert await busiest(gate, 40) == 4
    assert gate.requests == 40


async def test_a_refusal_halves_and_answers_give_back_one_by_one() -> None:
    gate = Gate(8)
    gate.slow_down()
    assert await busiest(gate, 20) == 4
    gate.slow_down()
    gate.slow_down()
    gate.slow_down()
    assert gate.allowed == 1
    assert await busiest(gate, 49) == 1
    await busiest(gate, 1)
    assert gate.allowed == 2
    for _ in range(20):
        await busiest(gate, 50)
    assert gate.allowed == 8


async def test_a_request_that_fails_gives_its_place_back() -> None:
    gate = Gate(1)
    for _ in range(3):
        try:
            async with gate:
                raise ValueError
        except ValueError:
            continue
    assert await busiest(gate, 2) == 1
