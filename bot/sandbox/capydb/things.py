"""What is in the embedded CapyDB. Rule: plain records; times are seconds since 1970 of the world's clock."""

from __future__ import annotations

from dataclasses import dataclass, field

ACTIVE = ("open", "acked", "in_progress")
NOTE_LIMIT, TICKET_LIMIT = 1000, 120
READ, WRITE = "projects:read", "projects:write"


@dataclass
class Preview:
    """A preview database. `behind`: what the operator finds wrong with it; empty when it is good."""

    id: str
    name: str
    created_at: float
    expires_at: float
    state: str = "ready"
    behind: str = ""


@dataclass
class Project:
    id: str
    name: str
    slug: str
    created_at: float
    previews: dict[str, Preview] = field(default_factory=dict)


@dataclass
class Request:
    """A cutover request. Members that are empty or None are left out of the answers, as CapyDB does."""

    id: str
    project_id: str
    preview_database_id: str
    created_at: float
    updated_at: float
    status: str = "open"
    customer_note: str = ""
    external_ticket_ref: str = ""
    operator_note: str = ""
    rejected_reason: str = ""
    requested_by_actor_kind: str = "api_key"
    requested_by_actor_id: str = ""
    ack_at: float | None = None
    ack_by_user_id: str = ""
    promote_job_id: str = ""
    pre_cutover_backup_id: str = ""
    completed_at: float | None = None

    @property
    def active(self) -> bool:
        return self.status in ACTIVE


@dataclass(frozen=True)
class Key:
    """An API key. `project_id` None: a key of the whole organization."""

    id: str
    token: str
    project_id: str | None
    scopes: tuple[str, ...] = (READ, WRITE)


class Refusal(Exception):
    """An answer that says no: its status and the sentence in `{"error": ...}`."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
