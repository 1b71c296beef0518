"""A look at the database before a start. The one rule: it changes nothing and creates no file."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa

from bot.errors import StoreUnavailable
from bot.store.engines import connect_to, is_memory
from bot.store.migrate import version


def check(url: str) -> str:
    """What a start would find, in words. Blocks. Raises `StoreUnavailable` with the reason."""
    engine, _ = connect_to(url)
    try:
        if engine.dialect.name == "sqlite" and not is_memory(url):
            path = Path(engine.url.database or "")
            _check_folder(path)
            if not path.exists():
                return "will be made at the first start"
        with engine.connect() as connection:
            known = version(connection)
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                connection.exec_driver_sql("ROLLBACK")
    except (sa.exc.DBAPIError, OSError) as error:
        cause = type(getattr(error, "orig", error)).__name__
        raise StoreUnavailable(f"The bot cannot use this database ({cause}).", "Change BOT_DATABASE_URL.") from error
    finally:
        engine.dispose()
    return f"can be used (version {known})" if known else "can be used; the tables will be made at the first start"


def _check_folder(path: Path) -> None:
    folder = next(one for one in path.absolute().parents if one.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise StoreUnavailable(
            f"The bot cannot write in {folder}.", "Give it the right to, or change BOT_DATABASE_URL."
        )
