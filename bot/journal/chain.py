"""The audit trail: what was wanted, refused and done, one row each. The one rule: each row holds the hash of the one
before it, so that no row can be changed or taken out without a trace.

Each running bot writes a chain of its own. Its first row names the heads of all other chains, so a chain that is cut
or missing later shows; its own head stands in a table, marked with the bot's key where it has one. Rows are appended
in batches, after the fact: the command path only writes the journal, and what a crash leaves comes at the next start.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
import structlog

from bot.clock import Clock
from bot.errors import BotError
from bot.identity.vault import Vault
from bot.journal.export import latest
from bot.journal.journal import OPEN, Journal
from bot.store import Database
from bot.store.tables import audit, audit_heads, audit_waiting, intents

_log = structlog.get_logger(__name__)
_BATCH: Final = 500
_GATHER: Final = 1.0
"""Seconds: what happens within one goes into one transaction."""
_AGAIN: Final = 5.0
_TELL: Final = 600.0
"""Seconds between two heads in the log: kept elsewhere, they show that a tail was cut."""
FIRST: Final = "0" * 64
Entry = tuple[float, dict[str, Any]]


def link(before: str, writer: str, seq: int, at: float, body: str) -> str:
    """The hash of a row; `before` is that of the row before it, or `FIRST`."""
    return hashlib.sha256("\n".join((before, writer, str(seq), repr(float(at)), body)).encode()).hexdigest()


def head_text(writer: str, seq: int, digest: str) -> str:
    """What is marked of a head, and what is kept elsewhere: `writer:seq:hash`."""
    return f"{writer}:{seq}:{digest}"


class Trail:
    """Appends to this bot's chain. Several bots on one database do not wait for each other."""

    def __init__(self, database: Database, journal: Journal, clock: Clock, vault: Vault | None = None) -> None:
        self.writer = uuid.uuid4().hex[:16]
        self._database = database
        self._journal = journal
        self._clock = clock
        self._vault = vault
        self._began = clock.unix()
        self._told = clock.monotonic()

    async def run(self) -> None:
        """Append what was left, then what comes, until cancelled."""
        while True:
            try:
                while await self.append():
                    pass
                await self._journal.touched.wait()
                self._journal.touched.clear()
                await self._clock.sleep(_GATHER)
            except BotError as error:
                _log.warning("audit_waits", error=error.code)
                await self._clock.sleep(_AGAIN)

    async def append(self) -> int:
        """Append one batch; how many rows. Raises `StoreUnavailable`."""
        if not await self._database.read(_anything):
            return 0
        rows, head = await self._database.write(self._batch)
        if rows and self._clock.monotonic() - self._told >= _TELL:
            self._told = self._clock.monotonic()
            _log.info("audit_head", head=head)
        return rows

    async def latest(self, most: int) -> list[dict[str, Any]]:
        """The last rows, newest first, with what happened up to now. Raises `StoreUnavailable`."""
        await self._journal.flush()
        await self.append()
        return await self._database.read(lambda c: latest(c, most))

    def _batch(self, connection: sa.Connection) -> tuple[int, str]:
        where = audit_heads.c.writer == self.writer
        head = connection.execute(sa.select(audit_heads).where(where)).mappings().first()
        seq, digest = (head["seq"], head["hash"]) if head else (0, FIRST)
        entries = [] if head else [(self._began, {"what": "begin", "heads": _heads(connection)})]
        new = [*_from_intents(connection), *_from_notes(connection)]
        entries += sorted(new, key=lambda entry: entry[0])
        if not entries:
            return 0, ""  # what there is, another bot is just appending
        rows = []
        for moment, told in entries:
            body = json.dumps(told, sort_keys=True, separators=(",", ":"))
            seq += 1
            digest = link(digest, self.writer, seq, moment, body)
            rows.append({"writer": self.writer, "seq": seq, "at": moment, "body": body, "hash": digest})
        connection.execute(sa.insert(audit), rows)
        text = head_text(self.writer, seq, digest)
        now = {"seq": seq, "hash": digest, "seal": self._vault.mark(text) if self._vault else ""}
        if head:
            connection.execute(sa.update(audit_heads).where(where).values(**now))
        else:
            connection.execute(sa.insert(audit_heads).values(writer=self.writer, **now))
        return len(rows), text


def _anything(connection: sa.Connection) -> bool:
    new = sa.select(sa.literal(1)).select_from(intents).where(intents.c.audited != intents.c.state).limit(1)
    noted = sa.select(audit_waiting.c.id).limit(1)
    return any(connection.execute(query).first() is not None for query in (new, noted))


def _heads(connection: sa.Connection) -> dict[str, list[Any]]:
    return {row.writer: [row.seq, row.hash] for row in connection.execute(sa.select(audit_heads))}


def _from_intents(connection: sa.Connection) -> Iterator[Entry]:
    """Intents and outcomes that the trail does not have yet, and the mark that it has them now."""
    new = sa.select(intents).where(intents.c.audited != intents.c.state).order_by(intents.c.at).limit(_BATCH)
    rows = connection.execute(new.with_for_update(skip_locked=True)).mappings().all()
    for row in rows:
        if not row["audited"]:
            yield row["at"], intent_entry(row)
        if row["state"] != OPEN:
            yield row["settled_at"] or row["at"], outcome_entry(row)
    done = sa.update(intents).where(intents.c.id == sa.bindparam("one")).values(audited=sa.bindparam("now_is"))
    if rows:
        connection.execute(done, [{"one": row["id"], "now_is": row["state"]} for row in rows])


def _from_notes(connection: sa.Connection) -> Iterator[Entry]:
    new = sa.select(audit_waiting).order_by(audit_waiting.c.id).limit(_BATCH).with_for_update(skip_locked=True)
    rows = connection.execute(new).mappings().all()
    for row in rows:
        yield row["at"], json.loads(row["body"])
    if rows:
        connection.execute(sa.delete(audit_waiting).where(audit_waiting.c.id.in_([row["id"] for row in rows])))


def intent_entry(row: sa.RowMapping) -> dict[str, Any]:
    """What the trail holds of an intent."""
    return {
        "what": "intent",
        "id": row["id"],
        "team": row["team_id"],
        "user": row["user_id"],
        "name": row["user_name"],
        "verb": row["verb"],
        "runbook": row["runbook_id"],
        "task": row["task_id"],
        "seen": row["seen"],
        "origin": json.loads(row["origin"]),
        "wish": json.loads(row["wish"]),
    }


def outcome_entry(row: sa.RowMapping) -> dict[str, Any]:
    """What the trail holds of an outcome."""
    note = row["outcome"] or ""
    return {"what": "outcome", "id": row["id"], "state": row["state"], "note": note.removeprefix("sign:")}
