"""What a picture shows, ready to be sent to the painter. The one rule: plain values only, times in Unix seconds.

Names are untrusted; the painter draws them letter by letter, as text and never as a formula.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from bot.model import Completion, Task
from bot.plan import Run

_NAME: Final = 60
LATE: Final = 60.0
"""Seconds behind the plan from which a task is drawn as late."""


class Kind(StrEnum):
    """The pictures there are."""

    TIMELINE = "timeline"
    BURNUP = "burnup"


class Bar(msgspec.Struct, frozen=True):
    """A task: what happened or is forecast, and what was planned (None: not told).

    `state`: done, running, ready, waiting, skipped. `late`: it ended, or will end, behind its planned end.
    """

    name: str
    start: float
    end: float
    planned_start: float | None
    planned_end: float | None
    state: str
    late: bool = False
    critical: bool = False
    milestone: bool = False


class Lane(msgspec.Struct, frozen=True):
    """A stream with its tasks in the order in which they begin."""

    name: str
    bars: tuple[Bar, ...]


class Sheet(msgspec.Struct, frozen=True):
    """A run. `now` is None once it is over. `zone` is an IANA name; `end` what is forecast, or was."""

    title: str
    zone: str
    lanes: tuple[Lane, ...]
    now: float | None
    begin: float
    end: float
    planned_end: float | None

    @property
    def bars(self) -> list[Bar]:
        return [bar for lane in self.lanes for bar in lane.bars]


def sheet_of(run: Run) -> Sheet:
    """The run with its plan, actual times and our forecast."""
    critical = frozenset(run.plan.critical)
    lanes = []
    known = {stream.id for stream in run.streams}
    named = [(stream.id, stream.name.raw) for stream in run.streams]
    for key, name in [*named, (None, "no stream")]:
        tasks = [task for task in run.tasks.values() if (task.stream_id if task.stream_id in known else None) == key]
        bars = sorted((_bar(run, task, task.id in critical) for task in tasks), key=lambda bar: (bar.start, bar.end))
        if bars:
            lanes.append(Lane(_line(name), tuple(bars)))
    book = run.runbook
    planned = book.end_scheduled or book.end_planned
    begin = _unix(book.start_actual or book.start_scheduled or book.start_planned)
    bars = [bar for lane in lanes for bar in lane.bars]
    first = min((bar.start for bar in bars), default=run.now)
    end = _unix(book.end_actual) or max((bar.end for bar in bars), default=run.plan.end)
    return Sheet(
        _line(book.name.raw, 100),
        book.timezone or "UTC",
        tuple(lanes),
        None if book.is_over else run.now,
        first if begin is None else min(begin, first),
        end,
        _unix(planned) or _last(bars),
    )


def _bar(run: Run, task: Task, critical: bool) -> Bar:
    timing = run.plan.timings[task.id]
    planned = _unix(task.end_planned)
    state = _state(task)
    late = planned is not None and state != "skipped" and timing.end - planned >= LATE
    return Bar(
        _line(task.name.raw),
        timing.start,
        timing.end,
        _unix(task.start_planned),
        planned,
        state,
        late,
        critical,
        run.is_milestone(task),
    )


def _state(task: Task) -> str:
    if task.is_complete:
        return "skipped" if task.completion_type in (Completion.SKIPPED, Completion.ABANDONED) else "done"
    return "running" if task.is_running else "ready" if task.is_startable else "waiting"


def _last(bars: Iterable[Bar]) -> float | None:
    return max((bar.planned_end for bar in bars if bar.planned_end is not None), default=None)


def _unix(at: datetime | None) -> float | None:
    return at.timestamp() if at is not None else None


def _line(raw: str, most: int = _NAME) -> str:
    """One line of what can be printed."""
    line = " ".join("".join(one if one.isprintable() else " " for one in raw[: most * 4]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
