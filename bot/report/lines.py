"""One task, planned against actual. The one rule: what the instance does not tell is None, never zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from bot.model import Completion, Stream, Task, Text

LATE: Final = 60.0
"""Seconds behind the plan from which a task counts as late: less is the time between two looks."""


_ENDED: Final = {Completion.SKIPPED.value: "skipped", Completion.ABANDONED.value: "abandoned"}


@dataclass(frozen=True)
class Line:
    """A task with its stream, the names of who is assigned, and of who started, finished or skipped it.

    Without slots, so that what a report asks thirty times of each task is found once.
    """

    task: Task
    stream: Stream | None = None
    owners: tuple[Text, ...] = ()
    by: tuple[Text, ...] = ()

    @cached_property
    def outcome(self) -> str:
        """`done`, `skipped`, `abandoned`, `running` or `open`."""
        if self.task.is_running:
            return "running"
        if not self.task.is_complete:
            return "open"
        return _ENDED.get(self.task.completion_type or "", "done")

    @property
    def planned(self) -> float | None:
        """Planned length in seconds."""
        return _between(self.task.start_planned, self.task.end_planned, self.task.duration)

    @property
    def took(self) -> float | None:
        """Actual length in seconds of a task that was done."""
        return _between(self.task.start_actual, self.task.end_actual) if self.outcome == "done" else None

    @cached_property
    def behind(self) -> float | None:
        """Seconds that it ended after its planned end (negative: before); None for what was not done."""
        return _between(self.task.end_planned, self.task.end_actual) if self.outcome == "done" else None

    @property
    def is_late(self) -> bool:
        return self.behind is not None and self.behind >= LATE


def _between(start: datetime | None, end: datetime | None, otherwise: float | None = None) -> float | None:
    return otherwise if start is None or end is None else (end - start).total_seconds()
