"""The newest reading of a runbook, as the watch keeps it. The one rule: it only looks; `fresh` alone asks Cutover."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.errors import CutoverError
from bot.model.snapshot import Snapshot
from bot.store import Database
from bot.store.tables import intents, watches
from bot.watch.reader import Reader
from bot.watch.rows import unpack

_FRESH: Final = 90.0
_READING: Final = 5.0
_LOOKED_BACK: Final = 900.0
"""Seconds: how long a reading may take, and how long ago an action may have begun that still matters."""
_BIG: Final = 1_000
"""Tasks; reading so many takes ten requests."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`read_at`: when Cutover last told that it is so. `stale_since`: it has not answered since; both aware UTC."""

    snapshot: Snapshot
    read_at: datetime
    stale_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Packed:
    """A reading as it is kept. `mark` is another one whenever the content is."""

    runbook_id: str
    content: bytes
    read_at: float | None
    stale_since: float | None

    @property
    def mark(self) -> int:
        return zlib.crc32(self.content)

    def opened(self) -> Reading | None:
        """The reading; opening ten thousand tasks takes some 30 ms, so not on the event loop."""
        snapshot = unpack(self.content)
        if snapshot is None:
            return None
        stale = _at(self.stale_since) if self.stale_since else None
        return Reading(snapshot, _at(self.read_at or snapshot.read_at), stale)


class Readings:
    """Looks at `watches`."""

    def __init__(self, database: Database, client: CutoverClient, clock: Clock) -> None:
        self._database = database
        self._client = client
        self._clock = clock

    async def of(self, runbook_id: str) -> Reading | None:
        """What is kept of the runbook; None before its first reading."""
        found = await self.packed([runbook_id])
        return await asyncio.to_thread(found[0].opened) if found else None

    async def recent(self, runbook_id: str, seconds: float) -> Reading | None:
        """What is kept of a big run, where Cutover told it within `seconds` and nothing was done by the bot since."""
        since = self._clock.unix() - seconds
        if not await self._database.read(lambda c: _is_recent(c, runbook_id, since)):
            return None
        found = await self.of(runbook_id)
        return found if found is not None and len(found.snapshot.tasks) > _BIG else None

    async def packed(self, runbook_ids: Iterable[str]) -> list[Packed]:
        """What is kept of these, unopened."""
        columns = (watches.c.runbook_id, watches.c.snapshot, watches.c.read_at, watches.c.stale_since)
        wanted = watches.c.runbook_id.in_(sorted(set(runbook_ids))) & watches.c.snapshot.is_not(None)
        rows = await self._database.read(lambda c: c.execute(sa.select(*columns).where(wanted)).all())
        return [Packed(str(key), bytes(content), read_at, stale) for key, content, read_at, stale in rows]

    async def fresh(self, runbook_id: str) -> Reading:
        """Read from Cutover itself, unless the runbook is big and what is kept is at most a minute and a half old.

        While Cutover is down what is kept has to do, marked stale. Raises `CutoverError` where nothing is kept either.
        """
        kept = await self.of(runbook_id)
        now = self._clock.now()
        big = kept is not None and len(kept.snapshot.tasks) > _BIG and kept.stale_since is None
        if kept is not None and big and (now - kept.read_at).total_seconds() < _FRESH:
            return kept
        try:
            snapshot, _ = await Reader(self._client, self._clock).read(runbook_id, None, sweep=True)
        except CutoverError:
            if kept is None:
                raise
            return Reading(kept.snapshot, kept.read_at, kept.stale_since or kept.read_at)
        return Reading(snapshot, now)


def _is_recent(connection: sa.Connection, runbook_id: str, since: float) -> bool:
    """An action that was not settled well before the reading may be missing in it."""
    read_at = sa.select(watches.c.read_at).where(
        watches.c.runbook_id == runbook_id, watches.c.read_at >= since, watches.c.stale_since.is_(None)
    )
    at = connection.execute(read_at).scalar()
    if at is None:
        return False
    late = intents.c.settled_at.is_(None) | (intents.c.settled_at >= at - _READING)
    done = sa.select(sa.literal(1)).where(intents.c.runbook_id == runbook_id, intents.c.at >= at - _LOOKED_BACK, late)
    return connection.execute(done.limit(1)).first() is None


def _at(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)
