"""What a digest tells: how a run stands, and what is different since the last one. The one rule: facts, no words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.model.progress import Counts, Progress
from bot.model.snapshot import RunbookState, StreamState, TaskState


@dataclass(frozen=True, slots=True)
class StreamNews:
    """What moved in one stream (None: tasks of no stream). The lists hold the first few, the counts are exact.

    `status_before` is None while the status is what it was. `finished` does not include `skipped`.
    """

    stream: StreamState | None
    counts: Counts
    status_before: str | None = None
    finished: tuple[TaskState, ...] = ()
    finished_count: int = 0
    started_count: int = 0
    skipped_count: int = 0
    ready_count: int = 0
    late_count: int = 0

    @property
    def moved(self) -> int:
        """How many tasks moved."""
        return self.finished_count + self.started_count + self.skipped_count + self.ready_count


@dataclass(frozen=True, slots=True)
class Questions:
    """What somebody should answer. `status_since`: the runbook's status is that old and overdue.

    `unexplained`: red or amber streams that say no reason. `unassigned` holds the first few.
    """

    unassigned: tuple[TaskState, ...] = ()
    unassigned_count: int = 0
    status_since: datetime | None = None
    unexplained: tuple[StreamState, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.unassigned_count or self.status_since or self.unexplained)


@dataclass(frozen=True, slots=True)
class Summary:
    """One digest. `since` None: there was none before, so nothing is compared.

    `drift`: seconds by which the forecast end moved since then. `some_streams`: the channel hears some streams only.
    """

    runbook: RunbookState
    progress: Progress
    since: datetime | None = None
    stage_before: str | None = None
    status_before: str | None = None
    done_before: int | None = None
    drift: float = 0.0
    added: int = 0
    removed: int = 0
    streams: tuple[StreamNews, ...] = ()
    questions: Questions = field(default_factory=Questions)
    some_streams: bool = False

    @property
    def is_silent(self) -> bool:
        """Nothing that a digest tells is different."""
        changed = (self.stage_before, self.status_before, self.drift, self.added, self.removed, self.streams)
        return self.since is not None and not any(changed)
