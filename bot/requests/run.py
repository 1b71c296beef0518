"""Follows requests until nothing more happens to them. The one rule: letters, memory and next time are one transaction.

One reading of a project serves all its requests that are due.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bot.capydb import CapyClient
from bot.clock import Clock
from bot.errors import CapyError
from bot.model.cutover_request import CutoverRequest, Preview
from bot.outbox.queue import put_all
from bot.requests import rows
from bot.requests.debts import Debts
from bot.requests.follow import PACE, Step, mine, silent, step
from bot.requests.rows import Followed
from bot.store import Database
from bot.store.claims import release
from bot.store.due import DueRows, Row
from bot.store.tables import cutover_requests as table

_PREVIEWS: Final = 60.0

Reading = Sequence[CutoverRequest] | CapyError


class Following:
    """`run` works until cancelled; `wake` makes it look at once. `wake_sender`: there are letters."""

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
        self._due = DueRows(database, table, clock, owner, self._one)
        self._wake_sender = wake_sender
        self._reading: dict[str, asyncio.Task[Reading]] = {}
        self._previews: dict[str, tuple[float, Sequence[Preview]]] = {}

    def wake(self) -> None:
        """Something may be due sooner than it was."""
        self._due.wake()

    async def run(self) -> None:
        """Until cancelled; ends at once where CapyDB is not set up: rows then wait until it is again."""
        if self._client is not None:
            await self._due.run()

    async def run_due(self) -> float:
        """Work off what is due; seconds until there may be more to do."""
        return await self._due.run_due()

    async def _read_once(self, project_id: str) -> Reading:
        """Rows that are due together share one reading of their project."""
        reading = self._reading.get(project_id)
        if reading is None:
            reading = self._reading[project_id] = asyncio.create_task(self._read(project_id))
            reading.add_done_callback(lambda _: self._reading.pop(project_id, None))
        return await asyncio.shield(reading)

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

    async def _one(self, claimed: Row) -> None:
        row = rows.read(claimed["data"])
        if row is None:  # of a later version, which some other replica knows
            return
        made = self._step(row, await self._read_once(row.project))
        if made.row is not None and made.row.debts:
            made.row, letters = await self._debts.pay(made.row)
            made.letters += letters
        await self._keep(row.key, int(claimed["fence"]), made)

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
            release(connection, table, key, fence, made.due_at)
            if made.row is None or (made.row.over and not made.row.debts):
                rows.drop(connection, key)
            else:
                rows.keep(connection, made.row)
            put_all(connection, [letter for letter in made.letters if letter.channel_id], now)

        await self._database.write(unit)
        if made.letters:
            self._wake_sender()
