"""Rows of `watches`: the last reading of each linked runbook. The one rule: reading and letters are one transaction.

Whoever lost the lease meanwhile has written nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bot.model.snapshot import RunbookState, Snapshot, StreamState, TaskState
from bot.outbox.letter import Letter
from bot.outbox.queue import put_all
from bot.store.claims import claim, next_due, release, renew
from bot.store.tables import letters as letters_table
from bot.store.tables import letters_open, posts, watches
from bot.watch.news import slot_prefix

LEASE: Final = 12.0
"""Seconds until another replica takes over; renewed while a reading goes on."""
_PIECE: Final = 500
_TASKS: Final = msgspec.msgpack.Decoder(list[TaskState])


@dataclass(frozen=True, slots=True)
class Row:
    """A claimed row without its snapshot, which is big and seldom needed. Times are Unix seconds."""

    runbook_id: str
    fence: int
    read_at: float | None
    swept_at: float | None
    stale_since: float | None
    failures: int


def due_next(connection: sa.Connection) -> float | None:
    """When (Unix) a row can be claimed next; None when there is none."""
    return next_due(connection, watches)


def claim_due(connection: sa.Connection, owner: str, now: float, limit: int) -> list[Row]:
    """Rows that are due and that nobody else works on, oldest first; they are this owner's for `LEASE` seconds."""
    names = Row.__slots__
    found = claim(connection, watches, owner, now, LEASE, limit, without="snapshot")
    return [Row(**{name: row[name] for name in names}) for row in found]


def snapshot_of(connection: sa.Connection, runbook_id: str) -> bytes | None:
    """The last reading, as packed; None before the first."""
    found = connection.execute(sa.select(watches.c.snapshot).where(watches.c.runbook_id == runbook_id)).scalar()
    return bytes(found) if found is not None else None


def keep(connection: sa.Connection, row: Row, due_at: float, told: Sequence[Letter], now: float, **values: Any) -> None:
    """Give the row back with what was learnt, and the letters with it. Raises `LeaseLost`."""
    release(connection, watches, row.runbook_id, row.fence, due_at)
    if values:
        connection.execute(sa.update(watches).where(watches.c.runbook_id == row.runbook_id).values(values))
    put_all(connection, told, now)


def hold(connection: sa.Connection, row: Row, owner: str, now: float) -> bool:
    """Lengthen the lease; False when it is lost."""
    return renew(connection, watches, row.runbook_id, row.fence, now, LEASE)


def hasten(connection: sa.Connection, runbook_ids: Iterable[str], due_at: float) -> None:
    """Make these due by then, if they are not sooner."""
    where = watches.c.runbook_id.in_(list(runbook_ids)) & (watches.c.due_at > due_at)
    connection.execute(sa.update(watches).where(where).values(due_at=due_at))


def standing(connection: sa.Connection, runbook_id: str, channel_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """By channel, the slots of the runbook that have a message, or have one on its way."""
    found: dict[str, set[str]] = {channel_id: set() for channel_id in channel_ids}
    prefix = slot_prefix(runbook_id)
    for table, extra in ((posts, sa.true()), (letters_table, letters_open)):
        query = sa.select(table.c.channel_id, table.c.slot).where(
            table.c.channel_id.in_(list(channel_ids)), table.c.slot.startswith(prefix, autoescape=True), extra
        )
        for channel_id, place in connection.execute(query):
            found[channel_id].add(place)
    return {channel_id: frozenset(slots) for channel_id, slots in found.items()}


class _Kept(msgspec.Struct, array_like=True):
    """A snapshot in pieces: while one is coded no other thread runs, and ten thousand tasks at once take 10 ms."""

    runbook: RunbookState
    streams: dict[str, StreamState]
    read_at: float
    parts: list[bytes]


def pack(snapshot: Snapshot) -> bytes:
    """As kept; ten thousand tasks take some 10 ms, so not on the event loop."""
    tasks = list(snapshot.tasks.values())
    parts = [msgspec.msgpack.encode(tasks[at : at + _PIECE]) for at in range(0, len(tasks), _PIECE)]
    kept = _Kept(snapshot.runbook, snapshot.streams, snapshot.read_at, parts)
    return zlib.compress(msgspec.msgpack.encode(kept), 1)


def unpack(packed: bytes | None) -> Snapshot | None:
    """What was kept; None for nothing, and for what an older or newer bot wrote: it is read anew then."""
    if not packed:
        return None
    tasks: dict[str, TaskState] = {}
    try:
        kept = msgspec.msgpack.decode(zlib.decompress(packed), type=_Kept)
        for part in kept.parts:
            tasks.update((task.id, task) for task in _TASKS.decode(part))
    except (msgspec.MsgspecError, zlib.error):
        return None
    return Snapshot(kept.runbook, kept.streams, tasks, kept.read_at)
