"""The critical path of a run that is planned or under way. The one rule: a task without a path to the end has no say.

Forward: a task that is done keeps its times; one that runs ends when its duration is over, and never in the past; one
that waits begins when its last predecessor ends, not before its fixed start, and not before now. Backward: how much
later each could end without moving the end of the run (its slack). Skipped and abandoned tasks take no time.
Times are Unix seconds, durations seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import BotError


class Cyclic(BotError):
    """The tasks wait for each other in a circle, so nothing can be computed."""

    code = "cyclic"

    def __init__(self, ids: Sequence[str]) -> None:
        shown = ", ".join(ids[:5])
        super().__init__(
            f"Tasks of this runbook wait for each other in a circle: {shown}.", "Mend it in Cutover first."
        )
        self.ids = tuple(ids)


@dataclass(frozen=True, slots=True)
class Step:
    """A task as arithmetic sees it. `dropped`: skipped or abandoned. `not_before`: fixed start."""

    id: str
    duration: float = 0.0
    predecessors: tuple[str, ...] = ()
    started: float | None = None
    ended: float | None = None
    not_before: float | None = None
    dropped: bool = False
    stream_id: str | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """When a step begins and ends, and by how much it may slip. `over`: nothing about it can change any more."""

    start: float
    end: float
    slack: float
    over: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """`end` is when the last step ends; `critical` the chain that decides it, first step first."""

    timings: Mapping[str, Timing]
    end: float
    critical: tuple[str, ...]
    order: tuple[str, ...] = field(repr=False)


def plan_run(steps: Iterable[Step], now: float, begin: float | None = None) -> Plan:
    """Plan from `now` (or from `begin`, the planned start of a run that has not begun). Raises `Cyclic`.

    Predecessors that are not among the steps are taken as done. Without steps the plan ends now.
    """
    known = {step.id: step for step in steps}
    before = {key: tuple(p for p in step.predecessors if p in known) for key, step in known.items()}
    after: dict[str, list[str]] = {key: [] for key in known}
    for key, predecessors in before.items():
        for one in predecessors:
            after[one].append(key)
    order = _order(before, after)
    floor = now if begin is None else max(now, begin)
    spans = _forward(known, before, order, now, floor)
    end = max((span[1] for span in spans.values()), default=floor)
    latest = _backward(known, after, order, spans, end)
    timings = {
        key: Timing(*spans[key], slack=max(0.0, latest[key] - spans[key][1]), over=_is_over(known[key]))
        for key in order
    }
    return Plan(timings, end, _chain(known, before, timings, end), tuple(order))


def _is_over(step: Step) -> bool:
    return step.ended is not None or step.dropped


def _order(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> list[str]:
    """Predecessors first (Kahn). Raises `Cyclic` with the steps of the circles."""
    waiting = {key: len(predecessors) for key, predecessors in before.items()}
    order = [key for key, count in waiting.items() if count == 0]
    for key in order:  # grows while it is walked
        for one in after[key]:
            waiting[one] -= 1
            if waiting[one] == 0:
                order.append(one)
    if len(order) < len(waiting):
        raise Cyclic([key for key, count in waiting.items() if count > 0])
    return order


def _forward(
    known: Mapping[str, Step], before: Mapping[str, Sequence[str]], order: Sequence[str], now: float, floor: float
) -> dict[str, tuple[float, float]]:
    spans: dict[str, tuple[float, float]] = {}
    for key in order:
        step = known[key]
        ready = max((spans[p][1] for p in before[key]), default=floor)
        if step.ended is not None:
            spans[key] = (step.ended if step.started is None else step.started, step.ended)
        elif step.dropped:
            spans[key] = (ready, ready)
        elif step.started is not None:
            spans[key] = (step.started, max(now, step.started + step.duration))
        else:
            start = max(ready, floor, step.not_before or floor)
            spans[key] = (start, start + step.duration)
    return spans


def _backward(
    known: Mapping[str, Step],
    after: Mapping[str, Sequence[str]],
    order: Sequence[str],
    spans: Mapping[str, tuple[float, float]],
    end: float,
) -> dict[str, float]:
    """Latest end of each step that leaves the end of the run where it is."""
    latest: dict[str, float] = {}
    for key in reversed(order):
        best = end
        for one in after[key]:
            if known[one].ended is None and (known[one].started is None or known[one].dropped):
                length = spans[one][1] - spans[one][0]
                best = min(best, latest[one] - length)
        latest[key] = best
    return latest


def _chain(
    known: Mapping[str, Step], before: Mapping[str, Sequence[str]], timings: Mapping[str, Timing], end: float
) -> tuple[str, ...]:
    """Back from the step that ends last, each time to the open predecessor that ends last and has no slack."""
    open_ones = [key for key, timing in timings.items() if not timing.over and timing.end == end]
    if not open_ones:
        return ()
    chain = [open_ones[0]]
    while True:
        step, timing = known[chain[-1]], timings[chain[-1]]
        if step.started is not None:
            break
        waits = [p for p in before[chain[-1]] if not timings[p].over and timings[p].end == timing.start]
        if not waits:
            break
        chain.append(waits[0])
    return tuple(reversed(chain))
