"""Whether the audit trail is whole. The one rule: every row is looked at, and everything found is told.

Found: a row that was changed, taken out, put in, or cut off the end; a chain that is gone; a journal row that was
changed or removed after it came into the trail. Somebody who can write the database and has the bot's key, or who puts
back an old copy of all of it, is only found by heads that were kept elsewhere (`heads`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from bot.identity.vault import Vault
from bot.journal.chain import FIRST, head_text, intent_entry, link
from bot.store.tables import audit, audit_heads, intents

_MOST: Final = 50
_CHUNK: Final = 2000


@dataclass(slots=True)
class Report:
    """`heads`: `writer:seq:hash` of each chain; keep them elsewhere. `problems`: sentences; empty when all is whole."""

    rows: int = 0
    heads: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def found(self, sentence: str) -> None:
        if len(self.problems) < _MOST:
            self.problems.append(sentence)


@dataclass(slots=True)
class _Seen:
    """What the walk keeps: last (seq, hash) by writer, hashes that are claimed elsewhere, intents and their states."""

    last: dict[str, tuple[int, str]] = field(default_factory=dict)
    claims: dict[tuple[str, int], str] = field(default_factory=dict)
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    states: dict[str, tuple[float, str]] = field(default_factory=dict)


def verify(connection: sa.Connection, vault: Vault | None = None, heads: Iterable[str] = ()) -> Report:
    """Walk all chains. `heads`: what an earlier report named. Raises ValueError for a head that cannot be read."""
    report, seen = Report(), _Seen()
    for head in heads:
        writer, seq, digest = _read_head(head)
        seen.claims[writer, seq] = digest
    for row in _rows(connection):
        report.rows += 1
        _check_row(report, seen, row)
    _check_heads(report, seen, connection, vault)
    _check_claims(report, seen, connection)
    _check_journal(report, seen, connection)
    return report


def _rows(connection: sa.Connection) -> Iterator[sa.RowMapping]:
    query = sa.select(audit).order_by(audit.c.writer, audit.c.seq)
    yield from connection.execution_options(yield_per=_CHUNK).execute(query).mappings()


def _check_row(report: Report, seen: _Seen, row: sa.RowMapping) -> None:
    writer, seq = row["writer"], row["seq"]
    before, digest = seen.last.get(writer, (0, FIRST))
    where = f"chain {writer}, row {seq}"
    if seq != before + 1:
        report.found(f"{where}: rows {before + 1} to {seq - 1} are gone")
    elif link(digest, writer, seq, row["at"], row["body"]) != row["hash"]:
        report.found(f"{where}: it was changed, or the row before it")
    seen.last[writer] = seq, row["hash"]
    try:
        body = json.loads(row["body"])
        what = body["what"]
        if what == "begin":
            seen.claims.update({(one, count): mark for one, (count, mark) in body["heads"].items()})
        elif what == "intent":
            seen.intents[body["id"]] = body
        elif what == "outcome":
            newest = (row["at"], str(body["state"]))
            seen.states[body["id"]] = max(newest, seen.states.get(body["id"], newest), key=lambda one: one[0])
    except (ValueError, KeyError, TypeError, AttributeError):
        report.found(f"{where}: it cannot be read")


def _check_heads(report: Report, seen: _Seen, connection: sa.Connection, vault: Vault | None) -> None:
    kept = {row.writer: row for row in connection.execute(sa.select(audit_heads))}
    for writer, (seq, digest) in seen.last.items():
        text = head_text(writer, seq, digest)
        report.heads.append(text)
        head = kept.pop(writer, None)
        if head is None:
            report.found(f"chain {writer}: its head is gone")
        elif (head.seq, head.hash) != (seq, digest):
            report.found(f"chain {writer}: it ends at row {seq}, its head says {head.seq}")
        elif not head.seal:
            report.notes.append(f"chain {writer}: its head was made without a key")
        elif vault is None:
            report.notes.append(f"chain {writer}: its head is marked with a key, and BOT_ENCRYPTION_KEYS is not given")
        elif (fits := vault.is_marked(text, head.seal)) is False:
            report.found(f"chain {writer}: its head was not made by the bot")
        elif fits is None:
            report.notes.append(f"chain {writer}: the key of its head is not among BOT_ENCRYPTION_KEYS")
    for writer, head in kept.items():
        report.found(f"chain {writer}: all its {head.seq} rows are gone")


def _check_claims(report: Report, seen: _Seen, connection: sa.Connection) -> None:
    """Heads that later chains, or the person who asks, know of."""
    for (writer, seq), digest in sorted(seen.claims.items()):
        where = (audit.c.writer == writer) & (audit.c.seq == seq)
        if connection.execute(sa.select(audit.c.hash).where(where)).scalar() != digest:
            report.found(f"chain {writer}: row {seq} is not what it was known as elsewhere")


def _check_journal(report: Report, seen: _Seen, connection: sa.Connection) -> None:
    rows = connection.execution_options(yield_per=_CHUNK).execute(sa.select(intents).where(intents.c.audited != ""))
    for row in rows.mappings():
        body = seen.intents.pop(row["id"], None)
        if body is None:
            report.found(f"intent {row['id']}: the trail has lost it")
        elif _differs(body, row) or seen.states.get(row["id"], (0.0, "open"))[1] != row["audited"]:
            report.found(f"intent {row['id']}: journal and trail differ")
    for lost in seen.intents:
        report.found(f"intent {lost}: the journal has lost it")


def _differs(body: dict[str, Any], row: sa.RowMapping) -> bool:
    try:
        return body != intent_entry(row)
    except ValueError:
        return True


def _read_head(text: str) -> tuple[str, int, str]:
    writer, _, rest = text.strip().partition(":")
    seq, _, digest = rest.partition(":")
    if not (writer and seq.isascii() and seq.isdigit() and len(digest) == len(FIRST)):
        raise ValueError(f"{text[:40]!r} is no head: it looks like writer:number:hash")
    return writer, int(seq), digest
