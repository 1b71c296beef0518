"""The composition root: `parts` become a running bot. The one rule: it ends in the order it began, losing nothing."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Mapping
from types import TracebackType
from typing import Final

import aiohttp
import structlog
from aiohttp import web

from bot.background import Background, Doors, put_loop_first
from bot.clock import Clock
from bot.errors import BotError, SlackError
from bot.health import health_app
from bot.parts import Parts
from bot.settings import Settings
from bot.slack.ingress import Ingress
from bot.slack.socket import SocketMode
from bot.slack.web import SlackWeb
from bot.stall import StallWatch
from bot.store.lock import alone

_log = structlog.get_logger(__name__)
DRAIN_SECONDS: Final = 6.0
"""With the doors (2 s), the last acks (1 s) and comments (1 s) the end takes ten seconds at most."""
_AGAIN: Final = 5.0
_PRUNE: Final = 3600.0
_CONNECTIONS: Final = 100


class Bot(Parts):
    """The whole bot: `async with Bot(settings) as bot:` starts it and ends it in order.

    `url` and `health_url` are where it listens, once started; `watching=False` leaves linked runbooks alone.

    Raises `StoreUnavailable`, or OSError for a taken port.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None, *, watching: bool = True) -> None:
        super().__init__(settings, clock)
        self._watching = watching
        self.url = ""
        self.health_url = ""
        self.socket: SocketMode | None = None
        self._problem = "Slack has not answered yet"
        self._doors = Doors()
        self._background = Background(self.clock)

    async def __aenter__(self) -> Bot:
        await self.database.open()
        self.session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=_CONNECTIONS)
        )
        try:
            self.build()
            await self.links.load()
            self._left_over = await self.inbox.left_over()
            await self._start()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take nothing new, finish what was begun (at most ten seconds), then let go of everything."""
        await self._doors.close()
        if self.socket is not None:
            await self.socket.drain(1.0)
        await self._background.end()
        await self.front.drain(1.0)
        left = await self.guard.drain(DRAIN_SECONDS)
        if left:
            _log.warning("work_left_for_the_next_start", tasks=left)
        await self.performer.drain(1.0)
        with contextlib.suppress(BotError):
            await self.database.flush()
            await self.trail.append()
        await self._close()

    async def _start(self) -> None:
        settings = self.settings
        if settings.bot_health_listen:
            app = health_app(self.metrics, self.problems, self._refresh)
            self.health_url = await self._doors.open(app, settings.bot_health_listen)
        self._background.start("stalls", StallWatch().run)
        self._background.start("identify", self._identify)
        self._background.start("outbox", self.outbox.run)
        self._background.start("links", lambda: self.links.follow(self.clock))
        self._background.start("bell", self.bell.run)
        self._background.start("digests", self.digests.run)
        self._background.start("polls", self.polls.run)
        self._background.start("requests", self.following.run)
        self._background.start("archive", self.archive.run)
        if self._watching:
            self._background.start("watch", self.watch.run)
        self._background.start("recovery", self._recover)
        self._background.start("audit", self.trail.run)
        self._background.start("prune", self._prune)
        if settings.slack_app_token is not None:
            app_web = SlackWeb(
                self.session, settings.slack_api_url, settings.slack_app_token.get_secret_value(), self.clock
            )
            self.socket = SocketMode(self.session, app_web, self.front, self.clock)
            self._background.start("socket", self.socket.run)
        elif settings.bot_listen and settings.slack_signing_secret:
            previous = settings.slack_signing_secret_previous
            secrets = [one.get_secret_value() for one in (settings.slack_signing_secret, previous) if one]
            ingress = Ingress(self.front, tuple(secrets), self.clock)
            await self._open(ingress.app, settings.bot_listen)
        if self.socket is not None and settings.bot_listen and (settings.cutover_events_secret or self.connect_page):
            await self._open(web.Application(), settings.bot_listen)

    async def _open(self, app: web.Application, where: str) -> None:
        """The door for everything that comes by HTTP: Slack's own route is in `app` where it delivers so."""
        self.events.add_to(app)
        if self.connect_page is not None:
            self.connect_page.add_to(app)
        self.url = await self._doors.open(app, where)

    @property
    def idle(self) -> bool:
        """Whether everything that was asked for is answered and signed."""
        return self.front.idle and self.guard.idle and self.performer.idle

    async def problems(self) -> Mapping[str, str]:
        """What keeps the bot from answering; empty when it is ready."""
        found = {} if self.team_id else {"slack": self._problem}
        if self.socket is not None and not self.socket.connected.is_set():
            found["socket"] = self.socket.failure or "not connected yet"
        try:
            await self.database.flush()
        except BotError as error:
            found["database"] = error.sentence
        return found

    async def _refresh(self) -> None:
        connected = self.socket.connected.is_set() if self.socket else bool(self.url)
        self.metrics.connected.set(connected)
        self.metrics.open_intents.set(len(await self.journal.open()))
        self.metrics.waiting_letters.set(await self.outbox.waiting())

    async def _identify(self) -> None:
        """Ask Slack once which workspace the token belongs to; the bot is not ready before."""
        while not self.team_id:
            try:
                self.team_id = str((await self.web.call("auth.test")).get("team_id") or "")
                told = "no team_id"
            except SlackError as error:
                told = error.error
            if not self.team_id:
                self._problem = f"Slack answers {told} to auth.test"
                _log.warning("slack_not_reached", error=told)
                await self.clock.sleep(_AGAIN)

    async def _recover(self) -> None:
        """What the last end left open comes before everything else that is found in the inbox."""
        with contextlib.suppress(BotError):
            # Who is answered by the work taken up again needs no word from recovery as well.
            await self.recovery.settle_open({kept.key for kept in self._left_over if self.front.takes(kept)})
            await self.recovery.sign_missing()
        taken = await self.front.take_up(self._left_over)
        self._left_over = []
        if taken:
            _log.info("taken_up", deliveries=taken)
        await self.recovery.run()

    async def _prune(self) -> None:
        while True:
            await self.inbox.prune()
            await self.clock.sleep(_PRUNE)

    async def _close(self) -> None:
        await self._doors.close()
        await self.studio.close()
        await self.session.close()
        with contextlib.suppress(BotError):
            await self.database.flush()
        await self.database.close()


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with alone(settings.bot_database_url):
        async with Bot(settings) as bot:
            put_loop_first()
            delivery = "socket" if settings.uses_socket else "http"
            _log.info("started", delivery=delivery, url=bot.url, health=bot.health_url)
            await stop.wait()
            _log.info("ending")
