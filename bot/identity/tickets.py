"""Links to the page for a token, one for each wish to connect. The one rule: good for one person, one use, ten minutes.

A ticket is sealed with the bot's key and says whom it is for, so no other part of a request is believed. That it was
used stands in the inbox, where whatever comes twice is known, also to other replicas and after a restart.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from dataclasses import dataclass
from typing import Final

from bot.clock import Clock
from bot.identity.policy import Actor
from bot.identity.vault import Vault, VaultError
from bot.model import Text
from bot.slack.inbox import Inbox

GOOD_FOR: Final = 600.0
"""Seconds: time to make a token in Cutover."""
_OWNER: Final = "connect page"
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose it is, the channel to answer in, until when (Unix seconds), and its own name."""

    actor: Actor
    channel_id: str
    until: float
    name: str


class Tickets:
    """Makes, reads and takes tickets."""

    def __init__(self, vault: Vault, inbox: Inbox, clock: Clock) -> None:
        self._vault = vault
        self._inbox = inbox
        self._clock = clock

    def make(self, actor: Actor, channel_id: str, until: float | None = None) -> str:
        """A ticket as it stands in an address. `until`: not longer than an earlier one of the same wish."""
        ends = self._clock.unix() + GOOD_FOR if until is None else until
        told = [actor.team_id, actor.user_id, actor.name.raw[:80], channel_id, ends, uuid.uuid4().hex]
        return base64.urlsafe_b64encode(self._vault.seal(json.dumps(told), _OWNER).encode()).decode().rstrip("=")

    def read(self, text: str) -> Ticket | None:
        """The ticket, None for one that is too old, or that this bot did not make."""
        if len(text) > _LONGEST or not text.isascii():
            return None
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
            team, user, name, channel, until, own = json.loads(self._vault.open(sealed, _OWNER))
        except (binascii.Error, UnicodeDecodeError, VaultError):
            return None
        if self._clock.unix() > until:
            return None
        return Ticket(Actor(team, user, Text(name)), channel, until, own)

    async def take(self, ticket: Ticket) -> bool:
        """Use it up: True the first time. Raises `StoreUnavailable`."""
        key = f"ticket:{ticket.name}"
        first = await self._inbox.keep(key, "ticket", b"")
        if first:
            self._inbox.done(key)
        return first
