"""Rows of `rag_marks`: how the RAG status of watched runbooks and their streams went. The one rule: a status is noted
once, with the moment that Cutover tells, however often and by how many it is seen.

Cutover tells the present status only, unless an instance has the action log.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from bot.model import Rag, Text
from bot.model.progress import moment
from bot.model.snapshot import RunbookState, Snapshot, StreamState
from bot.report import RagMark
from bot.store import Database
from bot.store.sql import inserting
from bot.store.tables import rag_marks

_KEPT: Final = 366 * 86_400.0
_LONGEST: Final = 40
"""Characters of a status: the width of its column."""
Marked = tuple[str, str, str, float]
"""Stream id (empty: the runbook), status, reason, Unix seconds."""


class RagHistory:
    """What was seen. Both raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, old: Snapshot | None, new: Snapshot) -> None:
        """Keep what has another status or reason than in the reading before; of a first one what is set."""
        found = list(_marks(old, new))
        if not found:
            return
        names = ("stream_id", "status", "message", "at")
        rows = [{"runbook_id": new.runbook.id, **dict(zip(names, one, strict=True))} for one in found]
        gone = sa.delete(rag_marks).where(rag_marks.c.at < new.read_at - _KEPT)

        def unit(connection: sa.Connection) -> None:
            connection.execute(inserting(connection)(rag_marks).values(rows).on_conflict_do_nothing())
            connection.execute(gone)

        await self._database.write(unit)

    async def of(self, runbook_id: str, since: datetime) -> list[RagMark]:
        """What was set since then, oldest first; who did it is not known here."""
        columns = (rag_marks.c.stream_id, rag_marks.c.status, rag_marks.c.message, rag_marks.c.at)
        where = (rag_marks.c.runbook_id == runbook_id, rag_marks.c.at >= since.timestamp())
        query = sa.select(*columns).where(*where).order_by(rag_marks.c.at, rag_marks.c.stream_id)
        found = await self._database.read(lambda c: c.execute(query).all())
        return [
            RagMark(datetime.fromtimestamp(at, UTC), str(status), stream_id or None, Text(why) if why else None)
            for stream_id, status, why, at in found
        ]


def _marks(old: Snapshot | None, new: Snapshot) -> Iterator[Marked]:
    before = old.streams if old is not None else {}
    if _is_news(old.runbook if old is not None else None, new.runbook):
        yield _marked("", new.runbook, new.read_at)
    for key, stream in new.streams.items():
        if _is_news(before.get(key), stream):
            yield _marked(key, stream, new.read_at)


def _is_news(old: RunbookState | StreamState | None, new: RunbookState | StreamState) -> bool:
    if old is None:
        return new.status != Rag.OFF
    return (old.status, old.status_message) != (new.status, new.status_message)


def _marked(stream_id: str, state: RunbookState | StreamState, seen_at: float) -> Marked:
    """As PostgreSQL takes it, whatever Cutover says: no NUL in a text, and none longer than its column."""
    at = moment(state.status_updated_at)
    status, why = (text.replace("\0", "") for text in (state.status, state.status_message))
    return stream_id, status[:_LONGEST], why, at.timestamp() if at is not None else seen_at
