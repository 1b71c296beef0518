"""What linked channels read of what is done from Slack: once, with who and why; nobody is pinged for what they did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stage import DANA, FAILOVER, GENERAL, Stage, open_stage

from bot.model.hearing import Hearing

NAME = "DC North to DC South fail-over"


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Stage]:
    """Two channels follow the fail-over, and its first reading is in: from now on changes are news."""
    stage, stack = await open_stage(tmp_path, watching=True)
    async with stack:
        for channel in (FAILOVER, GENERAL):
            await stage.link(channel=channel)
        await stage.until(lambda: all(boards(stage, channel) for channel in (FAILOVER, GENERAL)))
        yield stage
        assert not stage.slack.violations, stage.slack.violations


def boards(stage: Stage, channel: str) -> list[str]:
    return [m["ts"] for m in stage.messages(DANA, channel) if m.get("pinned")]


def told(stage: Stage, channel: str, words: str) -> list[str]:
    """What everybody there reads with these words; answers to one person are not among it."""
    return [
        str(m["text"])
        for m in stage.messages(DANA, channel)
        if words in str(m.get("text")) and not m.get("is_ephemeral") and not m.get("pinned")
    ]


async def test_a_start_is_told_once_in_each_channel_with_who(watched: Stage) -> None:
    await watched.command("/runbook start")
    await watched.submit()
    await watched.until(lambda: told(watched, FAILOVER, "started") and told(watched, GENERAL, "started"))
    for channel in (FAILOVER, GENERAL):
        (post,) = told(watched, channel, f"started *{NAME}*")
        assert "Dana Okafor" in post
        assert "Rehearsal" in post


async def test_a_status_post_names_the_runbook_once_and_the_answer_says_where_it_is_told(watched: Stage) -> None:
    said = await watched.command("/runbook status red Disk array is slow")
    answer = next(text for text in said.split("\n✅") if "is red now" in text)
    assert f"Told in <#{FAILOVER}>, <#{GENERAL}>." in answer
    for channel in (FAILOVER, GENERAL):
        await watched.until(lambda channel=channel: told(watched, channel, "off → red"))
        (post,) = told(watched, channel, "off → red")
        assert post.count(NAME) == 1


async def test_where_no_channel_hears_of_a_status_that_is_said_too(stage: Stage) -> None:
    await stage.link()
    await stage.bot.links.set_hearing(stage.bot.team_id, FAILOVER, Hearing(kinds=()))
    assert "No channel hears of it now." in await stage.command("/runbook status amber")


async def test_a_pause_is_told_with_its_reason(watched: Stage) -> None:
    await watched.command("/runbook start")
    await watched.submit()
    await watched.close()
    await watched.until(lambda: told(watched, GENERAL, "started"))
    await watched.command("/runbook pause")
    await watched.submit({"message": {"input": "Power <!here> & cooling"}})
    for channel in (FAILOVER, GENERAL):
        await watched.until(lambda channel=channel: told(watched, channel, "paused"))
        (post,) = told(watched, channel, "paused")
        assert "Dana Okafor" in post
        assert "Power &lt;!here&gt; &amp; cooling" in post


async def test_a_status_is_told_with_its_reason_and_shows_on_the_board(watched: Stage) -> None:
    await watched.command("/runbook status amber Disk array <!here> & *slow*")
    for channel in (FAILOVER, GENERAL):
        await watched.until(lambda channel=channel: told(watched, channel, "Disk array"))
        (post,) = told(watched, channel, "Disk array")
        assert "off → amber" in post
        assert "Disk array &lt;!here&gt; &amp; " in post


async def test_there_is_one_board_and_it_is_edited_in_place(watched: Stage) -> None:
    before = boards(watched, FAILOVER)
    await watched.command("/runbook start")
    await watched.submit()
    await watched.until(lambda: told(watched, FAILOVER, "started"))
    assert boards(watched, FAILOVER) == before
    assert len(before) == 1


async def test_a_channel_that_was_unlinked_hears_nothing_more(watched: Stage) -> None:
    await watched.command("/cutover unlink", channel=GENERAL)
    await watched.command("/runbook start")
    await watched.submit()
    await watched.until(lambda: told(watched, FAILOVER, "started"))
    assert told(watched, GENERAL, "started") == []
