"""The log of changes. The one rule: a unit (one list below one parent) is compared and committed as a whole.

A row of the log says what the bot saw, when it saw it, and keeps the resource as sent. What is absent from a list is
retired only with a verdict from outside; a list that was not proven complete retires nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from bot.archive import resource
from bot.archive.database import Database
from bot.archive.kinds import BY_NAME, below
from bot.archive.resource import Row

INSERT, UPDATE, DELETE, REAPPEAR = "insert", "update", "delete", "reappear"
_CHANGE: Final = (
    "INSERT INTO change (seq, run_id, observed_at, source_updated_at, kind, id, parent, op, reason, hash, payload)"
    " VALUES (?,?,?,?,?,?,?,?,?,?,?)"
)
_HEAD: Final = (
    "INSERT INTO head (kind, id, parent, seq, live, hash, updated_at) VALUES (?,?,?,?,?,?,?) ON CONFLICT (kind, id) DO"
    " UPDATE SET parent=excluded.parent, seq=excluded.seq, live=excluded.live, hash=excluded.hash,"
    " updated_at=excluded.updated_at"
)
_UNIT: Final = (
    "INSERT INTO unit (run_id, kind, parent, status, meta_total, seen, uniq, requests, retries, note)"
    " VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (run_id, kind, parent) DO UPDATE SET status=excluded.status,"
    " meta_total=excluded.meta_total, seen=excluded.seen, uniq=excluded.uniq, requests=unit.requests+excluded.requests,"
    " retries=unit.retries+excluded.retries, note=excluded.note"
)


@dataclass(slots=True)
class Found:
    """A unit as read. `complete`: proven to be the whole list; `total` as Cutover told, `uniq` of `seen` rows.

    `inside` tells of an absent resource (its last payload) whether this reading could have shown it.
    """

    kind: str
    parent: str
    rows: dict[str, Row] = field(default_factory=dict)
    complete: bool = False
    status: str = "ok"
    total: int | None = None
    seen: int = 0
    uniq: int = 0
    requests: int = 0
    retries: int = 0
    note: str | None = None
    inside: Callable[[str], bool] | None = None


class Head(NamedTuple):
    """What is known of one resource: `seq` of its newest change, whether it `live`s, and the hash last seen."""

    id: str
    seq: int
    live: int
    hash: bytes | None
    parent: str


class Settled(NamedTuple):
    """What a unit became: changes by operation. `absent`: ids to be confirmed first; then nothing was written."""

    counts: dict[str, int]
    absent: tuple[str, ...] = ()


class Log:
    """Writes the log. Not for two threads at once."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.database, self._now = database, now
        found = database.rows("SELECT seq, observed_at FROM change ORDER BY seq DESC LIMIT 1")
        self._seq, self._newest = (int(found[0][0]), str(found[0][1])) if found else (0, "")

    def moment(self) -> str:
        """Now as text; never before the newest row of the log, so that order of rows is order in time."""
        self._newest = max(self._newest, stamp(self._now()))
        return self._newest

    def heads(self, kind: str, parent: str) -> dict[str, Head]:
        """What is known below `parent`, dead or alive."""
        sql = "SELECT id, seq, live, hash, parent FROM head WHERE kind=? AND parent=?"
        return {row[0]: Head(*row) for row in self.database.rows(sql, (kind, parent))}

    def settle(self, run_id: int, found: Found, verdicts: Mapping[str, str | None] | None = None) -> Settled:
        """Compare and commit a unit. `verdicts`: absent id -> reason for retiring it, or None to leave it alone.

        Without verdicts for all that is absent from a complete list nothing is written; the absent ids come back.
        """
        if self._orphaned(found):
            found.status, found.rows, found.complete = "gone", {}, False
        known = self.heads(found.kind, found.parent)
        absent = self._absent(found, known) if found.complete else []
        judged = verdicts or {}
        if any(one.id not in judged for one in absent):
            return Settled({}, tuple(one.id for one in absent))
        self._known_elsewhere(found, known)
        batch = _Batch(self, run_id)
        self._compare(found, known, batch)
        for one in absent:
            reason = judged[one.id]
            if reason is not None:
                batch.retire(found.kind, one, reason)
                self._retire_below(found.kind, one.id, batch)
        self._commit(batch, run_id, found)
        return Settled(batch.counts)

    def retire(self, run_id: int, kind: str, identifier: str, reason: str) -> None:
        """Retire one resource and all below it, confirmed gone outside of a list."""
        batch = _Batch(self, run_id)
        sql = "SELECT id, seq, live, hash, parent FROM head WHERE kind=? AND id=? AND live=1"
        for row in self.database.rows(sql, (kind, identifier)):
            batch.retire(kind, Head(*row), reason)
        self._retire_below(kind, identifier, batch)
        self._commit(batch, run_id, None)

    def _commit(self, batch: _Batch, run_id: int, found: Found | None) -> None:
        try:
            with self.database.transaction():
                batch.write()
                if found is not None:
                    self._write_unit(run_id, found)
        except BaseException:
            self._seq = batch.before  # numbers of a transaction that failed are given out again
            raise

    def live(self, kind: str, parent: str) -> list[str]:
        """Ids of what is live below `parent`."""
        return [one.id for one in self.heads(kind, parent).values() if one.live]

    def tally(self, kind: str, parent: str) -> tuple[int, str | None]:
        """How many are live below `parent`, and the newest stamp among them."""
        sql = "SELECT count(*), max(updated_at) FROM head WHERE kind=? AND parent=? AND live=1"
        total, newest = self.database.rows(sql, (kind, parent))[0]
        return int(total), newest

    def stamps(self, kind: str, parent: str) -> list[str]:
        """Up to two different stamps below `parent`."""
        sql = "SELECT DISTINCT updated_at FROM head WHERE kind=? AND parent=? AND live=1 AND updated_at<>'' LIMIT 2"
        return [row[0] for row in self.database.rows(sql, (kind, parent))]

    def unknown(self, kind: str, parent: str, ids: list[str]) -> int:
        """How many of `ids` are not live below `parent`."""
        live = set(self.live(kind, parent))
        return sum(one not in live for one in ids)

    def _orphaned(self, found: Found) -> bool:
        """Whether what the list belongs to was retired while the list was under way."""
        upper = BY_NAME[found.kind].parent
        if upper is None:
            return False
        return bool(self.database.rows("SELECT 1 FROM head WHERE kind=? AND id=? AND live=0", (upper, found.parent)))

    def _absent(self, found: Found, known: dict[str, Head]) -> list[Head]:
        absent = [one for one in known.values() if one.live and one.id not in found.rows]
        if found.inside is None or not absent:
            return absent
        last = self._payloads(one.seq for one in absent)
        return [one for one in absent if found.inside(last.get(one.seq, "{}"))]

    def _known_elsewhere(self, found: Found, known: dict[str, Head]) -> None:
        """Resources that were below another parent are the same resources."""
        fresh = [one for one in found.rows if one not in known]
        # Without the hint SQLite walks through all of a kind for a list of ids.
        hint = self.database.by_index("head_id")
        sql = f"SELECT id, seq, live, hash, parent FROM head{hint} WHERE kind=? AND id IN ({{ids}})"  # noqa: S608
        for row in self.database.among(sql, (found.kind,), fresh):
            known[row[0]] = Head(*row)

    def _compare(self, found: Found, known: dict[str, Head], batch: _Batch) -> None:
        ignored = BY_NAME[found.kind].ignored
        doubtful = [head for one, head in known.items() if _doubtful(found.rows.get(one), head)]
        before = self._payloads(head.seq for head in doubtful)
        batch.insert(
            found, [one for one in found.rows.values() if one.id not in known] if known else found.rows.values()
        )
        for one in found.rows.values() if known else ():
            head = known.get(one.id)
            if head is None:
                continue
            if not head.live:
                batch.add(found, one, REAPPEAR)
            elif head.parent != found.parent:
                batch.add(found, one, UPDATE)
            elif head.seq in before:
                if resource.same(before[head.seq], one.raw, ignored):
                    batch.touch(found, one, head)
                else:
                    batch.add(found, one, UPDATE)

    def _payloads(self, seqs: Iterable[int]) -> dict[int, str]:
        sql = f"SELECT seq, {self.database.as_text('payload')} FROM change WHERE seq IN ({{ids}})"  # noqa: S608
        return {int(row[0]): row[1] for row in self.database.among(sql, (), list(seqs)) if row[1] is not None}

    def _retire_below(self, kind: str, identifier: str, batch: _Batch) -> None:
        """What stood below something that is gone cannot be reached any more either."""
        for lower in below(kind):
            for head in self.heads(lower.name, identifier).values():
                if head.live:
                    batch.retire(lower.name, head, f"{kind}_gone")

    def _write_unit(self, run_id: int, found: Found) -> None:
        numbers = (found.total, found.seen, found.uniq, found.requests, found.retries)
        self.database.execute(_UNIT, (run_id, found.kind, found.parent, found.status, *numbers, found.note))

    def record(self, run_id: int, found: Found) -> None:
        """A unit that could not be read: only that."""
        with self.database.transaction():
            self._write_unit(run_id, found)

    def next(self, many: int = 1) -> int:
        """The first of so many new numbers."""
        self._seq += many
        return self._seq - many + 1

    @property
    def last(self) -> int:
        """The newest row's number."""
        return self._seq


class _Batch:
    """The rows that one unit adds."""

    def __init__(self, log: Log, run_id: int) -> None:
        self._log, self._run = log, run_id
        self._when, self.before = log.moment(), log.last
        self._changes: list[tuple[Any, ...]] = []
        self._heads: list[tuple[Any, ...]] = []
        self.counts: dict[str, int] = {}

    def insert(self, found: Found, rows: Collection[Row]) -> None:
        """What was never seen before; of a first run that is all there is, so it is done in one go."""
        if not rows:
            return
        run, when, kind, parent = self._run, self._when, found.kind, found.parent
        numbered = list(enumerate(rows, self._log.next(len(rows))))
        self._changes += [
            (seq, run, when, updated_at, kind, one, parent, INSERT, None, digest, str(raw, "utf-8"))
            for seq, (one, updated_at, digest, raw) in numbered
        ]
        self._heads += [
            (kind, one, parent, seq, 1, digest, updated_at) for seq, (one, updated_at, digest, _) in numbered
        ]
        self.counts[INSERT] = len(rows)

    def add(self, found: Found, row: Row, op: str) -> None:
        seq = self._log.next()
        place = (found.kind, row.id, found.parent)
        self._changes.append(
            (seq, self._run, self._when, row.updated_at, *place, op, None, row.hash, row.raw.decode("utf-8"))
        )
        self._heads.append((*place, seq, 1, row.hash, row.updated_at))
        self.counts[op] = self.counts.get(op, 0) + 1

    def touch(self, found: Found, row: Row, head: Head) -> None:
        """Other bytes, same content: remembered so that the next reading need not compare again."""
        self._heads.append((found.kind, row.id, found.parent, head.seq, 1, row.hash, row.updated_at))

    def retire(self, kind: str, head: Head, reason: str) -> None:
        seq = self._log.next()
        place = (kind, head.id, head.parent)
        self._changes.append((seq, self._run, self._when, None, *place, DELETE, reason, None, None))
        self._heads.append((*place, seq, 0, None, None))
        self.counts[DELETE] = self.counts.get(DELETE, 0) + 1

    def write(self) -> None:
        if self._changes:
            self._log.database.many(_CHANGE, self._changes)
        if self._heads:
            self._log.database.many(_HEAD, self._heads)


def _doubtful(row: Row | None, head: Head) -> bool:
    return row is not None and bool(head.live) and row.hash != head.hash


def stamp(moment: datetime) -> str:
    """UTC as text with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
