"""Forwarding the log to where reports are made. The one rule: the target itself says how far it is.

A target takes rows and its own mark in one step (a transaction, a file that appears whole, a Delta commit), so that a
crash at any moment neither loses a row nor brings one twice. The archive keeps a copy of the mark for `status` only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from bot.archive.database import Database
from bot.archive.errors import ArchiveError
from bot.archive.log import stamp
from bot.clock import Clock

BATCH: Final = 5_000
CHUNK: Final = 50_000
"""Rows in one file or commit; a batch of them is in memory."""


class Line(NamedTuple):
    """One row of the log as it is forwarded. `hash` in hexadecimal; `payload` the resource as sent, None if it went."""

    seq: int
    run_id: int
    observed_at: str
    source_updated_at: str | None
    kind: str
    id: str
    parent: str
    op: str
    reason: str | None
    hash: str | None
    payload: str | None


class Target(Protocol):
    """Somewhere to forward to. `name` is stable and holds no password."""

    name: str

    def last(self) -> int:
        """The newest row it has, 0 for none."""

    def take(self, batches: Iterator[list[Line]]) -> None:
        """Rows in order, all newer than `last`. Called again for the next chunk."""

    def close(self) -> None: ...


class Shipped(NamedTuple):
    """What a call did: rows `first` to `last`, or nothing new (`rows` 0)."""

    target: str
    rows: int
    last: int


def ship(database: Database, target: Target, clock: Clock) -> Shipped:
    """Forward what the target does not have. Errors: `ArchiveError`; what was taken before it stays taken."""
    database.settle()  # nothing is forwarded that a power cut could still take out of the log
    until = int(database.rows("SELECT coalesce(max(seq), 0) FROM change")[0][0])
    began = done = target.last()
    if began > until:
        raise ArchiveError(
            f"{target.name} has rows up to {began}; this log ends at {until}.",
            "It was filled from another archive: give this one a place of its own.",
        )
    while done < until:
        end = min(until, done + CHUNK)
        target.take(_batches(database, done, end))
        done = end
        _mark(database, target.name, done, clock)
    if began == until:
        _mark(database, target.name, until, clock)
    return Shipped(target.name, until - began, until)


def _batches(database: Database, since: int, until: int) -> Iterator[list[Line]]:
    sql = (
        "SELECT seq, run_id, observed_at, source_updated_at, kind, id, parent, op, reason, hash,"  # noqa: S608
        f" {database.as_text('payload')} FROM change WHERE seq>? AND seq<=? ORDER BY seq LIMIT {BATCH}"
    )
    while rows := database.rows(sql, (since, until)):
        since = int(rows[-1][0])
        yield [Line._make((*row[:9], None if row[9] is None else bytes(row[9]).hex(), row[10])) for row in rows]


def _mark(database: Database, name: str, seq: int, clock: Clock) -> None:
    sql = (
        "INSERT INTO ship (target, last_seq, shipped_at, kind) VALUES (?,?,?,?) ON CONFLICT (target) DO UPDATE"
        " SET last_seq=excluded.last_seq, shipped_at=excluded.shipped_at"
    )
    with database.transaction():
        database.execute(sql, (name, seq, stamp(clock.now()), name.partition(":")[0]))


def open_target(text: str) -> Target:
    """A target by its name on the command line. Errors: `ArchiveError` for an unknown one, or a missing extra."""
    kind, _, place = text.partition(":")
    if kind in ("jsonl", "csv") and place:
        from bot.archive.ship_text import TextFiles

        return TextFiles(kind, place)
    if kind in ("postgresql", "postgres"):
        from bot.archive.ship_postgres import Postgres

        return Postgres(text)
    if kind not in ("parquet", "delta", "dlt") or not place:
        raise ArchiveError(
            f"“{kind}” is not a target.",
            "Targets: jsonl:DIR, csv:DIR, parquet:DIR (or s3://...), delta:DIR, postgresql://..., dlt:DESTINATION.",
        )
    try:
        if kind == "parquet":
            from bot.archive.ship_parquet import Parquet

            return Parquet(place)
        if kind == "delta":
            from bot.archive.ship_delta import Delta

            return Delta(place)
        from bot.archive.ship_dlt import Dlt

        return Dlt(place)
    except ImportError as missing:
        raise ArchiveError(
            f"The target {kind} needs a package that is not installed ({missing.name}).",
            "Install the extra: pip install 'cutover-chatops[lake]'.",
        ) from None
