"""Is the copy whole? The one rule: a run that is not complete says so, and where.

Four checks: what Cutover counted against what was read, per kind and list; that every payload still is what its hash
says; that the heads, and the tables with columns, are what the log gives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.archive import resource, typed
from bot.archive.database import Database


@dataclass(frozen=True, slots=True)
class Counted:
    """One kind of the last finished or cut-off run: `expected` as Cutover counted, None where it did not tell."""

    kind: str
    units: int
    expected: int | None
    seen: int
    bad: int


@dataclass(slots=True)
class Report:
    """`problems` are sentences; none: the archive is whole. `missing`: lists this Cutover does not offer."""

    run_id: int | None
    status: str
    scope: str = "{}"
    kinds: list[Counted] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def verify(database: Database, *, deep: bool = True) -> Report:
    """All checks; without `deep` only the counts."""
    run = database.rows(
        "SELECT run_id, status, note, scope FROM run WHERE status<>'abandoned'"
        " ORDER BY CASE mode WHEN 'live' THEN 0 ELSE run_id END DESC LIMIT 1"
    )
    if not run:
        return Report(None, "empty", problems=["No run has been made."])
    number, status, note, scope = run[0]
    report = Report(int(number), str(status), str(scope))
    if status != "complete":
        why = f": {note}" if note else ""
        report.problems.append(f"Run {number} is {'not finished' if status == 'running' else status}{why}.")
    _units(database, report)
    if deep:
        report.problems += _payloads(database)
        report.problems += _heads(database)
        for table in typed.differences(database):
            report.problems.append(f"Table {table} differs from what the log gives.")
    return report


def _units(database: Database, report: Report) -> None:
    sql = (
        "SELECT kind, count(*), sum(CASE WHEN status<>'not_offered' THEN meta_total END),"
        " sum(uniq), sum(CASE WHEN status IN ('ok','not_offered','gone','unchanged') THEN 0 ELSE 1 END)"
        " FROM unit WHERE run_id=? GROUP BY kind ORDER BY kind"
    )
    for kind, units, expected, seen, bad in database.rows(sql, (report.run_id,)):
        told = None if expected is None else int(expected)
        report.kinds.append(Counted(kind, int(units), told, int(seen), int(bad)))
    missing = database.rows(
        "SELECT DISTINCT kind FROM unit WHERE run_id=? AND status='not_offered' ORDER BY kind", (report.run_id,)
    )
    report.missing = [row[0] for row in missing]
    sql = (
        "SELECT kind, parent, status, meta_total, uniq, note FROM unit WHERE run_id=? AND"
        " status NOT IN ('ok','not_offered','gone','unchanged') ORDER BY kind, parent LIMIT 50"
    )
    for kind, parent, status, total, seen, note in database.rows(sql, (report.run_id,)):
        counted = f", {seen} of {total}" if total is not None else ""
        report.problems.append(f"{kind} {parent}: {status}{counted}{f' ({note})' if note else ''}.".replace(" :", ":"))


def _payloads(database: Database) -> list[str]:
    """Rows of the log whose payload is not what was hashed when it came."""
    wrong = 0
    sql = f"SELECT op, hash, {database.as_text('payload')} FROM change ORDER BY seq"  # noqa: S608 - a column's name
    for part in database.each(sql):
        for op, digest, payload in part:
            if op == "delete":
                wrong += payload is not None
            else:
                wrong += payload is None or resource.digest(payload.encode()) != bytes(digest)
    return [f"{wrong} rows of the log hold something else than what was read."] if wrong else []


def _heads(database: Database) -> list[str]:
    """The heads, rebuilt from the log, compared."""
    newest = "SELECT kind, id, max(seq) AS seq FROM change GROUP BY kind, id"
    sql = (
        f"SELECT count(*) FROM ({newest}) n JOIN change c ON c.seq=n.seq"  # noqa: S608
        " LEFT JOIN head h ON h.kind=n.kind AND h.id=n.id WHERE h.seq IS NULL OR h.seq<>n.seq OR h.parent<>c.parent"
        " OR h.live<>(CASE WHEN c.op='delete' THEN 0 ELSE 1 END)"
    )
    wrong = int(database.rows(sql)[0][0])
    extra = int(
        database.rows("SELECT count(*) FROM head h LEFT JOIN change c ON c.seq=h.seq WHERE c.seq IS NULL")[0][0]
    )
    return [f"{wrong + extra} resources are not known as the log has them."] if wrong + extra else []


def status(database: Database) -> dict[str, Any]:
    """Numbers for a person: live resources by kind, versions, runs, cursors of targets."""
    live = dict(database.rows("SELECT kind, count(*) FROM head WHERE live=1 GROUP BY kind ORDER BY kind"))
    versions, newest = database.rows("SELECT count(*), max(observed_at) FROM change")[0]
    runs = database.rows(
        "SELECT run_id, mode, scope, started, finished, status, requests, note FROM run ORDER BY run_id DESC LIMIT 5"
    )
    ships = database.rows("SELECT target, last_seq, shipped_at FROM ship ORDER BY target")
    meta = dict(database.rows("SELECT key, value FROM meta"))
    return {
        "source": meta["source"],
        "live": live,
        "log_rows": versions,
        "newest": newest,
        "bytes": database.size(),
        "runs": runs,
        "ships": ships,
    }
