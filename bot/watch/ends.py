"""Rows of `end_moves`: how the end that the bot reckons for a run moved. The one rule: a row for each move that counts,
and the first of a run says since when it is known."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from bot.model.snapshot import RunbookState
from bot.plan import EndMove
from bot.plan.drift import UNKNOWN
from bot.store import Database
from bot.store.sql import inserting
from bot.store.tables import end_moves
from bot.watch.news import run_mark

_KEPT: Final = 90 * 86_400.0
_MOST: Final = 2_000
"""Moves of one run that are looked at, the latest: a run that creeps for a day and a half moves once a minute."""


class Ends:
    """What is known of the ends of runs. All raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, book: RunbookState) -> list[EndMove]:
        """The moves of this run in their order: the first, and the latest."""
        where = (end_moves.c.runbook_id == book.id, end_moves.c.run == run_mark(book))
        columns = (end_moves.c.at, end_moves.c.ends_at, end_moves.c.because, end_moves.c.task_id)
        query = sa.select(*columns).where(*where)
        latest = query.order_by(end_moves.c.at.desc()).limit(_MOST)
        first = query.order_by(end_moves.c.at).limit(1)
        rows, firsts = await self._database.read(lambda c: (c.execute(latest).all(), c.execute(first).all()))
        found = [EndMove(*row) for row in reversed(rows)]
        missed = [EndMove(*row) for row in firsts if not found or row.at < found[0].at]
        # All that moved between is told with the oldest of the latest: nobody is to blame for that.
        return [*missed, found[0]._replace(because=UNKNOWN, task_id=""), *found[1:]] if missed else found

    async def add(self, book: RunbookState, move: EndMove) -> None:
        """Keep one more; those of long ago are forgotten with the first of a run."""
        row = {"runbook_id": book.id, "run": run_mark(book), **move._asdict()}
        old = sa.delete(end_moves).where(end_moves.c.at < move.at - _KEPT)

        def unit(connection: sa.Connection) -> None:
            connection.execute(inserting(connection)(end_moves).values(row).on_conflict_do_nothing())
            if not move.because:
                connection.execute(old)

        await self._database.write(unit)
