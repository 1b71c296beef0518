"""The record of everything between Slack and the app: envelopes out, API calls in, violations found.

The one rule: records are only appended; `n` counts from 1, so a reader asks for what came after the last it saw.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.sandbox.slack.errors import Json


@dataclass(slots=True)
class Attempt:
    """One try to deliver; `ack_ms` in milliseconds of real time, `status` is HTTP's."""

    at: float
    connection: str | None = None
    retry_num: int = 0
    retry_reason: str = ""
    ack_ms: float | None = None
    status: int | None = None
    answer: Any = None
    error: str | None = None


@dataclass(slots=True)
class Envelope:
    """One payload for the app. `kind` is slash_commands, interactive or events_api."""

    n: int
    id: str
    kind: str
    payload: Json
    user: str | None
    transport: str
    attempts: list[Attempt] = field(default_factory=list)
    acked: bool = False
    ack_ms: float | None = None
    in_time: bool = False
    deadline: float = 0.0
    answer: Any = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def public(self) -> Json:
        """As the control interface shows it."""
        return {
            "n": self.n,
            "id": self.id,
            "kind": self.kind,
            "payload": self.payload,
            "user": self.user,
            "transport": self.transport,
            "attempts": [asdict(attempt) for attempt in self.attempts],
            "acked": self.acked,
            "ack_ms": self.ack_ms,
            "in_time": self.in_time,
        }


@dataclass(slots=True)
class Call:
    """One API call by the app; `token` is bot, app, response_url or None; `args` never hold a token."""

    n: int
    at: float
    method: str
    token: str | None
    args: Json
    status: int = 200
    answer: Any = None
    ms: float = 0.0
    errors: list[str] = field(default_factory=list)

    def public(self) -> Json:
        return asdict(self)


@dataclass(slots=True)
class Violation:
    """A call or an answer that Slack refuses for its shape. `source` is the method, or what was acked."""

    n: int
    at: float
    source: str
    error: str
    messages: list[str]
    args: Any = None

    def public(self) -> Json:
        return asdict(self)


class Traffic:
    """The three records of one workspace."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.calls: list[Call] = []
        self.violations: list[Violation] = []

    def clear(self) -> None:
        self.envelopes.clear()
        self.calls.clear()
        self.violations.clear()

    def call(self, at: float, method: str, token: str | None, args: Json) -> Call:
        entry = Call(len(self.calls) + 1, at, method, token, args)
        self.calls.append(entry)
        return entry

    def violation(self, at: float, source: str, error: str, messages: list[str], args: Any = None) -> None:
        self.violations.append(Violation(len(self.violations) + 1, at, source, error, messages, args))
