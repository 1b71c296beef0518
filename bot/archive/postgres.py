"""The archive in PostgreSQL. The one rule: one writer at a time, by a lock that ends with its connection.

`payload` is of type `json`, which keeps the text as Cutover sent it; `jsonb` would not. Readers see a growing log.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NoReturn

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bot.archive.database import Database
from bot.archive.errors import ArchiveBusy, ArchiveError

_LOCK: Final = "SELECT pg_advisory_lock(hashtext('cutover-chatops archive'))"
_PATIENCE: Final = "2s"
"""A process that has just died holds its lock until its server notices."""
_OBJECT: Final = "CASE WHEN json_typeof({0}->'{1}')='object' THEN {0}->'{1}' END"


class PostgresDatabase(Database):
    """Speaks psycopg; the SQL above is the same but for the marks of values."""

    name = "postgresql"
    json_type = "JSON"
    bytes_type = "BYTEA"
    rowless = ""
    begin = "BEGIN"
    error = psycopg.Error

    def __init__(self, url: str, *, write: bool) -> None:
        scheme, _, rest = url.partition("://")
        self._lock = None
        address = f"{scheme.partition('+')[0]}://{rest}"
        try:
            conninfo_to_dict(address)
        except psycopg.ProgrammingError:  # its words repeat the address, password and all
            raise ArchiveError("BOT_ARCHIVE_URL cannot be read as an address.", "Check it.") from None
        with self.told():
            self.raw = psycopg.connect(address, autocommit=True, connect_timeout=10, application_name="archive")
            if not write:
                self.raw.execute("SET default_transaction_read_only = on")
                return
            self.raw.execute(f"SET lock_timeout = '{_PATIENCE}'")
            try:
                self.raw.execute(_LOCK)
            except psycopg.errors.LockNotAvailable:
                self.raw.close()
                raise ArchiveBusy("Another process is writing to this archive.", "Wait for it to end.") from None

    def close(self) -> None:
        # The server sees the end of a connection a moment later; whoever comes next must not wait for that.
        with contextlib.suppress(psycopg.Error):
            self.raw.execute("SELECT pg_advisory_unlock_all()")
        self.raw.close()

    def _explain(self, problem: Exception) -> NoReturn:
        if isinstance(problem, psycopg.errors.DiskFull):
            raise ArchiveError("There is no room left on the archive's disk.", "Free some space and run it again.")
        said = (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200]
        raise ArchiveError(
            f"The archive's database cannot be used: {said}", "Nothing half done was kept; look at BOT_ARCHIVE_URL."
        ) from None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        with self.told():
            return self.raw.execute(sql.replace("?", "%s"), values or None)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.told(), self.raw.cursor() as cursor:
            cursor.executemany(sql.replace("?", "%s"), rows)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.execute(sql, values).fetchall()
        return found

    def each(self, sql: str, values: Sequence[Any] = (), size: int = 2000) -> Iterator[list[tuple[Any, ...]]]:
        # A plain cursor would bring the whole result over before the first row is looked at.
        with self.told(), self.raw.cursor(name="each", withhold=True) as cursor:
            cursor.execute(sql.replace("?", "%s"), values or None)
            while part := cursor.fetchmany(size):
                yield part

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        with self.told(), self.raw.transaction():
            yield

    def has(self, table: str) -> bool:
        return self.rows("SELECT to_regclass(?) IS NOT NULL", (table,)) == [(True,)]

    def settle(self) -> None:
        """A commit is durable already."""

    def by_index(self, name: str) -> str:
        return ""

    def joined(self, column: str) -> str:
        return f"string_agg({column}, ', ')"

    def activity(self, question: str, member: str, ignored: str) -> str:
        before, after = (f"json_each({_OBJECT.format(of, member)})" for of in ("v.before", "v.payload"))
        return question.format(
            old="(o.value #>> '{}')",
            new="(n.value #>> '{}')",
            after=f"CROSS JOIN LATERAL {after} n",
            before=f"LEFT JOIN LATERAL {before} o ON true",
            was=f"CROSS JOIN LATERAL {before} o",
            now=f"{after} n",
            differs="(o.value #>> '{}') IS DISTINCT FROM (n.value #>> '{}')",
            wanted=f"NOT ({ignored.format(key='n.key')})",
            unwanted=f"NOT ({ignored.format(key='o.key')})",
        )

    def as_text(self, column: str) -> str:
        return f"{column}::text"

    def size(self) -> int:
        return int(self.rows("SELECT pg_database_size(current_database())")[0][0])
