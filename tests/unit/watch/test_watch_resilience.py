"""The watch when its own ground shakes: the database fails, a part of it has a fault, a reading takes long."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from watch_desk import Desk, Nobody
from watch_world import snapshot, stream, task

from bot.errors import StoreUnavailable
from bot.model.changes import TaskBecameLate, TaskEdited, TaskMoved, TaskRemoved
from bot.model.hearing import Hearing, Kind
from bot.store.tables import posts
from bot.watch.coordinator import Watch
from bot.watch.diff import diff
from bot.watch.quiet import is_quiet
from bot.watch.tally import count, kind_of


class Shaky:
    """The database, failing at the writes whose turn is in `fails`."""

    def __init__(self, desk: Desk, *fails: int) -> None:
        self._real, self._fails, self.writes = desk.database, fails, 0

    async def write(self, unit: Any) -> Any:
        self.writes += 1
        if self.writes in self._fails:
            raise StoreUnavailable("The bot cannot use its database.")
        return await self._real.write(unit)

    async def read(self, unit: Any) -> Any:
        return await self._real.read(unit)


def on(desk: Desk, database: Any) -> Watch:
    watch = desk.watch("one")
    watch._database = database
    return watch


async def first(desk: Desk) -> None:
    desk.clock.advance(5)
    await desk.watch("zero").poll_due()


async def test_what_could_not_be_kept_is_told_by_the_next_poll_once(desk: Desk) -> None:
    await first(desk)
    desk.cutover.status = "red"
    watch = on(desk, Shaky(desk, 3))  # hurry, claim, keep
    desk.clock.advance(5)
    await watch.poll_due()
    assert await desk.told() == []
    await desk.free()
    desk.clock.advance(5)
    await watch.poll_due()
    assert await desk.turns() == [("off", "red")]


async def test_a_fault_in_the_bot_gives_the_row_back(desk: Desk) -> None:
    await first(desk)
    desk.cutover.status = "red"
    watch = desk.watch("one")

    class Broken(Nobody):
        async def names(self, *_: Any) -> dict[Any, Any]:
            raise RuntimeError("a fault")

    watch._telling._catalogue = Broken()  # type: ignore[assignment]
    desk.clock.advance(5)
    await watch.poll_due()
    assert (await desk.row())["lease_owner"] is None
    assert await desk.told() == []
    desk.clock.advance(6)
    await desk.watch("two").poll_due()
    assert await desk.turns() == [("off", "red")]


async def test_the_loop_goes_on_after_the_database_failed(desk: Desk) -> None:
    shaky = Shaky(desk, 1, 2)
    task = asyncio.create_task(on(desk, shaky).run())
    while desk.cutover.reads == 0:
        desk.clock.advance(1)
        await asyncio.sleep(0.001)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert shaky.writes > 2


async def test_the_lease_is_held_while_a_reading_takes_long(desk: Desk) -> None:
    desk.cutover.hold.clear()
    desk.clock.advance(5)
    slow = asyncio.create_task(desk.watch("one").poll_due())
    while not desk.cutover.reads or not desk.clock._sleepers:
        await asyncio.sleep(0)
    before = (await desk.row())["lease_until"]
    desk.clock.advance(5)
    while (await desk.row())["lease_until"] <= before:
        await asyncio.sleep(0)
    assert await desk.watch("two").poll_due() == 0
    desk.cutover.hold.set()
    assert await slow == 1


def test_every_change_of_a_task_is_counted_in_one_place() -> None:
    old = snapshot(*(task(str(n), "in_progress") for n in range(7)))
    moved = [task("0", "complete"), task("1", "complete", completion_type="complete_abandoned"), task("2", "default")]
    others = [task("3", "startable"), task("4", "quantum"), task("5", "in_progress", name="New", is_late=True)]
    new = snapshot(*moved, *others, task("9"), task("8", "in_progress"), streams=(stream("s1", status="red"),))
    changes = diff(old, new)
    seen = count(changes)
    words = {"finished", "skipped", "waiting", "startable", "other", "edited", "late", "added", "removed", "started"}
    assert {word for word in words if getattr(seen.tally, word) == 1} == words
    of_tasks = [one for one in changes if isinstance(one, TaskMoved | TaskEdited | TaskRemoved | TaskBecameLate)]
    assert seen.tally.total == len(of_tasks) == sum(tally.total for tally in seen.streams.values())
    assert len(seen.statuses) == 1
    assert [kind_of(change) for change in changes].count("") == 1


@pytest.mark.parametrize("odd", ["soon", "25:00", ""])
def test_quiet_hours_that_cannot_be_read_are_none(odd: str) -> None:
    from datetime import UTC, datetime

    assert not is_quiet(Hearing(quiet_from=odd, quiet_to="06:00"), "UTC", datetime(2026, 11, 20, 3, tzinfo=UTC))


@pytest.mark.parametrize("stands", [True, False])
async def test_a_message_that_stands_is_edited_though_nobody_asked_to_hear_of_it(desk: Desk, stands: bool) -> None:
    await desk.link("C2", (Kind.STREAM_STATUS,))
    await first(desk)
    message = {"channel_id": "C2", "slot": "101/plan/task/0", "message_ts": "1.0", "digest": "", "at": 0.0}
    if stands:
        await desk.database.write(lambda c: c.execute(sa.insert(posts).values(message)))
    desk.cutover.stages["0"] = "complete"
    desk.clock.advance(5)
    await desk.watch("two").poll_due()
    assert len(await desk.told("C2")) == stands
