"""What can be derived from a runbook, kept beside it so that an answer recomputes only what changed.

Rule: whoever changes a task calls `touch`; whoever changes the graph calls `link` or `rebuild`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .runbook import OPEN, Runbook, Task

MAX_VARIANTS = 6  # kept serialised forms per task: plain, forecast, and a few sparse field sets


class Live:
    """Indexes over one runbook: successors, ranks, open tasks, and the cached bytes of each task."""

    def __init__(self, runbook: Runbook) -> None:
        self.runbook = runbook
        self.revision = 0
        self.forecast_at = float("-inf")
        self.dirty: set[str] = set()
        self.cache: dict[str, dict[str, tuple[float, bytes]]] = {}
        self.counts: tuple[int, dict[str, int]] = (-1, {})
        self.memo: dict[str, tuple[object, Any]] = {}
        self.rebuild()

    def rebuild(self) -> None:
        """Derive everything anew from the records."""
        tasks = self.runbook.tasks
        self.successors: dict[str, list[str]] = {tid: [] for tid in tasks}
        for task in tasks.values():
            for pid in task.predecessors:
                self.successors[pid].append(task.id)
        self.rank: dict[str, int] = {}
        self._rank_all()
        self.open = {task.id for task in tasks.values() if task.stage in OPEN}
        self.timed: set[str] = set()  # what time alone will move: locked by a fixed start, or ending by itself
        self.left = sum(1 for task in tasks.values() if task.stage != "complete")
        self.dirty.update(tasks)
        self.cache.clear()
        self.revision += 1

    def _rank_all(self) -> None:
        missing = {tid: len(task.predecessors) for tid, task in self.runbook.tasks.items()}
        ready = [tid for tid, count in missing.items() if not count]
        rank = dict.fromkeys(ready, 0)
        for tid in ready:  # grows while it is read: a plain topological pass
            for successor in self.successors[tid]:
                rank[successor] = max(rank.get(successor, 0), rank[tid] + 1)
                missing[successor] -= 1
                if not missing[successor]:
                    ready.append(successor)
        if len(ready) != len(missing):
            raise ValueError("the predecessors of these tasks form a circle")
        self.rank = rank

    def touch(self, task: Task, now: float) -> None:
        """The task changed: its cached answers and its forecast are stale."""
        task.updated_at = max(task.updated_at, now)
        self.cache.pop(task.id, None)
        self.dirty.add(task.id)
        self.revision += 1

    def stale(self, tid: str, variant: str = "") -> None:
        """Computed parts of the task changed; with `variant` only those written forms show it."""
        if not variant:
            self.cache.pop(tid, None)
        elif tid in self.cache:
            kept = self.cache[tid]
            self.cache[tid] = {key: value for key, value in kept.items() if not key.startswith(variant)}

    def add(self, task: Task) -> None:
        """A new task, with its predecessors already in the runbook."""
        self.runbook.tasks[task.id] = task
        self.successors[task.id] = []
        self.rank[task.id] = 0
        self.left += 1
        wanted, task.predecessors = task.predecessors, []
        self.link(task, wanted)

    def remove(self, task: Task) -> list[str]:
        """Take a task out; returns the ids of the tasks that waited for it."""
        self.link(task, [])
        followers = self.successors.pop(task.id)
        for tid in followers:
            self.runbook.tasks[tid].predecessors.remove(task.id)
            self.cache.pop(tid, None)
        del self.runbook.tasks[task.id], self.rank[task.id]
        self.cache.pop(task.id, None)
        self.open.discard(task.id)
        self.timed.discard(task.id)
        self.dirty.discard(task.id)
        self.dirty.update(followers)
        self.left -= task.stage != "complete"
        self.revision += 1
        return followers

    def would_circle(self, task: Task, predecessors: Iterable[str]) -> bool:
        """Whether these predecessors would make the task wait for itself."""
        wanted = set(predecessors)
        seen: set[str] = set()
        todo = [task.id]
        while todo:
            tid = todo.pop()
            if tid in wanted:
                return True
            if tid not in seen:
                seen.add(tid)
                todo.extend(self.successors.get(tid, ()))
        return False

    def link(self, task: Task, predecessors: list[str]) -> None:
        """Replace the predecessors of a task and move the ranks of what follows."""
        for pid in task.predecessors:
            self.successors[pid].remove(task.id)
            self.stale(pid)
        task.predecessors = predecessors
        for pid in predecessors:
            self.successors[pid].append(task.id)
            self.stale(pid)
        todo = [task.id]
        while todo:
            tid = todo.pop()
            before = self.runbook.tasks[tid].predecessors
            rank = max((self.rank[pid] + 1 for pid in before), default=0)
            if rank != self.rank[tid] or tid == task.id:
                self.rank[tid] = rank
                todo.extend(self.successors[tid])
        self.dirty.add(task.id)
        self.cache.pop(task.id, None)
        self.revision += 1

    def keep(self, tid: str, variant: str, until: float, data: bytes) -> bytes:
        """Remember the serialised form of a task; it holds until that time or the next `touch`."""
        kept = self.cache.setdefault(tid, {})
        if len(kept) >= MAX_VARIANTS:
            kept.clear()
        kept[variant] = (until, data)
        return data

    def tasks_in(self, stream_id: str) -> int:
        """How many tasks a stream has."""
        revision, counts = self.counts
        if revision != self.revision:
            counts = {}
            for task in self.runbook.tasks.values():
                counts[task.stream_id] = counts.get(task.stream_id, 0) + 1
            self.counts = (self.revision, counts)
        return counts.get(stream_id, 0)
