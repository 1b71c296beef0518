"""Everything a listener may ask for by name. The one rule: made once by `bot.app`, shared by all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.actions import EditActions, RunbookActions, SecondPerson, TaskActions
from bot.archive.keeper import Keeper
from bot.blocks.say import HelpEntry
from bot.charts import Studio
from bot.clock import Clock
from bot.cutover import Catalogue, CutoverClient
from bot.digest.run import Digests
from bot.identity import Connections, Policy
from bot.journal import Journal
from bot.journal.chain import Trail
from bot.outbox import Outbox
from bot.polls import Polls
from bot.requests.ask import Requests
from bot.settings import Settings
from bot.slack.files import Files
from bot.slack.people import People
from bot.slack.web import SlackWeb
from bot.store import Links
from bot.watch.ends import Ends
from bot.watch.people import Mentions
from handlers.cards import Cards
from handlers.connect_page import ConnectPage
from handlers.homes import Homes
from handlers.listing import Listing
from handlers.readiness import Checks
from handlers.reports import Reports
from handlers.rollcall import RollCall
from handlers.runs import Runs
from handlers.targets import Targets


@dataclass(frozen=True, slots=True)
class Services:
    """`targets` finds the runbook or task meant; `tasks`, `edits`, `runbooks` and `requests` act; the rest reads."""

    client: CutoverClient
    catalogue: Catalogue
    targets: Targets
    cards: Cards
    runs: Runs
    roll: RollCall
    reports: Reports
    checks: Checks
    files: Files
    studio: Studio
    polls: Polls
    mentions: Mentions
    ends: Ends
    tasks: TaskActions
    edits: EditActions
    runbooks: RunbookActions
    second: SecondPerson
    requests: Requests
    links: Links
    outbox: Outbox
    digests: Digests
    keeper: Keeper
    homes: Homes
    listing: Listing
    people: People
    policy: Policy
    connections: Connections
    connect_page: ConnectPage | None
    journal: Journal
    trail: Trail
    settings: Settings
    clock: Clock
    slack: SlackWeb
    help_entries: Sequence[HelpEntry]
