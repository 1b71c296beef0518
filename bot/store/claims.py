"""One way to claim a due row under a lease. The one rule: a result counts only while its fencing number still stands.

The table has `due_at`, `lease_owner`, `lease_until` and `fence`. Of several replicas one gets a row; when it dies, the
lease ends and another gets it with the next number, and what the first still wanted to write finds its number gone.
Due times go by the caller's clock. Leases on PostgreSQL go by the database's, which all replicas share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa


def claim(
    connection: sa.Connection, table: sa.Table, owner: str, now: float, seconds: float, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` rows that are due and free, longest due first, now leased to `owner` for `seconds`.

    Each as a mapping of all columns, with the new `fence`. Rows that another replica is just claiming are left to it.
    """
    key, moment = _key(table), _moment(connection, now)
    free = sa.or_(table.c.lease_until.is_(None), table.c.lease_until <= moment)
    query = sa.select(table).where(table.c.due_at <= now, free).order_by(table.c.due_at, key).limit(limit)
    found = connection.execute(query.with_for_update(skip_locked=True)).mappings().all()
    if not found:
        return []
    until = moment + seconds
    taken = sa.update(table).where(key.in_([row[key.name] for row in found]))
    connection.execute(taken.values(lease_owner=owner, lease_until=until, fence=table.c.fence + 1))
    return [{**row, "lease_owner": owner, "fence": row["fence"] + 1} for row in found]


def renew(connection: sa.Connection, table: sa.Table, key: str, fence: int, now: float, seconds: float) -> bool:
    """Lengthen the lease to `seconds` from now; False when it was lost."""
    until = _moment(connection, now) + seconds
    return connection.execute(_held(table, key, fence).values(lease_until=until)).rowcount == 1


def release(connection: sa.Connection, table: sa.Table, key: str, fence: int, due_at: float | None) -> bool:
    """Give the row back, due again at `due_at`; False when the lease was lost: then the caller rolls back."""
    values = {"due_at": due_at, "lease_owner": None, "lease_until": None}
    return connection.execute(_held(table, key, fence).values(values)).rowcount == 1


def next_due(connection: sa.Connection, table: sa.Table) -> float | None:
    """When (Unix seconds) the next row is due and free, by the table alone; None when none is due at all."""
    since = sa.case((table.c.lease_until > table.c.due_at, table.c.lease_until), else_=table.c.due_at)
    found = connection.execute(sa.select(sa.func.min(since)).where(table.c.due_at.is_not(None))).scalar()
    return None if found is None else float(found)


def _held(table: sa.Table, key: str, fence: int) -> sa.Update:
    held: Sequence[Any] = (_key(table) == key, table.c.fence == fence, table.c.lease_owner.is_not(None))
    return sa.update(table).where(*held)


def _key(table: sa.Table) -> sa.Column[Any]:
    (only,) = table.primary_key.columns
    return only


def _moment(connection: sa.Connection, now: float) -> sa.ColumnElement[float]:
    if connection.dialect.name == "postgresql":
        return sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Float)
    return sa.literal(now, sa.Float)
