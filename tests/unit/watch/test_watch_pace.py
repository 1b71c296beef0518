"""How often a runbook is polled and its boards drawn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from watch_world import book, snapshot, task

from bot.watch import pace
from bot.watch.boards import LEAST, Boards

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def at(minutes: float) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat()


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        (book(stage="active"), pace.RUNNING),
        (book(stage="paused"), pace.PAUSED),
        (book(stage="planning"), pace.PLANNING),
        (book(stage="planning", start_planned=at(600)), pace.PLANNING),
        (book(stage="planning", start_planned=at(10)), pace.SOON),
        (book(stage="planning", start_scheduled=at(-5), start_planned=at(600)), pace.SOON),
        (book(stage="odd"), pace.PLANNING),
        (book(stage="complete", end_actual=at(-1)), 30.0),
        (book(stage="canceled", end_actual=at(-40)), 600.0),
        (book(stage="complete", end_actual=at(-100_000)), 3600.0),
        (book(stage="complete"), 30.0),
    ],
)
def test_the_stage_sets_the_pace(state: object, seconds: float) -> None:
    assert pace.interval(state, NOW) == seconds  # type: ignore[arg-type]


def test_what_was_just_touched_is_looked_at_more_often_unless_cutover_limits_us() -> None:
    planning = book(stage="planning")
    assert pace.interval(planning, NOW, hot=True) == pace.HOT
    assert pace.interval(planning, NOW, hot=True, slow=4.0) >= pace.PLANNING
    assert pace.interval(book(), NOW, slow=4.0) == 4 * pace.RUNNING
    assert pace.interval(book(stage="complete", end_actual=at(-100_000)), NOW, slow=8.0) == 3600.0


def test_very_many_running_runbooks_share_a_budget() -> None:
    assert pace.interval(book(), NOW, crowd=18) == pace.RUNNING
    assert pace.interval(book(), NOW, crowd=60) == 10.0
    assert pace.interval(book(), NOW, crowd=60, hot=True) == pace.HOT


def test_failures_are_tried_again_ever_more_seldom() -> None:
    waits = [pace.after_failure(count) for count in range(1, 40)]
    assert waits == sorted(waits)
    assert waits[0] == 3.0
    assert waits[-1] == 60.0


def test_a_big_runbook_is_swept_more_seldom() -> None:
    small, big = snapshot(task("1")), snapshot(*(task(str(n)) for n in range(5_000)))
    assert pace.sweep_due(small, None, 0.0)
    assert [pace.sweep_due(small, 0.0, now) for now in (119.0, 120.0)] == [False, True]
    assert [pace.sweep_due(big, 0.0, now) for now in (120.0, 500.0)] == [False, True]


def test_a_board_is_drawn_at_once_then_not_sooner_than_after_ten_seconds() -> None:
    boards, one, two = Boards(), snapshot(), snapshot(task("1"))
    assert boards.due("C1", one, 0.0)
    boards.drawn(["C1"], one, 0.0)
    assert not boards.due("C1", one, 5.0)
    assert boards.waits(["C1"], one, 5.0) == []
    assert not boards.due("C1", two, LEAST - 1)
    assert boards.waits(["C1"], two, LEAST - 1) == [1.0]
    assert boards.due("C1", two, LEAST)


def test_a_running_board_is_drawn_each_minute_and_a_resting_one_is_left_alone() -> None:
    boards, running, over = Boards(), snapshot(), snapshot(runbook=book(stage="complete"))
    boards.drawn(["C1"], running, 0.0)
    assert [boards.due("C1", running, now) for now in (59.0, 60.0)] == [False, True]
    boards.drawn(["C1"], over, 0.0)
    assert not boards.due("C1", over, 10_000.0)


def test_turns_of_the_run_and_lost_sight_do_not_wait() -> None:
    boards, one = Boards(), snapshot()
    boards.drawn(["C1"], one, 0.0)
    assert boards.due("C1", snapshot(runbook=book(stage="paused")), 1.0)
    assert boards.due("C1", one, 1.0, stale=True)
    boards.drawn(["C1"], one, 1.0, stale=True)
    assert not boards.due("C1", one, 900.0, stale=True)
    assert boards.due("C1", one, 2.0)


def test_the_more_boards_the_more_seldom_each() -> None:
    boards, one = Boards(), snapshot()
    boards.drawn([f"C{n}" for n in range(100)], one, 0.0)
    assert boards.gap == 240.0
    boards.keep_only("101", {"C1"})
    assert boards.gap == LEAST


def test_limits_slow_the_watch_quickly_and_let_go_slowly() -> None:
    brake = pace.Brake()
    for until in (10.0, 20.0):
        brake.feel(until)
    assert brake.slow == 4.0
    brake.feel(20.0)
    assert 3.0 < brake.slow < 4.0
    for _ in range(30):
        brake.feel(20.0)
    assert brake.slow == 1.0
    for until in range(30, 60):
        brake.feel(float(until))
    assert brake.slow == 16.0
