"""Rows of `cutover_requests`: what is followed, and what has to be remembered. The one rule: one transaction each.

A row is there before the request is sent, keyed by the wish, and goes when nothing more will happen.
"""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from bot.store.sql import inserting
from bot.store.tables import cutover_requests as table


class Debt(msgspec.Struct, frozen=True):
    """Something still to be done in Cutover since `at` (Unix): a comment, or (no `html`) finishing the task.

    `word` names it: each is done once a request. `again`: not tried before then (Unix).
    """

    word: str
    at: float
    html: str = ""
    again: float = 0.0


class Followed(msgspec.Struct):
    """One request. Names are kept as they were when it was asked for; moments are Unix seconds.

    `key` names the wish; `mark` stands in the note that CapyDB keeps, so that the request is known again. `status` is
    the last that was told, empty: nothing yet; `turned`: when it became so. `card`: digest of the card that stands,
    `cards`: how many there were. `missed`: readings in a row without it; `silent_since`: since when CapyDB does not
    answer.
    """

    key: str
    mark: str
    team: str
    channel: str
    user: str
    user_name: str
    project: str
    project_name: str
    preview: str
    preview_name: str
    at: float
    ticket: str = ""
    runbook: str = ""
    task: str = ""
    task_name: str = ""
    finish: bool = False
    request: str = ""
    status: str = ""
    turned: float = 0.0
    expires_at: float | None = None
    warned: tuple[str, ...] = ()
    card: str = ""
    cards: int = 0
    missed: int = 0
    silent_since: float | None = None
    debts: tuple[Debt, ...] = ()
    over: bool = False


def read(text: str) -> Followed | None:
    """The row's memory; None for what another version of the bot wrote."""
    try:
        return msgspec.json.decode(text, type=Followed)
    except msgspec.MsgspecError:
        return None


def _text(row: Followed) -> str:
    return msgspec.json.encode(row).decode()


def begin(connection: sa.Connection, row: Followed, due_at: float) -> None:
    """Follow from now on, if it is not followed already."""
    values = {"key": row.key, "due_at": due_at, "request_id": row.request, "data": _text(row)}
    insert = inserting(connection)(table).values(values)
    connection.execute(insert.on_conflict_do_nothing(index_elements=["key"]))


def adopt(connection: sa.Connection, key: str, request_id: str, due_at: float) -> None:
    """The request is known now. Whoever is just at the row loses its lease."""
    found = connection.execute(sa.select(table.c.data).where(table.c.key == key)).scalar()
    row = read(found or "")
    if row is None:
        return
    row.request = request_id
    values = {"request_id": request_id, "data": _text(row), "due_at": due_at, "fence": table.c.fence + 1}
    values |= {"lease_owner": None, "lease_until": None}
    connection.execute(sa.update(table).where(table.c.key == key, table.c.request_id == "").values(values))


def keep(connection: sa.Connection, row: Followed) -> None:
    """Replace what is remembered."""
    values = {"data": _text(row), "request_id": row.request}
    connection.execute(sa.update(table).where(table.c.key == row.key).values(values))


def drop(connection: sa.Connection, key: str) -> None:
    """Follow it no longer."""
    connection.execute(sa.delete(table).where(table.c.key == key))


def all_of(connection: sa.Connection) -> list[Followed]:
    """Everything that is followed."""
    rows = map(read, connection.execute(sa.select(table.c.data)).scalars())
    return [row for row in rows if row is not None]
