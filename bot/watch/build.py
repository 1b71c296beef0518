"""Puts the parts of the watch together. The one rule: nothing else builds them."""

from __future__ import annotations

from bot.clock import Clock
from bot.cutover import Catalogue, CutoverClient
from bot.journal import Journal
from bot.outbox import Outbox
from bot.slack.web import SlackWeb
from bot.store import Database, Links
from bot.watch.coordinator import Watch
from bot.watch.ends import Ends
from bot.watch.outlook import Outlooks
from bot.watch.people import Doers, Mentions
from bot.watch.rag import RagHistory
from bot.watch.telling import Telling


def watch(
    *,
    client: CutoverClient,
    catalogue: Catalogue,
    database: Database,
    links: Links,
    journal: Journal,
    web: SlackWeb,
    outbox: Outbox,
    clock: Clock,
    owner: str,
) -> Watch:
    """The watch of one replica; `owner` is a name that no other replica has."""
    mentions = Mentions(web, catalogue, clock)
    doers = Doers(journal, catalogue, mentions, clock)
    outlooks = Outlooks(client, Ends(database), clock)
    telling = Telling(client, catalogue, mentions, doers, clock, outlooks, RagHistory(database))
    return Watch(client, database, links, telling, outbox, clock, owner)
