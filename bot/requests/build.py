"""Puts the parts of this package together. The one rule: without a key all of it is there, and says what is missing."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp

from bot.actions import EditActions, Performer, TaskActions
from bot.capydb import CapyClient, CapyTransport
from bot.clock import Clock
from bot.requests.ask import Requests
from bot.requests.debts import Debts
from bot.requests.run import Following
from bot.settings import Settings
from bot.store import Database


def client(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> CapyClient | None:
    """CapyDB by the settings; None without a key."""
    if settings.capydb_api_key is None:
        return None
    key = settings.capydb_api_key.get_secret_value()
    transport = CapyTransport(settings.capydb_api_url, key, session=session, clock=clock)
    return CapyClient(transport, settings.capydb_project_id)


def requests(
    capydb: CapyClient | None,
    *,
    performer: Performer,
    database: Database,
    clock: Clock,
    owner: str,
    wake_sender: Callable[[], None],
) -> tuple[Requests, Following]:
    """What opens requests and what follows them; `owner` is a name that no other replica has."""
    debts = Debts(EditActions(performer), TaskActions(performer), clock)
    following = Following(capydb, database, debts, clock, owner, wake_sender)
    return Requests(capydb, performer, database, following), following
