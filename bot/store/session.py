"""A connection kept open, and whole transactions on it. The one rule: what may have been committed is not run again.

BEGIN and COMMIT go straight to the driver: SQLAlchemy's own are made anew for each transaction.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from bot.store.engines import Kind

T = TypeVar("T")
_TRIES: Final = 4


class Session:
    """One thread uses it at a time. It connects when first used, and anew when the connection was lost."""

    def __init__(self, engine: sa.Engine, kind: Kind) -> None:
        self._engine = engine
        self._kind = kind
        self._connection: sa.Connection | None = None

    def transact(self, work: Callable[[sa.Connection], T], *, reading: bool = False) -> T:
        """Run `work` and commit (or, `reading`, undo). Raises what `work` or the database raises.

        `work` runs again where PostgreSQL asks for it, or where the connection was lost before the commit was sent.
        """
        for last in (*(False,) * (_TRIES - 1), True):
            connection = self._connection = self._connection or self._engine.connect()
            raw: Any = connection.connection.driver_connection
            sealing = False
            try:
                raw.execute(self._kind.look if reading else self._kind.begin)
                value = work(connection)
                sealing = not reading
                raw.execute("ROLLBACK" if reading else "COMMIT")
            except BaseException as error:
                again = self._undo(raw) or self._kind.again(error)
                if sealing or last or not again:
                    raise
            else:
                return value
        raise AssertionError("the last try returns or raises")

    @property
    def process(self) -> int:
        """The number of PostgreSQL's process behind the connection; 0 without one."""
        raw: Any = self._connection.connection.driver_connection if self._connection is not None else None
        return int(raw.info.backend_pid) if raw is not None and self._kind.shared else 0

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _undo(self, raw: Any) -> bool:
        """Roll back; True where the connection was lost instead, and the next transaction gets another."""
        with contextlib.suppress(self._kind.error):
            if not self._kind.lost(raw) and self._kind.in_transaction(raw):  # a full disk may have ended it already
                raw.execute("ROLLBACK")
        if not self._kind.lost(raw):
            return False
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
        return True
