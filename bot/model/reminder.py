"""One thing to remind a channel of. The one rule: its key says what and since when, so it is said once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.snapshot import TaskState


class ReminderKind(StrEnum):
    """In the order in which they are told."""

    DUE = "due"
    OVERDUE = "overdue"
    STARTABLE = "startable"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Reminder:
    """`at`: due date, expected end, since when it can start, or when the status was last said. Aware UTC."""

    key: str
    kind: ReminderKind
    at: datetime
    task: TaskState | None = None
