"""Plan arithmetic against brute force: every slack is tried out, every end is found by walking all chains."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan import Cyclic, Shift, Step, plan_run, what_if

NOW = 1000.0


@st.composite
def runs(draw: st.DrawFn) -> list[Step]:
    """Up to ten steps; each waits for some of those before it. Done ones come before running before waiting ones."""
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 10))):
        before = draw(st.lists(st.sampled_from([s.id for s in steps]), unique=True, max_size=3)) if steps else []
        length = float(draw(st.integers(0, 20)))
        free = all(step.ended is not None or step.dropped for step in steps if step.id in before)
        state = draw(st.sampled_from(["done", "runs", "waits", "dropped"] if free else ["waits", "dropped"]))
        started = NOW - draw(st.integers(1, 30)) if state in ("done", "runs") else None
        steps.append(
            Step(
                str(number),
                length,
                tuple(before),
                started,
                NOW - 0.5 if state == "done" else None,
                NOW + draw(st.integers(-5, 30)) if draw(st.booleans()) else None,
                state == "dropped",
            )
        )
    return steps


def longest(steps: list[Step], key: str) -> float:
    """When a step ends, straight from the definition."""
    step = next(s for s in steps if s.id == key)
    if step.ended is not None:
        return step.ended
    ready = max((longest(steps, p) for p in step.predecessors), default=NOW)
    if step.dropped:
        return ready
    if step.started is not None:
        return max(NOW, step.started + step.duration)
    return max(ready, NOW, step.not_before or NOW) + step.duration


@given(runs())
def test_each_step_ends_when_its_longest_chain_does(steps: list[Step]) -> None:
    plan = plan_run(steps, NOW)
    assert {key: timing.end for key, timing in plan.timings.items()} == {s.id: longest(steps, s.id) for s in steps}
    assert plan.end == max(longest(steps, s.id) for s in steps)


@settings(deadline=None)
@given(runs())
def test_slack_is_what_a_step_can_take_longer_and_not_a_second_more(steps: list[Step]) -> None:
    plan = plan_run(steps, NOW)
    for step in steps:
        if step.is_over:
            continue
        slack = plan.timings[step.id].slack
        assert what_if(steps, [Shift(step.id, slack)], NOW).end_moves == pytest.approx(0)
        assert what_if(steps, [Shift(step.id, slack + 1)], NOW).end_moves == pytest.approx(1)


@given(runs())
def test_the_critical_chain_leads_to_the_end_without_a_gap(steps: list[Step]) -> None:
    plan = plan_run(steps, NOW)
    assert all(plan.timings[key].slack == pytest.approx(0) for key in plan.critical)
    if plan.critical:
        assert plan.timings[plan.critical[-1]].end == plan.end
    for first, second in zip(plan.critical, plan.critical[1:], strict=False):
        assert plan.timings[first].end == plan.timings[second].start


def test_a_circle_is_a_sentence() -> None:
    with pytest.raises(Cyclic, match="in a circle"):
        plan_run([Step("a", 1, ("b",)), Step("b", 1, ("a",)), Step("c", 1)], NOW)


def test_nothing_to_do_ends_now_or_at_the_planned_start() -> None:
    assert plan_run([], NOW).end == NOW
    assert plan_run([Step("a", 60)], NOW, begin=NOW + 600).end == NOW + 660


def test_an_unknown_predecessor_counts_as_done() -> None:
    assert plan_run([Step("a", 60, ("elsewhere",))], NOW).timings["a"].start == NOW
