"""CapyDB's cutover requests, previews and projects. The one rule: an unknown state is kept and shown as it is.

A cutover makes the contents of a preview database the production data of its project. Customers ask for it; CapyDB's
operators review it and carry it out (CapyDB's guide on cutovers).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.model.text import EMPTY, Text

NOTE_LIMIT: Final = 1_000
TICKET_LIMIT: Final = 120
"""Characters, from CapyDB's guide."""


class RequestStatus(StrEnum):
    """The states known; there is none for failed or cancelled."""

    OPEN = "open"
    ACKED = "acked"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    REJECTED = "rejected"


_ACTIVE: Final = frozenset({RequestStatus.OPEN, RequestStatus.ACKED, RequestStatus.IN_PROGRESS})
_FINAL: Final = frozenset({RequestStatus.COMPLETED, RequestStatus.REJECTED})


@dataclass(frozen=True, slots=True)
class CutoverRequest:
    """One request, all its 18 attributes. Times are aware UTC; what CapyDB leaves out is empty or None."""

    id: str
    status: str = RequestStatus.OPEN
    organization_id: str = ""
    project_id: str = ""
    preview_id: str = ""
    ticket: Text = EMPTY
    note: Text = EMPTY
    operator_note: Text = EMPTY
    rejected_reason: Text = EMPTY
    requested_by_kind: str = ""
    requested_by_id: str = ""
    ack_by: str = ""
    backup_id: str = ""
    job_id: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    ack_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether it holds its preview: CapyDB takes no second one then."""
        return self.status in _ACTIVE

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it. An unknown state may still change."""
        return self.status in _FINAL


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview database. `expires_at` aware UTC: CapyDB deletes it then, and its requests with it."""

    id: str
    project_id: str
    name: Text = EMPTY
    state: str = ""
    expires_at: datetime | None = None

    @property
    def is_ready(self) -> bool:
        """Whether a cutover may be asked for; where CapyDB does not tell the state, it decides itself."""
        return self.state in ("", "ready")

    @property
    def title(self) -> Text:
        return self.name or Text(self.id)


@dataclass(frozen=True, slots=True)
class Project:
    """A production database."""

    id: str
    name: Text = EMPTY

    @property
    def title(self) -> Text:
        return self.name or Text(self.id)
