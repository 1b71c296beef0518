"""Intents and outcomes on disk. The one rule: one statement each, and the same key is never begun twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.identity import Actor
from bot.journal.record import Intent, Outcome, OutcomeKind
from bot.model import Text
from bot.store import Database
from bot.store.sql import Statement
from bot.store.tables import audit_waiting, intents, intents_open

OPEN = "open"
_INSERT = Statement(lambda insert: insert(intents).on_conflict_do_nothing(index_elements=["key"]))
_SETTLE = Statement(
    lambda _: (
        sa.update(intents)
        .where(intents.c.id == sa.bindparam("intent"))
        .values(state=sa.bindparam("now_is"), outcome=sa.bindparam("note"), settled_at=sa.bindparam("ended"))
    )
)
_SIGNED = Statement(lambda _: sa.update(intents).where(intents.c.id == sa.bindparam("intent")).values(outcome=""))
_NOTE = Statement(lambda insert: insert(audit_waiting).values(at=sa.bindparam("noted"), body=sa.bindparam("told")))
_FREE = (  # a refused wish may be tried again: its row keeps its place under another key
    sa.update(intents)
    .where(intents.c.key == sa.bindparam("wanted"), intents.c.state == OutcomeKind.REFUSED)
    .values(key=sa.bindparam("kept"))
)
_BY_KEY = sa.select(intents).where(intents.c.key == sa.bindparam("wanted"))


@dataclass(frozen=True, slots=True)
class Begun:
    """`fresh`: go on and do it. Otherwise the same wish was begun before; `outcome` tells how it ended, if it did."""

    intent: Intent
    fresh: bool
    outcome: Outcome | None = None


class Journal:
    """The record of all wishes. Raises `StoreUnavailable` when it cannot write: then nothing may be done.

    `touched` is set when there is something new for the audit trail.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.touched = asyncio.Event()

    async def begin(self, intent: Intent) -> Begun:
        """Put the intent on disk before its effect."""
        row = _row(intent)
        self.touched.set()

        def unit(connection: sa.Connection) -> Begun:
            if _INSERT.run(connection, row) == 1:
                return Begun(intent, fresh=True)
            freed = connection.execute(_FREE, {"wanted": row["key"], "kept": f"{row['key']}:{intent.id[-20:]}"})
            if freed.rowcount == 1 and _INSERT.run(connection, row) == 1:
                return Begun(intent, fresh=True)
            before = connection.execute(_BY_KEY, {"wanted": row["key"]}).mappings().one()
            return Begun(_intent(before), fresh=False, outcome=_outcome(before))

        return await self._database.write(unit)

    def settle(self, intent: Intent, outcome: Outcome) -> None:
        """Put the outcome on disk with the next transaction, a fifth of a second later at most.

        A crash in between leaves the intent open; recovery then asks Cutover and settles it.
        """
        values = {"intent": intent.id, "now_is": str(outcome.kind), "note": outcome.note, "ended": outcome.at}
        self._database.write_soon(lambda c: _SETTLE.run(c, values))
        self.touched.set()

    async def flush(self) -> None:
        """Put outcomes and marks that wait on disk now."""
        await self._database.flush()

    def note(self, what: str, actor: Actor, at: float, told: Mapping[str, Any]) -> None:
        """Put on record what is no intent: a refusal by the policy, a connected token, a link. Chained with the rest.

        `told` is plain JSON. It goes with the next transaction, a fifth of a second later at most.
        """
        body = {"what": what, "team": actor.team_id, "user": actor.user_id, "name": actor.name.raw, **told}
        row = {"noted": at, "told": json.dumps(body)}
        self._database.write_soon(lambda c: _NOTE.run(c, row))
        self.touched.set()

    def signed(self, intent: Intent) -> None:
        """The comment naming the person is in Cutover; the mark goes with the next transaction."""
        self._database.write_soon(lambda c: _SIGNED.run(c, {"intent": intent.id}))

    async def unsigned(self, mark: str, since: float) -> list[tuple[Intent, str]]:
        """(intent, word) of effects whose comment may be missing, not older than `since` (Unix seconds)."""
        query = sa.select(intents).where(intents.c.state == OutcomeKind.DONE, intents.c.at >= since)
        query = query.where(intents.c.outcome.startswith(mark, autoescape=True)).order_by(intents.c.at)
        rows = await self._database.read(lambda c: c.execute(query).mappings().all())
        return [(_intent(row), row["outcome"].removeprefix(mark)) for row in rows]

    async def twins(self, intent: Intent, member: str) -> int:
        """How many other wishes of this person for this target, alike in `member` of the wish, were carried out."""
        await self._database.flush()
        same = [intents.c.runbook_id == intent.runbook_id, intents.c.task_id == intent.task_id]
        query = sa.select(intents.c.wish).where(*same, intents.c.user_id == intent.user_id, intents.c.id != intent.id)
        query = query.where(intents.c.state == OutcomeKind.DONE)
        if member == "sign":  # one that still waits for its comment has none
            query = query.where(intents.c.outcome == "")
        wishes = await self._database.read(lambda c: c.execute(query).scalars().all())
        return sum(json.loads(wish).get(member) == intent.wish.get(member) for wish in wishes)

    async def carried_out(self, runbook_id: str, verbs: Sequence[str], since: float, task_id: str = "") -> list[Intent]:
        """What was done in this runbook (to this task) by the bot since then (Unix seconds), oldest first."""
        await self._database.flush()
        query = sa.select(intents).where(intents.c.runbook_id == runbook_id, intents.c.at >= since)
        query = query.where(intents.c.state == OutcomeKind.DONE, intents.c.verb.in_(verbs)).order_by(intents.c.at)
        if task_id:
            query = query.where(intents.c.task_id == task_id)
        rows = await self._database.read(lambda c: c.execute(query).mappings().all())
        return [_intent(row) for row in rows]

    async def open(self) -> list[Intent]:
        """Wishes without a settled outcome, oldest first: what a crash left behind."""
        query = sa.select(intents).where(intents_open).order_by(intents.c.at)
        rows = await self._database.read(lambda c: c.execute(query).mappings().all())
        return [_intent(row) for row in rows]

    async def find(self, intent_id: str) -> tuple[Intent, Outcome | None] | None:
        """The intent of this id, and how it ended, if it did."""
        query = sa.select(intents).where(intents.c.id == intent_id)
        row = await self._database.read(lambda c: c.execute(query).mappings().first())
        return (_intent(row), _outcome(row)) if row is not None else None

    async def last(self, runbook_id: str, task_id: str, verbs: tuple[str, ...]) -> tuple[Intent, Outcome] | None:
        """Who did one of `verbs` to this target last, as far as this bot knows."""
        query = (
            sa.select(intents)
            .where(intents.c.runbook_id == runbook_id, intents.c.task_id == task_id)
            .where(intents.c.verb.in_(verbs), intents.c.state.in_([OutcomeKind.DONE, OPEN]))
            .order_by(intents.c.at.desc())
            .limit(1)
        )
        row = await self._database.read(lambda c: c.execute(query).mappings().first())
        if row is None:
            return None
        return _intent(row), _outcome(row) or Outcome(OutcomeKind.UNKNOWN, row["at"])


def _row(intent: Intent) -> dict[str, Any]:
    return {
        "id": intent.id,
        "key": intent.key,
        "at": intent.at,
        "team_id": intent.team_id,
        "user_id": intent.user_id,
        "user_name": intent.user_name.raw,
        "verb": intent.verb,
        "runbook_id": intent.runbook_id,
        "task_id": intent.task_id,
        "seen": intent.seen,
        "origin": json.dumps(dict(intent.origin)),
        "wish": json.dumps({**intent.wish, "once": intent.once}),
        "state": OPEN,
        "outcome": None,
        "settled_at": None,
        "audited": "",
    }


def _intent(row: sa.RowMapping) -> Intent:
    wish = json.loads(row["wish"])
    once = wish.pop("once", "")
    names = ("id", "at", "team_id", "user_id", "verb", "runbook_id", "task_id", "seen")
    return Intent(
        **{name: row[name] for name in names},
        user_name=Text(row["user_name"]),
        origin=json.loads(row["origin"]),
        wish=wish,
        once=once,
    )


def _outcome(row: sa.RowMapping) -> Outcome | None:
    if row["state"] == OPEN:
        return None
    return Outcome(OutcomeKind(row["state"]), row["settled_at"] or row["at"], row["outcome"] or "")
