"""The plan against networkx: the same runs as longest ways through a graph of beginnings and ends.

`PLAN_EXAMPLES=1000` tries that many random runs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan import Shift, Step, plan_run, what_if

EXAMPLES = int(os.environ.get("PLAN_EXAMPLES", "60"))
NOW = 10_000
SOURCE, SINK = ("source", ""), ("sink", "")
Node = tuple[str, str]


@st.composite
def runs(draw: st.DrawFn) -> list[Step]:
    """Up to forty steps in any order: a finished part, a running front, a waiting rest; skips and branches not taken,
    fixed starts on both sides of now."""
    count = draw(st.integers(1, 40))
    finished = draw(st.integers(0, count))
    steps = []
    for number in range(count):
        earlier = st.integers(0, number - 1).map(str)
        before = tuple(draw(st.lists(earlier, unique=True, max_size=4))) if number else ()
        over = number < finished
        runs_now = not over and all(int(one) < finished for one in before) and draw(st.booleans())
        dropped = draw(st.sampled_from([False, False, False, True])) and not runs_now
        started = NOW - draw(st.integers(1, 900)) if (over and not dropped) or runs_now else None
        told = not dropped or draw(st.booleans())
        ended = NOW - draw(st.integers(0, 300)) if over and told else None
        if ended is not None and started is not None:
            ended = max(ended, started)
        fixed = draw(st.one_of(st.none(), st.integers(NOW - 500, NOW + 1500)))
        steps.append(Step(str(number), draw(st.integers(0, 600)), before, started, ended, fixed, dropped))
    return draw(st.permutations(steps))


def graph(steps: Sequence[Step], now: int, floor: int) -> nx.DiGraph:
    """An edge `a -> b` of weight w: b is not before a + w. What has begun hangs on the clock, not on others."""
    found = nx.DiGraph()
    found.add_edge(SOURCE, SINK, weight=0)
    for step in steps:
        begins, ends = ("start", step.id), ("end", step.id)
        length = 0 if step.dropped else step.duration
        if step.ended is not None:
            found.add_edge(SOURCE, ends, weight=step.ended)
        elif step.started is not None:
            found.add_edge(SOURCE, ends, weight=max(now, step.started + step.duration))
        else:
            found.add_edge(begins, ends, weight=length)
            if not step.dropped or not step.predecessors:
                found.add_edge(SOURCE, begins, weight=floor)
            if step.not_before is not None and not step.dropped:
                found.add_edge(SOURCE, begins, weight=step.not_before)
                found[SOURCE][begins]["weight"] = max(floor, step.not_before)
            for one in step.predecessors:
                found.add_edge(("end", one), begins, weight=0)
        found.add_edge(ends, SINK, weight=0)
    return found


def longest(found: nx.DiGraph, node: Node) -> dict[Node, float]:
    """The longest way from `node` to each other one."""
    turned = nx.DiGraph((a, b, {"weight": -w}) for a, b, w in found.edges(data="weight"))
    ways: dict[Node, float] = nx.single_source_bellman_ford_path_length(turned, node)
    return {other: -length for other, length in ways.items()}


def end_of(steps: Sequence[Step], floor: int = NOW) -> float:
    ends = longest(graph(steps, NOW, floor), SOURCE)
    return max(ends["end", step.id] for step in steps)


@settings(max_examples=EXAMPLES, deadline=None)
@given(runs(), st.integers(0, 400))
def test_ends_and_slack_are_longest_ways(steps: list[Step], later: int) -> None:
    begin = NOW + later if all(s.started is None and s.ended is None for s in steps) else None
    floor = begin or NOW
    plan = plan_run(steps, NOW, begin)
    found = graph(steps, NOW, floor)
    forward = longest(found, SOURCE)
    backward = longest(found.reverse(), SINK)
    assert {key: timing.end for key, timing in plan.timings.items()} == {s.id: forward["end", s.id] for s in steps}
    assert plan.end == end_of(steps, floor)
    for step in steps:
        slack = plan.end - forward["end", step.id] - backward["end", step.id]
        assert plan.timings[step.id].slack == max(slack, 0), step


@settings(max_examples=EXAMPLES, deadline=None)
@given(runs())
def test_the_critical_path_is_one_of_the_longest_ways(steps: list[Step]) -> None:
    plan = plan_run(steps, NOW)
    known, found = {step.id: step for step in steps}, graph(steps, NOW, NOW)
    open_ones = [step.id for step in steps if not step.is_over]
    assert bool(plan.critical) >= any(plan.timings[one].end == plan.end for one in open_ones)
    for first, second in zip(plan.critical, plan.critical[1:], strict=False):
        assert nx.has_path(found, ("end", first), ("start", second))
        assert plan.timings[second].start == plan.timings[first].end
    if plan.critical:
        head = known[plan.critical[0]]
        held = max(NOW, head.not_before or NOW)
        assert plan.timings[plan.critical[-1]].end == plan.end
        assert head.started is not None or plan.timings[head.id].start == held


@settings(max_examples=EXAMPLES, deadline=None)
@given(runs(), st.data())
def test_what_if_is_the_run_with_those_tasks_changed(steps: list[Step], data: st.DataObject) -> None:
    ids = st.sampled_from([step.id for step in steps])
    shift = st.builds(Shift, ids, st.integers(-400, 900).map(float), st.sampled_from([False, False, True]))
    shifts = data.draw(st.lists(shift, min_size=1, max_size=5))
    changed = [by_hand(step, [one for one in shifts if one.step_id == step.id]) for step in steps]
    effect = what_if(steps, shifts, NOW)
    assert effect.end_moves == end_of(changed) - end_of(steps)
    before, after = longest(graph(steps, NOW, NOW), SOURCE), longest(graph(changed, NOW, NOW), SOURCE)
    ends = {step.id: after["end", step.id] - before["end", step.id] for step in steps}
    assert effect.moved == {key: by for key, by in ends.items() if by}
    assert effect.lanes(steps) == ({None: effect.end_moves} if effect.end_moves else {})


def by_hand(step: Step, shifts: Sequence[Shift]) -> Step:
    """The step with those changes: over is over; skipped takes no time; what runs takes at least until now."""
    if not shifts or step.ended is not None or step.dropped:
        return step
    if any(one.skipped for one in shifts):
        return Step(step.id, 0, step.predecessors, dropped=True)
    spent = 0 if step.started is None else NOW - step.started
    length = max(0.0, max(step.duration, spent) + sum(one.seconds for one in shifts))
    return Step(step.id, length, step.predecessors, step.started, None, step.not_before)


def test_a_task_that_is_overdue_is_late_from_now_on() -> None:
    steps = [Step("a", 60, (), NOW - 600.0), Step("b", 60, ("a",))]
    assert what_if(steps, [Shift("a", 1800)], NOW).end_moves == pytest.approx(1800)
