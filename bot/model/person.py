"""People and teams of Cutover. The one rule: ids decide who somebody is, never names or e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model.text import EMPTY, Text


@dataclass(frozen=True, slots=True)
class Person:
    """A Cutover user."""

    id: str
    email: str = ""
    first_name: Text = EMPTY
    last_name: Text = EMPTY
    handle: str | None = None
    job_title: Text = EMPTY
    archived: bool = False
    locked_at: datetime | None = None

    @property
    def name(self) -> Text:
        """First and last name, else the handle, else the e-mail address."""
        full = f"{self.first_name.raw} {self.last_name.raw}".strip()
        return Text(full or self.handle or self.email or f"user {self.id}")


@dataclass(frozen=True, slots=True)
class Team:
    """A central team."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class RunbookTeam:
    """A team within one runbook: its id differs from the central team's. `users_count` None: not told."""

    id: str
    runbook_id: str
    name: Text
    team_id: str | None = None
    users_count: int | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the action log or the activity feed. `changes` is Cutover's JSON, untyped on purpose."""

    id: str
    event: str
    description: Text = EMPTY
    created_at: datetime | None = None
    author_id: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    changes: Any = None
