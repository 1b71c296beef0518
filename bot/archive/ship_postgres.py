"""A table in PostgreSQL as target, filled by COPY. The one rule: rows and mark are one transaction.

The mark is the newest `seq` in the table; a lock on the table keeps two ships apart. `payload` is `json`, which keeps
the text as sent (`jsonb` would not).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bot.archive.errors import ArchiveError
from bot.archive.ship import Line

TABLE: Final = "cutover_change"
_MAKE: Final = f"""CREATE TABLE IF NOT EXISTS {TABLE} (seq bigint PRIMARY KEY, run_id bigint NOT NULL,
observed_at timestamptz NOT NULL, source_updated_at text, kind text NOT NULL, id text NOT NULL, parent text NOT NULL,
op text NOT NULL, reason text, hash text, payload json)"""


class Postgres:
    """One connection."""

    def __init__(self, url: str) -> None:
        try:
            known = conninfo_to_dict(url)
        except psycopg.ProgrammingError:  # its words repeat the address, password and all
            raise ArchiveError("The address of the PostgreSQL target cannot be read.", "Check it.") from None
        with _told():
            self.name = f"postgresql:{known.get('host') or ''}/{known.get('dbname') or ''}"
            self._connection = psycopg.connect(url, connect_timeout=10)
            self._connection.execute(
                "SELECT pg_advisory_xact_lock(hashtext(%s))", (TABLE,)
            )  # CREATE IF NOT EXISTS races
            self._connection.execute(_MAKE)
            self._connection.commit()

    def last(self) -> int:
        with _told():
            found = self._connection.execute(f"SELECT coalesce(max(seq), 0) FROM {TABLE}").fetchone()  # noqa: S608
            self._connection.commit()
        assert found is not None
        return int(found[0])

    def take(self, batches: Iterator[list[Line]]) -> None:
        with _told(), self._connection.transaction():
            self._connection.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")
            cursor = self._connection.cursor()
            newest = cursor.execute(f"SELECT coalesce(max(seq), 0) FROM {TABLE}").fetchone()  # noqa: S608
            assert newest is not None
            with cursor.copy(f"COPY {TABLE} ({', '.join(Line._fields)}) FROM STDIN") as copy:
                for batch in batches:
                    for line in batch:
                        if line.seq > newest[0]:  # another ship was faster
                            copy.write_row(line)

    def close(self) -> None:
        self._connection.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as problem:
        said = str(problem).strip().splitlines()[0][:200] if str(problem).strip() else type(problem).__name__
        raise ArchiveError(
            f"The PostgreSQL target cannot be used: {said}", "Nothing was added; call it again once it is there."
        ) from None
