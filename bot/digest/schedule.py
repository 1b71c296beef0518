"""When a digest is due: `every 30m`, `at 09:00 mon-fri`. The one rule: pure; one moment in, the next slot out.

Slots of `at` are wall-clock times of the channel's zone: where spring skips one, it is due when the gap ends; where
autumn has it twice, the first counts. Slots of `every` have equal gaps, begun anew at each local midnight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim

from bot.blocks.forms import exact_duration, parse_duration
from bot.errors import BadInput
from bot.model.hearing import Hearing

SHORTEST: Final = 5 * 60
LONGEST: Final = 24 * 3600
_MOST_TIMES: Final = 12
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GROUPS: Final = {
    "daily": frozenset(range(7)),
    "everyday": frozenset(range(7)),
    "weekdays": frozenset(range(5)),
    "weekday": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
    "weekend": frozenset({5, 6}),
}
_TIME: Final = re.compile(r"(\d{1,2})(?:[:.]?(\d{2}))?(am|pm)?\Z")
_HINT: Final = "For example `every 30m`, `at 09:00`, `at 09:00, 17:30 mon-fri`, or `off`."


@dataclass(frozen=True, slots=True)
class Every:
    """Equal gaps of so many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class At:
    """These times of day (local) on these days; Monday is 0."""

    times: tuple[time, ...]
    days: frozenset[int] = frozenset(range(7))


Spec = Every | At


def parse(words: str) -> Spec:
    """What was typed or stored. Raises `BadInput` that says which part is not understood."""
    first, _, rest = " ".join(words.lower().split()).partition(" ")
    days, at, times = rest.partition("at ")
    if first == "every" and at:  # every weekday at 09:00
        return _at(f"{times} {days}")
    if first == "every":
        return _every(rest)
    if first == "at":
        return _at(rest)
    raise BadInput("That is not a time for digests." if first else "When?", _HINT)


def text(spec: Spec) -> str:
    """As kept: `parse` gives back the same."""
    if isinstance(spec, Every):
        return "every " + exact_duration(spec.seconds).replace(" min", "m").replace(" h", "h")
    days = "" if len(spec.days) == 7 else " " + _ranges(spec.days)
    return "at " + ", ".join(f"{one:%H:%M}" for one in spec.times) + days


def sentence(spec: Spec, zone: ZoneInfo) -> str:
    """For people: `at 09:00, Monday to Friday (Europe/London)`."""
    if isinstance(spec, Every):
        return f"every {exact_duration(spec.seconds)}"
    times = " and ".join(f"{one:%H:%M}" for one in spec.times)
    if len(spec.days) == 7:
        return f"at {times} every day ({zone.key})"
    runs = [(_NAMES[run[0]], _NAMES[run[-1]]) for run in _runs(spec.days)]
    days = ", ".join(first if first == last else f"{first} to {last}" for first, last in runs)
    return f"at {times}, {days} ({zone.key})"


def zone(*names: str | None) -> ZoneInfo:
    """The first of these IANA names that is one, else UTC."""
    for name in names:
        try:
            if name:
                return ZoneInfo(name)
        except (ValueError, OSError, KeyError):  # not a name, a path, or a zone this machine does not have
            continue
    return ZoneInfo("UTC")


def next_slot(spec: Spec, where: ZoneInfo, after: datetime) -> datetime:
    """The first slot later than `after` (aware), as UTC."""
    after = after.astimezone(UTC)
    if isinstance(spec, Every):
        return _next_of_every(timedelta(seconds=spec.seconds), where, after)
    days = ",".join(str((day + 1) % 7) for day in sorted(spec.days))
    return min(_next_at(one, days, where, after) for one in spec.times)


def is_slot(spec: Spec, where: ZoneInfo, unix: float) -> bool:
    """Whether this moment (Unix seconds) is a slot."""
    at = datetime.fromtimestamp(unix, UTC)
    return next_slot(spec, where, at - timedelta(seconds=1)) == at


def _next_of_every(gap: timedelta, where: ZoneInfo, after: datetime) -> datetime:
    today = after.astimezone(where).date()
    midnight = _midnight(datetime.combine(today, time(0), where))
    tomorrow = _midnight(datetime.combine(today + timedelta(days=1), time(0), where))
    return min(midnight + ((after - midnight) // gap + 1) * gap, tomorrow)


def _midnight(local: datetime) -> datetime:
    return local.replace(fold=0).astimezone(UTC)


def _next_at(at: time, days: str, where: ZoneInfo, after: datetime) -> datetime:
    """cronsim skips nothing in spring and doubles nothing in autumn; but started inside the doubled hour it answers
    with the first pass, which is over."""
    slots = CronSim(f"{at.minute} {at.hour} * * {days}", after.astimezone(where))
    return next(found for found in (slot.astimezone(UTC) for slot in slots) if found > after)


def _every(words: str) -> Every:
    amount = f"1 {words}" if words in ("h", "hour") else words
    seconds = parse_duration(amount)
    if words in ("day", "morning", "week") or (seconds or 0) > LONGEST:
        raise BadInput("That is longer than a day.", "For a time of day: `at 09:00`, or `at 09:00 mon-fri`.")
    if not seconds:
        raise BadInput("Every what?" if not words else f"“{words[:40]}” is not a span of time.", _HINT)
    if seconds < SHORTEST:
        raise BadInput("That is too often.", "At most every 5 minutes; the live board shows what happens in between.")
    return Every(seconds)


def _at(words: str) -> At:
    spaced = re.sub(r"(?<=\d) +(?=[ap]m\b)", "", words.replace("–", "-").replace(" - ", "-"))
    times: set[time] = set()
    days: set[int] = set()
    for part in re.split(r"[\s,;]+", spaced):
        if part in ("", "and", "on", "every"):
            continue
        found = None if days else _time(part)
        if found is not None:
            times.add(found)
        else:
            days |= _day(part)
    if not times:
        raise BadInput("At what time?", _HINT)
    if len(times) > _MOST_TIMES:
        raise BadInput(f"At most {_MOST_TIMES} times a day.", "Use `every 30m` for more.")
    return At(tuple(sorted(times)), frozenset(days or range(7)))


def _time(part: str) -> time | None:
    if part in ("noon", "midnight"):
        return time(12 if part == "noon" else 0)
    found = _TIME.match(part)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hour <= 12:
        hour = 99
    elif half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise BadInput(f"“{part}” is not a time of day.", _HINT)
    return time(hour, minute)


def _day(part: str) -> frozenset[int]:
    if part in _GROUPS:
        return _GROUPS[part]
    if part == "day":
        return _GROUPS["daily"]
    first, dash, last = part.partition("-")
    start, end = _weekday(first), _weekday(last) if dash else _weekday(first)
    if start is None or end is None:
        raise BadInput(f"“{part[:40]}” is neither a time nor a day.", _HINT)
    return frozenset((start + i) % 7 for i in range((end - start) % 7 + 1))


def _weekday(word: str) -> int | None:
    """`mon`, `tues`, `wednesday`, `mondays`."""
    found = [i for i, name in enumerate(_NAMES) if len(word) >= 3 and f"{name}s".lower().startswith(word)]
    return found[0] if len(found) == 1 else None


def _runs(days: frozenset[int]) -> list[list[int]]:
    """Days that follow each other, together; Sunday and Monday are not joined."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _ranges(days: frozenset[int]) -> str:
    return ",".join(_DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}" for run in _runs(days))


def check(hearing: Hearing) -> None:
    """Raises `BadInput` when its digest could never be posted: all its times lie in the quiet hours."""
    spec = parse(hearing.digest) if hearing.digest else None
    if isinstance(spec, At) and all(_within(hearing, f"{one:%H:%M}") for one in spec.times):
        hours = f"{hearing.quiet_from}-{hearing.quiet_to}"
        raise BadInput(
            f"That is in the quiet hours of this channel ({hours}), when no digest is posted.",
            "Change them with `/cutover watch`.",
        )


def _within(hearing: Hearing, local: str) -> bool:
    start, end = hearing.quiet_from, hearing.quiet_to
    if not start or not end:
        return False
    return start <= local < end if start < end else local >= start or local < end
