"""What Slack delivered, on disk before it is acknowledged. The one rule: a delivery is taken on once.

Slack repeats deliveries (Socket Mode, events, proxies); a row that is already there means: acknowledge again, do
nothing. A row without `done_at` after a crash is work that was promised and is taken up again.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bot.clock import Clock
from bot.store import Database
from bot.store.sql import Statement
from bot.store.tables import inbox

KEEP_SECONDS = 24 * 3600.0
"""Redeliveries come within minutes (the last event retry after five); a day is kept for looking back."""

_INSERT = Statement(lambda insert: insert(inbox).on_conflict_do_nothing(index_elements=["key"]))
_DONE = Statement(
    lambda _: sa.update(inbox).where(inbox.c.key == sa.bindparam("which")).values(done_at=sa.bindparam("now"), body=b"")
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery as it was kept: `kind` is how it came (command, interactive, event), `body` the JSON bytes."""

    key: str
    kind: str
    received_at: float
    body: bytes
    attempts: int


class Inbox:
    """The durable inbox; see the module. Raises `StoreUnavailable` when it cannot write."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep(self, key: str, kind: str, body: bytes) -> bool:
        """True when this delivery is new and now on disk; False when it was taken on before."""
        row = {"key": key, "kind": kind, "received_at": self._clock.unix(), "body": body, "attempts": 0}
        return await self._database.write(lambda c: _INSERT.run(c, row) == 1, quick=True)

    def done(self, key: str) -> None:
        """Mark as worked off, with the next transaction. Losing the mark costs a harmless second look."""
        mark = {"which": key, "now": self._clock.unix()}
        self._database.write_soon(lambda c: _DONE.run(c, mark))

    async def release(self, key: str) -> None:
        """Forget a delivery that could not be handed on, so that Slack's repeat is taken for the first."""
        mine = (inbox.c.key == key) & inbox.c.done_at.is_(None)
        await self._database.write(lambda c: c.execute(sa.delete(inbox).where(mine)))

    async def left_over(self) -> list[Kept]:
        """What was acknowledged and not finished, oldest first; each look counts as an attempt."""
        query = sa.select(inbox).where(inbox.c.done_at.is_(None)).order_by(inbox.c.received_at)

        def unit(connection: sa.Connection) -> list[Kept]:
            rows = connection.execute(query).mappings().all()
            connection.execute(sa.update(inbox).where(inbox.c.done_at.is_(None)).values(attempts=inbox.c.attempts + 1))
            names = ("key", "kind", "received_at", "body", "attempts")
            return [Kept(**{name: row[name] for name in names}) for row in rows]

        return await self._database.write(unit)

    async def prune(self) -> None:
        """Forget finished deliveries older than a day."""
        before = self._clock.unix() - KEEP_SECONDS
        await self._database.write(lambda c: c.execute(sa.delete(inbox).where(inbox.c.done_at < before)))
