"""Rows of `schedules`: what is due for which channel, and what it has to remember. The one rule: one transaction each.

Keys are `<what>:<team>:<channel>`, those of pictures with the digest's letter behind.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa

from bot.store.claims import LeaseLost, renew
from bot.store.due import LEASE, Row
from bot.store.sql import inserting
from bot.store.tables import schedules

NEVER: Final = 4_102_444_800.0
"""Unix seconds of the year 2100: a row that is kept for its memory only."""
What = Literal["digest", "remind", "ready", "picture"]


class DigestMemory(msgspec.Struct, omit_defaults=True):
    """The schedule that `due_at` was reckoned from, and when (Unix) the last digest was posted."""

    digest: str = ""
    timezone: str = ""
    since: float | None = None


class ReminderMemory(msgspec.Struct, omit_defaults=True):
    """Since when each task can start, and the keys of what was said. Both begin anew with each run."""

    run: str = ""
    ready: dict[str, float] = {}
    said: list[str] = []


class CountdownMemory(msgspec.Struct, omit_defaults=True):
    """The runbook and its start (Unix) at the last look, the spans (minutes) wanted then, and those that are over."""

    runbook: str = ""
    start: float = 0.0
    known: list[int] = []
    said: list[int] = []


class PictureMemory(msgspec.Struct, omit_defaults=True):
    """The key of the letter that the picture follows, its runbook, what is painted, until when (Unix), and whether its
    last step was tried."""

    letter: str = ""
    runbook: str = ""
    kind: str = ""
    until: float = 0.0
    begun: bool = False


def row_key(what: What, team_id: str, channel_id: str, more: str = "") -> str:
    """The key of a channel's row."""
    return f"{what}:{team_id}:{channel_id}{':' if more else ''}{more}"


def parts_of(key: str) -> tuple[str, str, str]:
    """(what, team, channel) of a key; what another bot wrote in another form is of no channel."""
    what, _, rest = key.partition(":")
    team, _, place = rest.partition(":")
    return what, team, place.partition(":")[0]


def memory(kind: type[Any], text: str) -> Any:
    """What a row remembers; nothing where it cannot be read (an older or newer bot wrote it)."""
    try:
        return msgspec.json.decode(text or "{}", type=kind)
    except msgspec.MsgspecError:
        return kind()


def put(connection: sa.Connection, key: str, due_at: float, data: msgspec.Struct | None = None) -> None:
    """Make the row due at `due_at`, new or not; with `data` its memory is replaced."""
    text = msgspec.json.encode(data).decode() if data is not None else None
    values = {"key": key, "due_at": due_at, "data": text or "{}"}
    changed = {"due_at": due_at} if text is None else {"due_at": due_at, "data": text}
    insert = inserting(connection)(schedules).values(values)
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=changed))


def remember(connection: sa.Connection, key: str, data: msgspec.Struct, snapshot: bytes | None = None) -> None:
    """Replace the memory of a row, and with `snapshot` what it compares with."""
    values: dict[str, Any] = {"data": msgspec.json.encode(data).decode()}
    if snapshot is not None:
        values["snapshot"] = snapshot
    connection.execute(sa.update(schedules).where(schedules.c.key == key).values(values))


def remember_held(connection: sa.Connection, row: Row, data: msgspec.Struct, now: float) -> None:
    """Replace the memory of a claimed row, which stays claimed. Raises `LeaseLost`."""
    key = str(row["key"])
    if not renew(connection, schedules, key, int(row["fence"]), now, LEASE):
        raise LeaseLost(key)
    remember(connection, key, data)


def drop(connection: sa.Connection, key: str, fence: int | None = None) -> None:
    """Take the row away; with `fence` only while its lease holds."""
    where = schedules.c.key == key
    connection.execute(sa.delete(schedules).where(where if fence is None else where & (schedules.c.fence == fence)))


def read(connection: sa.Connection, key: str) -> sa.RowMapping | None:
    """One row."""
    return connection.execute(sa.select(schedules).where(schedules.c.key == key)).mappings().first()


def all_of(connection: sa.Connection) -> dict[str, tuple[float, str]]:
    """When each row is due, and its memory where that is small (that of reminders is not looked at)."""
    small = sa.or_(schedules.c.key.startswith("digest:"), schedules.c.key.startswith("ready:"))
    data = sa.case((small, schedules.c.data), else_="")
    found = connection.execute(sa.select(schedules.c.key, schedules.c.due_at, data)).all()
    return {str(key): (float(due_at), str(kept)) for key, due_at, kept in found}
