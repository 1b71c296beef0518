"""What was when. The one rule: a moment is when the bot saw something; Cutover's own time stands beside it.

What changed twice between two runs is seen once. Who changed it is told only where Cutover's lists tell it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from bot.archive.database import Database
from bot.archive.kinds import BY_NAME, OF_RUNBOOK
from bot.archive.log import stamp
from bot.errors import Ambiguous, BadInput


class Field(NamedTuple):
    """One attribute or relationship that changed; None where there was, or is, no value."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the log about one resource. `observed` is the bot's time, `source` Cutover's; both text, UTC."""

    seq: int
    op: str
    observed: str
    source: str | None
    run_id: int
    reason: str | None
    fields: tuple[Field, ...]
    payload: str | None


class Known(NamedTuple):
    """A resource that the archive has or had."""

    kind: str
    id: str
    parent: str
    name: str


def find(database: Database, kind: str, wanted: str, parent: str | None) -> Known:
    """A resource by id, or by its name or a part of it. Errors: `BadInput`, `Ambiguous` naming the candidates."""
    if kind not in BY_NAME:
        raise BadInput(f"There is no kind “{kind}” in the archive.", f"Kinds are {', '.join(BY_NAME)}.")
    sql = (
        "SELECT h.id, h.parent, coalesce(n.name, '') FROM head h LEFT JOIN names n ON n.kind=h.kind AND n.id=h.id"
        " WHERE h.kind=? AND (? = '' OR h.parent=?) AND {what} ORDER BY h.id LIMIT 21"
    )
    place = (kind, parent or "", parent or "")
    words = wanted.casefold()
    for what, value in (("h.id=?", wanted), ("lower(n.name)=?", words), ("lower(n.name) LIKE ?", f"%{words}%")):
        found = database.rows(sql.format(what=what), (*place, value))
        if len(found) == 1:
            return Known(kind, *found[0])
        if found:
            names = "; ".join(f"{row[0]} {row[2]}" for row in found[:20])
            raise Ambiguous(f"“{wanted}” fits more than one {kind}.", f"Give the id: {names}.")
    where = f" in runbook {parent}" if parent else ""
    raise BadInput(f"The archive has no {kind} “{wanted}”{where}.", "Give its id, or a part of its name.")


def history(database: Database, known: Known) -> Iterator[Event]:
    """Every row of the log about one resource, oldest first."""
    sql = (
        f"SELECT seq, op, observed_at, source_updated_at, run_id, reason, {database.as_text('payload')}"  # noqa: S608
        " FROM change WHERE kind=? AND id=? ORDER BY seq"
    )
    before: str | None = None
    for seq, op, observed, source, run_id, reason, payload in database.rows(sql, (known.kind, known.id)):
        fields = differences(before, payload, BY_NAME[known.kind].ignored) if before and payload else ()
        yield Event(int(seq), op, observed, source, int(run_id), reason, tuple(fields), payload)
        before = payload or before


def differences(before: str, after: str, ignored: frozenset[str]) -> list[Field]:
    """What differs between two payloads, by name; relationships as the ids they point at."""
    old, new = _flat(before), _flat(after)
    names = sorted((old.keys() | new.keys()) - ignored)
    return [Field(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def _flat(payload: str) -> dict[str, Any]:
    thing = orjson.loads(payload)
    found = {name: _linked(one) for name, one in (thing.get("relationships") or {}).items()}
    return found | (thing.get("attributes") or {})


def _linked(relationship: Any) -> Any:
    data = relationship.get("data") if isinstance(relationship, dict) else None
    if isinstance(data, list):
        return [f"{one.get('type')} {one.get('id')}" for one in data if isinstance(one, dict)]
    return data.get("id") if isinstance(data, dict) else None


class State(NamedTuple):
    """A resource as it was."""

    kind: str
    id: str
    parent: str
    seen_at: str
    payload: str

    @property
    def attributes(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.payload).get("attributes") or {}
        return found


def as_of(database: Database, moment: datetime, *, runbook: str | None = None, kind: str | None = None) -> list[State]:
    """Everything as the bot knew it at `moment`; narrowed to a runbook with its lists, or to a kind.

    Errors: `BadInput` for a moment before the first row of the log.
    """
    text = stamp(moment.astimezone(UTC))
    first = database.rows("SELECT min(observed_at) FROM change")[0][0]
    if first is None or text < first:
        raise BadInput(
            f"The archive knows nothing about {text}.", f"It begins at {first}." if first else "It is empty."
        )
    where, values = "observed_at<=?", [text]
    if kind is not None:
        where, values = f"{where} AND kind=?", [*values, kind]
    if runbook is not None:
        kinds = ",".join(f"'{one.name}'" for one in OF_RUNBOOK)
        where = f"{where} AND ((kind='runbook' AND id=?) OR (kind IN ({kinds}) AND parent=?))"
        values += [runbook, runbook]
    sql = (
        f"SELECT c.kind, c.id, c.parent, c.observed_at, {database.as_text('c.payload')} FROM"  # noqa: S608
        f" (SELECT kind, id, max(seq) AS seq FROM change WHERE {where} GROUP BY kind, id) n"
        " JOIN change c ON c.seq=n.seq WHERE c.op<>'delete' ORDER BY c.kind, c.parent, c.id"
    )
    return [State(*row) for row in database.rows(sql, values)]


def moment(text: str) -> datetime:
    """A time as a person gives it, ISO 8601; without a zone it is UTC. Errors: `BadInput`."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"“{text}” is not a time.", "Write 2026-11-20T09:00Z, or 2026-11-20.") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
