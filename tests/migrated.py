"""A new SQLite database that is migrated already: migrating costs as much as all else of a small test together."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from bot.store.engines import connect_to
from bot.store.migrate import migrate


def sqlite(path: Path) -> str:
    """The URL of the database at `path`, which is made where there is none."""
    if not path.exists():
        path.write_bytes(_template())
    return f"sqlite:///{path}"


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bot.db"
        engine, kind = connect_to(f"sqlite:///{path}")
        with engine.connect() as connection:
            migrate(connection, kind)
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return path.read_bytes()
