"""What would happen if. The one rule: nothing is written; two plans are computed and compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.plan.graph import Plan, Step, plan_run


@dataclass(frozen=True, slots=True)
class Shift:
    """A task takes `seconds` longer (negative: shorter, not below zero)."""

    step_id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Effect:
    """`moved` maps each step whose end changes to the difference in seconds; `end_moves` is the run's own."""

    before: Plan
    after: Plan
    moved: dict[str, float]

    @property
    def end_moves(self) -> float:
        return self.after.end - self.before.end


def what_if(steps: Iterable[Step], shifts: Sequence[Shift], now: float, begin: float | None = None) -> Effect:
    """Both plans and the difference. Raises `Cyclic`; shifts of unknown or finished steps change nothing."""
    base = list(steps)
    longer: dict[str, float] = {}
    for shift in shifts:
        longer[shift.step_id] = longer.get(shift.step_id, 0.0) + shift.seconds
    changed = [
        replace(step, duration=max(0.0, step.duration + longer[step.id])) if step.id in longer else step
        for step in base
    ]
    before, after = plan_run(base, now, begin), plan_run(changed, now, begin)
    moved = {
        key: after.timings[key].end - timing.end
        for key, timing in before.timings.items()
        if after.timings[key].end != timing.end
    }
    return Effect(before, after, moved)
