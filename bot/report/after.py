"""The after-run report as facts. The one rule: made of one reading, so that its numbers agree with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.model import Comment, Ref, Runbook, Stream, Task, Text
from bot.plan import Run
from bot.report.deeds import Deed, RagMark
from bot.report.lines import Line

_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StreamSum:
    """A stream (None: tasks of no stream), planned against actual. Times are aware UTC."""

    stream: Stream | None
    lines: tuple[Line, ...]

    def count(self, outcome: str) -> int:
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def planned_end(self) -> datetime | None:
        return max((line.task.end_planned for line in self.lines if line.task.end_planned), default=None)

    @property
    def actual_end(self) -> datetime | None:
        """When its last task that was done ended; None while one runs or waits."""
        if self.count("open") or self.count("running"):
            return None
        ends = [line.task.end_actual for line in self.lines if line.outcome == "done" and line.task.end_actual]
        return max(ends, default=None)

    @property
    def behind(self) -> float | None:
        """Seconds that it ended after its planned end."""
        planned, actual = self.planned_end, self.actual_end
        return (actual - planned).total_seconds() if planned and actual else None

    @property
    def late(self) -> int:
        return sum(line.is_late for line in self.lines)


@dataclass(frozen=True, slots=True)
class AfterRun:
    """A run looked back upon. `lines` in the order in which the tasks began; `comments` oldest first."""

    run: Run
    runbook: Runbook
    now: datetime
    lines: tuple[Line, ...]
    streams: tuple[StreamSum, ...]
    rag: tuple[RagMark, ...] = ()
    comments: tuple[Comment, ...] = ()

    def count(self, outcome: str) -> int:
        return sum(line.outcome == outcome for line in self.lines)

    @property
    def late(self) -> list[Line]:
        """Tasks that ended behind the plan, worst first."""
        return sorted((line for line in self.lines if line.is_late), key=lambda line: -(line.behind or 0))

    @property
    def people(self) -> list[tuple[Text, int]]:
        """Who had a hand in how many tasks, most first."""
        counts = Counter(name for line in self.lines for name in dict.fromkeys(line.by))
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].raw))

    @property
    def took(self) -> float | None:
        """Seconds from start to end, to now while it is under way; None before the start."""
        if self.runbook.start_actual is None:
            return None
        return ((self.runbook.end_actual or self.now) - self.runbook.start_actual).total_seconds()

    @property
    def behind(self) -> float | None:
        """Seconds that the run ended after its planned end."""
        planned = self.runbook.end_scheduled or self.runbook.end_planned
        ended = self.runbook.end_actual
        return (ended - planned).total_seconds() if ended and planned else None


def after_run(
    run: Run,
    names: Mapping[Ref, Text],
    deeds: Iterable[Deed] = (),
    rag: Sequence[RagMark] = (),
    comments: Sequence[Comment] = (),
) -> AfterRun:
    """The report of a run; `names` of who is assigned."""
    streams = {one.id: one for one in run.streams}
    did: dict[str, list[Text]] = {}
    for deed in sorted(deeds, key=lambda one: one.at):
        did.setdefault(deed.task_id, []).append(deed.who)
    lines = [
        Line(
            task,
            streams.get(task.stream_id or ""),
            tuple(names[ref] for ref in task.assignees or () if ref in names),
            tuple(dict.fromkeys(did.get(task.id, ()))),
        )
        for task in sorted(run.tasks.values(), key=_begun)
    ]
    return AfterRun(
        run,
        run.runbook,
        datetime.fromtimestamp(run.now, UTC),
        tuple(lines),
        tuple(_sums(run.streams, lines)),
        tuple(rag),
        tuple(sorted(comments, key=lambda one: one.created_at or _FAR)),
    )


def _begun(task: Task) -> tuple[datetime, int]:
    return task.start_actual or task.end_actual or task.start_planned or _FAR, task.number or 0


def _sums(streams: Sequence[Stream], lines: Sequence[Line]) -> Iterable[StreamSum]:
    """In Cutover's order, tasks of no stream last; streams without tasks are left out."""
    groups: dict[str | None, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.stream.id if line.stream else None, []).append(line)
    for stream in streams:
        if stream.id in groups:
            yield StreamSum(stream, tuple(groups[stream.id]))
    if None in groups:
        yield StreamSum(None, tuple(groups[None]))
