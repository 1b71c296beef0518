"""Through dlt to warehouses (Snowflake, BigQuery, Redshift, DuckDB ...). The one rule: dlt only forwards the log.

Its own state, loaded together with the rows, is the mark. `dlt:duckdb:/path/file.duckdb`, `dlt:filesystem:/folder`, or
the name of a destination that is configured in dlt's own way (`DESTINATION__SNOWFLAKE__CREDENTIALS` and so on).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")

import dlt
from dlt.common.exceptions import DltException

from bot.archive.errors import ArchiveError
from bot.archive.ship import Line

DATASET: Final = "cutover"
TABLE: Final = "change"
_COLUMNS: Final[Any] = {
    name: {"data_type": "bigint" if name in ("seq", "run_id") else "text", "nullable": name != "seq"}
    for name in Line._fields
}


class Dlt:
    """A pipeline whose working folder lies beside the user's other dlt pipelines."""

    def __init__(self, place: str) -> None:
        kind, _, where = place.partition(":")
        self.name = f"dlt:{place}"
        try:
            destination = _destination(kind, where)
            name = "cutover_archive_" + "".join(one if one.isalnum() else "_" for one in place)[-60:]
            self._pipeline = dlt.pipeline(name, destination=destination, dataset_name=DATASET)
            if (
                self._pipeline.has_pending_data
            ):  # a load that was cut off: dlt ends that one before it looks at new rows
                self._pipeline.run()
            self._pipeline.sync_destination()
        except (DltException, OSError) as problem:
            raise _trouble(problem) from problem

    def last(self) -> int:
        sources = self._pipeline.state.get("sources", {})
        found: Any = next(iter(sources.values()), {})
        kept = found.get("resources", {}).get(TABLE, {}).get("last_seq", 0)
        return int(kept)

    def take(self, batches: Iterator[list[Line]]) -> None:
        @dlt.resource(name=TABLE, write_disposition="append", columns=_COLUMNS)
        def rows() -> Iterator[list[dict[str, Any]]]:
            state = dlt.current.resource_state()
            for batch in batches:
                state["last_seq"] = batch[-1].seq
                yield [line._asdict() for line in batch]

        try:
            self._pipeline.run(rows()).raise_on_failed_jobs()
        except (DltException, OSError) as problem:
            raise _trouble(problem) from problem

    def close(self) -> None:
        """dlt keeps nothing open between loads."""


def _destination(kind: str, where: str) -> Any:
    if kind == "duckdb" and where:
        return dlt.destinations.duckdb(str(Path(where).absolute()))
    if kind == "filesystem" and where:
        return dlt.destinations.filesystem(where if "://" in where else Path(where).absolute().as_uri())
    return kind


def _trouble(problem: Exception) -> ArchiveError:
    lines = [line for line in str(problem).splitlines() if line.strip()] or [type(problem).__name__]
    return ArchiveError(
        f"dlt could not load the rows: {lines[0][:200]}", "The next call goes on where this one stopped."
    )
