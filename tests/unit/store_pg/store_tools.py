"""Small units of work that the tests of the store share."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.store.tables import links


def add(channel: str, **given: Any) -> Any:
    """A unit that links a channel."""
    fixed = {"team_id": "T1", "channel_id": channel, "runbook_id": "1", "runbook_name": "Fail-over"}
    row = {**fixed, "linked_by": "U1", "linked_at": 1.0, "message_ts": "1.1", **given}
    return lambda connection: connection.execute(sa.insert(links).values(row))


def channels(connection: sa.Connection) -> list[str]:
    """The linked channels."""
    return sorted(connection.execute(sa.select(links.c.channel_id)).scalars())
