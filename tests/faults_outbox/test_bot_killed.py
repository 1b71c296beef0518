"""The whole bot, killed at random moments between both servers: every change in Cutover is told once, in order.

Tasks are finished one after the other; each is in one post of its own or counted in one summary, in every channel.
`BOT_KILLS` and `BOT_CHANGES` make it longer (20 and 600), `BOT_SEED` repeats a run that failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot import manifest
from bot.model import Text
from bot.model.hearing import Hearing, Kind
from bot.sandbox.cutover import EmbeddedCutover, runs
from bot.sandbox.slack import EmbeddedSlack
from bot.store import Database, Link, Links

KILLS = int(os.environ.get("BOT_KILLS", "3"))
CHANGES = int(os.environ.get("BOT_CHANGES", "90"))
SEED = int(os.environ.get("BOT_SEED", str(random.SystemRandom().randrange(10**6))))
PATIENCE = 30.0
CHANNELS = ("C0GENERAL01", "C0DCFAILOVR")
RUNBOOK, DANA = "1001", "U0DANA00001"
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(120 + 20 * KILLS)


class Killed:
    """A bot that is started and killed, and the world it tells of."""

    def __init__(self, slack: EmbeddedSlack, cutover: EmbeddedCutover, url: str, log: Path) -> None:
        self.slack, self.cutover, self.url, self.log = slack, cutover, url, log
        self.child: asyncio.subprocess.Process | None = None
        self.made = 0
        world = cutover.world
        self.tasks = list(world.runbooks[RUNBOOK].tasks.values())[:CHANGES]
        runs.start(world, world.runbooks[RUNBOOK], world.person("dana"), run_type="rehearsal", comms="off")

    async def start(self) -> None:
        mine = {name: value for name, value in os.environ.items() if not re.match(r"(SLACK|CUTOVER|BOT)_", name)}
        given = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "CUTOVER_API_URL": self.cutover.url,
            "CUTOVER_API_TOKEN": self.cutover.tokens["bot"],
            "BOT_DATABASE_URL": self.url,
            "PYTHONPATH": str(ROOT),
        }
        with self.log.open("ab") as log:
            child = str(Path(__file__).with_name("bot_child.py"))
            self.child = await asyncio.create_subprocess_exec(
                sys.executable, child, env=mine | given, cwd=self.log.parent, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        if self.child is not None:
            with contextlib.suppress(ProcessLookupError):
                self.child.kill()
            await self.child.wait()
            self.child = None

    def finish_one(self) -> None:
        """The next task is done, a moment later."""
        task, world = self.tasks[self.made], self.cutover.world
        self.cutover.clock.advance(0.01)
        task.stage, task.completion_type, task.end_actual = "complete", "complete_normal", world.now()
        world.live[RUNBOOK].touch(task, world.now())
        self.made += 1

    async def go_on(self, until: int) -> None:
        """Tasks are done one after the other, faster and slower: some at once, some alone."""
        while self.made < until:
            self.finish_one()
            await asyncio.sleep(0.05 if self.made // 15 % 2 else 0.005)

    def texts(self, channel: str) -> list[str]:
        found: list[dict[str, Any]] = self.slack.screen(DANA, channel)["channels"][channel]["messages"]
        return [str(message.get("text", "")) for message in found]

    def alone(self, channel: str) -> list[int]:
        """The tasks that have a post of their own, in the order of the posts."""
        done = (re.search(r"Done\* · \D+ (\d+) · ", text) for text in self.texts(channel))
        return [int(one[1]) for one in done if one]

    def summed(self, channel: str) -> int:
        """How many are counted in summaries."""
        counts = (re.search(r"([\d,]+) finished", text) for text in self.texts(channel) if "changes at once" in text)
        return sum(int(one[1].replace(",", "")) for one in counts if one)

    def told(self, channel: str) -> int:
        return len(self.alone(channel)) + self.summed(channel)

    async def until(self, wanted: Callable[[], Any]) -> None:
        await self.slack.until(wanted, timeout=PATIENCE)


@pytest.fixture
async def killed(url: str, database: Database, tmp_path: Path) -> AsyncIterator[Killed]:
    """Two channels follow a running runbook and hear of what is finished; nothing has been read yet."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(EmbeddedSlack(manifest=manifest.build(), delivery="socket"))
        world = f"generate:runbooks=1,tasks={CHANGES + 20},streams=2"
        cutover = await stack.enter_async_context(EmbeddedCutover(world=world))
        one = Killed(slack, cutover, url, tmp_path / "bot.log")
        stack.push_async_callback(one.kill)
        for channel in CHANNELS:
            heard = Hearing(kinds=(Kind.FINISHED, Kind.BOARD))
            link = Link("T0HARBOUR01", channel, RUNBOOK, Text("Generated"), DANA, 9e9, "1.1", heard)
            await Links(database).save(link)
        yield one
        assert slack.violations == []
        assert "Traceback" not in one.log.read_text(), one.log.read_text()[-3000:]


async def test_killed_at_random_moments_the_bot_tells_every_change_once_and_in_order(killed: Killed) -> None:
    print(f"BOT_SEED={SEED}")
    chance = random.Random(SEED)
    await killed.start()
    await killed.until(lambda: all("Kept up to date" in repr(killed.texts(channel)) for channel in CHANNELS))
    for number in range(1, KILLS + 1):
        going = asyncio.create_task(killed.go_on(CHANGES * number // (KILLS + 1)))
        before = killed.told(CHANNELS[0])
        await killed.until(lambda before=before: killed.told(CHANNELS[0]) > before)
        await asyncio.sleep(chance.uniform(0.0, 0.4))  # the random moment is the point here
        await killed.kill()
        await killed.start()
        await going
    await killed.go_on(CHANGES)
    await killed.until(lambda: all(killed.told(channel) >= CHANGES for channel in CHANNELS))
    await killed.until(lambda: looks(killed) == [])
    for channel in CHANNELS:
        alone = killed.alone(channel)
        assert killed.told(channel) == CHANGES
        assert alone == sorted(set(alone))
        assert sum("Kept up to date" in text for text in killed.texts(channel)) == 1
        print(f"{len(alone)} alone, {killed.summed(channel)} in summaries")


def looks(killed: Killed) -> list[str]:
    """Boards that do not show yet how many are done."""
    done = f"{CHANGES:,} of {CHANGES + 20:,} done"
    return [channel for channel in CHANNELS if done not in repr(killed.texts(channel))]
