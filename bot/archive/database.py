"""The file or server that holds the archive. The one rule: every driver's error becomes a sentence here.

SQLite through the standard library (one file, no set-up), or PostgreSQL through psycopg. The SQL above is written once,
with `?` for values; what differs between the two is a method of `Database`.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

from bot.archive.errors import ArchiveBusy, ArchiveError

_MESSAGES = (
    (
        "full",
        "There is no room left on the archive's disk.",
        "Free some space and run it again: it goes on from there.",
    ),
    ("no such column", "This archive was written by another version of the bot.", "Use the version that wrote it."),
    ("not a database", "That file is not an archive.", "Set BOT_ARCHIVE_URL to another file."),
    ("malformed", "The archive's file is damaged.", "Restore it from a backup; `archive verify` checks a copy."),
    ("readonly", "The archive's file may not be written.", "Look at the rights on the file and its folder."),
    ("unable to open", "The archive's file cannot be opened.", "Does its folder exist, and may the bot write there?"),
    ("disk i/o", "The archive's disk does not take what is written.", "Look at the disk; the log is as it was."),
    ("locked", "Another process is writing to this archive.", "Wait for it to end."),
)


class Database:
    """SQLite. One connection of one thread at a time; every statement stands alone outside of `transaction`."""

    name = "sqlite"
    json_type = "TEXT"
    bytes_type = "BLOB"
    rowless = " WITHOUT ROWID"
    error: type[Exception] = sqlite3.Error

    def __init__(self, path: str, *, write: bool, make: bool = True) -> None:
        self._lock: sqlite3.Connection | None = None
        if not (write and make) and not Path(path).is_file():
            raise ArchiveError("There is no archive yet.", "`cutover-bot archive sync` makes one.")
        self.raw: Any = None
        try:
            with self.told():
                self._connect(path, write)
        except BaseException:
            self.close()
            raise

    def _connect(self, path: str, write: bool) -> None:
        target = f"{Path(path).absolute().as_uri()}?mode={'rwc' if write else 'ro'}"
        if write:
            self._lock = _only_writer(path)
        self.raw = sqlite3.connect(target, uri=True, check_same_thread=False, isolation_level=None, timeout=10)
        if write:
            self.execute("PRAGMA page_size=16384")  # of a new file: rows of 1 KB and few big commits want few pages
            self.execute("PRAGMA journal_mode=WAL")
            # A commit lost with the power takes its unit's row along: the unit is read again, nothing is torn.
            self.execute("PRAGMA synchronous=NORMAL")
        self.execute("PRAGMA cache_size=-16000")

    def close(self) -> None:
        for one in (self.raw, self._lock):
            if one is not None:
                one.close()

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Errors of the driver as sentences."""
        try:
            yield
        except self.error as problem:
            self._explain(problem)

    def _explain(self, problem: Exception) -> NoReturn:
        said = str(problem)
        for word, sentence, hint in _MESSAGES:
            if word in said.lower():
                raise (ArchiveBusy if word == "locked" else ArchiveError)(sentence, hint) from problem
        raise ArchiveError(f"The archive cannot be used ({said[:200]}).", "Nothing half done was kept.") from problem

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """One statement; the driver's cursor."""
        with self.told():
            return self.raw.execute(sql, values)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement for each row."""
        with self.told():
            self.raw.executemany(sql, rows)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a question."""
        with self.told():
            found: list[tuple[Any, ...]] = self.raw.execute(sql, values).fetchall()
            return found

    def each(self, sql: str, values: Sequence[Any] = (), size: int = 2000) -> Iterator[list[tuple[Any, ...]]]:
        """The rows in parts, for what does not fit into memory."""
        cursor = self.execute(sql, values)
        while True:
            with self.told():
                part = cursor.fetchmany(size)
            if not part:
                return
            yield part

    def among(self, sql: str, values: Sequence[Any], ids: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        """Rows of `sql`, whose `{ids}` stands for a list of values, asked for in parts."""
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            marks = ",".join("?" * len(part))
            yield from self.rows(sql.replace("{ids}", marks), [*values, *part])

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.execute(self.begin)
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction already.
            with contextlib.suppress(ArchiveError):
                self.execute("ROLLBACK")
            raise

    begin = "BEGIN IMMEDIATE"

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        return bool(self.rows("SELECT 1 FROM sqlite_master WHERE type='table' AND name=?", (table,)))

    def settle(self) -> None:
        """Make what is committed durable and the file small, at the end of a run."""
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def by_index(self, name: str) -> str:
        """SQL after a table's name that makes the planner use an index, where it has to be told."""
        return f" INDEXED BY {name}"

    def joined(self, column: str) -> str:
        """SQL that joins the values of a group with commas, in order."""
        return f"group_concat({column}, ', ')"

    def activity(self, question: str, member: str, ignored: str) -> str:
        """SQL of the activity view over one member of the payload. `ignored` has `{key}` in it."""
        return question.format(
            old="o.value",
            new="n.value",
            after=f"JOIN json_each(v.payload, '$.{member}') n",
            before=f"LEFT JOIN json_each(v.before, '$.{member}') o ON 1",
            was=f"JOIN json_each(v.before, '$.{member}') o",
            now=f"json_each(v.payload, '$.{member}') n",
            differs="o.value IS NOT n.value",
            wanted=f"NOT ({ignored.format(key='n.key')})",
            unwanted=f"NOT ({ignored.format(key='o.key')})",
        )

    def as_text(self, column: str) -> str:
        """SQL for a JSON column as the text that was stored."""
        return column

    def size(self) -> int:
        """Bytes on disk."""
        return int(self.rows("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")[0][0])


def _only_writer(path: str) -> sqlite3.Connection:
    """A lock that the operating system takes back when the process dies, on a small file beside the archive."""
    lock = sqlite3.connect(f"{path}.lock", isolation_level=None, timeout=0, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        raise
    return lock


def open_archive(url: str, *, write: bool, make: bool = True) -> Database:
    """The archive at `url`; without `make` it must be there.

    Errors: `ArchiveError`; `ArchiveBusy` when another process writes and `write` is asked.
    """
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] == "sqlite":
        return Database(unquote(rest.removeprefix("/").partition("?")[0]), write=write, make=make)
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        from bot.archive.postgres import PostgresDatabase

        return PostgresDatabase(url, write=write)
    raise ArchiveError(
        f"The archive cannot be kept in {scheme or 'that'}.", "BOT_ARCHIVE_URL is sqlite:///file.db or postgresql://..."
    )
