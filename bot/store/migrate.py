"""Bring the schema up to date. The one rule: Alembic is imported only when there is something to migrate."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bot.errors import StoreUnavailable

HEAD: Final = "0001"
_KNOWN: Final = frozenset({"0001"})


def migrate(connection: sa.Connection) -> None:
    """Upgrade to `HEAD`. Raises `StoreUnavailable` for a database written by a newer version of the bot."""
    present = version(connection)
    if present == HEAD:
        return
    if present is not None and present not in _KNOWN:
        raise StoreUnavailable(
            f"The bot's database is of a newer version ({present}) than this program knows.",
            "Use the newer program, or another BOT_DATABASE_URL.",
        )
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
