"""Posts that list several tasks that can start. The one rule: the slot of such a post names its tasks, so whichever
replica sees one of them move can edit the post, and no button stays that does nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.model.changes import (
    Change,
    RunbookStageChanged,
    TaskBecameLate,
    TaskEdited,
    TaskMoved,
    TaskRemoved,
)
from bot.model.snapshot import RunbookState, Snapshot, TaskState
from bot.watch.news import slot

_LISTED: Final = 10
_LONGEST: Final = 200
"""What the column of a slot holds."""


@dataclass(frozen=True, slots=True)
class StartList:
    """The slot of a post, how many tasks could start then, and the ids of those that it shows."""

    slot: str
    total: int
    task_ids: tuple[str, ...]

    def tasks(self, snapshot: Snapshot) -> list[TaskState]:
        """Those that are still in the runbook, as they are now."""
        return [snapshot.tasks[key] for key in self.task_ids if key in snapshot.tasks]


def start_list(book: RunbookState, tasks: Sequence[TaskState], seen_at: float) -> StartList:
    """A new post of these. `seen_at` tells it from one of the same tasks at another time."""
    ids = [task.id for task in tasks[:_LISTED] if "," not in task.id]
    while len(place := _slot(book, ids, len(tasks), seen_at)) > _LONGEST:
        ids.pop()
    return StartList(place, len(tasks), tuple(ids))


def touched(book: RunbookState, standing: Iterable[str], changes: Sequence[Change]) -> Iterator[StartList]:
    """The posts of this run that show something of what changed; all of them when the run itself turned."""
    turned = any(isinstance(change, RunbookStageChanged) for change in changes)
    moved = {change.new.id for change in changes if isinstance(change, TaskMoved | TaskBecameLate | TaskEdited)}
    moved |= {change.old.id for change in changes if isinstance(change, TaskRemoved)}
    for one in _read(book, standing):
        if turned or not moved.isdisjoint(one.task_ids):
            yield one


def _slot(book: RunbookState, ids: Sequence[str], total: int, seen_at: float) -> str:
    return slot(book, "list", f"{int(seen_at * 1000):x}/{total}/{','.join(ids)}")


def _read(book: RunbookState, standing: Iterable[str]) -> Iterator[StartList]:
    prefix = slot(book, "list") + "/"
    for place in sorted(standing):
        if place.startswith(prefix):
            _, total, ids = place.removeprefix(prefix).split("/", 2)
            yield StartList(place, int(total), tuple(key for key in ids.split(",") if key))
