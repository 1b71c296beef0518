"""Settings become services. The one rule: everything is built here, once, and starts nothing by itself."""

from __future__ import annotations

import uuid
from typing import Any

import aiohttp
import structlog

from bot.actions import EditActions, Performer, Recovery, RunbookActions, SecondPerson, TaskActions
from bot.archive.keeper import Keeper
from bot.archive.source import Source
from bot.blocks.message import Message
from bot.charts import Studio
from bot.clock import Clock
from bot.cutover import Catalogue, CutoverClient
from bot.cutover.transport import Transport
from bot.digest.build import digests
from bot.digest.readings import Readings
from bot.identity import Actor
from bot.identity.build import build, vault
from bot.identity.tickets import Tickets
from bot.journal import Intent, Journal
from bot.journal.chain import Trail
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.polls import Polls
from bot.requests.build import client as capydb_client
from bot.requests.build import requests
from bot.settings import Settings
from bot.slack.answer import Poster
from bot.slack.bolt import make_bolt
from bot.slack.files import Files
from bot.slack.front import Front
from bot.slack.inbox import Inbox
from bot.slack.people import People
from bot.slack.tell import tell
from bot.slack.web import SlackWeb
from bot.store import Database, Links
from bot.store.bell import Bell, Topic
from bot.watch.build import watch
from bot.watch.ends import Ends
from bot.watch.events import Events
from bot.watch.people import Mentions
from bot.watch.rag import RagHistory
from handlers.cards import Cards
from handlers.connect_page import ConnectPage
from handlers.everything import all_routes, help_entries
from handlers.guard import Guard
from handlers.homes import Homes
from handlers.listing import Listing
from handlers.readiness import Checks
from handlers.reports import Reports
from handlers.rollcall import RollCall
from handlers.runs import Runs
from handlers.services import Services
from handlers.targets import Targets

_log = structlog.get_logger(__name__)


class Parts:
    """The services of one bot. `owner` is a name that no other replica has; `team_id` is known once Slack told it."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.metrics = Metrics()
        self.studio = Studio()
        self.database = Database(settings.bot_database_url)
        self.owner = uuid.uuid4().hex
        self.team_id = ""
        self.session: aiohttp.ClientSession

    def build(self) -> None:
        """Everything, over the open session."""
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
        self.trail = Trail(self.database, self.journal, clock, vault(settings))
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
        self.outbox = Outbox(self.database, self.web, clock, command=f"/{settings.bot_command_prefix}cutover link")
        self.inbox = Inbox(self.database, clock)
        self._watch()
        self._page()
        self._requests()
        self.recovery = Recovery(self.performer, self.journal, clock, self._tell)
        routes = all_routes()
        poster = Poster(self.session, settings.slack_api_url, settings.slack_response_hosts)
        services = self._services(help_entries(routes))
        self.guard = Guard(routes, services, self.web, poster, self.inbox, self.metrics, settings.bot_command_prefix)
        self.bolt = make_bolt(settings.slack_bot_token.get_secret_value())
        self.guard.bind(self.bolt)
        self.front = Front(self.bolt, self.inbox, clock, self.metrics)

    def _watch(self) -> None:
        """Watching follows what the bot itself did at once, and Cutover's events where they come."""
        policy = self.acting.policy
        self.links.withheld = lambda link: policy.withholds(link.runbook_id, link.linked_by)
        self.catalogue = Catalogue(self.client, self.clock)
        self.watch = watch(
            client=self.client,
            catalogue=self.catalogue,
            database=self.database,
            links=self.links,
            journal=self.journal,
            web=self.web,
            outbox=self.outbox,
            clock=self.clock,
            owner=self.owner,
        )
        self.performer.changed = self.links.saved = self.watch.refresh_soon
        self._bell()
        secret = self.settings.cutover_events_secret
        self.archive = Keeper(
            self.settings.bot_archive_url,
            Source.of(self.settings),
            self.clock,
            every=self.settings.bot_archive_every * 60.0,
            live=self.settings.bot_archive_live,
        )
        self.watch.changed = self.archive.changed
        self.events = Events(secret.get_secret_value() if secret else "", self.watch.hear)

    def _requests(self) -> None:
        """CapyDB's cutover requests; without a key there is nothing to follow."""
        self.requests, self.following = requests(
            capydb_client(self.settings, self.session, self.clock),
            performer=self.performer,
            database=self.database,
            clock=self.clock,
            owner=self.owner,
            wake_sender=self.outbox.wake,
        )

    def _page(self) -> None:
        """The page for tokens, where it can be reached."""
        self.connect_page: ConnectPage | None = None
        sealing = vault(self.settings)
        if not self.settings.bot_public_url or sealing is None:
            return
        self.connect_page = ConnectPage(
            self.settings.bot_public_url,
            Tickets(sealing, self.inbox, self.clock),
            self.connections,
            self.acting.policy,
            self.journal,
            self.clock,
            self._answer,
        )

    def _services(self, entries: Any) -> Services:
        catalogue, policy = self.catalogue, self.acting.policy
        readings = self._tellers()
        runs, roll = self.runs, RollCall(self.journal, self.mentions)
        return Services(
            client=self.client,
            catalogue=catalogue,
            targets=Targets(self.client, self.links),
            cards=Cards(self.client, catalogue, self.clock, roll, runs, can_request=self.requests.configured),
            runs=runs,
            roll=roll,
            reports=Reports(runs, self.client, catalogue, self.journal, RagHistory(self.database)),
            checks=self.checks,
            studio=self.studio,
            polls=self.polls,
            mentions=self.mentions,
            ends=Ends(self.database),
            files=self.files,
            tasks=TaskActions(self.performer),
            edits=self.edits,
            runbooks=RunbookActions(self.performer),
            second=SecondPerson(self.performer, self.outbox),
            requests=self.requests,
            links=self.links,
            outbox=self.outbox,
            digests=self.digests,
            keeper=self.archive,
            homes=Homes(self.acting, readings, self.links, self.people, self.web, self.settings, self.clock),
            listing=Listing(self.client, readings),
            people=self.people,
            policy=policy,
            connections=self.connections,
            connect_page=self.connect_page,
            journal=self.journal,
            trail=self.trail,
            settings=self.settings,
            clock=self.clock,
            slack=self.web,
            help_entries=entries,
        )

    def _tellers(self) -> Readings:
        """What goes on by itself and tells channels, over the readings."""
        readings = Readings(self.database, self.client, self.clock)
        self.edits = EditActions(self.performer)
        self.polls = Polls(self.database, self.edits, self.clock, self.owner, self.outbox.wake)
        self.mentions = Mentions(self.web, self.catalogue, self.clock)
        self.runs = Runs(self.client, self.catalogue, self.clock)
        self.checks = Checks(self.runs, self.catalogue, self.mentions, self.web)
        self.files = Files(self.session, self.web, self.settings.slack_api_url)
        self.digests = digests(
            readings=readings,
            catalogue=self.catalogue,
            mentions=self.mentions,
            look=self.runs.look,
            check=self.checks.look,
            studio=self.studio,
            files=self.files,
            database=self.database,
            links=self.links,
            outbox=self.outbox,
            clock=self.clock,
            owner=self.owner,
        )
        return readings

    def _bell(self) -> None:
        """What other replicas write is looked at at once."""

        def heard(topic: Topic) -> None:
            (self.links if topic == "links" else self.outbox).wake()

        def followed() -> None:
            self.watch.wake()
            self.digests.wake()

        self.links.followed = followed
        self.bell = Bell(self.database, self.clock, heard)

    async def _answer(self, actor: Actor, channel_id: str, message: Message) -> None:
        await tell(self.web, actor.user_id, channel_id, message)

    async def _tell(self, intent: Intent, message: Message) -> None:
        await tell(self.web, intent.user_id, intent.origin.get("channel", ""), message)
