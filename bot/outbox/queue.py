"""Letters and lanes on disk. The one rule: every change of a lane first proves that its lease still stands.

A lane is the queue of one channel. Whoever puts a letter or works on the lane locks its row first, so that ids stand
in the order of commits. All functions are units of `Database.write`, or parts of one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from bot.outbox.letter import Letter, Stand, Waiting
from bot.store.bell import ring
from bot.store.claims import LeaseLost, claim, release, renew
from bot.store.sql import Inserts, Statement
from bot.store.tables import lanes, letters, letters_open, posts

LEASE: Final = 6.0
"""Seconds until another replica takes a lane over; renewed at a third of it."""
_MOST: Final = 100


@dataclass(slots=True)
class Lane:
    """A claimed lane. `next_at`: not before (Unix); `failures` in a row; `stands`: where the messages of slots are."""

    channel_id: str
    fence: int
    next_at: float
    failures: int
    paused: str | None
    letters: list[Waiting]
    stands: dict[str, Stand] = field(default_factory=dict)
    last_id: int = 0
    lost: bool = False


def _knock(insert: Inserts) -> Any:
    """A lane has something to do from now on, or from when it may again; a paused one keeps its own time."""
    now = sa.bindparam("due_at", type_=sa.Float)
    new = insert(lanes).values(channel_id=sa.bindparam("channel_id"), due_at=now, fence=0, next_at=0.0, failures=0)
    may = sa.case((lanes.c.next_at > now, lanes.c.next_at), else_=now)
    keep = lanes.c.paused.is_not(None) | (lanes.c.due_at <= may)
    due_at = sa.case((keep, lanes.c.due_at), else_=may)
    return new.on_conflict_do_update(index_elements=["channel_id"], set_={"due_at": due_at})


_KNOCK: Final = Statement(_knock)
_PUT: Final = Statement(
    lambda insert: (
        insert(letters)
        .values(
            **{
                name: sa.bindparam(name)
                for name in ("key", "channel_id", "at", "due_at", "body", "slot", "thread_slot")
            },
            pin=sa.bindparam("pin"),
            urgent=sa.bindparam("urgent"),
            state="waiting",
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .inline()
    )
)
_SAME_SLOT = (
    letters_open,
    letters.c.channel_id == sa.bindparam("channel_id"),
    letters.c.slot == sa.bindparam("slot"),
    letters.c.state == "waiting",
    letters.c.key != sa.bindparam("key"),
)
_OLDER: Final = Statement(lambda _: sa.select(letters.c.id, letters.c.place, letters.c.pin).where(*_SAME_SLOT))
_REPLACE: Final = Statement(lambda _: sa.update(letters).where(*_SAME_SLOT).values(state="replaced", body=""))
_TAKE_PLACE: Final = Statement(
    lambda _: (
        sa.update(letters)
        .where(letters.c.key == sa.bindparam("key"))
        .values(place=sa.bindparam("place"), pin=sa.bindparam("pinned"))
    )
)


def put_all(connection: sa.Connection, told: Iterable[Letter], now: float) -> int:
    """Keep letters, in this order; how many were new. Wake the outbox after the commit.

    The same key is one letter, whenever it comes. A letter to a slot takes the place of one that waits for the same
    slot: a message shows what is so now, and its turn does not move back.
    """
    given = list(told)
    if given:
        ring(connection, "letters")
    for channel_id in sorted({letter.channel_id for letter in given}):  # one order for all: nobody locks anybody out
        _KNOCK.run(connection, {"channel_id": channel_id, "due_at": now})
    return sum(_put(connection, letter, now) for letter in given)


def _put(connection: sa.Connection, letter: Letter, now: float) -> bool:
    where = {"key": letter.kept_key, "channel_id": letter.channel_id, "slot": letter.slot}
    more = {"body": letter.body, "thread_slot": letter.thread_slot, "pin": letter.pin, "urgent": letter.urgent}
    if _PUT.run(connection, {**where, **more, "at": now, "due_at": now}) != 1:
        return False
    older = _OLDER.rows(connection, where) if letter.slot else []
    if older:
        place = min(place or number for number, place, _ in older)
        pinned = letter.pin or any(pin for *_, pin in older)
        _REPLACE.run(connection, where)
        _TAKE_PLACE.run(connection, {"key": where["key"], "place": place, "pinned": pinned})
    return True


def claim_lanes(connection: sa.Connection, owner: str, now: float, limit: int) -> list[Lane]:
    """Lanes that are due and free, with their first letters."""
    return [_lane(connection, row) for row in claim(connection, lanes, owner, now, LEASE, limit)]


def _lane(connection: sa.Connection, row: dict[str, Any]) -> Lane:
    names = ("channel_id", "fence", "next_at", "failures", "paused")
    lane = Lane(**{name: row[name] for name in names}, letters=[])
    reload(connection, lane)
    return lane


_HERE = (letters.c.channel_id == sa.bindparam("channel_id"), letters_open)
_READ: Final = Statement(
    lambda _: (
        sa.select(*(letters.c[name] for name in Waiting.__slots__))
        .where(*_HERE)
        .order_by(sa.func.coalesce(letters.c.place, letters.c.id), letters.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )
)
_NEWER: Final = Statement(
    lambda _: (
        sa.select(letters.c.id)
        .where(*_HERE, letters.c.id > sa.bindparam("last", type_=sa.Integer))
        .limit(sa.literal_column("1"))
    )
)


def reload(connection: sa.Connection, lane: Lane) -> None:
    """Read the lane's letters and the messages they are about."""
    rows = _READ.rows(connection, {"channel_id": lane.channel_id, "most": _MOST})
    lane.letters = [Waiting(*row) for row in rows]
    lane.last_id = max((letter.id for letter in lane.letters), default=0)
    slots = {name for letter in lane.letters for name in (letter.slot, letter.thread_slot, *letter.ends)} - {""}
    if slots:
        here = sa.select(posts).where(posts.c.channel_id == lane.channel_id, posts.c.slot.in_(slots))
        lane.stands = {row.slot: Stand(row.message_ts, row.digest) for row in connection.execute(here)}


def still_held(connection: sa.Connection, lane: Lane, now: float) -> bool:
    """Lengthen the lease; False when it is lost."""
    return renew(connection, lanes, lane.channel_id, lane.fence, now, LEASE)


def resume(connection: sa.Connection, channel_id: str, now: float) -> None:
    """The channel takes posts again."""
    paused = sa.update(lanes).where(lanes.c.channel_id == channel_id, lanes.c.paused.is_not(None))
    connection.execute(paused.values(paused=None, failures=0, next_at=now, due_at=now))


def hold(connection: sa.Connection, lane: Lane, now: float) -> None:
    """Lengthen the lease. Raises `LeaseLost`."""
    if not still_held(connection, lane, now):
        raise LeaseLost(lane.channel_id)


def give_back(connection: sa.Connection, lane: Lane, due_at: float | None, now: float) -> None:
    """End the lease. `due_at` None: nothing that was read waits any more. Raises `LeaseLost`, which undoes it all."""
    last = 0 if due_at is None else lane.last_id
    if lane.paused is None and _NEWER.rows(connection, {"channel_id": lane.channel_id, "last": last}):  # not read yet
        due_at = max(now, lane.next_at)
    _KEEP.run(connection, {"which": lane.channel_id, "at": lane.next_at, "many": lane.failures, "why": lane.paused})
    release(connection, lanes, lane.channel_id, lane.fence, due_at)


_KEEP: Final = Statement(
    lambda _: (
        sa.update(lanes)
        .where(lanes.c.channel_id == sa.bindparam("which"))
        .values(next_at=sa.bindparam("at"), failures=sa.bindparam("many"), paused=sa.bindparam("why"))
    )
)
_CHANGE = sa.update(letters).where(letters.c.id == sa.bindparam("which"))
_BEGIN: Final = Statement(
    lambda _: _CHANGE.where(letters.c.state != "replaced").values(state="sending", attempts=letters.c.attempts + 1)
)
_WAIT: Final = Statement(lambda _: _CHANGE.values(state="waiting", error=sa.bindparam("why")))
_DOUBT: Final = Statement(lambda _: _CHANGE.values(error=sa.bindparam("why")))
_END: Final = Statement(
    lambda _: _CHANGE.values(state=sa.bindparam("how"), error=sa.bindparam("why"), message_ts=sa.bindparam("ts"))
)
_REWRITE: Final = Statement(
    lambda _: _CHANGE.values(state="waiting", error=sa.bindparam("why"), body=sa.bindparam("to"))
)


def _stand(insert: Inserts) -> Any:
    new = insert(posts).values(
        {name: sa.bindparam(name) for name in ("channel_id", "slot", "message_ts", "digest", "at")}
    )
    changed = {name: new.excluded[name] for name in ("message_ts", "digest", "at")}
    return new.on_conflict_do_update(index_elements=["channel_id", "slot"], set_=changed)


_STAND: Final = Statement(_stand)
_FORGET: Final = Statement(
    lambda _: sa.delete(posts).where(posts.c.channel_id == sa.bindparam("c"), posts.c.slot == sa.bindparam("s"))
)


def begin(connection: sa.Connection, letter: Waiting) -> bool:
    """From here on the outcome of the letter is not known until it is written. False: a newer one took its place."""
    return _BEGIN.run(connection, {"which": letter.id}) == 1


def wait(connection: sa.Connection, letter: Waiting, why: str) -> None:
    """It was certainly not posted; `why` in Slack's word."""
    _WAIT.run(connection, {"which": letter.id, "why": why})


def doubt(connection: sa.Connection, letter: Waiting, why: str) -> None:
    """It may have been posted."""
    _DOUBT.run(connection, {"which": letter.id, "why": why})


def end(connection: sa.Connection, letter: Waiting, how: str, ts: str | None, why: str | None = None) -> None:
    """`how`: sent or failed."""
    _END.run(connection, {"which": letter.id, "how": how, "ts": ts, "why": why})


def rewrite(connection: sa.Connection, letter: Waiting, body: str, why: str) -> None:
    """Send it in another form."""
    _REWRITE.run(connection, {"which": letter.id, "to": body, "why": why})


def stand(connection: sa.Connection, channel_id: str, slot: str, found: Stand, now: float) -> None:
    """The message of `slot` is there."""
    row = {"channel_id": channel_id, "slot": slot, "message_ts": found.ts, "digest": found.digest, "at": now}
    _STAND.run(connection, row)


def forget(connection: sa.Connection, channel_id: str, slot: str) -> None:
    """The message of `slot` is gone."""
    _FORGET.run(connection, {"c": channel_id, "s": slot})
