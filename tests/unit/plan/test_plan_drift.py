"""Why an end moved: worlds in which the reason is known, and random ones against the definition."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_plan_graph import runs

from bot.model.snapshot import RunbookState, Snapshot, TaskState
from bot.plan import EndMove, Glance, Shift, Step, cause, glance_on, lay_out, moved, plan_run, steps_of, what_if
from bot.plan.steps import steps_of_states

NOW, LATER = 1000.0, 1600.0


def look(steps: list[Step], now: float = NOW) -> Glance:
    return glance_on(lay_out(steps), steps, now)


def changed(steps: list[Step], key: str, **more: Any) -> list[Step]:
    return [replace(step, **more) if step.id == key else step for step in steps]


CHAIN = [
    Step("a", 600, started=NOW),
    Step("b", 600, ("a",)),
    Step("c", 100, started=NOW),
    Step("d", 500, ("c",)),
    Step("z", 60, ("b", "d")),
]


def named(before: list[Step], after: list[Step], now: float = LATER) -> str | None:
    return cause(look(before), look(after, now))


def test_a_task_that_takes_longer_is_named_and_not_what_waits_for_it() -> None:
    assert look(CHAIN).end == NOW + 1260
    assert look(CHAIN, NOW + 900).end == NOW + 300 + 1260
    assert named(CHAIN, CHAIN, NOW + 900) == "a"


def test_a_task_that_ended_late_is_named_though_it_is_over() -> None:
    ended = changed(CHAIN, "a", ended=NOW + 900)
    assert named(CHAIN, changed(ended, "b", started=NOW + 900), NOW + 1000) == "a"


def test_a_task_that_nobody_starts_is_named() -> None:
    assert named(CHAIN, changed(CHAIN, "a", ended=NOW + 600), NOW + 1500) == "b"


def test_a_delay_by_another_chain_names_that_chain() -> None:
    late = changed(CHAIN, "c", duration=1000)
    late = changed(late, "a", ended=NOW + 600)
    late = changed(late, "b", started=NOW + 600)
    assert named(CHAIN, late, NOW + 700) == "c"


def test_an_earlier_end_names_who_gained_though_another_chain_decides_now() -> None:
    early = changed(CHAIN, "a", ended=NOW + 10, duration=10)
    assert look(early, NOW + 10).critical_ids == {"b", "z"}
    assert named(CHAIN, early, NOW + 10) == "a"
    skipped = changed(CHAIN, "b", dropped=True)
    assert look(skipped).critical_ids == {"c", "d", "z"}  # one of two that end alike
    assert named(CHAIN, skipped, NOW) == "b"


def test_who_only_lost_what_another_gained_is_not_named() -> None:
    steps = [Step("a", 600, started=NOW), Step("b", 600, ("a",), not_before=NOW + 600), Step("z", 60, ("b",))]
    after = changed(changed(steps, "a", ended=NOW + 100), "z", duration=100)
    assert named(steps, after, NOW + 100) == "z"


def test_a_task_that_came_and_one_that_is_gone_are_named() -> None:
    more = [*changed(CHAIN, "z", predecessors=("b", "d", "new")), Step("new", 900, ("b",))]
    assert named(CHAIN, more, NOW) == "new"
    assert named(more, CHAIN, NOW) == "new"
    alone = [*CHAIN, Step("alone", 5000)]
    assert named(CHAIN, alone, NOW) == "alone"


def test_nothing_moved_names_nobody_and_neither_does_an_empty_run() -> None:
    assert named(CHAIN, CHAIN, NOW) is None
    assert cause(look([]), look([], LATER)) is None


def test_all_over_the_last_one_is_looked_back_from() -> None:
    over = [replace(step, started=NOW, ended=NOW + 100, dropped=False) for step in CHAIN]
    over = changed(over, "z", ended=NOW + 5000)
    assert named(CHAIN, over, NOW + 6000) == "z"


@given(st.integers(0, 4), st.integers(61, 5000))
def test_one_task_that_alone_takes_longer_is_the_one(place: int, seconds: int) -> None:
    step = CHAIN[place]
    effect = what_if(CHAIN, [Shift(step.id, float(seconds))], NOW)
    longer = changed(CHAIN, step.id, duration=step.duration + seconds)
    if effect.end_moves >= 1:
        assert named(CHAIN, longer, NOW) == step.id
    else:
        assert named(CHAIN, longer, NOW) is None


@settings(deadline=None)
@given(runs(), st.data())
def test_in_any_run_whose_only_change_is_one_task_that_task_is_named(steps: list[Step], data: st.DataObject) -> None:
    open_ones = [step for step in steps if step.ended is None and not step.dropped]
    if not open_ones:
        return
    step = data.draw(st.sampled_from(open_ones))
    other = changed(steps, step.id, duration=float(data.draw(st.integers(0, 60))))
    before, after = look(steps), look(other)
    assert cause(before, after) == (step.id if abs(after.end - before.end) >= 1 else None)


@given(st.lists(st.integers(0, 900), min_size=5, max_size=5), st.integers(0, 2000))
def test_a_glance_sees_what_the_plan_sees(lengths: list[int], later: int) -> None:
    steps = [replace(step, duration=float(length)) for step, length in zip(CHAIN, lengths, strict=True)]
    plan, seen = plan_run(steps, NOW + later), look(steps, NOW + later)
    assert seen.end == plan.end
    assert tuple(seen.network.ids[at] for at in seen.critical) == plan.critical
    assert list(seen.ends) == [plan.timings[step.id].end for step in steps]


MOVES = [
    EndMove(100.0, 5000.0),
    EndMove(200.0, 5300.0, "task", "34"),
    EndMove(300.0, 5700.0, "pause"),
    EndMove(400.0, 6200.0, "task", "34"),
    EndMove(500.0, 5900.0, "task", "7"),
]


def test_moves_add_up_and_the_thing_that_moved_most_is_named() -> None:
    told = moved(MOVES, 100.0)
    assert told is not None
    assert (told.seconds, told.because, told.task_id, told.most, told.whole) == (900.0, "task", "34", 800.0, False)
    late = moved(MOVES, 250.0)
    assert late is not None
    assert (late.since, late.seconds, late.task_id, late.most) == (250.0, 600.0, "34", 500.0)


def test_who_moved_it_the_other_way_is_not_named() -> None:
    told = moved(MOVES, 450.0)
    assert told is not None
    assert (told.seconds, told.task_id, told.most) == (-300.0, "7", -300.0)


def test_before_the_bot_watched_it_says_since_when_it_knows() -> None:
    told = moved(MOVES, -60.0)
    assert told is not None
    assert (told.since, told.whole) == (100.0, True)
    assert moved([], 0.0) is None
    only = moved(MOVES[:1], -60.0)
    assert only is not None
    assert (only.seconds, only.because) == (0.0, "")


def test_what_moved_since_the_last_look_counts_and_is_blamed_on_nobody() -> None:
    told = moved(MOVES[:1], 100.0, 5600.0)
    assert told is not None
    assert (told.seconds, told.because, told.most) == (600.0, "", 0.0)


def test_steps_of_a_reading_are_those_of_the_tasks() -> None:
    at = "2026-11-20T22:00:00.000Z"
    unix = datetime(2026, 11, 20, 22, tzinfo=UTC).timestamp()
    states = [
        TaskState("1", "A", "complete", "s", start_actual=at, end_actual=at, duration=60),
        TaskState("2", "B", "complete", completion_type="complete_skipped", end_actual=at, duration=60),
        TaskState("3", "C", "in_progress", task_type_id="t", start_actual=at),
        TaskState("4", "D", "default", duration=0),
        TaskState("5", "E", "complete", completion_type="complete_normal"),
    ]
    snapshot = Snapshot(
        RunbookState("101", "R", "active", run_type="live", start_actual=at), {}, {t.id: t for t in states}, 0.0
    )
    fixed = {"4": unix + 5}
    found = steps_of_states(snapshot, ["4", "3", "2", "1", "5"], {"t": 90.0}, fixed)
    assert found == [
        Step("4", 0.0, not_before=unix + 5),
        Step("3", 90.0, started=unix),
        Step("2", 60.0, ended=unix, dropped=True),
        Step("1", 60.0, started=unix, ended=unix, stream_id="s"),
        Step("5", 0.0, dropped=True),
    ]
    rehearsal = Snapshot(replace(snapshot.runbook, run_type="rehearsal"), {}, snapshot.tasks, 0.0)
    assert steps_of_states(rehearsal, ["4"], {}, fixed) == [Step("4")]
    assert steps_of([]) == []
