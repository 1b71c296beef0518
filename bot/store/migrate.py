"""Bring the schema up to date. The one rule: Alembic is imported only when there is something to migrate."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bot.errors import StoreUnavailable
from bot.store.engines import Kind

HEAD: Final = "0007"
_KNOWN: Final = frozenset({"0001", "0002", "0003", "0004", "0005", "0006", HEAD})
_LOCK: Final = 0x6375746F766572
"""Any number that nobody else locks."""


def migrate(connection: sa.Connection, kind: Kind) -> None:
    """Upgrade to `HEAD`. Raises `StoreUnavailable` for a database written by a newer version of the bot."""
    if _is_new_enough(connection):
        return
    raw: Any = connection.connection.driver_connection
    raw.execute(kind.begin)  # all or nothing; and of several replicas that start at once, one does it
    try:
        if kind.shared:
            raw.execute("SET LOCAL lock_timeout = '60s'")
            raw.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if not _is_new_enough(connection):
            _upgrade(connection)
        if kind.in_transaction(raw):
            raw.execute("COMMIT")
    finally:
        if not kind.lost(raw) and kind.in_transaction(raw):
            raw.execute("ROLLBACK")


def _is_new_enough(connection: sa.Connection) -> bool:
    present = version(connection)
    if present is not None and present not in _KNOWN:
        raise StoreUnavailable(
            f"The bot's database is of a newer version ({present}) than this program knows.",
            "Use the newer program, or another BOT_DATABASE_URL.",
        )
    return present == HEAD


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def version(connection: sa.Connection) -> str | None:
    """The revision in the database, None for a new one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(sa.text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])
