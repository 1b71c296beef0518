"""The world: all records, their indexes, and the passing of time. It belongs to one server and to one event
loop.

Rule: records are found and numbered here, and everything that happens is announced through `note`.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from . import engine
from .clock import Clock
from .live import Live
from .runbook import Runbook, Task
from .things import (
    ActionLog,
    Comment,
    CustomField,
    Folder,
    Person,
    RunbookType,
    TaskType,
    Team,
    Workspace,
)

MAX_LOGS = 20_000


class Happening(NamedTuple):
    """Something that happened: its key (`task.started`...), when, who did it (None: nobody), and to what."""

    key: str
    at: float
    by: Person | None
    runbook: Runbook | None
    task: Task | None


class World:
    """People, workspaces, runbooks and their past; `clock` is its only time."""

    def __init__(self, seed: str, clock: Clock) -> None:
        self.seed = seed
        self.clock = clock
        self.max_tasks = 10_000
        self.people: dict[str, Person] = {}
        self.workspaces: dict[str, Workspace] = {}
        self.folders: dict[str, Folder] = {}
        self.runbook_types: dict[str, RunbookType] = {}
        self.task_types: dict[str, TaskType] = {}
        self.teams: dict[str, Team] = {}
        self.custom_fields: dict[str, CustomField] = {}
        self.runbooks: dict[str, Runbook] = {}
        self.comments: dict[str, list[Comment]] = {}
        self.logs: list[ActionLog] = []
        self.last_id = 500_000
        self.rng = random.Random(seed)  # noqa: S311 - play, not secrecy
        self.listeners: list[Callable[[Happening], None]] = []
        self.live: dict[str, Live] = {}
        self._time = clock.now()
        self.changes = 0

    # ---- finding and numbering
    def new_id(self) -> str:
        """An id that nothing in this world has had."""
        self.last_id += 1
        return str(self.last_id)

    def add_runbook(self, runbook: Runbook) -> Runbook:
        """Take a runbook in and derive its indexes."""
        self.runbooks[runbook.id] = runbook
        self.live[runbook.id] = Live(runbook)
        return runbook

    @property
    def tasks(self) -> dict[str, Task]:
        """All tasks of all runbooks by id (built on demand: for tests and the control interface)."""
        return {tid: task for runbook in self.runbooks.values() for tid, task in runbook.tasks.items()}

    def person(self, key: str) -> Person:
        """A person by key, id or e-mail; KeyError when there is none."""
        found = self.people.get(key)
        if found is not None:
            return found
        wanted = key.casefold()
        for person in self.people.values():
            if wanted in (person.key, person.email.casefold()):
                return person
        raise KeyError(key)

    def runbook_named(self, name: str) -> Runbook:
        """The first runbook with this name; KeyError when there is none."""
        for runbook in self.runbooks.values():
            if runbook.name == name:
                return runbook
        raise KeyError(name)

    def task_named(self, name: str, runbook: Runbook | None = None) -> Task:
        """The first task with this name; KeyError when there is none."""
        for each in [runbook] if runbook else self.runbooks.values():
            for task in each.tasks.values():
                if task.name == name:
                    return task
        raise KeyError(name)

    def parent_of(self, runbook: Runbook) -> tuple[Runbook, Task] | None:
        """The linked task that this runbook is the child of."""
        if runbook.parent_task_id is None:
            return None
        for other in self.runbooks.values():
            task = other.tasks.get(runbook.parent_task_id)
            if task is not None:
                return other, task
        return None

    def active(self) -> Iterator[Runbook]:
        """Runbooks with a run going on (paused ones stand still and are not among them)."""
        return (runbook for runbook in list(self.runbooks.values()) if runbook.stage == "active")

    def token(self, person: Person) -> str:
        """The person's token: 48 hexadecimal characters, the same at every start of the same world."""
        return hashlib.sha256(f"{self.seed}:{person.key}".encode()).hexdigest()[:48]

    def names(self, ids: Iterable[str]) -> list[str]:
        """Names of these people, unknown ids left out."""
        return [self.people[uid].name for uid in ids if uid in self.people]

    # ---- time
    def now(self) -> float:
        """World time of what is happening now: during `tick` the moment that is played, else the clock."""
        return max(self._time, self.clock.now())

    def tick(self, now: float | None = None) -> int:
        """Let everything due up to `now` happen, each at its own moment and in order; returns how many."""
        until = self.clock.now() if now is None else now
        count = 0
        while True:
            first = min(engine.due(self), key=lambda each: each[0], default=None)
            if first is None or first[0] > until:
                break
            self._time = max(self._time, first[0])
            engine.happen(self, first[1], first[2], self._time)
            count += 1
        self._time = max(self._time, until)
        return count

    # ---- what happened
    def note(
        self,
        key: str,
        runbook: Runbook | None,
        *,
        by: str,
        text: str,
        task: Task | None = None,
        resource: tuple[str, str] | None = None,
        changes: dict[str, str] | None = None,
    ) -> None:
        """Write the log line and tell the listeners. `by` is a user id, empty when nobody did it."""
        at = max(self._time, 0.0)
        self.changes += 1
        if resource is None:
            resource = ("task", task.id) if task is not None else ("runbook", runbook.id if runbook else "")
        author = by or (runbook.author_id if runbook is not None else "")
        self.logs.append(
            ActionLog(
                id=self.new_id(),
                key=key,
                description=text,
                created_at=at,
                author_id=author,
                resource_type=resource[0],
                resource_id=resource[1],
                runbook_id=None if runbook is None else runbook.id,
                workspace_id=None if runbook is None else runbook.workspace_id,
                changes=changes or {},
            )
        )
        if len(self.logs) > MAX_LOGS:
            del self.logs[: MAX_LOGS // 10]
        happening = Happening(key, at, self.people.get(by), runbook, task)
        for listener in self.listeners:
            listener(happening)
