"""Which Cutover user stands behind a Slack user, and their sealed token. The one rule: a pair of ids, once made, stays.

The e-mail address only proposes the pair when somebody connects; after that a changed address or name has no effect,
and only an administrator can undo it. Disconnecting forgets the token and keeps the pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from bot.errors import NotAllowed
from bot.store import Database
from bot.store.sql import Statement
from bot.store.tables import accounts

_NAMES: Final = ("team_id", "user_id", "cutover_id", "sealed", "tail", "fingerprint", "connected_at", "proven")
_OF: Final = Statement(
    lambda _: sa.select(*(accounts.c[name] for name in _NAMES)).where(
        accounts.c.team_id == sa.bindparam("team"), accounts.c.user_id == sa.bindparam("person")
    )
)
_PINNED: Final = "Ask an administrator of the bot to undo the pair with `/cutover disconnect @name`."


@dataclass(frozen=True, slots=True)
class Account:
    """`sealed` is None after disconnecting. `tail`: the token's last four characters. `connected_at`: Unix seconds.

    `fingerprint`: SHA-256 of the token, to know it again without opening it. `proven`: Cutover itself has named the
    person as the author of something written with this token.
    """

    team_id: str
    user_id: str
    cutover_id: str
    sealed: str | None = None
    tail: str = ""
    fingerprint: str | None = None
    connected_at: float = 0.0
    proven: bool = False

    @property
    def owner(self) -> str:
        """Whom the sealed token is bound to."""
        return f"{self.team_id}:{self.user_id}"


class Accounts:
    """The pairs. Raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, team_id: str, user_id: str) -> Account | None:
        """The person's pair, with or without a token."""
        values = {"team": team_id, "person": user_id}
        rows = await self._database.read(lambda c: _OF.rows(c, values))
        return _account(dict(zip(_NAMES, rows[0], strict=True))) if rows else None

    async def any_sealed(self) -> bool:
        """Whether anybody's token is kept."""
        query = sa.select(accounts.c.user_id).where(accounts.c.sealed.is_not(None)).limit(1)
        return await self._database.read(lambda c: c.execute(query).first() is not None)

    async def save(self, account: Account) -> None:
        """Keep a pair with its token. Raises `NotAllowed` where either half belongs to another pair already."""
        row = {name: getattr(account, name) for name in _NAMES}

        def unit(connection: sa.Connection) -> None:
            _check_free(connection, account)
            where = _is(account.team_id, account.user_id)
            if connection.execute(sa.update(accounts).where(where).values(row)).rowcount == 0:
                connection.execute(sa.insert(accounts).values(row))

        await self._database.write(unit)

    async def forget(self, team_id: str, user_id: str, *, pair: bool = False) -> Account | None:
        """Forget the token, with `pair` the pair as well; what was there before."""

        def unit(connection: sa.Connection) -> Account | None:
            where = _is(team_id, user_id)
            row = connection.execute(sa.select(accounts).where(where)).mappings().first()
            if row is None:
                return None
            gone = {"sealed": None, "tail": "", "fingerprint": None, "proven": False}
            change = sa.delete(accounts) if pair else sa.update(accounts).values(gone)
            connection.execute(change.where(where))
            return _account(dict(row))

        return await self._database.write(unit)

    async def seal_again(self, account: Account, sealed: str) -> None:
        """The same token under another key, unless it was changed meanwhile."""
        where = _is(account.team_id, account.user_id) & (accounts.c.sealed == account.sealed)
        await self._database.write(lambda c: c.execute(sa.update(accounts).where(where).values(sealed=sealed)))

    async def prove(self, account: Account) -> None:
        """Cutover has named the person."""
        where = _is(account.team_id, account.user_id) & (accounts.c.fingerprint == account.fingerprint)
        await self._database.write(lambda c: c.execute(sa.update(accounts).where(where).values(proven=True)))


def _is(team_id: str, user_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(accounts.c.team_id == team_id, accounts.c.user_id == user_id)


def _check_free(connection: sa.Connection, account: Account) -> None:
    same = sa.or_(accounts.c.cutover_id == account.cutover_id, accounts.c.fingerprint == account.fingerprint)
    mine = _is(account.team_id, account.user_id)
    for row in connection.execute(sa.select(accounts).where(sa.or_(same, mine))).mappings():
        if (row["team_id"], row["user_id"]) == (account.team_id, account.user_id):
            if row["cutover_id"] != account.cutover_id:
                raise NotAllowed("You are paired with another Cutover user, so nothing was changed.", _PINNED)
        elif row["fingerprint"] == account.fingerprint:
            raise NotAllowed("This token is connected to another Slack user.", "Make one of your own in Cutover.")
        else:
            raise NotAllowed("Another Slack user is paired with your Cutover user, so nothing was changed.", _PINNED)


def _account(row: Mapping[str, Any]) -> Account:
    return Account(**{name: row[name] for name in _NAMES} | {"proven": bool(row["proven"])})
