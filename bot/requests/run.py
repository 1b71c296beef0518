"""Follows requests until nothing more happens to them. The one rule: letters, memory and next time are one transaction.

One reading of a project serves all its requests that are due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
import structlog

from bot.capydb import CapyClient
from bot.clock import Clock
from bot.errors import CapyError, StoreUnavailable
from bot.model.cutover_request import CutoverRequest, Preview
from bot.outbox.letter import Letter
from bot.outbox.queue import put_all
from bot.requests import rows
from bot.requests.debts import Debts
from bot.requests.follow import PACE, Step, mine, silent, step
from bot.requests.rows import Followed
from bot.store import Database
from bot.store.claims import claim, next_due, release
from bot.store.tables import cutover_requests as table

_log = structlog.get_logger(__name__)
_LEASE: Final = 120.0
_PATIENCE: Final = 90.0
"""Seconds for one row, within its lease: reading CapyDB and writing to Cutover may each take three tries."""
_AT_ONCE: Final = 16
_LONGEST_SLEEP: Final = 30.0
_AGAIN: Final = 30.0
_PREVIEWS: Final = 60.0

Reading = Sequence[CutoverRequest] | CapyError


class _Taken(Exception):
    """Another replica has the row by now: what this one was about to keep is undone."""


class Following:
    """`run` works until cancelled; `woken` makes it look at once. `wake_sender`: there are letters."""

    def __init__(
        self,
        client: CapyClient | None,
        database: Database,
        debts: Debts,
        clock: Clock,
        owner: str,
        wake_sender: Callable[[], None],
    ) -> None:
        self._client = client
        self._database = database
        self._debts = debts
        self._clock = clock
        self._owner = owner
        self._wake_sender = wake_sender
        self._previews: dict[str, tuple[float, Sequence[Preview]]] = {}
        self.woken = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled; ends at once where CapyDB is not set up: rows then wait until it is again."""
        while self._client is not None:
            self.woken.clear()
            try:
                wait = await self.run_due()
            except StoreUnavailable:
                wait = _AGAIN
            await self._clock.rest(wait, self.woken)

    async def run_due(self) -> float:
        """Work off what is due; seconds until there may be more to do."""
        now = self._clock.unix()
        found = await self._database.write(lambda c: claim(c, table, self._owner, now, _LEASE, _AT_ONCE))
        followed = [(row, int(one["fence"])) for one in found if (row := rows.read(one["data"])) is not None]
        projects = list(dict.fromkeys(row.project for row, _ in followed))
        readings = dict(zip(projects, await asyncio.gather(*map(self._read, projects)), strict=True))
        await asyncio.gather(*(self._one(row, fence, readings[row.project]) for row, fence in followed))
        if len(found) == _AT_ONCE:
            return 0.0
        next_at = await self._database.read(lambda c: next_due(c, table))
        return _LONGEST_SLEEP if next_at is None else min(max(next_at - self._clock.unix(), 0.05), _LONGEST_SLEEP)

    async def _read(self, project_id: str) -> Reading:
        assert self._client is not None
        try:
            found = await self._client.requests(project_id)
            await self._read_previews(project_id)
        except CapyError as error:
            return error
        return found

    async def _read_previews(self, project_id: str) -> None:
        """When previews expire: once a minute is enough, and nobody has to tell it."""
        assert self._client is not None
        now = self._clock.monotonic()
        if project_id in self._previews and now - self._previews[project_id][0] < _PREVIEWS:
            return
        self._previews[project_id] = (now, await self._client.previews(project_id) or ())

    async def _one(self, row: Followed, fence: int, reading: Reading) -> None:
        """One claimed row; trouble with it holds up no other."""
        try:
            async with asyncio.timeout(_PATIENCE):
                made = self._step(row, reading)
                letters: list[Letter] = []
                if made.row is not None and made.row.debts:
                    made.row, letters = await self._debts.pay(made.row)
                made.letters += letters
            await self._keep(row.key, fence, made)
        except _Taken:
            _log.warning("request_taken_over", request=row.request)
        except Exception:  # the end of its lease frees the row, and nothing was told yet
            _log.exception("request_not_followed", request=row.request)

    def _step(self, row: Followed, reading: Reading) -> Step:
        now = self._clock.unix()
        if row.over:  # nothing more to see, only debts
            return Step(row, now + PACE)
        if isinstance(reading, CapyError):
            return silent(row, reading.sentence, now)
        ends = next((one.expires_at for one in self._known(row.project) if one.id == row.preview), None)
        if ends is not None:
            row = msgspec.structs.replace(row, expires_at=ends.timestamp())
        return step(row, mine(row, reading), now)

    def _known(self, project_id: str) -> Sequence[Preview]:
        return self._previews.get(project_id, (0.0, ()))[1]

    async def _keep(self, key: str, fence: int, made: Step) -> None:
        now = self._clock.unix()

        def unit(connection: sa.Connection) -> Any:
            if not release(connection, table, key, fence, made.due_at):
                raise _Taken(key)
            if made.row is None or (made.row.over and not made.row.debts):
                rows.drop(connection, key)
            else:
                rows.keep(connection, made.row)
            put_all(connection, [letter for letter in made.letters if letter.channel_id], now)

        await self._database.write(unit)
        if made.letters:
            self._wake_sender()
