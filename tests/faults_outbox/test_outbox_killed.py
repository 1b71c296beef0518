"""Kill -9 at random moments: every change is posted once per channel, in order, on both databases.

`OUTBOX_KILLS` and `OUTBOX_CHANGES` make it longer (50 and 2000), `OUTBOX_SEED` repeats a run that failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from outbox_child import CHANNELS, LEASE, SOURCE

from bot import manifest
from bot.sandbox.slack import EmbeddedSlack
from bot.store import Database
from bot.store.tables import schedules

KILLS = int(os.environ.get("OUTBOX_KILLS", "3"))
CHANGES = int(os.environ.get("OUTBOX_CHANGES", "120"))
SEED = int(os.environ.get("OUTBOX_SEED", str(random.SystemRandom().randrange(10**6))))
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(120 + 20 * KILLS)


def form(*, history: bool) -> dict[str, Any]:
    """The app, with or without the right to read channels."""
    made = manifest.build()
    scopes = [one for one in manifest.SCOPES if history or not one.endswith(":history")]
    return {**made, "oauth_config": {"scopes": {"bot": scopes}}}


class Bots:
    """The processes; all are gone at the end."""

    def __init__(self, url: str, slack: EmbeddedSlack) -> None:
        self.url, self.slack = url, slack
        self.all: list[asyncio.subprocess.Process] = []
        self.posted: list[int] = []

    async def start(self, owner: str) -> asyncio.subprocess.Process:
        """A bot that is at work."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(Path(__file__).with_name("outbox_child.py"))),
            *(self.url, self.slack.api_url, self.slack.bot_token, str(CHANGES), owner),
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
        )
        self.all.append(process)
        await self.says(process, "ready")
        return process

    @staticmethod
    async def says(process: asyncio.subprocess.Process, word: str) -> None:
        assert process.stdout is not None
        async for line in process.stdout:  # between the words are lines of the log
            if line.decode().strip() == word:
                return
        raise AssertionError(f"it ended before it said {word}")

    @staticmethod
    async def kill(process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.fixture
async def source(database: Database) -> Database:
    row = {"key": SOURCE, "due_at": 0.0, "data": "0"}
    await database.write(lambda c: c.execute(sa.insert(schedules).values(row)))
    return database


@contextlib.asynccontextmanager
async def stage(url: str, *, history: bool) -> AsyncIterator[Bots]:
    async with EmbeddedSlack(manifest=form(history=history)) as slack:
        await slack.order([{"on": "api", "method": "chat.postMessage", "times": 10**6, "do": {"delay": 0.002}}])
        bots = Bots(url, slack)
        try:
            yield bots
        finally:
            for process in bots.all:
                if process.returncode is None:
                    await bots.kill(process)


def texts(slack: EmbeddedSlack, channel: str) -> list[str]:
    """Everything there, answers in threads too, as it came."""
    screen = slack.screen("U0DANA00001", channel)
    threads = screen["threads"].get(channel, {}).values()
    found = {
        one["ts"]: one for one in (*screen["channels"][channel]["messages"], *(m for all_ in threads for m in all_))
    }
    said = (str(found[ts].get("text", "")) for ts in sorted(found))
    return [text for text in said if re.match(r"(change|board) \d+", text)]


def check_once_in_order(slack: EmbeddedSlack, channel: str) -> None:
    """All changes once and in order; one board, the newest."""
    said = texts(slack, channel)
    assert Counter(said).most_common(1)[0][1] == 1
    assert [text for text in said if text.startswith("change")] == [f"change {number}" for number in range(CHANGES)]
    assert [text for text in said if text.startswith("board")] == [f"board {(CHANGES - 1) // 5 * 5}"]


async def killing(bots: Bots, chance: random.Random) -> None:
    """Kill and start again so many times, then let the last one finish."""
    for number in range(KILLS):
        process = await bots.start(f"bot {number}")
        before = len(texts(bots.slack, CHANNELS[0]))
        # The random moment is the point here: nothing waits for anything.
        await asyncio.sleep(chance.uniform(0.02, 0.5) + (LEASE if chance.random() < 0.7 else 0.0))
        await bots.kill(process)
        bots.posted.append(len(texts(bots.slack, CHANNELS[0])) - before)
    print(f"posts before each kill: {bots.posted}")
    last = await bots.start("the last")
    await bots.says(last, "done")


async def test_killed_at_random_moments_every_change_is_posted_once_and_in_order(url: str, source: Database) -> None:
    print(f"OUTBOX_SEED={SEED}")
    async with stage(url, history=True) as bots:
        await killing(bots, random.Random(SEED))
        for channel in CHANNELS:
            check_once_in_order(bots.slack, channel)
        looks = [call for call in bots.slack.calls if call.method.startswith("conversations.")]
        print(f"{len(looks)} letters were in doubt")
        assert looks, "no kill hit a letter on its way: this run showed nothing"
        assert bots.slack.violations == []


async def test_without_the_history_scope_at_most_one_repeat_for_a_kill_and_lane(url: str, source: Database) -> None:
    print(f"OUTBOX_SEED={SEED}")
    async with stage(url, history=False) as bots:
        await killing(bots, random.Random(SEED))
        for channel in CHANNELS:
            said = [text for text in texts(bots.slack, channel) if text.startswith("change")]
            assert list(dict.fromkeys(said)) == [f"change {number}" for number in range(CHANGES)]
            print(f"{len(said) - CHANGES} repeats in {channel}")
            assert len(said) - CHANGES <= KILLS


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_of_two_replicas_one_is_killed_and_the_other_goes_on(url: str, source: Database) -> None:
    async with stage(url, history=True) as bots:
        one, two = await asyncio.gather(bots.start("one"), bots.start("two"))
        await bots.slack.until(lambda: len(texts(bots.slack, CHANNELS[0])) > CHANGES // 4, timeout=60)
        await bots.kill(one)
        began, seen = time.monotonic(), [len(texts(bots.slack, channel)) for channel in CHANNELS]
        await bots.slack.until(
            lambda: all(
                len(texts(bots.slack, channel)) > before for channel, before in zip(CHANNELS, seen, strict=True)
            ),
            timeout=15,
        )
        print(f"taken over after {time.monotonic() - began:.2f} s with a lease of {LEASE} s")
        await bots.says(two, "done")
        for channel in CHANNELS:
            check_once_in_order(bots.slack, channel)
