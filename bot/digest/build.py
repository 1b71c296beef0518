"""Puts digests and reminders together. The one rule: nothing else builds them."""

from __future__ import annotations

from bot.charts import Studio
from bot.clock import Clock
from bot.cutover import Catalogue
from bot.digest.countdown import Check, Countdown
from bot.digest.picture import Look, Pictures
from bot.digest.readings import Readings
from bot.digest.run import Digests
from bot.digest.work import Work
from bot.outbox import Outbox
from bot.slack.files import Files
from bot.store import Database, Links
from bot.watch.ends import Ends
from bot.watch.people import Mentions


def digests(
    *,
    readings: Readings,
    catalogue: Catalogue,
    mentions: Mentions,
    look: Look,
    check: Check,
    studio: Studio,
    files: Files,
    database: Database,
    links: Links,
    outbox: Outbox,
    clock: Clock,
    owner: str,
) -> Digests:
    """Those of one replica; `owner` is a name that no other replica has. `look` reads a whole run, `check` what is
    ready of it."""
    work = Work(readings, catalogue, clock, mentions, Ends(database))
    countdown = Countdown(readings, check, clock)
    pictures = Pictures(look, studio, files, database, clock)
    return Digests(database, links, work, countdown, pictures, clock, owner, outbox.wake)
