"""How a reading is kept: in pieces, and left aside where only the row is wanted."""

from __future__ import annotations

import zlib

import msgspec
import sqlalchemy as sa
from store_fixtures import database, opening, url

from bot.model.snapshot import RunbookState, Snapshot, StreamState, TaskState
from bot.store import Database
from bot.store.tables import watches
from bot.watch import rows

__all__ = ["database", "opening", "url"]


def reading(count: int) -> Snapshot:
    tasks = [TaskState(str(n), f"Task {n}", "startable", "1", assignees=(f"user:{n}",), number=n) for n in range(count)]
    return Snapshot(RunbookState("101", "Fail-over"), {"1": StreamState("1", "Net")}, {t.id: t for t in tasks}, 1.5)


def test_what_is_kept_comes_back_whole_and_in_order() -> None:
    for count in (0, 1, 500, 1_201):
        back = rows.unpack(rows.pack(reading(count)))
        assert back == reading(count)
        assert list(back.tasks) == [str(number) for number in range(count)]


def test_what_another_version_kept_is_read_anew() -> None:
    packed = rows.pack(reading(3))
    older = zlib.compress(msgspec.msgpack.encode(reading(3)))
    assert [rows.unpack(one) for one in (None, b"", older, packed[:-9], b"x" + packed)] == [None] * 5


async def test_a_claim_leaves_the_reading_where_it_is(database: Database) -> None:
    packed = rows.pack(reading(3))
    row = {"runbook_id": "101", "due_at": 0.0, "snapshot": packed}
    await database.write(lambda c: c.execute(sa.insert(watches).values(row)))
    (found,) = await database.write(lambda c: rows.claim_due(c, "one", 1.0, 5))
    assert (found.runbook_id, found.fence) == ("101", 1)
    assert await database.read(lambda c: rows.snapshot_of(c, "101")) == packed
    assert await database.read(lambda c: rows.snapshot_of(c, "none")) is None
