"""The shift note as facts. The one rule: what the next shift has to take up, by stream; what is over is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.model import Comment, Rag, Runbook, Stream, Task
from bot.plan import Run

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
TIGHT: Final = 900.0
"""Seconds of slack below which a waiting task can soon move the end of the run."""


@dataclass(frozen=True, slots=True)
class StreamNote:
    """One stream (None: no stream). The lists are in order of when they are to begin; `late` are among the others.

    `soon`: waiting tasks that are next. `risks`: open tasks without anybody, and with little slack.
    """

    stream: Stream | None
    running: tuple[Task, ...]
    startable: tuple[Task, ...]
    soon: tuple[Task, ...]
    waiting: int
    late: tuple[Task, ...]
    unassigned: tuple[Task, ...]
    tight: tuple[tuple[Task, float], ...]

    @property
    def is_at_risk(self) -> bool:
        coloured = self.stream is not None and self.stream.status in (Rag.RED, Rag.AMBER)
        return bool(coloured or self.late or self.unassigned)


@dataclass(frozen=True, slots=True)
class Handover:
    """The note. `end` is our forecast of the end (Unix seconds), None where the instance tells no graph."""

    runbook: Runbook
    now: datetime
    streams: tuple[StreamNote, ...]
    comments: tuple[Comment, ...]
    end: float | None
    critical: tuple[Task, ...]


def handover(run: Run, comments: Sequence[Comment] = (), most: int = 6) -> Handover:
    """The note of a run; at most `most` of each kind of list by stream, comments of the newest first."""
    groups: dict[str | None, list[Task]] = {}
    known = {one.id for one in run.streams}
    for task in run.tasks.values():
        if not task.is_complete:
            groups.setdefault(task.stream_id if task.stream_id in known else None, []).append(task)
    named = [(stream, groups[stream.id]) for stream in run.streams if stream.id in groups]
    rest: list[tuple[Stream | None, list[Task]]] = [(None, groups[None])] if None in groups else []
    recent = list(reversed(comments))  # where no times are told they come oldest first
    recent.sort(key=lambda one: one.created_at or _LONG_AGO, reverse=True)
    return Handover(
        run.runbook,
        datetime.fromtimestamp(run.now, UTC),
        tuple(_note(run, stream, tasks, most) for stream, tasks in [*named, *rest]),
        tuple(recent[:most]),
        run.plan.end if run.has_graph else None,
        tuple(run.tasks[key] for key in run.plan.critical) if run.has_graph else (),
    )


def _note(run: Run, stream: Stream | None, tasks: Iterable[Task], most: int) -> StreamNote:
    ordered = sorted(tasks, key=lambda task: run.plan.timings[task.id].start)
    waiting = [task for task in ordered if not task.is_running and not task.is_startable]
    tight = [(task, run.plan.timings[task.id].slack) for task in ordered] if run.has_graph else []
    return StreamNote(
        stream,
        tuple(task for task in ordered if task.is_running),
        tuple(task for task in ordered if task.is_startable),
        tuple(waiting[:most]),
        len(waiting),
        tuple(task for task in ordered if is_late(task, run.now)),
        tuple(task for task in ordered if task.assignees == () and not _by_itself(run, task))[:most],
        tuple((task, slack) for task, slack in tight if slack < TIGHT)[:most],
    )


def _by_itself(run: Run, task: Task) -> bool:
    kind = run.types.get(task.task_type_id or "")
    return kind is not None and kind.auto_start


def is_late(task: Task, now: float) -> bool:
    """Cutover's own word for what runs or can start; where it does not tell, such a task past its due date or planned
    end. What only waits behind a late task is not late itself."""
    if not (task.is_running or task.is_startable):
        return False
    end = task.end_fixed or task.end_planned
    return task.is_late if task.is_late is not None else end is not None and end.timestamp() < now
