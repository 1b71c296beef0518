"""After half an hour without Slack. The one rule: what is so now comes first, and what was is counted, not retold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.blocks.notices import left_out
from bot.outbox import queue
from bot.outbox.letter import Letter
from bot.outbox.queue import Lane
from bot.store.tables import letters, letters_open, posts

_LONG: Final = 1800.0
_FRESH: Final = 300.0
"""Seconds: what is younger is still news."""
_FEW: Final = 3
_MARK: Final = "summary"


def is_stale(lane: Lane, now: float) -> bool:
    """Whether the lane's letters had to wait for half an hour."""
    return any(letter.at <= now - _LONG for letter in lane.letters)


def sum_up(connection: sa.Connection, lane: Lane, now: datetime) -> None:
    """Turn the waiting posts of the lane into one line that counts them, and read the lane again.

    Edits stay, and so do pinned posts, the freshest news, what may stand there already, and a handful of posts.
    """
    unix = now.timestamp()
    standing = sa.select(posts.c.slot).where(posts.c.channel_id == lane.channel_id)
    old: list[Any] = [
        letters_open,
        letters.c.channel_id == lane.channel_id,
        letters.c.state == "waiting",
        letters.c.at <= unix - _FRESH,
    ]
    old += [letters.c.slot.not_in(standing), letters.c.pin.is_(False)]
    query = sa.select(letters.c.id, letters.c.key, letters.c.at, letters.c.place).where(*old)
    found = connection.execute(query).all()
    if len(found) <= _FEW or min(row.at for row in found) > unix - _LONG:
        return
    count = sum(_counted(row.key) for row in found)
    since, until = (datetime.fromtimestamp(edge(row.at for row in found), UTC) for edge in (min, max))
    first, last = min(row.id for row in found), max(row.id for row in found)
    key = f"{_MARK}:{count}:{lane.channel_id}:{first}-{last}"
    connection.execute(sa.update(letters).where(*old).values(state="summed", body="", error=key))
    queue.put_all(connection, [Letter(key, lane.channel_id, left_out(count, since, until, now))], since.timestamp())
    place = min(row.place or row.id for row in found)
    connection.execute(sa.update(letters).where(letters.c.key == key).values(place=place))
    queue.reload(connection, lane)


def _counted(key: str) -> int:
    """How many posts a letter stands for: a summary that could not be sent either counts what it sums up."""
    mark, _, rest = key.partition(":")
    return int(rest.partition(":")[0]) if mark == _MARK else 1
