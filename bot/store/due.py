"""Works off the due rows of a table. The one rule: trouble with one row, or time, holds up no other and loses none.

A row is claimed under a lease that is renewed while its work goes on. Work that fails keeps nothing: the lease ends,
and the row is due as before, for this replica or another.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
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
_PATIENCE: Final = 150.0
"""Seconds for the work on one row: several calls that are each tried three times, and a picture that waits its turn."""

Row = dict[str, Any]
"""All columns of a claimed row by name, with its new `fence`."""


class DueRows:
    """`run` works until cancelled; `wake` makes it look at once.

    `work` gets one claimed row; it keeps its result with `claims.release`, or raises. `tidy` is done before each look,
    and may make rows due.
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
    ) -> None:
        self._database = database
        self._table = table
        (self._key,) = table.primary_key.columns.keys()
        self._clock = clock
        self._owner = owner
        self._work = work
        self._tidy = tidy
        self._working: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something may be due sooner than it was."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. A database that is away is asked again."""
        try:
            while True:
                self._woken.clear()
                try:
                    await self._begin()
                    wait = await self._until_next()
                except StoreUnavailable:
                    wait = _AGAIN
                await self._clock.rest(wait, self._woken)
        finally:
            for task in self._working:
                task.cancel()

    async def run_due(self) -> float:
        """Work off what is due, once; seconds until there may be more to do. Raises `StoreUnavailable`."""
        await asyncio.gather(*await self._begin())
        return await self._until_next()

    async def _begin(self) -> list[asyncio.Task[None]]:
        """Claim what there is room for; work on it goes on beside the next look."""
        if self._tidy is not None:
            await self._tidy()
        room, now = AT_ONCE - len(self._working), self._clock.unix()
        if room <= 0:
            return []
        found = await self._database.write(lambda c: claim(c, self._table, self._owner, now, LEASE, room))
        begun = [asyncio.create_task(self._one(row), name=f"{self._table.name} {row[self._key]}") for row in found]
        for task in begun:
            self._working.add(task)
            task.add_done_callback(self._ended)
        return begun

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._woken.set()  # there is room, and its row may be due again soon

    async def _until_next(self) -> float:
        if len(self._working) >= AT_ONCE:
            return LONGEST
        next_at = await self._database.read(lambda c: next_due(c, self._table))
        return LONGEST if next_at is None else min(max(next_at - self._clock.unix(), _SHORTEST), LONGEST)

    async def _one(self, row: Row) -> None:
        named = {"table": self._table.name, "key": row[self._key]}
        renewing = asyncio.create_task(self._renew(row))
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._work(row)
        except LeaseLost:
            _log.warning("row_taken_over", **named)
        except StoreUnavailable as error:
            _log.warning("row_not_kept", **named, error=error.code)
        except Exception:  # the end of its lease frees the row, and it is due as before
            _log.exception("row_failed", **named)
        finally:
            renewing.cancel()

    async def _renew(self, row: Row) -> None:
        """A call to Cutover or CapyDB may take longer than a lease. One that is lost shows when its row is kept."""
        held = {"table": self._table, "key": row[self._key], "fence": row["fence"], "seconds": LEASE}
        while True:
            await self._clock.sleep(LEASE / 3)
            with contextlib.suppress(StoreUnavailable):  # tried again
                await self._database.write(partial(renew, **held, now=self._clock.unix()))
