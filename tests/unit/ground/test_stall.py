"""A loop that stands still is noticed, with the place, and only then."""

from __future__ import annotations

import asyncio
import threading

import pytest
import structlog
from ground_tools import until

from bot.stall import StallWatch


def block(told: threading.Event) -> None:
    """Blocks the loop until somebody has noticed."""
    assert told.wait(20)


async def test_a_blocked_loop_is_told_with_its_place_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[dict[str, object]] = []
    told = threading.Event()

    def keep(_logger: object, _name: str, line: dict[str, object]) -> str:
        lines.append(dict(line))
        told.set()
        return ""

    structlog.configure(processors=[keep], cache_logger_on_first_use=False)
    watch = asyncio.create_task(StallWatch(longest=0.05, every=0.01).run())
    await asyncio.sleep(0)
    block(told)
    assert [line["event"] for line in lines] == ["loop_stands_still"]
    assert any("test_stall.py" in place and place.endswith(" block") for place in lines[0]["where"])  # type: ignore[attr-defined]
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    await until(lambda: not [one for one in threading.enumerate() if one.name == "stall-watch"])


async def test_a_loop_that_turns_is_left_alone() -> None:
    with structlog.testing.capture_logs() as lines:
        watch = asyncio.create_task(StallWatch(longest=30.0, every=0.001).run())
        turns = 0

        def turn() -> bool:
            nonlocal turns
            turns += 1
            return turns > 20

        await until(turn)
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
    assert lines == []
