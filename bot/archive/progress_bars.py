"""Bars for a person at a terminal. The one rule: on stderr, and gone when the run is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from bot.archive.log import Found


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
def bars() -> Iterator[Shown]:
    """Drawn while the block runs."""
    columns = (TextColumn("{task.description:>5}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as drawn:
        yield Shown(drawn)
