"""What the journal holds of one wish. The one rule: the key says when two wishes are the same wish."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.model import Text


class OutcomeKind(StrEnum):
    """`unknown`: sent, no answer, and a look at Cutover did not settle it yet."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Intent:
    """A person's wish for an effect in Cutover. `at` is Unix seconds; `seen` the state the person saw.

    `origin` says where it came from (kind, channel, inbox key), `wish` holds the options; both are plain JSON.
    """

    id: str
    at: float
    team_id: str
    user_id: str
    user_name: Text
    verb: str
    runbook_id: str
    task_id: str = ""
    seen: str = ""
    origin: Mapping[str, str] = field(default_factory=dict)
    wish: Mapping[str, Any] = field(default_factory=dict)
    once: str = ""

    @property
    def key(self) -> str:
        """Person, verb, target and the state they saw; `once` tells wishes apart that may be repeated (comments)."""
        parts = (self.team_id, self.user_id, self.verb, self.runbook_id, self.task_id, self.seen, self.once)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. `note` is ours (a code or word), `at` Unix seconds."""

    kind: OutcomeKind
    at: float
    note: str = ""
