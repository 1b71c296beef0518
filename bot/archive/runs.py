"""Runs and what became of them. The one rule: a run that was cut off is taken up again where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from typing import Final

from bot.archive.database import Database
from bot.archive.log import Log, stamp
from bot.clock import Clock

RUNNING, COMPLETE, INCOMPLETE, ABANDONED = "running", "complete", "incomplete", "abandoned"
FULL, INCREMENTAL, LIVE = "full", "incremental", "live"
FINE: Final = ("ok", "not_offered", "gone", "unchanged")
"""States of a unit that leave nothing open."""
RESUME_WITHIN = timedelta(hours=12)
"""An older run is not taken up: what it read first says little about now."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run under way; `done` are the units that need not be read again."""

    id: int
    mode: str
    resumed: bool
    done: frozenset[tuple[str, str]]


def begin(log: Log, clock: Clock, mode: str, scope: str, api_version: str) -> Run:
    """Take up the run of the same mode and scope that was cut off, or start one."""
    database, now = log.database, stamp(clock.now())
    oldest = stamp(clock.now() - RESUME_WITHIN)
    sql = "SELECT run_id FROM run WHERE status=? AND mode=? AND scope=? AND started>=? ORDER BY run_id DESC LIMIT 1"
    found = database.rows(sql, (RUNNING, mode, scope, oldest))
    with database.transaction():
        keep = found[0][0] if found else -1
        database.execute(
            "UPDATE run SET status=?, finished=? WHERE status=? AND mode<>'live' AND run_id<>?",
            (ABANDONED, now, RUNNING, keep),
        )
        if not found:
            return Run(_insert(database, mode, scope, now, api_version), mode, False, frozenset())
    done = database.rows(
        "SELECT kind, parent FROM unit WHERE run_id=? AND status IN ('ok', 'not_offered', 'unchanged')", (keep,)
    )
    return Run(int(keep), mode, True, frozenset((kind, parent) for kind, parent in done))


def begin_live(log: Log, clock: Clock, scope: str, api_version: str) -> Run:
    """The run that follows this scope: one a day, whatever the number of looks. A run cut off stays to be taken up."""
    database, now = log.database, stamp(clock.now())
    oldest = stamp(clock.now() - timedelta(days=1))
    sql = "SELECT run_id FROM run WHERE mode='live' AND scope=? AND started>=? ORDER BY run_id DESC LIMIT 1"
    found = database.rows(sql, (scope, oldest))
    if found:
        return Run(int(found[0][0]), LIVE, True, frozenset())
    with database.transaction():
        return Run(_insert(database, LIVE, scope, now, api_version), LIVE, False, frozenset())


def _insert(database: Database, mode: str, scope: str, now: str, api_version: str) -> int:
    number = int(database.rows("SELECT coalesce(max(run_id), 0) + 1 FROM run")[0][0])
    database.execute(
        "INSERT INTO run (run_id, mode, scope, started, status, api_version, app_version) VALUES (?,?,?,?,?,?,?)",
        (number, mode, scope, now, RUNNING, api_version, metadata.version("cutover-chatops")),
    )
    return number


def due(database: Database, clock: Clock, scope: str, hours: float) -> str:
    """`full` when no full run of this scope was completed in the last `hours`, else `incremental`."""
    oldest = stamp(clock.now() - timedelta(hours=hours))
    sql = "SELECT 1 FROM run WHERE mode='full' AND scope=? AND status=? AND started>=? LIMIT 1"
    return "incremental" if database.rows(sql, (scope, COMPLETE, oldest)) else "full"


def finish(log: Log, clock: Clock, run: Run, requests: int) -> str:
    """Close the run: complete only if every unit is. Its status."""
    database = log.database
    marks = ",".join("?" * len(FINE))
    open_units = database.rows(f"SELECT count(*) FROM unit WHERE run_id=? AND status NOT IN ({marks})", (run.id, *FINE))  # noqa: S608 - marks only
    status = INCOMPLETE if open_units[0][0] else COMPLETE
    with database.transaction():
        database.execute(
            "UPDATE run SET status=?, finished=?, requests=requests+? WHERE run_id=?",
            (status, stamp(clock.now()), requests, run.id),
        )
    database.settle()
    return status


def abandon(database: Database, run: Run, note: str) -> None:
    """A run that could never come to its end, for what it was asked for does not exist."""
    with database.transaction():
        database.execute(
            "UPDATE run SET status=?, finished=started, note=? WHERE run_id=?", (ABANDONED, note[:500], run.id)
        )


def interrupted(database: Database, run: Run, requests: int, note: str) -> None:
    """Say why a run stopped; it stays open, to be taken up."""
    with database.transaction():
        database.execute("UPDATE run SET requests=requests+?, note=? WHERE run_id=?", (requests, note[:500], run.id))
