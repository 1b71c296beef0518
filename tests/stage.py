"""The whole bot between an embedded Slack and an embedded Cutover, for tests through the real front door."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import migrated

from bot import manifest
from bot.app import Bot
from bot.clock import Clock
from bot.sandbox.cutover import EmbeddedCutover, runs
from bot.sandbox.cutover.server import Seen
from bot.sandbox.slack import EmbeddedSlack
from bot.settings import Settings, load

DANA, SAM, MEI, IVAN, GIL = "U0DANA00001", "U0SAM000002", "U0MEI000003", "U0IVAN00004", "U0GIL000008"
FAILOVER, GENERAL, NETWORK = "C0DCFAILOVR", "C0GENERAL01", "C0NETWORK01"
"""The bot is a member of the first two channels and not of the third."""
Json = dict[str, Any]


class Stage:
    """Dana is the only operator. Times of the world stand still; `cutover.clock.advance` and `tick` move them."""

    def __init__(self, slack: EmbeddedSlack, cutover: EmbeddedCutover, folder: Path, clock: Clock | None) -> None:
        self.slack, self.cutover, self.folder, self.clock = slack, cutover, folder, clock
        self.given: Json = {}
        self.watching = False
        self.bot: Bot
        self._running: AsyncExitStack | None = None

    # ---- the bot
    def settings(self) -> Settings:
        http = self.given.get("delivery") == "http"
        rest = {key: value for key, value in self.given.items() if key != "delivery"}
        defaults: Json = {
            "_env_file": None,
            "slack_bot_token": self.slack.bot_token,
            "slack_app_token": None if http else self.slack.app_token,
            "slack_signing_secret": self.slack.signing_secret if http else None,
            "slack_api_url": self.slack.api_url,
            "cutover_api_url": self.cutover.url,
            "cutover_api_token": self.cutover.tokens["bot"],
            "bot_database_url": migrated.sqlite(self.folder / "bot.db"),
            "bot_archive_url": f"sqlite:///{self.folder / 'archive.db'}",
            "bot_listen": "127.0.0.1:0" if http else None,
            "bot_health_listen": "127.0.0.1:0",
            "bot_operators": DANA,
        }
        return load(**{**defaults, **rest})

    async def start(self) -> None:
        """Start the bot (again) and wait until Slack reaches it."""
        self._running = AsyncExitStack()
        self.bot = await self._running.enter_async_context(Bot(self.settings(), self.clock, watching=self.watching))
        if self.bot.socket is not None:
            async with asyncio.timeout(15):
                await self.bot.socket.connected.wait()
        else:
            self.slack.set_request_url(f"{self.bot.url}/slack/events")
        await self.slack.until(lambda: self.bot.team_id)

    async def stop(self) -> None:
        """End the bot in order; its database stays."""
        if self._running is not None:
            await self._running.aclose()
            self._running = None

    async def settle(self) -> None:
        """Until the bot has answered everything."""
        async with asyncio.timeout(15):
            while not self.bot.idle:
                await self.bot.front.drain(15.0)
                await self.bot.guard.drain(15.0)
                await self.bot.performer.drain(15.0)

    # ---- people in Slack
    def messages(self, user: str = DANA, channel: str = FAILOVER) -> list[Json]:
        """What this person sees there, oldest first."""
        found: list[Json] = self.slack.screen(user, channel)["channels"][channel]["messages"]
        return found

    def last(self, user: str = DANA, channel: str = FAILOVER) -> Json:
        return self.messages(user, channel)[-1]

    def text(self, user: str = DANA, channel: str = FAILOVER) -> str:
        """All words of the last message this person sees."""
        return str(self.last(user, channel).get("text", ""))

    async def command(self, line: str, user: str = DANA, channel: str = FAILOVER) -> str:
        """Type a command; the text of everything new this person sees there."""
        before = {message["ts"] for message in self.messages(user, channel)}
        name, _, text = line.partition(" ")
        await self.slack.command(user, channel, name, text)
        await self.settle()
        return "\n".join(str(m.get("text", "")) for m in self.messages(user, channel) if m["ts"] not in before)

    async def link(self, words: str = "fail-over", channel: str = FAILOVER) -> None:
        """Link the channel, as Dana."""
        said = await self.command(f"/cutover link {words}", channel=channel)
        assert "linked this channel" in said, said

    async def run(self, run_type: str = "rehearsal") -> None:
        """Link the fail-over, and let Dana start it in Cutover itself, past its open findings."""
        await self.link()
        world = self.cutover.world
        runs.start(
            world,
            world.runbook_named("DC North to DC South fail-over"),
            world.person("dana"),
            run_type=run_type,
            comms="off",
        )
        await self.cutover.tick()

    async def click(
        self, action: str, user: str = DANA, channel: str = FAILOVER, message: Json | None = None, **more: Any
    ) -> str:
        """Press the newest control of this action; the text of what changed or came for this person there."""
        before = {m["ts"]: m.get("text") for m in self.messages(user, channel)}
        chosen = message or self.showing(action, user, channel)
        await self.slack.click(user, action_id=action, channel=channel, message_ts=chosen["ts"], **more)
        await self.settle()
        after = self.messages(user, channel)
        return "\n".join(str(m.get("text", "")) for m in after if before.get(m["ts"]) != m.get("text"))

    def showing(self, action: str, user: str = DANA, channel: str = FAILOVER) -> Json:
        """The newest message that has a control of this action."""
        for message in reversed(self.messages(user, channel)):
            if f"'action_id': '{action}'" in repr(message.get("blocks")):
                return message
        raise LookupError(f"nobody shows {action}")

    def view(self, user: str = DANA) -> Json:
        """The modal on top. LookupError when there is none."""
        views: list[Json] = self.slack.screen(user)["views"]
        return views[-1]

    def view_text(self, user: str = DANA) -> str:
        return repr(self.view(user)["blocks"])

    async def submit(self, values: Json | None = None, user: str = DANA) -> Json:
        """Submit the modal on top; Slack's answer (with `answer`, the bot's ack)."""
        done = await self.slack.submit(user, view_id=self.view(user)["id"], values=values or {})
        await self.settle()
        return done

    async def close(self, user: str = DANA) -> None:
        """Close the modal on top."""
        await self.slack.close_view(user, view_id=self.view(user)["id"])

    # ---- Cutover
    def writes(self, pattern: str = "") -> list[Seen]:
        """What was written to Cutover by this path, oldest first; comments only when the pattern names them."""
        return [
            seen
            for seen in self.cutover.requests
            if seen.method != "GET"
            and re.search(pattern, seen.path)
            and ("comments" in pattern or "comments" not in seen.path)
        ]

    async def until(self, wanted: Callable[[], Any]) -> Any:
        return await self.slack.until(wanted)


async def open_stage(
    folder: Path,
    world: str = "failover",
    clock: Clock | None = None,
    additions: bool = True,
    watching: bool = False,
    **given: Any,
) -> tuple[Stage, AsyncExitStack]:
    """A running stage and how to end it. `given` are settings; `delivery="http"` for signed HTTP.

    `watching`: linked runbooks are polled and told of, as in production; else only what was asked for is answered."""
    stack = AsyncExitStack()
    delivery = given.get("delivery", "socket")
    form = manifest.build(request_url="http://127.0.0.1:1/slack/events" if delivery == "http" else None)
    slack = await stack.enter_async_context(EmbeddedSlack(manifest=form, delivery=delivery))
    cutover = await stack.enter_async_context(EmbeddedCutover(world=world, additions=additions))
    stage = Stage(slack, cutover, folder, clock)
    stage.given, stage.watching = given, watching
    stack.push_async_callback(stage.stop)
    await stage.start()
    return stage, stack
