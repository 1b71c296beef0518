"""Puts digests and reminders together. The one rule: nothing else builds them."""

from __future__ import annotations

from bot.clock import Clock
from bot.cutover import Catalogue
from bot.digest.readings import Readings
from bot.digest.run import Digests
from bot.digest.work import Work
from bot.outbox import Outbox
from bot.store import Database, Links
from bot.watch.ends import Ends
from bot.watch.people import Mentions


def digests(
    *,
    readings: Readings,
    catalogue: Catalogue,
    mentions: Mentions,
    database: Database,
    links: Links,
    outbox: Outbox,
    clock: Clock,
    owner: str,
) -> Digests:
    """Those of one replica; `owner` is a name that no other replica has."""
    work = Work(readings, catalogue, clock, mentions, Ends(database))
    return Digests(database, links, work, clock, owner, outbox.wake)
