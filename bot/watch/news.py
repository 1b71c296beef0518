"""What is to be told after one reading, gathered before anybody is told. The one rule: plain data, nothing to ask."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks.news import By
from bot.model import Ref, TaskType, Text
from bot.model.changes import Change
from bot.model.hearing import Hearing
from bot.model.progress import moment
from bot.model.snapshot import RunbookState, Snapshot

BOARD, PLAN = "board", "plan"
RUN, STATUS = "run", "status"
"""Under which names `News.doers` has who turned the run, and who set its RAG status; tasks stand under their ids."""


@dataclass(frozen=True, slots=True)
class Doer:
    """Who did it by this bot, or in Cutover as its webhook told; `user_id` is empty for who has no Slack id."""

    name: Text
    user_id: str = ""
    why: Text | None = None

    @property
    def by(self) -> By:
        return By(self.name, self.why)


@dataclass(frozen=True, slots=True)
class News:
    """The changes between two readings. `names` and `mentions` (Slack ids) of the people that posts may name."""

    old: Snapshot
    new: Snapshot
    changes: Sequence[Change]
    now: datetime
    names: Mapping[Ref, Text] = field(default_factory=dict)
    mentions: Mapping[Ref, str] = field(default_factory=dict)
    doers: Mapping[str, Doer] = field(default_factory=dict)
    task_types: Mapping[str, TaskType] = field(default_factory=dict)
    can_skip: bool = True


@dataclass(frozen=True, slots=True)
class Listener:
    """A linked channel: what it hears, and the slots of this runbook that have a message there already."""

    channel_id: str
    hearing: Hearing
    standing: frozenset[str] = frozenset()


def run_mark(book: RunbookState) -> str:
    """Tells one run of a runbook from the next; `plan` before the first."""
    start = moment(book.start_actual)
    return f"{int(start.timestamp())}" if start is not None else PLAN


def slot_prefix(runbook_id: str) -> str:
    """What every slot of a runbook begins with."""
    return f"{runbook_id}/"


def slot(book: RunbookState, kind: str, subject: str = "") -> str:
    """The name of a message that is edited in place: `101/1763676000/task/12`."""
    return f"{slot_prefix(book.id)}{run_mark(book)}/{kind}{'/' + subject if subject else ''}"


def boards_in(runbook_id: str, standing: Iterable[str]) -> list[str]:
    """The slots of boards of any of its runs."""
    prefix = slot_prefix(runbook_id)
    return sorted(place for place in standing if place.startswith(prefix) and place.endswith(f"/{BOARD}"))


def letter_key(channel_id: str, runbook_id: str, kind: str, *parts: str | int | float | None) -> str:
    """Stable and short: the same change told to the same channel has the same key, whoever finds it and when."""
    told = "\x1f".join(("" if part is None else str(part)) for part in (runbook_id, kind, *parts))
    return f"{kind}:{channel_id}:{hashlib.sha256(told.encode()).hexdigest()[:32]}"
