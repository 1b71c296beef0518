"""Parquet files, in a folder or in object storage (`s3://`, `gs://`, `abfs://`). The one rule: a file appears whole."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.fs as fs  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from bot.archive.errors import ArchiveError
from bot.archive.ship import Line
from bot.archive.ship_files import last_of, name_of

SCHEMA: Final = pa.schema(
    [
        pa.field(name, pa.int64() if name in ("seq", "run_id") else pa.string(), nullable=name not in ("seq", "op"))
        for name in Line._fields
    ]
)


def table(batch: list[Line]) -> Any:
    """A batch as an Arrow table."""
    return pa.table(list(zip(*batch, strict=True)), schema=SCHEMA)


class Parquet:
    """A folder of `.parquet` files, one row group a batch."""

    def __init__(self, place: str) -> None:
        self.name = f"parquet:{place}"
        with _told():
            if "://" in place:
                self._files, self._folder = fs.FileSystem.from_uri(place)
            else:
                self._files, self._folder = fs.LocalFileSystem(), str(Path(place).absolute())
            self._files.create_dir(self._folder, recursive=True)
        self._local = self._files.type_name == "local"

    def last(self) -> int:
        with _told():
            found = self._files.get_file_info(fs.FileSelector(self._folder))
        return last_of((one.base_name for one in found), "parquet")

    def take(self, batches: Iterator[list[Line]]) -> None:
        # An object appears when its upload ends, under its last name; a local file is renamed.
        first = last = 0
        started = f"{self._folder}/.part"
        with _told():
            with pq.ParquetWriter(started, SCHEMA, filesystem=self._files, compression="zstd") as writer:
                for batch in batches:
                    first, last = first or batch[0].seq, batch[-1].seq
                    writer.write_table(table(batch))
            self._files.move(started, f"{self._folder}/{name_of(first, last, 'parquet')}")

    def close(self) -> None:
        with contextlib.suppress(OSError, pa.ArrowException):
            self._files.delete_file(f"{self._folder}/.part")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as problem:
        said = str(problem).splitlines()[0][:200]
        raise ArchiveError(f"The Parquet target does not take the rows: {said}", "The next call goes on.") from problem
