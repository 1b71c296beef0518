"""What a benchmark found, and whether it is good enough. The one rule: a gate that is missed is named, with its figure.

A result ends the output of every benchmark as one line of JSON; `python -m benchmarks` collects these lines.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Row = dict[str, float]


@dataclass(frozen=True, slots=True)
class Gate:
    """`value` may be at most `limit`; with `least` it must be at least that. Units are said in `name`."""

    name: str
    value: float
    limit: float
    least: bool = False

    @property
    def held(self) -> bool:
        """NaN holds no gate."""
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        sign = "at least" if self.least else "at most"
        return f"{self.name}: {figure(self.value)} ({sign} {figure(self.limit)})"


@dataclass(slots=True)
class Result:
    """`rows`: figures by column, by what was measured. A figure that was not taken is left out."""

    name: str
    rows: Mapping[str, Mapping[str, float]]
    gates: list[Gate] = field(default_factory=list)

    @property
    def missed(self) -> list[Gate]:
        """The gates that do not hold."""
        return [gate for gate in self.gates if not gate.held]

    @property
    def columns(self) -> list[str]:
        """Of all rows, in the order they come."""
        return list(dict.fromkeys(name for row in self.rows.values() for name in row))

    def finish(self) -> int:
        """Print the gates and the line of JSON; the exit code."""
        for gate in self.gates:
            print(f"{'PASS' if gate.held else 'FAIL'}  {gate}")
        print(json.dumps(asdict(self)))
        sys.stdout.flush()
        return int(bool(self.missed))

    def table(self) -> None:
        """Print the rows."""
        wide = max(map(len, self.rows), default=0) + 2
        widths = [max(len(name), 8) for name in self.columns]
        heads = zip(self.columns, widths, strict=True)
        print(" " * wide + " ".join(f"{name:>{width}}" for name, width in heads))
        for what, row in self.rows.items():
            cells = zip((shown(row.get(name)) for name in self.columns), widths, strict=True)
            print(f"{what:<{wide}}" + " ".join(f"{cell:>{width}}" for cell, width in cells), flush=True)


def medians(rounds: Sequence[Row], floor: Sequence[Row], ratios: Sequence[str] = ()) -> Row:
    """The median of each figure; of `ratios` also the median of each round's ratio to the floor's round beside it."""
    row = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    for name in ratios:
        short = name.removesuffix(" ms")
        row[f"{short} x"] = statistics.median(a[name] / b[name] for a, b in zip(rounds, floor, strict=True))
    return row


def read(line: str) -> Result:
    """The result in a line of JSON. Raises `ValueError` where there is none."""
    try:
        found: dict[str, Any] = json.loads(line)
        return Result(found["name"], found["rows"], [Gate(**gate) for gate in found["gates"]])
    except (KeyError, TypeError) as error:
        raise ValueError(line) from error


def missed(results: Iterable[Result]) -> list[str]:
    """Every gate that does not hold, in words; a result that judges nothing is one too."""
    told = []
    for result in results:
        told += [f"{result.name}: {gate}" for gate in result.missed]
        if not result.gates:
            told.append(f"{result.name}: nothing was judged")
    return told


def figure(value: float) -> str:
    """Three digits that mean something."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 or not size else f"{value:.3f}"


def shown(value: float | None) -> str:
    return "" if value is None else figure(value)
