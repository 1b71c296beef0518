"""What would happen if. The one rule: nothing is written; two plans are computed and compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from bot.plan.graph import Glance, Step, glance_on, lay_out


@dataclass(frozen=True, slots=True)
class Shift:
    """A task takes `seconds` longer than it looks now (negative: shorter, not below zero), or is skipped."""

    step_id: str
    seconds: float = 0.0
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """`moved` maps each step whose end changes to the difference in seconds; `end_moves` is the run's own."""

    before: Glance
    after: Glance
    moved: dict[str, float]

    @property
    def end_moves(self) -> float:
        return self.after.end - self.before.end

    def lanes(self, steps: Iterable[Step]) -> dict[str | None, float]:
        """By how many seconds the last end of each stream moves; those that stay are left out. `steps` as they were
        given to `what_if`."""
        before: dict[str | None, float] = {}
        after: dict[str | None, float] = {}
        for step, old, new in zip(steps, self.before.ends, self.after.ends, strict=True):
            before[step.stream_id] = max(before.get(step.stream_id, old), old)
            after[step.stream_id] = max(after.get(step.stream_id, new), new)
        return {key: after[key] - end for key, end in before.items() if after[key] != end}


def what_if(steps: Iterable[Step], shifts: Sequence[Shift], now: float, begin: float | None = None) -> Effect:
    """Both plans and the difference. Raises `Cyclic`; shifts of unknown or finished steps change nothing."""
    base = list(steps)
    wanted: dict[str, Shift] = {}
    for shift in shifts:
        kept = wanted.get(shift.step_id, Shift(shift.step_id))
        wanted[shift.step_id] = Shift(shift.step_id, kept.seconds + shift.seconds, kept.skipped or shift.skipped)
    changed = [_shifted(step, wanted[step.id], now) if step.id in wanted else step for step in base]
    network = lay_out(base)
    before, after = glance_on(network, base, now, begin), glance_on(network, changed, now, begin)
    return Effect(before, after, _differences(before, after))


def _shifted(step: Step, shift: Shift, now: float) -> Step:
    if step.is_over:
        return step
    if shift.skipped:
        return replace(step, started=None, dropped=True)
    length = step.duration
    if step.started is not None:  # one that is overdue already takes until now, and then longer
        length = max(length, now - step.started)
    return replace(step, duration=max(0.0, length + shift.seconds))


def _differences(before: Glance, after: Glance) -> dict[str, float]:
    ends = zip(before.network.ids, before.ends, after.ends, strict=True)
    return {key: new - old for key, old, new in ends if new != old}
