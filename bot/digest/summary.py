"""Two snapshots become one digest. The one rule: pure, and exact: every task that moved is counted in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.model import Rag, RunbookStage, TaskStage, TaskType
from bot.model.progress import Counts, Progress, is_late, is_skipped, milestone_types, moment, progress, with_children
from bot.model.snapshot import RunbookState, Snapshot, StreamState, TaskState
from bot.model.summary import Questions, StreamNews, Summary

_NAMED: Final = 3
_DRIFT: Final = 60.0
STATUS_MINUTES: Final = 60
"""A status older than this while the run goes on is overdue, unless the channel chose its own limit."""


def summarise(
    old: Snapshot | None,
    new: Snapshot,
    now: datetime,
    *,
    streams: Collection[str] | None = None,
    task_types: Iterable[TaskType] = (),
    status_minutes: int = 0,
    since: float | None = None,
) -> Summary:
    """What is, and what became different since `old` (None, or of another run: nothing is compared).

    `streams`: ids the channel listens to, None for all. `status_minutes`: when a status is overdue, 0 for the default.
    `since`: when (Unix) `old` was told, for a reading that did not change is older than that.
    """
    wanted = None if streams is None else with_children(new, streams)
    seen = progress(new, now, milestones=milestone_types(task_types), streams=wanted)
    questions = _questions(new, seen, wanted, now, status_minutes or STATUS_MINUTES)
    if old is None or not _same_run(old.runbook, new.runbook):
        return Summary(new.runbook, seen, questions=questions, some_streams=wanted is not None)
    then = datetime.fromtimestamp(since or old.read_at, UTC)
    pair = _Pair(old, new, wanted, now, then)
    before, after = pair.tasks(old), pair.tasks(new)
    return Summary(
        runbook=new.runbook,
        progress=seen,
        since=then,
        stage_before=old.runbook.stage if old.runbook.stage != new.runbook.stage else None,
        status_before=old.runbook.status if _status(old.runbook) != _status(new.runbook) else None,
        done_before=sum(task.stage == TaskStage.COMPLETE for task in before.values()),
        drift=_drift(old.runbook, new.runbook),
        added=len(after.keys() - before.keys()),
        removed=len(before.keys() - after.keys()),
        streams=_stream_news(pair, seen),
        questions=questions,
        some_streams=wanted is not None,
    )


def _same_run(old: RunbookState, new: RunbookState) -> bool:
    """Not started meanwhile again: a rerun begins with all tasks undone, which is no news about each of them."""
    return old.id == new.id and (not old.start_actual or old.start_actual == new.start_actual)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two readings of one run, and which streams count."""

    old: Snapshot
    new: Snapshot
    wanted: frozenset[str] | None
    now: datetime
    then: datetime

    def tasks(self, snapshot: Snapshot) -> dict[str, TaskState]:
        if self.wanted is None:
            return snapshot.tasks
        return {key: task for key, task in snapshot.tasks.items() if task.stream_id in self.wanted}

    def turned(self) -> dict[str, str]:
        """Streams whose status or its reason is another, with the status before; a new stream was off."""
        found: dict[str, str] = {}
        for key, stream in self.new.streams.items():
            was = self.old.streams.get(key) or StreamState(key, stream.name)
            if _status(was) != _status(stream) and (self.wanted is None or key in self.wanted):
                found[key] = was.status
        return found


def _status(state: RunbookState | StreamState) -> tuple[str, str]:
    return state.status, state.status_message


def _drift(old: RunbookState, new: RunbookState) -> float:
    before, after = moment(old.end_forecast), moment(new.end_forecast)
    moved = (after - before).total_seconds() if before and after else 0.0
    return moved if abs(moved) >= _DRIFT else 0.0


class _Tally:
    """What moved in one stream, while it is counted."""

    def __init__(self) -> None:
        self.finished: list[TaskState] = []
        self.finished_count = self.started = self.skipped = self.ready = self.late = 0

    def add(self, task: TaskState) -> None:
        """A task whose stage is another than before."""
        if is_skipped(task):
            self.skipped += 1
        elif task.stage == TaskStage.COMPLETE:
            self.finished_count += 1
            if len(self.finished) < _NAMED:
                self.finished.append(task)
        elif task.stage == TaskStage.IN_PROGRESS:
            self.started += 1
        elif task.stage == TaskStage.STARTABLE:
            self.ready += 1


def _stream_news(pair: _Pair, seen: Progress) -> tuple[StreamNews, ...]:
    """Streams in which something is different: status first, then by how much moved."""
    tallies, turned = _tallies(pair), pair.turned()
    found = []
    for key in dict.fromkeys([*turned, *tallies]):
        tally = tallies.get(key) or _Tally()
        news = StreamNews(
            stream=pair.new.streams[key] if key is not None else None,
            counts=seen.counts.get(key, Counts()),
            status_before=turned.get(key) if key is not None else None,
            finished=tuple(tally.finished),
            finished_count=tally.finished_count,
            started_count=tally.started,
            skipped_count=tally.skipped,
            ready_count=tally.ready,
            late_count=tally.late,
        )
        if _is_news(news):
            found.append(news)
    return tuple(sorted(found, key=_weight))


def _tallies(pair: _Pair) -> dict[str | None, _Tally]:
    before, known = pair.tasks(pair.old), pair.new.streams
    tallies: dict[str | None, _Tally] = {}
    for key, task in pair.tasks(pair.new).items():
        was = before.get(key)
        if was is not None and (was is task or was == task) and task.is_late is not None:
            continue
        tally = tallies.setdefault(task.stream_id if task.stream_id in known else None, _Tally())
        if was is None or was.stage != task.stage:
            tally.add(task)
        tally.late += is_late(task, pair.now) and not (was is not None and is_late(was, pair.then))
    return tallies


def _is_news(news: StreamNews) -> bool:
    return bool(news.status_before is not None or news.moved or news.late_count)


def _weight(news: StreamNews) -> tuple[bool, int, str]:
    return news.status_before is None, -news.moved, news.stream.name if news.stream is not None else ""


def _questions(new: Snapshot, seen: Progress, wanted: frozenset[str] | None, now: datetime, minutes: int) -> Questions:
    if new.runbook.stage != RunbookStage.ACTIVE:
        return Questions()
    told = status_told(new.runbook)
    overdue = told is not None and now - told >= timedelta(minutes=minutes)
    return Questions(
        unassigned=seen.unassigned[:_NAMED],
        unassigned_count=seen.unassigned_count,
        status_since=told if overdue else None,
        unexplained=tuple(
            stream
            for key, stream in new.streams.items()
            if stream.status in (Rag.RED, Rag.AMBER) and not stream.status_message.strip()
            if wanted is None or key in wanted
        ),
    )


def status_told(runbook: RunbookState) -> datetime | None:
    """When the runbook's status was last said: set, or the run begun without one."""
    said, began = moment(runbook.status_updated_at), moment(runbook.start_actual)
    return max((one for one in (said, began) if one is not None), default=None)
