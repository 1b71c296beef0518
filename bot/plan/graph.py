"""The critical path of a run that is planned or under way. The one rule: a task without a path to the end has no say.

Forward: a task that is done keeps its times; one that runs ends when its duration is over, and never in the past; one
that waits begins when its last predecessor ends, not before its fixed start, and not before now. Backward: how much
later each could end without moving the end of the run (its slack). Skipped and abandoned tasks take no time.
Times are Unix seconds, durations seconds.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from bot.plan.network import Network


class Step(msgspec.Struct, frozen=True, gc=False):
    """A task as arithmetic sees it. `dropped`: skipped or abandoned. `not_before`: fixed start.

    A struct, because ten thousand are made for one answer.
    """

    id: str
    duration: float = 0.0
    predecessors: tuple[str, ...] = ()
    started: float | None = None
    ended: float | None = None
    not_before: float | None = None
    dropped: bool = False
    stream_id: str | None = None

    @property
    def is_over(self) -> bool:
        """Nothing about it can change any more."""
        return self.ended is not None or self.dropped


class Timing(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Glance:
    """A plan without slack, which costs half: `ends` and `critical` (first step first) as places in the network."""

    network: Network
    ends: Sequence[float]
    end: float
    critical: tuple[int, ...]

    @property
    def critical_ids(self) -> frozenset[str]:
        """Ids of the chain that decides the end."""
        return frozenset(self.network.ids[at] for at in self.critical)


def glance_on(network: Network, steps: Sequence[Step], now: float, begin: float | None = None) -> Glance:
    """When a run ends and what decides that; arguments as in `plan_on`."""
    floor = now if begin is None else max(now, begin)
    starts, ends = _forward(network, steps, now, floor)
    end = max(ends, default=floor)
    return Glance(network, array("d", ends), end, tuple(_chain(network, steps, starts, ends, end)))


def plan_run(steps: Iterable[Step], now: float, begin: float | None = None) -> Plan:
    """Plan from `now` (or from `begin`, the planned start of a run that has not begun). Raises `Cyclic`.

    Predecessors that are not among the steps are taken as done. Without steps the plan ends now.
    """
    known = list(steps)
    return plan_on(lay_out(known), known, now, begin)


def lay_out(steps: Sequence[Step]) -> Network:
    """Who waits for whom, which several plans can share. Raises `Cyclic`."""
    return Network({step.id: step.predecessors for step in steps})


def plan_on(network: Network, steps: Sequence[Step], now: float, begin: float | None = None) -> Plan:
    """`plan_run` on a network laid out before; `steps` are those it was made of, in that order."""
    floor = now if begin is None else max(now, begin)
    starts, ends = _forward(network, steps, now, floor)
    end = max(ends, default=floor)
    latest = _backward(network, steps, starts, ends, end)
    slacks = [late - early if late > early else 0.0 for late, early in zip(latest, ends, strict=True)]
    over = [step.ended is not None or step.dropped for step in steps]
    timings = dict(zip(network.ids, map(Timing._make, zip(starts, ends, slacks, over, strict=True)), strict=True))
    critical = tuple(network.ids[at] for at in _chain(network, steps, starts, ends, end))
    return Plan(timings, end, critical)


def _forward(network: Network, steps: Sequence[Step], now: float, floor: float) -> tuple[list[float], list[float]]:
    """(starts, ends) in the order of `steps`."""
    starts, ends = [0.0] * len(steps), [0.0] * len(steps)
    before = network.before
    for at in network.order:  # ten thousand times, so nothing is called in here
        step = steps[at]
        started = step.started
        if step.ended is not None:
            starts[at], ends[at] = step.ended if started is None else started, step.ended
            continue
        if started is not None and not step.dropped:
            starts[at], ends[at] = started, max(now, started + step.duration)
            continue
        if step.dropped:
            starts[at] = ends[at] = max([ends[one] for one in before[at]], default=floor)
            continue
        ready = floor
        for one in before[at]:
            if ends[one] > ready:
                ready = ends[one]
        if step.not_before is not None and step.not_before > ready:
            ready = step.not_before
        starts[at], ends[at] = ready, ready + step.duration
    return starts, ends


def _backward(
    network: Network, steps: Sequence[Step], starts: Sequence[float], ends: Sequence[float], end: float
) -> list[float]:
    """Latest end of each step that leaves the end of the run where it is."""
    latest = [end] * len(steps)
    for at in reversed(network.order):
        step = steps[at]
        if step.ended is not None or (step.started is not None and not step.dropped):
            continue  # it has begun: whatever was before it does not move it
        begins = latest[at] - (ends[at] - starts[at])
        for one in network.before[at]:
            if begins < latest[one]:
                latest[one] = begins
    return latest


def _chain(
    network: Network, steps: Sequence[Step], starts: Sequence[float], ends: Sequence[float], end: float
) -> list[int]:
    """Back from the step that ends last, each time to an open predecessor whose end is its start."""
    last = [at for at in network.order if ends[at] == end and steps[at].ended is None]
    at = min(last, key=lambda one: steps[one].dropped, default=None)
    chain: list[int] = []
    while at is not None:
        step, begins = steps[at], starts[at]
        if not step.dropped:  # what is skipped takes no time, but waits
            chain.append(at)
            if step.started is not None:
                break
        waits = [one for one in network.before[at] if steps[one].ended is None and ends[one] == begins]
        at = min(waits, key=lambda one: steps[one].dropped, default=None)
    return chain[::-1]
