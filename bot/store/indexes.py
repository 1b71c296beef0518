"""Indexes over some rows only; `metadata` is whole once this is imported.

Apart from `tables`, because SQLAlchemy loads all of PostgreSQL's dialect for their conditions: a thirtieth of the bot's
start, and 3 MB, that only who makes or compares a schema needs.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.store.tables import inbox, intents, letters, metadata

__all__ = ["metadata"]


def _index(name: str, *columns: Any, where: Any) -> None:
    sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


_index("inbox_open", inbox.c.received_at, where=inbox.c.done_at.is_(None))
_index("intents_unaudited", intents.c.at, where=intents.c.audited != intents.c.state)
_index("intents_open", intents.c.at, where=intents.c.state.in_(["open", "unknown"]))
_index("letters_waiting", letters.c.due_at, where=letters.c.state.in_(["waiting", "sending"]))
_index("letters_lane", letters.c.channel_id, letters.c.id, where=letters.c.state.in_(["waiting", "sending"]))
