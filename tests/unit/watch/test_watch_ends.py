"""The moves of an end as they are kept: each once, the first and the latest, and not for ever."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from watch_desk import Desk

from bot.clock import ManualClock
from bot.plan import EndMove, moved
from bot.store.tables import end_moves
from bot.watch.ends import Ends
from bot.watch.news import run_mark


async def test_moves_of_long_ago_are_forgotten(desk: Desk) -> None:
    ends, clock = Ends(desk.database), ManualClock()
    book = (await _book(desk)).runbook
    await ends.add(book, EndMove(clock.unix(), 1.0))
    await ends.add(book, EndMove(clock.unix() + 91 * 86_400, 2.0))
    assert [move.ends_at for move in await ends.of(book)] == [2.0]
    await ends.add(book, EndMove(clock.unix() + 91 * 86_400, 3.0))  # the same moment twice is one
    assert len(await ends.of(book)) == 1


@pytest.mark.parametrize("more", [0, 1, 500])
async def test_of_a_very_long_run_the_first_move_is_still_known(desk: Desk, more: int) -> None:
    ends, count = Ends(desk.database), 2_000 + more
    desk.cutover.start = desk.clock.now()
    book = (await _book(desk)).runbook
    began = desk.cutover.start.timestamp()
    rows = [
        {"runbook_id": book.id, "run": run_mark(book), "at": began + 60 * n, "ends_at": began + 61 * n,
         "because": "task" if n else "", "task_id": str(n % 3) if n else ""}
        for n in range(count)
    ]  # fmt: skip
    await desk.database.write(lambda c: c.execute(sa.insert(end_moves), rows) and None)
    found = await ends.of(book)
    assert (found[0], found[-1].at) == (EndMove(began, began), rows[-1]["at"])
    assert len(found) == 2_000 + bool(more)
    told = moved(found, began)
    assert told is not None
    assert (told.whole, told.seconds) == (False, 61.0 * (count - 1))
    assert told.most <= 61.0 * 667, "what moved in the part that is not read is nobody's"


async def _book(desk: Desk) -> Any:
    watch = desk.watch("one")
    desk.clock.advance(5)
    await watch.poll_due()
    kept = watch._kept["101"][1]
    assert kept is not None
    return kept
