"""The live board and App Home of a watched run, from Cutover to the screen; a digest and a reminder by the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from stage import DANA, FAILOVER, SAM, Stage, open_stage

from bot.clock import ManualClock


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Stage]:
    """The fail-over runs and is watched; all clocks move by hand."""
    stage, stack = await open_stage(tmp_path, clock=ManualClock(), watching=True)
    async with stack:
        await stage.run()
        yield stage
        assert not stage.slack.violations, stage.slack.violations


async def comes(stage: Stage, wanted: Callable[[], Any], step: float = 1.0) -> Any:
    """Until this is so; the bot's clock goes on by a second at each look."""
    clock = stage.clock
    assert isinstance(clock, ManualClock)

    def look() -> Any:
        clock.advance(step)
        return wanted()

    return await stage.until(look)


def boards(stage: Stage) -> list[dict[str, Any]]:
    """The boards in the channel."""
    return [
        m for m in stage.messages() if "Kept up to date" in str(m.get("text")) or "Final, as of" in str(m.get("text"))
    ]


def board(stage: Stage) -> str:
    found = boards(stage)
    return str(found[-1]["text"]) if found else ""


async def test_one_board_is_posted_pinned_and_edited_in_place(watched: Stage) -> None:
    await comes(watched, lambda: "0 of 50 done" in board(watched))
    first = boards(watched)[-1]
    await comes(watched, lambda: boards(watched)[-1].get("pinned"))
    await watched.command("/task start roll")
    await comes(watched, lambda: "Open the bridge and call the roll · Dana Okafor · for" in board(watched))
    await watched.command("/task finish roll")
    await comes(watched, lambda: "1 of 50 done" in board(watched))
    assert [one["ts"] for one in boards(watched)] == [first["ts"]]
    assert "*Business validation* 1 of 12" in board(watched)


async def test_the_board_ends_with_the_run(watched: Stage) -> None:
    await comes(watched, lambda: "0 of 50 done" in board(watched))
    await watched.command("/runbook cancel")
    await watched.submit({"name": {"input": "DC North to DC South fail-over"}})
    await comes(watched, lambda: "Final, as of" in board(watched))
    assert "⏹️ Canceled" in board(watched)
    assert "Next: can start" not in board(watched)


async def test_home_shows_progress_and_streams(watched: Stage) -> None:
    await comes(watched, lambda: "0 of 50 done" in board(watched))
    await watched.slack.open_home(SAM)
    await watched.settle()
    text = repr(watched.slack.screen(SAM)["home"]["blocks"])
    assert "0 of 50 done" in text
    assert "DC North to DC South fail-over · Core switches" in text


async def test_a_digest_tells_what_the_watch_saw(watched: Stage) -> None:
    await watched.command("/cutover digest every 30m")
    await comes(watched, lambda: digests(watched), step=60)
    await watched.command("/task start roll")
    await watched.command("/task finish roll")
    await comes(watched, lambda: "1 of 50 done" in board(watched))
    await comes(watched, lambda: len(digests(watched)) == 2, step=60)
    assert "*1 of 50 done* (+1)" in digests(watched)[1]
    assert "*Business validation* 1 finished" in digests(watched)[1]


def digests(stage: Stage) -> list[str]:
    return [str(m["text"]) for m in stage.messages() if str(m.get("text", "")).startswith("Digest ·")]


async def test_a_task_that_nobody_starts_is_reminded_of(watched: Stage) -> None:
    await watched.command("/cutover watch")
    await watched.submit({"remind_startable": {"input": "10"}})
    await watched.close()

    def told() -> list[str]:
        return [str(m["text"]) for m in watched.messages() if "nobody has started it" in str(m.get("text"))]

    await comes(watched, told, step=30)
    assert f"<@{DANA}>" in told()[0]
    assert "Open the bridge and call the roll" in told()[0]
    assert watched.messages(channel=FAILOVER)
