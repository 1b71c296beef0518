"""Works off the due rows of a table. The one rule: trouble with one row holds up no other, and loses none.

A row is claimed under a lease that is renewed while its work goes on. Work that fails keeps nothing: the lease ends,
and the row is due as before, for this replica or another.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa
import structlog

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.store.claims import LeaseLost, claim, next_due, renew
from bot.store.database import Database

_log = structlog.get_logger(__name__)
LEASE: Final = 30.0
"""Seconds until another replica takes over from one that died; renewed at a third of it."""
AT_ONCE: Final = 16
"""Rows that are worked on together."""
LONGEST: Final = 20.0
"""Seconds after which the table is looked at again, whatever it said: another replica may have written to it."""
_SHORTEST: Final = 0.05
_AGAIN: Final = 30.0

Row = dict[str, Any]
"""All columns of a claimed row by name, with its new `fence`."""


class DueRows:
    """`run` works until cancelled; `wake` makes it look at once.

    `work` gets one claimed row; it keeps its result with `claims.release`, or raises. `tidy` is done at the start of
    each round, and may make rows due. `before` gets all rows of a round, for what they need in common.
    """

    def __init__(
        self,
        database: Database,
        table: sa.Table,
        clock: Clock,
        owner: str,
        work: Callable[[Row], Awaitable[None]],
        *,
        tidy: Callable[[], Awaitable[None]] | None = None,
        before: Callable[[Sequence[Row]], Awaitable[None]] | None = None,
    ) -> None:
        self._database = database
        self._table = table
        (self._key,) = table.primary_key.columns.keys()
        self._clock = clock
        self._owner = owner
        self._work = work
        self._tidy = tidy
        self._before = before
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something may be due sooner than it was."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. A database that is away is asked again."""
        while True:
            self._woken.clear()
            try:
                wait = await self.run_due()
            except StoreUnavailable:
                wait = _AGAIN
            await self._clock.rest(wait, self._woken)

    async def run_due(self) -> float:
        """Work off what is due; seconds until there may be more to do. Raises `StoreUnavailable`."""
        if self._tidy is not None:
            await self._tidy()
        now = self._clock.unix()
        found = await self._database.write(lambda c: claim(c, self._table, self._owner, now, LEASE, AT_ONCE))
        if found:
            await self._work_off({str(row[self._key]): row for row in found})
        if len(found) == AT_ONCE:
            return 0.0
        next_at = await self._database.read(lambda c: next_due(c, self._table))
        return LONGEST if next_at is None else min(max(next_at - self._clock.unix(), _SHORTEST), LONGEST)

    async def _work_off(self, held: dict[str, Row]) -> None:
        renewing = asyncio.create_task(self._renew(held))
        try:
            if self._before is not None:
                await self._before(list(held.values()))
            await asyncio.gather(*(self._one(held, key) for key in list(held)))
        finally:
            renewing.cancel()

    async def _one(self, held: dict[str, Row], key: str) -> None:
        try:
            await self._work(held[key])
        except LeaseLost:
            _log.warning("row_taken_over", table=self._table.name, key=key)
        except StoreUnavailable as error:
            _log.warning("row_not_kept", table=self._table.name, key=key, error=error.code)
        except Exception:  # the end of its lease frees the row, and it is due as before
            _log.exception("row_failed", table=self._table.name, key=key)
        finally:
            del held[key]

    async def _renew(self, held: dict[str, Row]) -> None:
        """A call to Cutover or CapyDB may take longer than a lease. One that is lost shows when its row is kept."""
        while True:
            await self._clock.sleep(LEASE / 3)
            with contextlib.suppress(StoreUnavailable):  # tried again
                await self._database.write(self._lengthen(list(held.values())))

    def _lengthen(self, rows: Sequence[Row]) -> Callable[[sa.Connection], None]:
        now = self._clock.unix()

        def unit(connection: sa.Connection) -> None:
            for row in rows:
                renew(connection, self._table, row[self._key], row["fence"], now, LEASE)

        return unit
