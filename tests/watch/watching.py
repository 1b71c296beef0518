"""The whole bot between both embedded servers, with a watch that polls when the test says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from skipping import SkippingClock
from stage import DANA, FAILOVER, Stage, open_stage

from bot.cutover import Catalogue
from bot.model.hearing import Hearing, Kind
from bot.sandbox.cutover import runs
from bot.sandbox.cutover.control import act
from bot.watch import build
from bot.watch.coordinator import Watch

RUNBOOK = "101"
ROLL = "Open the bridge and call the roll"
TEAM = "T0HARBOUR01"
Json = dict[str, Any]


class StepClock(SkippingClock):
    """Long waits end with `advance` only; waits of a second or less pass at once, so that a channel's posts need not
    come a real second apart."""

    async def sleep(self, seconds: float) -> None:
        if seconds <= 1.5:
            await self.skip(seconds)
        else:
            await self.last(seconds)


class Watching:
    """`stage` with a watch of its own, as a second replica would have it."""

    def __init__(self, stage: Stage, clock: StepClock) -> None:
        self.stage, self.clock = stage, clock
        for work in asyncio.all_tasks():
            if work.get_name() == "watch":  # the bot's own watch would poll when it pleases
                work.cancel()
        self.watch = self.new_watch("test")

    def new_watch(self, owner: str) -> Watch:
        bot = self.stage.bot
        return build.watch(
            client=bot.client,
            catalogue=Catalogue(bot.client, self.clock),
            database=bot.database,
            links=bot.links,
            journal=bot.journal,
            web=bot.web,
            outbox=bot.outbox,
            clock=self.clock,
            owner=owner,
        )

    # ---- Cutover
    def colleague(self, person: str, do: str, **more: Any) -> None:
        """Somebody does something in Cutover itself, a second later."""
        self.stage.cutover.clock.advance(1)
        act(self.stage.cutover, {"person": person, "do": do, "runbook": RUNBOOK, **more})

    @property
    def reads(self) -> list[str]:
        return [seen.path for seen in self.stage.cutover.requests if seen.method == "GET"]

    # ---- the watch
    async def see(self) -> None:
        """One poll of everything, and all letters delivered."""
        self.watch.refresh_soon(RUNBOOK)
        await self.poll(5)

    async def poll(self, seconds: float) -> None:
        """Time goes on and what is due is polled."""
        self.clock.advance(seconds)
        await self.watch.poll_due()
        await self.delivered()

    async def delivered(self) -> None:
        while await self.stage.bot.outbox.waiting():
            await asyncio.sleep(0.01)

    async def hear(self, channel: str = FAILOVER, **settings: Any) -> None:
        """Change what the channel hears."""
        await self.stage.bot.links.set_hearing(TEAM, channel, Hearing(**settings))

    # ---- Slack
    def posts(self, channel: str = FAILOVER, user: str = DANA) -> list[str]:
        """What stands in the channel, oldest first, without boards."""
        return [str(m.get("text", "")) for m in self.messages(channel, user) if not _is_board(m)]

    def messages(self, channel: str = FAILOVER, user: str = DANA) -> list[Json]:
        return self.stage.messages(user, channel)

    def board(self, channel: str = FAILOVER) -> str:
        """The newest board."""
        return str(self.boards(channel)[-1]["text"])

    def boards(self, channel: str = FAILOVER) -> list[Json]:
        """All boards that stand there."""
        return [message for message in self.messages(channel) if _is_board(message)]

    def telling(self, words: str, channel: str = FAILOVER) -> list[str]:
        return [text for text in self.posts(channel) if words in text]


def _is_board(message: Json) -> bool:
    return "Kept up to date" in str(message.get("text")) or "Not up to date" in str(message.get("text"))


EVERYTHING = tuple(Kind)


def begin(stage: Stage, runbook_id: str = RUNBOOK) -> None:
    """Dana starts a rehearsal in Cutover itself."""
    world = stage.cutover.world
    stage.cutover.clock.advance(1)
    runs.start(world, world.runbooks[runbook_id], world.person("dana"), run_type="rehearsal", comms="off")


@asynccontextmanager
async def open_watching(folder: Path, **given: Any) -> AsyncIterator[Watching]:
    """A linked channel whose first reading is done; the run goes unless `running=False`."""
    clock = StepClock()
    running, words = given.pop("running", True), given.pop("words", "fail-over")
    stage, stack = await open_stage(folder, clock=clock, **given)
    async with AsyncExitStack() as outer:
        await outer.enter_async_context(stack)
        await stage.link(words)
        link = stage.bot.links.of(TEAM, FAILOVER)
        if running and link is not None:
            begin(stage, link.runbook_id)
            later = replace(link, linked_at=link.linked_at + 3600)  # so that the start is no news of this channel
            await stage.bot.links.save(later)
        watching = Watching(stage, clock)
        await watching.see()
        yield watching
        assert not stage.slack.violations, stage.slack.violations
