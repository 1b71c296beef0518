"""The composition root: settings become services, services a running bot. The one rule: nothing else builds them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

import aiohttp
import structlog

from bot.actions import EditActions, Performer, Recovery, RunbookActions, TaskActions
from bot.background import Background, Doors, calm_memory
from bot.blocks.message import Message
from bot.clock import Clock
from bot.cutover import Catalogue, CutoverClient
from bot.cutover.transport import Transport
from bot.digest.build import digests
from bot.digest.readings import Readings
from bot.errors import BotError, SlackError
from bot.health import health_app
from bot.identity.build import build
from bot.journal import Intent, Journal
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.settings import Settings
from bot.slack.answer import Poster
from bot.slack.bolt import make_bolt
from bot.slack.delivery import Delivery
from bot.slack.front import Front
from bot.slack.inbox import Inbox
from bot.slack.ingress import Ingress
from bot.slack.people import People
from bot.slack.socket import SocketMode
from bot.slack.tell import tell
from bot.slack.web import SlackWeb
from bot.store import Database, Links
from bot.watch.people import Mentions
from handlers.cards import Cards
from handlers.everything import all_routes, help_entries
from handlers.guard import Guard
from handlers.homes import Homes
from handlers.services import Services
from handlers.targets import Targets

_log = structlog.get_logger(__name__)
DRAIN_SECONDS: Final = 6.0
"""With the doors (2 s), the last acks (1 s) and comments (1 s) the end takes ten seconds at most."""
_AGAIN: Final = 5.0
_PRUNE: Final = 3600.0
_CONNECTIONS: Final = 100


class Bot:
    """The whole bot: `async with Bot(settings) as bot:` starts it and ends it in order; `listen=False` for tests.

    `url` and `health_url` are where it listens, once started. Raises `StoreUnavailable`, or OSError for a taken port.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.metrics = Metrics()
        self.database = Database(settings.bot_database_url)
        self.owner = uuid.uuid4().hex
        self.team_id = ""
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
            self._build()
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
        left = await self.guard.drain(DRAIN_SECONDS)
        if left:
            _log.warning("work_left_for_the_next_start", tasks=left)
        await self.performer.drain(1.0)
        await self._close()

    def _build(self) -> None:
        settings, clock = self.settings, self.clock
        self.web = SlackWeb(self.session, settings.slack_api_url, settings.slack_bot_token.get_secret_value(), clock)
        transport = Transport(
            settings.cutover_api_url,
            settings.cutover_api_token.get_secret_value(),
            api_version=settings.cutover_api_version,
            core_url=settings.cutover_core_url,
            session=self.session,
            clock=clock,
        )
        self.client = CutoverClient(transport, clock)
        self.links = Links(self.database)
        self.journal = Journal(self.database)
        self.people = People(self.web, clock, lambda: self.team_id)
        self.acting, self.connections = build(
            settings,
            service=self.client,
            session=self.session,
            web=self.web,
            people=self.people,
            database=self.database,
            clock=clock,
        )
        self.performer = Performer(self.client, self.journal, clock, self.acting)
        self.outbox = Outbox(self.database, self.web, clock)
        self.inbox = Inbox(self.database, clock)
        self.recovery = Recovery(self.performer, self.journal, clock, self._tell)
        routes = all_routes()
        poster = Poster(self.session, settings.slack_api_url, settings.slack_response_hosts)
        services = self._services(help_entries(routes))
        self.guard = Guard(routes, services, self.web, poster, self.inbox, self.metrics, settings.bot_command_prefix)
        self.bolt = make_bolt(settings.slack_bot_token.get_secret_value())
        self.guard.bind(self.bolt)
        self.front = Front(self.bolt, self.inbox, clock, self._accepts, self.metrics)

    def _services(self, entries: Any) -> Services:
        catalogue, policy = Catalogue(self.client, self.clock), self.acting.policy
        readings = Readings(self.database, self.client, self.clock)
        self.digests = digests(
            readings=readings,
            catalogue=catalogue,
            mentions=Mentions(self.web, catalogue, self.clock),
            database=self.database,
            links=self.links,
            outbox=self.outbox,
            clock=self.clock,
            owner=self.owner,
        )
        return Services(
            client=self.client,
            catalogue=catalogue,
            targets=Targets(self.client, self.links),
            cards=Cards(self.client, catalogue, self.clock),
            tasks=TaskActions(self.performer),
            edits=EditActions(self.performer),
            runbooks=RunbookActions(self.performer),
            links=self.links,
            outbox=self.outbox,
            digests=self.digests,
            homes=Homes(self.client, readings, self.links, self.people, self.web, policy, self.settings, self.clock),
            people=self.people,
            policy=policy,
            connections=self.connections,
            journal=self.journal,
            settings=self.settings,
            clock=self.clock,
            slack=self.web,
            help_entries=entries,
        )

    async def _start(self) -> None:
        settings = self.settings
        if settings.bot_health_listen:
            app = health_app(self.metrics, self.problems, self._refresh)
            self.health_url = await self._doors.open(app, settings.bot_health_listen)
        self._background.start("identify", self._identify)
        self._background.start("outbox", self.outbox.run)
        self._background.start("digests", self.digests.run)
        self._background.start("recovery", self._recover)
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
            self.url = await self._doors.open(ingress.app, settings.bot_listen)

    @property
    def idle(self) -> bool:
        """Whether everything that was asked for is answered and signed."""
        return self.guard.idle and self.performer.idle

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
                self.team_id = str((await self.web.call("auth.test")).get("team_id", ""))
            except SlackError as error:
                self._problem = f"Slack answers {error.error} to auth.test"
                _log.warning("slack_not_reached", error=error.error)
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

    def _accepts(self, delivery: Delivery) -> bool:
        """Whatever came signed or through our socket is Slack's. An org-wide install or a shared channel names another
        team than the token's: that is noted, and who may do what is decided by the person's id."""
        if self.team_id and delivery.team_id not in ("", self.team_id):
            _log.info("delivery_of_another_team", team=delivery.team_id[:20], kind=delivery.kind)
        return True

    async def _tell(self, intent: Intent, message: Message) -> None:
        await tell(self.web, intent.user_id, intent.origin.get("channel", ""), message)

    async def _close(self) -> None:
        await self._doors.close()
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
    async with Bot(settings) as bot:
        calm_memory()
        _log.info("started", delivery="socket" if settings.uses_socket else "http", url=bot.url, health=bot.health_url)
        await stop.wait()
        _log.info("ending")
