"""An embedded Cutover, an archive of it, and what the archive ought to know: kept beside it, step by step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psycopg

from bot.archive.crawl import Outcome
from bot.archive.database import Database, open_archive
from bot.archive.log import Found
from bot.archive.scope import Scope
from bot.archive.source import Source
from bot.archive.sync import sync
from bot.clock import Clock
from bot.sandbox.cutover import EmbeddedCutover

Versions = list[tuple[str, str | None]]


class Quiet:
    """Progress that is only counted."""

    def __init__(self) -> None:
        self.units = 0
        self.found: list[Found] = []

    def planned(self, units: int) -> None:
        self.units += units

    def read(self, found: Found) -> None:
        self.found.append(found)

    def skipped(self) -> None:
        self.units -= 1


class Hasty(Clock):
    """Pauses take no time: whoever sleeps moves the clock."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.skipped

    async def sleep(self, seconds: float) -> None:
        self.skipped += seconds
        await super().sleep(0)


class Place:
    """A Cutover with an archive. `expected`: task id -> its versions (operation, name)."""

    def __init__(self, cutover: EmbeddedCutover, url: str) -> None:
        self.cutover, self.url = cutover, url
        self.expected: dict[str, Versions] = {}

    @property
    def source(self) -> Source:
        return Source(self.cutover.url, self.cutover.tokens["bot"], "2022-02-22")

    async def sync(self, scope: Scope | None = None, *, connections: int = 4, **given: Any) -> Outcome:
        """A run, after which `expected` holds what the world was."""
        outcome = await sync(
            self.url, self.source, scope or Scope(), Quiet(), clock=Hasty(), connections=connections, **given
        )
        self.look()
        return outcome

    def look(self) -> None:
        """Add to `expected` what differs from the world."""
        now = {tid: task.name for tid, task in self.cutover.world.tasks.items() if not self.hidden(tid)}
        for tid, name in now.items():
            versions = self.expected.setdefault(tid, [])
            if not versions:
                versions.append(("insert", name))
            elif versions[-1][0] == "delete":
                versions.append(("reappear", name))
            elif versions[-1][1] != name:
                versions.append(("update", name))
        for tid, versions in self.expected.items():
            if tid not in now and versions[-1][0] != "delete":
                versions.append(("delete", None))

    def hidden(self, tid: str) -> bool:
        """Archived and private runbooks are not shown to the bot."""
        return any(tid in each.tasks for each in self.cutover.world.runbooks.values() if each.archived or each.private)

    def rename(self, tid: str, name: str, *, silent: bool = False) -> None:
        """Edit a task; `silent` leaves its updated_at as it was."""
        runbook = next(each for each in self.cutover.world.runbooks.values() if tid in each.tasks)
        task, live = runbook.tasks[tid], self.cutover.world.live[runbook.id]
        stamp = task.updated_at
        task.name = name
        live.touch(task, stamp if silent else stamp + 60)

    def remove(self, tid: str) -> tuple[str, Any]:
        """Take a task out; what `bring_back` needs."""
        runbook = next(each for each in self.cutover.world.runbooks.values() if tid in each.tasks)
        task = runbook.tasks[tid]
        self.cutover.world.live[runbook.id].remove(task)
        return runbook.id, task

    def bring_back(self, runbook_id: str, task: Any) -> None:
        self.cutover.world.live[runbook_id].add(task)

    def history(self) -> dict[str, Versions]:
        """What the log says of every task."""
        found: dict[str, Versions] = {}
        with self.reading() as database:
            text = database.as_text("payload")
            sql = f"SELECT id, op, {text} FROM change WHERE kind='task' ORDER BY seq"
            for tid, op, payload in database.rows(sql):
                name = None if payload is None else orjson.loads(payload)["attributes"]["name"]
                found.setdefault(tid, []).append((op, name))
        return found

    @contextmanager
    def reading(self) -> Iterator[Database]:
        database = open_archive(self.url, write=False)
        try:
            yield database
        finally:
            database.close()

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.reading() as database:
            return database.rows(sql, values)

    def spoil(self, sql: str, *values: Any) -> None:
        """Change the tables behind the archive's back."""
        if not self.url.startswith("sqlite"):
            with psycopg.connect(self.url) as other:
                other.execute(sql.replace("?", "%s"), values or None)
            return
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute(sql, values)
        connection.close()

    @property
    def path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))
