"""`cutover-bot demo`: the embedded servers and the bot in one process. The one rule: the bot is the production bot.

Only its clock is the made-up world's, so that ages and times on cards fit a world that runs faster than ours.
"""

from __future__ import annotations

import asyncio
import errno
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from bot import manifest
from bot.app import Bot
from bot.clock import Clock
from bot.sandbox.capydb import EmbeddedCapyDB
from bot.sandbox.cutover import EmbeddedCutover
from bot.sandbox.cutover.world import Happening
from bot.sandbox.slack import EmbeddedSlack
from bot.settings import Settings, load

DANA, SAM, CHANNEL = "U0DANA00001", "U0SAM000002", "C0DCFAILOVR"
OPERATORS = f"{DANA},{SAM},U0MEI000003,U0IVAN00004"
_STORY = """
  Slack, as Dana      {page}
  as Sam, beside her  {other}
  Cutover             {cutover}{pace}
  CapyDB              {capydb}

  Dana, Sam, Mei and Ivan are operators; Noor and Tom are not. The page's upper left corner changes who you are.
  In #dc-failover try:
    /cutover link fail-over          bind the channel to the runbook
    /runbook start                   rehearsal is preset
    /task next                       what can start now, with buttons
    /task finish roll                part of a name is enough
    ... on a message                 Add to runbook as comment
    /cutover request                 make a preview database production; an operator takes it up
    /cutover help                    everything else

  Ctrl+C ends it; nothing is kept.
"""
_PACE = "   (once a runbook is started, its time runs {speed:g} times as fast as ours)"


class WorldClock(Clock):
    """Wall time of the embedded world; waiting and deadlines stay real."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._world = now

    def unix(self) -> float:
        return self._world()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._world(), UTC)


def demo_settings(
    slack: EmbeddedSlack, cutover: EmbeddedCutover, capydb: EmbeddedCapyDB, folder: Path, health: str | None = None
) -> Settings:
    """Settings for the embedded servers; the environment and `.env` do not count."""
    return load(
        _env_file=None,
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_signing_secret=None,
        slack_api_url=slack.api_url,
        cutover_api_url=cutover.url,
        cutover_api_token=cutover.tokens["bot"],
        cutover_core_url=None,
        capydb_api_url=capydb.url,
        capydb_api_key=capydb.key,
        capydb_project_id="",
        bot_database_url=f"sqlite:///{folder / 'demo.db'}",
        bot_archive_url=f"sqlite:///{folder / 'archive.db'}",
        bot_listen=None,
        bot_health_listen=health,
        bot_operators=OPERATORS,
        bot_command_prefix="",
        bot_log_level="WARNING",
    )


class Demo:
    """All servers and the bot: `async with Demo() as demo`. Port 0 takes a free one. OSError when a port is taken."""

    def __init__(self, port: int = 0, cutover_port: int = 0, world: str = "failover", speed: float = 0.0) -> None:
        self.speed = speed
        self.ports = {"--port": port, "--cutover-port": cutover_port}
        self.slack = EmbeddedSlack(port=port, manifest=manifest.build())
        self.cutover = EmbeddedCutover(world=world, port=cutover_port, speed=speed)
        self.capydb = EmbeddedCapyDB(clock=self.cutover.clock, acting=bool(speed))
        if speed:
            self.cutover.clock.run_at(min(1.0, speed))
            self.cutover.world.listeners.append(self._hurry)
        self.bot: Bot
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Demo:
        async with AsyncExitStack() as opening:
            folder = Path(opening.enter_context(tempfile.TemporaryDirectory(prefix="cutover-demo-")))
            with self._port_named("--port"):
                await opening.enter_async_context(self.slack)
            with self._port_named("--cutover-port"):
                await opening.enter_async_context(self.cutover)
            await opening.enter_async_context(self.capydb)
            settings = demo_settings(self.slack, self.cutover, self.capydb, folder)
            self.bot = await opening.enter_async_context(Bot(settings, WorldClock(self.cutover.clock.now)))
            if self.bot.socket is not None:
                await self.bot.socket.connected.wait()
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    @contextmanager
    def _port_named(self, option: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise OSError(
                f"port {self.ports[option]} is taken. End what uses it, or choose another with {option}."
            ) from error

    def _hurry(self, happening: Happening) -> None:
        """Time flies only once somebody starts a runbook: before that, all that is planned would just become late."""
        if happening.key == "run.started":
            self.cutover.clock.run_at(self.speed)

    def story(self) -> str:
        """What the newcomer reads: where the pages are, and what to try first."""
        page, other = (f"{self.slack.url}/#{person}/{CHANNEL}" for person in (DANA, SAM))
        pace = _PACE.format(speed=self.speed) if self.speed else "   (its time stands still)"
        return _STORY.format(page=page, other=other, cutover=self.cutover.url, capydb=self.capydb.url, pace=pace)


async def serve(port: int, cutover_port: int, world: str, speed: float) -> None:
    """Run the demo until SIGTERM or Ctrl+C. OSError when a port is taken."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Demo(port, cutover_port, world, speed) as demo:
        print(demo.story(), flush=True)
        await stop.wait()
