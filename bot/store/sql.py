"""SQL that both databases take. The one rule: a statement of the hot path is compiled once, never each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import sqlalchemy as sa


class Inserts(Protocol):
    """`insert(table)` of a database, with its `on_conflict_do_nothing` and `on_conflict_do_update`."""

    def __call__(self, table: sa.Table) -> Any: ...


def inserting(connection: sa.Connection) -> Inserts:
    """The insert of the database behind `connection`."""
    return _inserts(connection.dialect.name)


class Statement:
    """One statement for both databases, run on the driver's own connection.

    SQLAlchemy's execution costs ten times what such a statement does (about 150 us against 15), so what every command
    runs is only compiled by it. `build` gets the database's insert. Values go by name: numbers, str, bytes; what is not
    given is what `build` says, or None. Raises the driver's own errors; `Database` knows them.
    """

    def __init__(self, build: Callable[[Inserts], Any]) -> None:
        self._build = build
        self._compiled: dict[str, tuple[str, dict[str, Any]]] = {}

    def run(self, connection: sa.Connection, values: Mapping[str, Any]) -> int:
        """Run it; how many rows it changed."""
        return int(self._cursor(connection, values).rowcount)

    def rows(self, connection: sa.Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it; what it found, or returned."""
        found: list[tuple[Any, ...]] = self._cursor(connection, values).fetchall()
        return found

    def _cursor(self, connection: sa.Connection, values: Mapping[str, Any]) -> Any:
        name = connection.dialect.name
        if name not in self._compiled:
            made = self._build(_inserts(name)).compile(dialect=_dialect(name))
            self._compiled[name] = str(made), dict(made.params)
        text, fixed = self._compiled[name]
        raw: Any = connection.connection.driver_connection
        return raw.execute(text, {**fixed, **values})


def _inserts(name: str) -> Inserts:
    if name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert


def _dialect(name: str) -> sa.Dialect:
    """The dialects whose drivers take a mapping of values."""
    if name == "postgresql":
        from sqlalchemy.dialects.postgresql import psycopg

        return psycopg.dialect()  # type: ignore[no-untyped-call]
    from sqlalchemy.dialects import sqlite

    return sqlite.dialect(paramstyle="named")
