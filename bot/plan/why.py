"""What a step waits for and what waits for it. The one rule: the answer ends at a task somebody can push on now."""

from __future__ import annotations

from collections.abc import Iterable

from bot.plan.graph import Plan, Step


def chain_before(steps: Iterable[Step], plan: Plan, step_id: str) -> tuple[str, ...]:
    """From the task to push on to `step_id`: each time the open predecessor that ends last. Only the id if none."""
    known = {step.id: step for step in steps}
    chain = [step_id]
    while True:
        waits = [p for p in known[chain[-1]].predecessors if p in known and not plan.timings[p].over]
        if known[chain[-1]].started is not None or not waits:
            return tuple(reversed(chain))
        chain.append(max(waits, key=lambda one: (plan.timings[one].end, one)))


def dependants(steps: Iterable[Step], step_id: str) -> frozenset[str]:
    """All steps that wait for it, directly or not, and are not over."""
    after: dict[str, list[str]] = {}
    open_ones: set[str] = set()
    for step in steps:
        if step.ended is None and not step.dropped:
            open_ones.add(step.id)
        for one in step.predecessors:
            after.setdefault(one, []).append(step.id)
    found: set[str] = set()
    todo = [step_id]
    while todo:
        for one in after.get(todo.pop(), ()):
            if one not in found:
                found.add(one)
                todo.append(one)
    return frozenset(found & open_ones)


def slack_by_stream(steps: Iterable[Step], plan: Plan) -> dict[str | None, float]:
    """The smallest slack of each stream's open steps, in seconds."""
    least: dict[str | None, float] = {}
    for step in steps:
        timing = plan.timings[step.id]
        if not timing.over:
            least[step.stream_id] = min(least.get(step.stream_id, timing.slack), timing.slack)
    return least
