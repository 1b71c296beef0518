"""Tables with columns, for reports. The one rule: they are the log replayed, and `differences` proves it.

Brought up to date at the end of a run with the rows that the run added. On 50,000 tasks a question to these tables
takes a hundredth of the time that the same question takes on the payloads.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any, Final

from bot.archive.columns import TABLES, TEXT, kind_of
from bot.archive.database import Database
from bot.archive.log import INSERT
from bot.archive.typed_row import PLANS, READERS

_BATCH: Final = 1000
_NAMELESS: Final = ("comment", "action_log")
LISTS: Final = {
    "names": ("kind", "id", "name"),
    "custom_field_values": ("kind", "id", "field_id", "field", "value"),
    "task_assignees": ("id", "assignee_kind", "assignee_id"),
}
"""Tables with several rows for a resource, or one row whatever its kind."""
_ROWS: Final = (
    "SELECT seq, kind, id, parent, op, {payload} FROM change WHERE seq>? AND seq<=? ORDER BY seq LIMIT {batch}"
)


def create(database: Database) -> None:
    """Make the tables."""
    with database.transaction():
        for table, columns in TABLES.values():
            shown = ", ".join(f'"{one}" {"TEXT" if kind_of(one) == TEXT else "BIGINT"}' for one in columns)
            database.execute(f"CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY, {shown}){database.rowless}")
        for table, columns in LISTS.items():
            shown = ", ".join(f"{one} TEXT" for one in columns)
            if table == "names":
                shown += ", PRIMARY KEY (kind, id)"
                database.execute(f"CREATE TABLE IF NOT EXISTS names ({shown}){database.rowless}")
                continue
            database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({shown})")
            database.execute(f"CREATE INDEX IF NOT EXISTS {table}_of ON {table} (id)")


def refresh(database: Database) -> None:
    """Take in what the log has gained since the last time."""
    with database.transaction():
        since = int(dict(database.rows("SELECT key, value FROM meta")).get("typed_seq", "0"))
        until = int(database.rows("SELECT coalesce(max(seq), 0) FROM change")[0][0])
        if until == since:
            return
        replay(database, database, since, until)
        sql = (
            "INSERT INTO meta (key, value) VALUES ('typed_seq', ?) ON CONFLICT (key) DO UPDATE SET value=excluded.value"
        )
        database.execute(sql, (str(until),))


def replay(source: Database, target: Database, since: int, until: int) -> None:
    """Apply the rows of the log after `since` to the tables of `target`, in order."""
    sql = _ROWS.format(payload=source.as_text("payload"), batch=_BATCH)
    while rows := source.rows(sql, (since, until)):
        since = int(rows[-1][0])
        batch = _Batch()
        for _, kind, identifier, parent, op, payload in rows:
            batch.take(kind, identifier, parent, op, payload)
        batch.write(target)


class _Batch:
    """What some rows of the log come to; of two about one resource the later one counts."""

    def __init__(self) -> None:
        self._resources: dict[str, dict[str, tuple[Any, ...] | None]] = {}
        self._stale: set[tuple[str, str]] = set()
        self._names: dict[tuple[str, str], str] = {}
        self._answers: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        self._assignees: dict[str, list[tuple[Any, ...]]] = {}

    def take(self, kind: str, identifier: str, parent: str, op: str, payload: str | None) -> None:
        """One row; without payload the resource is gone, and its name stays for the ids in old rows."""
        key = (kind, identifier)
        if op != INSERT:  # an insert is the first row about a resource: nothing is there to be taken out
            self._stale.add(key)
            self._answers.pop(key, None)
            if kind == "task":
                self._assignees.pop(identifier, None)
        of_kind = self._resources.setdefault(kind, {})
        if payload is None:
            of_kind[identifier] = None
            return
        found = READERS[kind](identifier, parent, payload)
        of_kind[identifier] = found.values
        if kind not in _NAMELESS:
            self._names[key] = found.name
        if found.answers:
            self._answers[key] = [(*key, *one) for one in found.answers]
        if found.people:
            self._assignees[identifier] = [(identifier, *one) for one in found.people]

    def write(self, target: Database) -> None:
        """Into the tables, after what they hold of the same resources is out of them."""
        for kind, plan in PLANS.items():
            known = self._resources.get(kind, {})
            stale = [(one,) for one in known if (kind, one) in self._stale]
            if stale:
                target.many(f"DELETE FROM {plan.table} WHERE id=?", stale)  # noqa: S608
                if kind == "task":
                    target.many("DELETE FROM task_assignees WHERE id=?", stale)
            if rows := [row for row in known.values() if row is not None]:
                target.many(plan.insert, rows)
        if self._stale:
            target.many("DELETE FROM custom_field_values WHERE kind=? AND id=?", self._stale)
            target.many("DELETE FROM names WHERE kind=? AND id=?", [one for one in self._names if one in self._stale])
        _insert(target, "names", 3, [(*key, name) for key, name in self._names.items()])
        _insert(target, "custom_field_values", 5, [row for rows in self._answers.values() for row in rows])
        _insert(target, "task_assignees", 3, [row for rows in self._assignees.values() for row in rows])


def differences(database: Database) -> list[str]:
    """The tables that are not what the log gives; empty when all of them are."""
    until = int(dict(database.rows("SELECT key, value FROM meta")).get("typed_seq", "0"))
    with tempfile.TemporaryDirectory(prefix="archive-") as folder:
        again = Database(str(Path(folder) / "again.db"), write=True)  # SQLite, wherever the archive is
        try:
            create(again)
            with again.transaction():
                replay(database, again, 0, until)
            tables = [table for table, _ in TABLES.values()] + list(LISTS)
            return [table for table in tables if _print(database, table) != _print(again, table)]
        finally:
            again.close()


def _print(database: Database, table: str) -> tuple[int, int]:
    """Number of rows, and a sum over them that does not depend on their order."""
    count = total = 0
    for part in database.each(f"SELECT * FROM {table}"):  # noqa: S608
        for row in part:
            count += 1
            total += int.from_bytes(hashlib.blake2b(repr(tuple(row)).encode(), digest_size=8).digest(), "big")
    return count, total % 2**64


def _insert(target: Database, table: str, width: int, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        marks = ",".join("?" * width)
        target.many(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
