"""The short form, for every push: ratios only, with bounds so wide that a busy machine does not matter.

What it finds is a change that makes something several times as expensive, not one of a tenth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.result import Gate, Result

RUNS = {
    "command": ("benchmarks.command", "--rounds", "2", "--presses", "120", "--only", "http", "--steady", "0"),
    "outbox": ("benchmarks.outbox", "--rounds", "1", "--letters", "400", "--only", "sqlite"),
    "render": ("benchmarks.render", "--rounds", "5"),
    "start": ("benchmarks.start", "--rounds", "1", "--only", "http"),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A column of a row of a benchmark's result, and how much it may be."""

    benchmark: str
    row: str
    column: str
    limit: float
    least: bool = False


BOUNDS = (
    Bound("command", "command, HTTP: bot", "CPU x", 3.0),
    Bound("command", "command, HTTP: bot, no journal", "CPU x", 3.5),
    Bound("command", "button, HTTP: bot", "CPU x", 3.0),
    Bound("command", "command, HTTP, 16 connections: bot", "a second x", 0.35, least=True),
    Bound("outbox", "SQLite, 1 channel: bot", "CPU x", 4.0),
    Bound("outbox", "SQLite, 100 channels: bot", "CPU x", 5.0),
    Bound("render", "board, 10,000 tasks", "CPU x", 15.0),
    Bound("render", "digest, 10,000 tasks", "CPU x", 70.0),
    Bound("start", "the bot, HTTP", "CPU x", 6.0),
)


def judge(results: Iterable[Result], bounds: Iterable[Bound] = BOUNDS) -> list[str]:
    """What is over its bound, in words; what was not measured is as bad."""
    found = {result.name: result.rows for result in results}
    told = []
    for bound in bounds:
        value = found.get(bound.benchmark, {}).get(bound.row, {}).get(bound.column)
        what = f"{bound.benchmark}: {bound.row}: {bound.column}"
        if value is None:
            told.append(f"{what}: was not measured")
        elif not (gate := Gate(what, value, bound.limit, bound.least)).held:
            told.append(str(gate))
    return told
