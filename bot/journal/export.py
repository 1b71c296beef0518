"""The audit trail for other programs. The one rule: every row comes out, in order, with the hash that proves it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.store.tables import audit

_CHUNK: Final = 2000
COLUMNS: Final = (
    "time", "what", "user", "name", "team", "verb", "right", "runbook", "task", "as", "allowed", "kind", "channel",
    "state", "note", "why", "id", "writer", "seq", "hash",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def entries(connection: sa.Connection, since: float = 0.0) -> Iterator[dict[str, Any]]:
    """Rows from `since` on (Unix seconds), oldest first: what was told, and `at`, `writer`, `seq`, `hash`."""
    query = sa.select(audit).where(audit.c.at >= since).order_by(audit.c.at, audit.c.writer, audit.c.seq)
    for row in connection.execution_options(yield_per=_CHUNK).execute(query).mappings():
        yield entry(row)


def latest(connection: sa.Connection, most: int) -> list[dict[str, Any]]:
    """The last rows, newest first, without those in which a chain begins."""
    query = sa.select(audit).where(audit.c.seq > 1).order_by(audit.c.at.desc(), audit.c.seq.desc()).limit(most)
    return [entry(row) for row in connection.execute(query).mappings()]


def entry(row: sa.RowMapping) -> dict[str, Any]:
    """One row; its body as text where it cannot be read."""
    try:
        told = json.loads(row["body"])
    except ValueError:
        told = None
    told = told if isinstance(told, dict) else {"what": "unreadable", "body": row["body"]}
    return {**told, "at": row["at"], "writer": row["writer"], "seq": row["seq"], "hash": row["hash"]}


def json_lines(connection: sa.Connection, since: float = 0.0) -> Iterator[str]:
    """One JSON object a line."""
    for one in entries(connection, since):
        yield json.dumps({"time": _time(one["at"]), **one}, ensure_ascii=False) + "\n"


def csv_lines(connection: sa.Connection, since: float = 0.0) -> Iterator[str]:
    """A table for spreadsheets, `COLUMNS` first. What would be a formula there is kept text by a quote before it."""
    yield _line(COLUMNS)
    for one in entries(connection, since):
        origin = one.get("origin") if isinstance(one.get("origin"), dict) else {}
        flat = {**(origin or {}), **one, "time": _time(one["at"])}
        yield _line([_cell(flat.get(name, "")) for name in COLUMNS])


def _line(values: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)  # it puts quotes around what ends a line: either of these
    return out.getvalue().removesuffix("\r\n") + "\n"


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value if isinstance(value, str | int | float) else json.dumps(value)


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
