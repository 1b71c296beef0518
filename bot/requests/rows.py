"""Rows of `cutover_requests`: what is followed, and what has to be remembered. The one rule: one transaction each.

A row is there before the request is sent, keyed by the wish, and goes when nothing more will happen.
"""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from bot.store.sql import inserting
from bot.store.tables import cutover_requests as table


class Debt(msgspec.Struct, frozen=True):
    """Something still to be done in Cutover since `at` (Unix): a comment, or (no `html`) finishing the task.

    `word` names it: each is done once a request.
    """

    word: str
    at: float
    html: str = ""


class Followed(msgspec.Struct):
    """One request. Names are kept as they were when it was asked for; moments are Unix seconds.

    `key` names the wish; `mark` stands in the note that CapyDB keeps, so that the request is known again. `status` is
    the last that was told, empty: nothing yet. `card`: digest of the card that stands, `cards` how many there were.
    `missed`: readings in a row without it; `silent_since`: since when CapyDB does not answer.
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
    expires_at: float | None = None
    warned: tuple[str, ...] = ()
    card: str = ""
    cards: int = 0
    missed: int = 0
    silent_since: float | None = None
    debts: tuple[Debt, ...] = ()
    over: bool = False


def read(text: str) -> Followed:
    """The row's memory. Raises `msgspec.MsgspecError` for what another version wrote."""
    return msgspec.json.decode(text, type=Followed)


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
    if found is None:
        return
    row = msgspec.structs.replace(read(found), request=request_id)
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
    found: list[Any] = list(connection.execute(sa.select(table.c.data)).scalars())
    return [read(text) for text in found]
