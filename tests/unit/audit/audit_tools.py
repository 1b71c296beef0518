"""What the tests of the audit trail share: a journal that is written to, and trails that follow it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.clock import ManualClock
from bot.identity import Actor
from bot.identity.vault import Vault, make_key
from bot.journal import Intent, Journal, Outcome, OutcomeKind
from bot.journal.chain import Trail
from bot.journal.export import latest
from bot.journal.verify import Report, verify
from bot.model import Text
from bot.store import Database
from bot.store.tables import audit

DANA = Actor("T0HARBOUR01", "U0DANA00001", Text("Dana Okafor"))


class Office:
    """`press` is a wish from beginning to end; `trail` the running bot's, `other` makes another bot's."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, ManualClock()
        self.journal, self.vault = Journal(database), Vault(make_key())
        self.trail = self.other()
        self.number = 0

    def other(self, vault: Vault | None = None) -> Trail:
        return Trail(self.database, self.journal, self.clock, vault or self.vault)

    def wish(self, **given: Any) -> Intent:
        self.number += 1
        fields: dict[str, Any] = {
            "id": f"{self.number:032x}",
            "at": self.clock.unix(),
            "team_id": DANA.team_id,
            "user_id": DANA.user_id,
            "user_name": DANA.name,
            "verb": "task.start",
            "runbook_id": "101",
            "task_id": str(self.number),
            "origin": {"kind": "command", "as": "own:7", "allowed": "operator"},
        }
        return Intent(**{**fields, **given})

    async def press(self, kind: OutcomeKind | None = OutcomeKind.DONE, **given: Any) -> Intent:
        one = self.wish(**given)
        await self.journal.begin(one)
        if kind is not None:
            self.clock.advance(0.25)
            self.journal.settle(one, Outcome(kind, self.clock.unix(), "sign:Started"))
        return one

    async def written(self, *trails: Trail) -> None:
        await self.journal.flush()
        for trail in trails or (self.trail,):
            while await trail.append():
                pass

    async def rows(self) -> list[dict[str, Any]]:
        return list(reversed(await self.database.read(lambda c: latest(c, 1000))))

    async def check(self, *heads: str, vault: Vault | None = None) -> Report:
        keys = vault or self.vault
        return await self.database.read(lambda c: verify(c, keys, heads))

    async def change(self, statement: Any) -> None:
        await self.database.write(lambda c: c.execute(statement))

    async def row(self, seq: int, writer: str = "") -> dict[str, Any]:
        where = (audit.c.writer == (writer or self.trail.writer)) & (audit.c.seq == seq)
        return dict(await self.database.read(lambda c: c.execute(sa.select(audit).where(where)).mappings().one()))
