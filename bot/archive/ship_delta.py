"""A Delta table as target. The one rule: the newest row's number is part of the commit that brings it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

import pyarrow as pa  # type: ignore[import-untyped]
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError

from bot.archive.errors import ArchiveError
from bot.archive.ship import Line
from bot.archive.ship_parquet import SCHEMA, table

APP: Final = "cutover-chatops-archive"


class Delta:
    """Appends commits; each carries an application transaction, by which a repeated one is known."""

    def __init__(self, place: str) -> None:
        self._place, self.name = place, f"delta:{place}"

    def last(self) -> int:
        with _told():
            if not DeltaTable.is_deltatable(self._place):
                return 0
            return DeltaTable(self._place).transaction_version(APP) or 0

    def take(self, batches: Iterator[list[Line]]) -> None:
        rows = pa.concat_tables([table(batch) for batch in batches])
        last = rows["seq"][-1].as_py()
        with _told():
            write_deltalake(
                self._place,
                pa.table(rows.columns, schema=SCHEMA),
                mode="append",
                commit_properties=CommitProperties(app_transactions=[Transaction(APP, last)]),
            )

    def close(self) -> None:
        """Nothing is open between commits."""


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OSError, DeltaError) as problem:
        said = str(problem).splitlines()[0][:200]
        raise ArchiveError(f"The Delta table does not take the rows: {said}", "The next call goes on.") from problem
