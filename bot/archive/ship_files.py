"""Folders of files as targets. The one rule: a file appears whole, and its name says which rows it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.archive.errors import ArchiveError

_NAME = re.compile(r"changes-(\d{12})-(\d{12})\.(\w+)\Z")


def name_of(first: int, last: int, ending: str) -> str:
    """Names sort as the rows do."""
    return f"changes-{first:012d}-{last:012d}.{ending}"


def last_of(names: Iterable[str], ending: str) -> int:
    """The newest row in a folder, by the names of its files. Errors: `ArchiveError` when rows between are missing."""
    spans = sorted(
        (int(found[1]), int(found[2])) for one in names if (found := _NAME.match(one)) and found[3] == ending
    )
    reached = 0
    for first, last in spans:
        if first != reached + 1:
            raise ArchiveError(
                f"Rows {reached + 1} to {first - 1} are missing among the files of this target."
                if first > reached
                else f"Rows {first} to {reached} are in two files of this target.",
                "Empty the folder to ship all of it again.",
            )
        reached = last
    return reached
