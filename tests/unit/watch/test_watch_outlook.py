"""What decides the end of a watched run and how it moved: kept over restarts, honest about what was not seen."""

from __future__ import annotations

import asyncio
import itertools
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from watch_desk import Desk

from bot.errors import Unavailable
from bot.model.hearing import Kind
from bot.plan import EndMove
from bot.watch import outlook
from bot.watch.coordinator import Watch
from bot.watch.ends import Ends
from bot.watch.outlook import Outlook

ROLL, SWITCH, CHECK = "0", "1", "2"


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Run:
    """Roll (running, 10 min), then switch (20 min), then check (5 min)."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.began = desk, desk.clock.now()
        desk.cutover.start = self.began
        desk.cutover.waits = {ROLL: [], SWITCH: [ROLL], CHECK: [SWITCH]}
        desk.cutover.more = {ROLL: {"duration": 600}, SWITCH: {"duration": 1200}, CHECK: {"duration": 300}}
        self.go(ROLL, "in_progress", start_actual=self.began)
        self.watch = desk.watch("one")

    def go(self, key: str, stage: str, **more: Any) -> None:
        self.desk.cutover.stages[key] = stage
        at = self.desk.clock.now()
        told = {name: iso(value) if isinstance(value, datetime) else value for name, value in more.items()}
        self.desk.cutover.more[key] |= {"updated_at": iso(at), **told}

    async def look(self, seconds: float = 5.0, watch: Watch | None = None) -> Outlook:
        """Time goes on; a poll, and where it began to read the graph, one after that."""
        watch = watch or self.watch
        self.desk.clock.advance(seconds)
        await watch.poll_due()
        await watch._telling.outlooks.settle()
        self.desk.clock.advance(5.0)
        await watch.poll_due()
        return watch._telling.outlooks.of("101")

    async def moves(self) -> list[EndMove]:
        return await Ends(self.desk.database).of((await self.snapshot()).runbook)

    async def snapshot(self) -> Any:
        kept = self.watch._kept["101"][1]
        assert kept is not None
        return kept

    def since(self, move: EndMove) -> float:
        """Seconds from the beginning of the run to the end that was reckoned."""
        return round(move.ends_at - self.began.timestamp())


@pytest.fixture
def run(desk: Desk) -> Run:
    return Run(desk)


async def test_the_path_is_known_once_the_graph_is_read_and_the_end_is_kept(run: Run) -> None:
    seen = await run.look()
    assert seen.critical == {ROLL, SWITCH, CHECK}
    (first,) = await run.moves()
    assert (run.since(first), first.because) == (2100, "")
    assert run.desk.cutover.forecasts == 1


async def test_a_task_that_runs_over_is_named_each_time_the_end_moves_a_minute(run: Run) -> None:
    await run.look()
    await run.look(690)
    await run.look(120)
    told = await run.moves()
    assert [move.because for move in told] == ["", "task", "task"]
    assert {move.task_id for move in told[1:]} == {ROLL}
    assert run.since(told[-1]) > 2100 + 100


async def test_moves_of_less_than_a_minute_are_not_kept(run: Run) -> None:
    await run.look()
    await run.look(610)
    assert len(await run.moves()) == 1


async def test_who_is_not_started_is_named(run: Run) -> None:
    await run.look()
    run.go(ROLL, "complete", end_actual=run.desk.clock.now())
    run.go(SWITCH, "startable")
    await run.look()
    await run.look(900)
    last = (await run.moves())[-1]
    assert (last.because, last.task_id) == ("task", SWITCH)


async def test_in_a_pause_nobody_is_named(run: Run) -> None:
    await run.look()
    run.desk.cutover.stage = "paused"
    await run.look(900)
    last = (await run.moves())[-1]
    assert (last.because, last.task_id) == ("pause", "")


async def test_another_replica_goes_on_from_what_was_kept_and_knows_why(run: Run) -> None:
    await run.look()
    run.desk.clock.advance(900)  # nobody watches
    await run.look(5, run.desk.watch("two"))
    told = await run.moves()
    assert [(move.because, move.task_id) for move in told] == [("", ""), ("task", ROLL)]


async def test_replicas_that_take_turns_read_the_graph_once_each_and_both_know_the_path(run: Run) -> None:
    one, two = run.watch, run.desk.watch("two")
    seen = [await turn(run, (one, two)[n % 2], 15) for n in range(38)]
    assert run.desk.cutover.forecasts == 2
    assert all(one.critical == {ROLL, SWITCH, CHECK} for one in seen[4:])
    run.desk.clock.advance(300)
    told = [await turn(run, (one, two)[n % 2], 20) for n in range(12)][-1].moves
    assert tuple(await run.moves()) == told
    assert [move.because for move in told] == ["", *["task"] * (len(told) - 1)]
    assert len(told) >= 4
    assert {move.task_id for move in told[1:]} == {ROLL}
    assert all(later.ends_at - sooner.ends_at >= 60 for sooner, later in itertools.pairwise(told))


async def test_a_reading_of_the_graph_goes_on_while_another_replica_has_the_run(run: Run) -> None:
    run.desk.cutover.hold_forecast.clear()
    two = run.desk.watch("two")
    for n in range(6):
        run.desk.clock.advance(15)
        await (run.watch, two)[n % 2].poll_due()
    run.desk.cutover.hold_forecast.set()
    await run.watch._telling.outlooks.settle()
    assert run.desk.cutover.forecasts == 2
    assert (await turn(run, run.watch, 15)).critical == {ROLL, SWITCH, CHECK}


async def turn(run: Run, watch: Watch, seconds: float) -> Outlook:
    """One poll by that replica; what it begins to read is there before the next."""
    run.desk.clock.advance(seconds)
    assert await watch.poll_due() == 1
    await watch._telling.outlooks.settle()
    return watch._telling.outlooks.of("101")


async def test_what_moved_while_the_plan_became_another_unseen_is_blamed_on_nobody(run: Run) -> None:
    await run.look()
    run.desk.cutover.stages["9"], run.desk.cutover.more["9"] = "default", {"duration": 90_000}
    assert run.desk.cutover.waits is not None
    run.desk.cutover.waits["9"] = []
    other = run.desk.watch("two")
    await run.look(900, other)
    last = (await run.moves())[-1]
    assert (last.because, last.task_id) == ("", "")
    assert run.since(last) > 90_000


async def test_a_second_run_begins_anew(run: Run) -> None:
    await run.look()
    await run.look(900)
    assert len(await run.moves()) == 2
    run.desk.cutover.start = run.desk.clock.now()
    await run.look()
    assert [move.because for move in await run.moves()] == [""]


async def test_a_run_that_is_over_has_no_path(run: Run) -> None:
    await run.look()
    run.desk.cutover.stage = "complete"
    assert await run.look() == Outlook()


async def test_the_graph_is_read_again_when_a_task_is_touched_but_not_when_tasks_move(run: Run) -> None:
    await run.look()
    run.go(ROLL, "complete", end_actual=run.desk.clock.now())
    run.go(SWITCH, "in_progress", start_actual=run.desk.clock.now())
    await run.look(100)
    assert run.desk.cutover.forecasts == 1
    run.go(CHECK, "default")
    assert run.desk.cutover.waits is not None
    run.desk.cutover.waits[CHECK] = []
    seen = await run.look(100)
    seen = await run.look(100)
    assert run.desk.cutover.forecasts == 2
    assert seen.critical == {SWITCH}


async def test_a_task_that_came_has_no_mark_until_its_graph_is_known(run: Run) -> None:
    await run.look()
    assert run.desk.cutover.waits is not None
    run.desk.cutover.stages["9"], run.desk.cutover.more["9"] = "default", {"duration": 6000}
    run.desk.clock.advance(5)
    await run.watch.poll_due()
    assert run.watch._telling.outlooks.of("101").critical == frozenset()
    run.desk.cutover.waits["9"] = [CHECK]
    assert "9" in (await run.look(60)).critical
    assert (await run.moves())[-1].task_id == "9"


@pytest.mark.parametrize("waits", [None, {ROLL: [CHECK], SWITCH: [ROLL], CHECK: [SWITCH]}])
async def test_without_a_graph_and_in_a_circle_nothing_is_said_and_little_asked(run: Run, waits: Any) -> None:
    run.desk.cutover.waits = waits
    for _ in range(5):
        assert await run.look(60) == Outlook()
    assert run.desk.cutover.forecasts == 1
    assert await run.moves() == []


async def test_a_graph_that_could_not_be_read_is_asked_for_again_and_news_go_on(run: Run) -> None:
    run.desk.cutover.forecast_trouble = Unavailable("down")
    await run.look()
    run.desk.cutover.status = "red"
    await run.look()
    assert await run.desk.turns() == [("off", "red")]
    run.desk.cutover.forecast_trouble = None
    assert (await run.look(60)).critical == {ROLL, SWITCH, CHECK}


async def test_a_poll_does_not_wait_for_the_graph(run: Run) -> None:
    run.desk.cutover.hold_forecast.clear()
    run.desk.clock.advance(5)
    await asyncio.wait_for(run.watch.poll_due(), 5)
    run.desk.cutover.status = "red"
    run.desk.clock.advance(5)
    await asyncio.wait_for(run.watch.poll_due(), 5)
    assert await run.desk.turns() == [("off", "red")]
    run.watch._telling.outlooks.close()
    assert run.watch._telling.outlooks._reading == {}


@pytest.mark.parametrize(("tasks", "aside"), [(999, False), (1_000, True)])
async def test_the_arithmetic_of_many_tasks_is_done_beside_the_loop(
    run: Run, monkeypatch: pytest.MonkeyPatch, tasks: int, aside: bool
) -> None:
    run.desk.cutover.stages |= {str(n): "default" for n in range(3, tasks)}
    seen: list[bool] = []
    for name in ("_fits", "_glance", "_because"):
        real = getattr(outlook, name)

        def watched(*args: Any, real: Any = real) -> Any:
            seen.append(threading.current_thread() is not threading.main_thread())
            return real(*args)

        monkeypatch.setattr(outlook, name, watched)
    await run.look()
    await run.look(900)
    assert len(await run.moves()) == 2
    assert len(seen) >= 5
    assert set(seen) == {aside}


async def test_the_board_marks_the_path_as_soon_as_it_may_be_drawn_again(run: Run) -> None:
    await run.desk.link("C2", (Kind.BOARD,))
    await run.look()
    assert "decides the end" not in "".join(await run.desk.told("C2"))
    await run.look()
    boards = await run.desk.bodies("C2")
    assert "decides the end" in boards[-1]
    await run.look(900)
    board = (await run.desk.bodies("C2"))[-1]
    assert "The end moved" in board
    assert "because of Task 0" in board
    assert "began to watch" not in board


async def test_the_board_says_since_when_the_end_is_known_where_the_bot_came_later(run: Run) -> None:
    await run.desk.link("C2", (Kind.BOARD,))
    run.desk.clock.advance(300)
    await run.look()
    await run.look(900)
    assert "since the bot began to watch it at" in (await run.desk.bodies("C2"))[-1]
