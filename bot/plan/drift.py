"""Why the end of a run moved. The one rule: what is not known is not blamed on anybody.

A step's own delay is how much later it ends than was thought, less how much later what it waited for ended. A later
end is explained along the chain that decides it now, an earlier one along the chain that decided it before.
Times are Unix seconds, spans seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bot.plan.graph import Glance

TASK, PAUSE, UNKNOWN = "task", "pause", ""
"""What an end moved by: a task's own delay, a paused run, or something that happened while nobody looked."""
COUNTS: Final = 60.0
"""Seconds that an end must move to count."""
_LEAST: Final = 1.0
_AT_ONCE: Final = 120.0
"""Seconds after which who began to look did not see the beginning."""


class EndMove(NamedTuple):
    """From `at` on the run was thought to end at `ends_at`, because of `task_id` where `because` is `TASK`.

    The first of a run moved nothing: the bot began to watch then.
    """

    at: float
    ends_at: float
    because: str = UNKNOWN
    task_id: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The end moved by `seconds` since `since`, most of it (`most` seconds) because of one thing, as in `EndMove`.

    `whole`: `since` is when the bot began to watch this run, not when was asked for.
    """

    since: float
    seconds: float
    because: str = UNKNOWN
    task_id: str = ""
    most: float = 0.0
    whole: bool = False


def moved(moves: Sequence[EndMove], since: float, end: float | None = None) -> Moved | None:
    """By how much the end moved since then, to `end` or to what was known last; None where nothing is known.

    Of what moved it in the direction in which it moved in all, the thing that did so most is named.
    """
    if not moves:
        return None
    first = max((place for place, move in enumerate(moves) if move.at <= since), default=0)
    base, last = moves[first], moves[-1].ends_at if end is None else end
    sums: dict[tuple[str, str], float] = {}
    for before, move in zip(moves[first:], moves[first + 1 :], strict=False):
        key = (move.because, move.task_id)
        sums[key] = sums.get(key, 0.0) + move.ends_at - before.ends_at
    total = last - base.ends_at
    ahead = {key: by for key, by in sums.items() if key[0] != UNKNOWN and by * total > 0}
    (because, task_id), most = max(ahead.items(), key=lambda pair: abs(pair[1]), default=((UNKNOWN, ""), 0.0))
    return Moved(max(since, base.at), total, because, task_id, most, base.at - since > _AT_ONCE)


def cause(before: Glance, after: Glance) -> str | None:
    """The id of the step whose own delay (or gain) explains most of what the end moved; None where none does."""
    if abs(after.end - before.end) < _LEAST:
        return None
    later = after.end >= before.end
    seen, other = (after, before) if later else (before, after)
    there = _in_its_order(seen, other)
    best, named, done, ended = 0.0, None, 0.0, None
    for at in _history(seen):
        then, ends = there[at], seen.ends[at]
        if then is not None:
            delay = ends - then
        else:  # new, or gone by then: all the time that it takes is its own
            delay = done + ends - ended if ended is not None else max(ends - other.end, 0.0)
        own = delay - max(done, 0.0)  # what others gained before was not lost by it
        if own > best:
            best, named = own, seen.network.ids[at]
        done, ended = delay, ends
    return named if best >= _LEAST else None


def _in_its_order(seen: Glance, other: Glance) -> Sequence[float | None]:
    """The ends of `other` by the places of `seen`; None for steps that it does not know."""
    if seen.network is other.network:
        return other.ends
    ends = dict(zip(other.network.ids, other.ends, strict=True))
    return [ends.get(key) for key in seen.network.ids]


def _history(seen: Glance) -> list[int]:
    """From the first step on to the one that ends last, each time what ended last of what it waited for."""
    if not seen.ends:
        return []
    ends = seen.ends
    at = seen.critical[-1] if seen.critical else max(range(len(ends)), key=ends.__getitem__)
    chain = [at]
    while seen.network.before[at]:
        at = max(seen.network.before[at], key=ends.__getitem__)
        chain.append(at)
    return chain[::-1]
