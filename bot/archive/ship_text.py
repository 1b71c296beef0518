"""JSON lines and CSV, for a quick look. The one rule: as in all folders, a file appears whole."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import orjson

from bot.archive.errors import ArchiveError
from bot.archive.ship import Line
from bot.archive.ship_files import last_of, name_of


class TextFiles:
    """A folder of `.jsonl` or `.csv` files. In JSON lines `payload` is the resource itself, on one line."""

    def __init__(self, ending: str, folder: str) -> None:
        self._ending, self._folder = ending, Path(folder)
        self.name = f"{ending}:{folder}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise _trouble(problem) from problem

    def last(self) -> int:
        return last_of((one.name for one in self._folder.iterdir()), self._ending)

    def take(self, batches: Iterator[list[Line]]) -> None:
        started = self._folder / f".part.{self._ending}"
        first = last = 0
        try:
            with started.open("w", encoding="utf-8", newline="") as file:
                for number, batch in enumerate(batches):
                    first, last = first or batch[0].seq, batch[-1].seq
                    self._write(file, batch, header=number == 0)
                file.flush()
                os.fsync(file.fileno())
            started.replace(self._folder / name_of(first, last, self._ending))
        except OSError as problem:
            raise _trouble(problem) from problem

    def _write(self, file: TextIO, batch: list[Line], *, header: bool) -> None:
        if self._ending == "jsonl":
            for line in batch:
                head = orjson.dumps(line._asdict() | {"payload": None}).decode()
                file.write(head.removesuffix("null}") + (line.payload or "null").replace("\n", " ") + "}\n")
            return
        writer = csv.writer(file)
        if header:
            writer.writerow(Line._fields)
        writer.writerows(batch)

    def close(self) -> None:
        (self._folder / f".part.{self._ending}").unlink(missing_ok=True)


def _trouble(problem: OSError) -> ArchiveError:
    return ArchiveError(
        f"The target's folder cannot be written ({problem.strerror}).", "The next call goes on from here."
    )
