"""A letter to a channel. The one rule: its key says what it tells, so that the same thing is told once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from bot.blocks.message import Message

_LONGEST_KEY: Final = 120
_ENDS: Final = "ends"


@dataclass(frozen=True, slots=True)
class Letter:
    """`slot`: the message it stands in, edited in place when it is there already; empty for a post of its own.

    `thread_slot`: the slot whose message it answers. `pin`: pinned once posted. `urgent`: before what can wait.
    `ends`: slots whose messages are unpinned once this is sent, and never edited again.
    """

    key: str
    channel_id: str
    message: Message
    slot: str = ""
    thread_slot: str = ""
    pin: bool = False
    urgent: bool = False
    ends: tuple[str, ...] = ()

    @property
    def kept_key(self) -> str:
        """The key, short enough for its column."""
        if len(self.key) <= _LONGEST_KEY:
            return self.key
        return f"{self.key[:79]}:{hashlib.sha256(self.key.encode()).hexdigest()[:40]}"

    @property
    def body(self) -> str:
        """The message as kept: ASCII, so that any character survives any database."""
        ends = {_ENDS: list(self.ends)} if self.ends else {}
        return json.dumps({"text": self.message.text, "blocks": list(self.message.blocks), **ends})


@dataclass(slots=True)
class Waiting:
    """A letter as it was kept. `at`: Unix seconds; `state` waiting, or sending when an outcome is not known."""

    id: int
    key: str
    at: float
    body: str
    state: str
    attempts: int
    slot: str
    thread_slot: str
    pin: bool
    urgent: bool

    @property
    def content(self) -> dict[str, Any]:
        """`text` and `blocks`."""
        found: dict[str, Any] = json.loads(self.body)
        found.pop(_ENDS, None)
        return found

    @property
    def ends(self) -> tuple[str, ...]:
        """As in `Letter`."""
        return tuple(json.loads(self.body).get(_ENDS, ()))

    @property
    def digest(self) -> str:
        """Tells whether a message shows this already."""
        return hashlib.sha256(self.body.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Stand:
    """The message of a slot: its ts, and the digest of what it shows."""

    ts: str
    digest: str
