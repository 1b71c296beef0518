"""How far a run is. The one rule: bars for a person at a terminal, plain lines for everybody else; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from bot.archive.crawl import Progress
from bot.archive.log import Found
from bot.archive.runs import FINE

EVERY: Final = 5.0
"""Seconds between two lines."""


class Lines:
    """A line now and then."""

    def __init__(self) -> None:
        self._units = self._done = self._rows = 0
        self._told = time.monotonic()

    def planned(self, units: int) -> None:
        self._units += units

    def read(self, found: Found) -> None:
        self._rows += found.uniq
        if found.status not in FINE:
            where = f" of {found.parent}" if found.parent else ""
            print(f"{found.kind}{where}: {found.status}: {found.note or ''}", file=sys.stderr)
        self.skipped()

    def skipped(self) -> None:
        self._done += 1
        if time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            print(f"{self._done} of {self._units} lists, {self._rows} rows", file=sys.stderr, flush=True)


class Shown:
    """Two bars: lists, and rows as Cutover counts them."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._lists = bars.add_task("lists", total=0)
        self._rows = bars.add_task("rows", total=0)
        self._units = self._expected = 0

    def planned(self, units: int) -> None:
        self._units += units
        self._bars.update(self._lists, total=self._units)

    def read(self, found: Found) -> None:
        self._expected += max(found.uniq, found.total or 0)
        self._bars.update(self._rows, total=self._expected, advance=found.uniq)
        self.skipped()

    def skipped(self) -> None:
        self._bars.update(self._lists, advance=1)


@contextmanager
def shown() -> Iterator[Progress]:
    """Bars on a terminal, lines otherwise."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    columns = (TextColumn("{task.description:>5}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Shown(bars)
