"""One wish carried out: written at most once, and without an answer Cutover is asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ground_tools import HastyClock, intent

from bot.actions import Performer
from bot.actions import perform as module
from bot.errors import Refused, UnknownOutcome
from bot.identity import Acting, Hand, Policy
from bot.journal import Journal
from bot.store import Database
from bot.store.tables import intents as table


class Desk:
    """`looks`: what a look at Cutover finds, one after the other; `trouble`: what the write raises."""

    def __init__(self, database: Database, clock: HastyClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.journal, self.database = Journal(database), database
        acting = Acting(None, Policy(frozenset(), clock))  # type: ignore[arg-type]
        self.do = Performer(None, self.journal, clock, acting)  # type: ignore[arg-type]
        self.looks: list[bool | None] = []
        self.trouble: list[Exception] = []
        self.written = 0
        monkeypatch.setitem(module.LOOKS, "task.start", self._look)

    async def _look(self, *_: Any) -> bool | None:
        return self.looks.pop(0)

    async def effect(self) -> str:
        self.written += 1
        if self.trouble:
            raise self.trouble.pop()
        return "written"

    async def again(self) -> str:
        return "read"

    async def perform(self, number: int = 1) -> tuple[str, bool]:
        return await self.do.perform(intent(number), self.effect, self.again, hand=Hand(None))  # type: ignore[arg-type]

    async def states(self) -> list[tuple[str, str | None]]:
        await self.journal.flush()
        rows = await self.database.read(lambda c: c.execute(table.select()).mappings().all())
        return [(row["state"], row["outcome"]) for row in rows]


@pytest.fixture
def desk(database: Database, hasty: HastyClock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(database, hasty, monkeypatch)


async def test_a_wish_is_written_once_and_a_second_press_reads(desk: Desk) -> None:
    assert await desk.perform(1) == ("written", True)
    assert await desk.perform(2) == ("read", False)
    assert desk.written == 1
    assert await desk.states() == [("done", "")]


async def test_presses_at_once_write_once(desk: Desk) -> None:
    results = await asyncio.gather(*(desk.perform(number) for number in range(5)), return_exceptions=True)
    assert desk.written == 1
    assert sum(result == ("written", True) for result in results) == 1
    assert all(isinstance(result, tuple | module.StillOpen) for result in results)


async def test_a_refusal_is_kept_and_the_wish_may_come_again(desk: Desk) -> None:
    desk.trouble.append(Refused("No.", status=422))
    with pytest.raises(Refused):
        await desk.perform(1)
    assert await desk.states() == [("refused", "refused")]
    assert await desk.perform(2) == ("written", True)


async def test_without_an_answer_a_look_that_finds_it_is_a_success(desk: Desk) -> None:
    desk.trouble.append(UnknownOutcome("No answer."))
    desk.looks = [True]
    assert await desk.perform() == ("read", True)
    assert desk.written == 1
    assert await desk.states() == [("done", "")]


async def test_only_a_second_look_says_no(desk: Desk) -> None:
    desk.trouble.append(UnknownOutcome("No answer."))
    desk.looks = [False, True]
    assert await desk.perform() == ("read", True)
    assert desk.looks == []


async def test_what_is_not_there_after_two_looks_was_not_done(desk: Desk) -> None:
    desk.trouble.append(UnknownOutcome("No answer."))
    desk.looks = [False, False]
    with pytest.raises(module.NotDone):
        await desk.perform(1)
    assert await desk.states() == [("refused", "not_done")]
    assert await desk.perform(2) == ("written", True)


async def test_what_cannot_be_told_stays_open_and_is_not_repeated(desk: Desk) -> None:
    desk.trouble.append(UnknownOutcome("No answer."))
    desk.looks = [None]
    with pytest.raises(UnknownOutcome):
        await desk.perform(1)
    with pytest.raises(module.StillOpen):
        await desk.perform(2)
    assert desk.written == 1
    assert [state for state, _ in await desk.states()] == ["unknown"]


async def test_things_are_locked_one_by_one(desk: Desk) -> None:
    locks = desk.do.locks
    async with locks.hold("1", "7"):
        waiting = asyncio.create_task(_enter(locks, "1", "7"))
        await asyncio.wait_for(_enter(locks, "1", "8"), 5)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 5)


async def _enter(locks: Any, *thing: str) -> None:
    async with locks.hold(*thing):
        return
