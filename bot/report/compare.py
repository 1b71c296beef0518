"""Two runs of one plan side by side. The one rule: tasks are the same where stream and name are; others are listed.

Copies of a template give their tasks new ids, so the name is what they share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.report.after import AfterRun
from bot.report.lines import Line


@dataclass(frozen=True, slots=True)
class Pair:
    """One task in both runs."""

    earlier: Line
    later: Line

    @property
    def longer(self) -> float | None:
        """Seconds that the later one took longer; None unless both were done."""
        before, after = self.earlier.took, self.later.took
        return after - before if before is not None and after is not None else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`pairs`: the largest differences first. `only_earlier`, `only_later`: tasks that the other run lacks."""

    earlier: AfterRun
    later: AfterRun
    pairs: tuple[Pair, ...]
    only_earlier: tuple[Line, ...]
    only_later: tuple[Line, ...]

    @property
    def longer(self) -> float | None:
        """Seconds that the later run took longer."""
        before, after = self.earlier.took, self.later.took
        return after - before if before is not None and after is not None else None


def compare(earlier: AfterRun, later: AfterRun) -> Comparison:
    """Both runs, task by task. Tasks of one name in one stream are paired in their order."""
    waiting = _by_name(earlier.lines)
    pairs, new = [], []
    for line in later.lines:
        same = waiting.get(_key(line))
        if same:
            pairs.append(Pair(same.pop(0), line))
        else:
            new.append(line)
    gone = [line for rest in waiting.values() for line in rest]
    pairs.sort(key=lambda pair: -abs(pair.longer or 0))
    return Comparison(earlier, later, tuple(pairs), tuple(gone), tuple(new))


def _key(line: Line) -> tuple[str, str]:
    stream = line.stream.name.raw if line.stream else ""
    return stream.strip().casefold(), line.task.name.raw.strip().casefold()


def _by_name(lines: Iterable[Line]) -> dict[tuple[str, str], list[Line]]:
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        found.setdefault(_key(line), []).append(line)
    return found
