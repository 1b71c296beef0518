"""One process a SQLite file. The one rule: who comes second is told so before it has touched anything.

The lock is the operating system's, on a file beside the database, so it ends with the process however that ends.
Several replicas need PostgreSQL, where nothing is locked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import structlog

from bot.errors import StoreUnavailable
from bot.store.engines import file_of

_log = structlog.get_logger(__name__)


@contextlib.contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold the database of `url` for this process. Raises `StoreUnavailable` when another one has it."""
    path = file_of(url)
    if path is None:
        yield
        return
    lock = path.with_name(f"{path.name}.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("a")
    except OSError as error:
        raise StoreUnavailable(f"The bot cannot write beside its database ({type(error).__name__}).") from error
    with file:
        _take(file, path)
        yield


def _take(file: IO[str], path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has no such locks
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StoreUnavailable(
            f"Another bot is running with the database {path.name}.",
            "End that one, or give each its own BOT_DATABASE_URL; several bots together need PostgreSQL.",
        ) from error
    except OSError as error:  # some network drives cannot lock; SQLite itself is ill there too
        _log.warning("database_not_locked", error=type(error).__name__)
