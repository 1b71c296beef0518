"""One way to claim a due row under a lease. The one rule: a result counts only while its fencing number still stands.

The table has `due_at`, `lease_owner`, `lease_until` and `fence`. Of several replicas one gets a row; when it dies, the
lease ends and another gets it with the next number, and what the first still wanted to write finds its number gone.
Due times go by the caller's clock. Leases on PostgreSQL go by the database's, which all replicas share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from bot.store.sql import Statement


class LeaseLost(Exception):
    """Another replica has this row by now: everything this one was about to keep is undone."""


def claim(
    connection: sa.Connection,
    table: sa.Table,
    owner: str,
    now: float,
    seconds: float,
    limit: int,
    *,
    without: str = "",
) -> list[dict[str, Any]]:
    """Up to `limit` rows that are due and free, longest due first, now leased to `owner` for `seconds`.

    Each as a mapping of all columns but the one `without`, with the new `fence`. Rows that another replica is just
    claiming are left to it.
    """
    known, (key,) = _of(connection, table, without), table.primary_key.columns.keys()
    names = [column.name for column in table.columns if column.name != without]
    found = known.free.rows(connection, {"now": now, "most": limit})
    rows = [dict(zip(names, row, strict=True)) for row in found]
    for row in rows:
        row |= {"lease_owner": owner, "fence": row["fence"] + 1}
        taken = {"key": row[key], "owner": owner, "number": row["fence"], "now": now, "seconds": seconds}
        known.take.run(connection, taken)
    return rows


def renew(connection: sa.Connection, table: sa.Table, key: str, fence: int, now: float, seconds: float) -> bool:
    """Lengthen the lease to `seconds` from now; False when it was lost."""
    held = {"key": key, "number": fence, "now": now, "seconds": seconds}
    return _of(connection, table).renew.run(connection, held) == 1


def release(connection: sa.Connection, table: sa.Table, key: str, fence: int, due_at: float | None) -> None:
    """Give the row back, due at `due_at` (None: not by itself). Raises `LeaseLost`, which undoes the transaction."""
    if _of(connection, table).release.run(connection, {"key": key, "number": fence, "due": due_at}) != 1:
        raise LeaseLost(key)


def next_due(connection: sa.Connection, table: sa.Table) -> float | None:
    """When (Unix seconds) the next row is due and free, by the table alone; None when none is due at all."""
    since = sa.case((table.c.lease_until > table.c.due_at, table.c.lease_until), else_=table.c.due_at)
    found = connection.execute(sa.select(sa.func.min(since)).where(table.c.due_at.is_not(None))).scalar()
    return None if found is None else float(found)


@dataclass(frozen=True, slots=True)
class _Known:
    """The statements of one table."""

    free: Statement
    take: Statement
    renew: Statement
    release: Statement


def _of(connection: sa.Connection, table: sa.Table, without: str = "") -> _Known:
    return _statements(table, without, connection.dialect.name == "postgresql")


@cache
def _statements(table: sa.Table, without: str, shared: bool) -> _Known:
    (key,) = table.primary_key.columns
    now, seconds = sa.bindparam("now", type_=sa.Float), sa.bindparam("seconds", type_=sa.Float)
    clock = sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Float)
    moment: sa.ColumnElement[float] = clock if shared else now
    free = sa.or_(table.c.lease_until.is_(None), table.c.lease_until <= moment)
    columns = [column for column in table.columns if column.name != without]
    query = sa.select(*columns).where(table.c.due_at <= now, free).order_by(table.c.due_at, key)
    query = query.limit(sa.bindparam("most", type_=sa.Integer)).with_for_update(skip_locked=True)
    number = sa.bindparam("number", type_=sa.Integer)
    this = sa.update(table).where(key == sa.bindparam("key"))
    held = this.where(table.c.fence == number, table.c.lease_owner.is_not(None))
    until = moment + seconds
    return _Known(
        free=Statement(lambda _: query),
        take=Statement(lambda _: this.values(lease_owner=sa.bindparam("owner"), lease_until=until, fence=number)),
        renew=Statement(lambda _: held.values(lease_until=until)),
        release=Statement(
            lambda _: held.values(due_at=sa.bindparam("due", type_=sa.Float), lease_owner=None, lease_until=None)
        ),
    )
