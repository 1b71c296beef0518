"""The two databases and how they differ. The one rule: nobody else asks which of them is there.

SQLite is a file of one process (WAL, full sync); PostgreSQL is shared by replicas, spoken to by psycopg.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

_AGAIN: Final = frozenset({"40001", "40P01"})
"""serialization_failure and deadlock_detected: PostgreSQL asks for the same transaction once more."""
_SETTINGS: Final = "SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '10s'"
"""A replica that hangs inside a transaction must not hold up the others. Said after connecting, because connection
poolers refuse such options at the start."""
_NETWORK: Final = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5}


@dataclass(frozen=True, slots=True)
class Kind:
    """`begin` starts a writing transaction, `look` a reading one that sees one moment; `error` is the driver's own."""

    name: str
    begin: str
    look: str
    error: type[Exception]

    @property
    def shared(self) -> bool:
        """Whether several replicas may use it."""
        return self.name == "postgresql"

    def in_transaction(self, raw: Any) -> bool:
        """Whether the driver's connection has a transaction open, failed or not."""
        return bool(raw.info.transaction_status) if self.shared else bool(raw.in_transaction)

    def lost(self, raw: Any) -> bool:
        """Whether the driver's connection is of no use any more."""
        return self.shared and bool(raw.closed)

    def again(self, error: BaseException) -> bool:
        """Whether the database asks to run the whole transaction again."""
        return self.shared and getattr(getattr(error, "orig", error), "sqlstate", None) in _AGAIN


async def notified(engine: sa.Engine, channel: str) -> AsyncGenerator[tuple[str, int], None]:
    """What is notified on a channel of PostgreSQL, and by which of its processes; first ("", 0), once it listens.

    Raises `psycopg.Error` when the connection is lost."""
    import psycopg

    _, given = engine.dialect.create_connect_args(engine.url)
    async with await psycopg.AsyncConnection.connect(**{**_NETWORK, **given}, autocommit=True) as connection:
        await connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
        yield "", 0
        async for one in connection.notifies():
            yield one.payload, one.pid


def is_memory(url: str) -> bool:
    """A SQLite database without a file."""
    made = make_url(url)
    return made.drivername.startswith("sqlite") and made.database in (None, "", ":memory:")


def file_of(url: str) -> Path | None:
    """Where a SQLite database is; None for one in memory, and for PostgreSQL."""
    made = make_url(url)
    return Path(made.database or "") if made.drivername.startswith("sqlite") and not is_memory(url) else None


def connect_to(url: str) -> tuple[sa.Engine, Kind]:
    """An engine for `url`, whatever driver it names. It connects when it is first used."""
    made = make_url(url)
    if made.drivername.partition("+")[0] in ("postgresql", "postgres"):
        return _postgresql(made)
    return _sqlite(made.database or ":memory:")


def _sqlite(location: str) -> tuple[sa.Engine, Kind]:
    engine = sa.create_engine(
        f"sqlite:///{location}",
        connect_args={"check_same_thread": False, "timeout": 5.0, "isolation_level": None},
        isolation_level="AUTOCOMMIT",  # we say BEGIN IMMEDIATE and COMMIT ourselves: the driver's own rules differ
        poolclass=sa.pool.StaticPool if location == ":memory:" else sa.pool.QueuePool,
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine, Kind("sqlite", "BEGIN IMMEDIATE", "BEGIN", sqlite3.Error)


def _postgresql(url: URL) -> tuple[sa.Engine, Kind]:
    given = dict(url.query)
    if "ssl" in given:  # asyncpg's word for it
        given.setdefault("sslmode", given.pop("ssl"))
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg", query=given),
        connect_args={name: value for name, value in _NETWORK.items() if name not in given},
        isolation_level="AUTOCOMMIT",
        pool_size=3,
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        before, connection.autocommit = connection.autocommit, True
        connection.execute(_SETTINGS)
        connection.autocommit = before

    import psycopg

    return engine, Kind("postgresql", "BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ", psycopg.Error)
