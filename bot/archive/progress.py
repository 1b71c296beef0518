"""How far a run is. The one rule: bars for a person at a terminal, plain lines for everybody else; always on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

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


@contextmanager
def shown() -> Iterator[Progress]:
    """Bars on a terminal, lines otherwise."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from bot.archive.progress_bars import bars  # what draws them is of no use to a scheduled run

    with bars() as progress:
        yield progress
