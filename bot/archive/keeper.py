"""The archive beside a running bot: by schedule, and change by change while a run is live.

The one rule: one run at a time, with few connections, because people's commands share the token's limit. When the last
run was made stands in the archive itself, and the archive lets one process write: so of several replicas one does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import structlog

from bot.archive.errors import ArchiveBusy, ArchiveError
from bot.archive.runs import FINE, INCREMENTAL, LIVE
from bot.archive.scope import Scope
from bot.clock import Clock
from bot.errors import BotError

if TYPE_CHECKING:
    from bot.archive.crawl import Outcome
    from bot.archive.database import Database
    from bot.archive.history import Event
    from bot.archive.log import Found
    from bot.archive.source import Source

T = TypeVar("T")
_log = structlog.get_logger(__name__)
_CONNECTIONS: Final = 2
_SWEEP_HOURS: Final = 24.0
_SETTLE: Final = 2.0
"""Seconds between a change and the look at it: what comes together is read together."""
_AGAIN: Final = 60.0
_BUSY: Final = 30.0
_LONG: Final = 3600.0
_LIVE_STAGES: Final = ("active", "paused")
_LAST: Final = "SELECT max(finished) FROM run WHERE mode<>'live' AND scope='{}' AND status IN ('complete','incomplete')"


class Unseen:
    """Nobody watches this run: what is not as expected goes into the log."""

    def planned(self, units: int) -> None: ...
    def skipped(self) -> None: ...

    def read(self, found: Found) -> None:
        if found.status not in FINE:
            _log.warning(
                "archive_list", kind=found.kind, parent=found.parent, status=found.status, note=found.note or ""
            )


class Keeper:
    """Keeps the archive at `url`. `every`: seconds between runs, 0 for none by itself.

    `live`: runbooks named to `changed` are read soon after. `look`: seconds between looks at all that runs, for a
    process that has nobody to tell it of changes; 0 for none.
    """

    def __init__(
        self, url: str, source: Source, clock: Clock, *, every: float = 0.0, live: bool = False, look: float = 0.0
    ) -> None:
        self._url = url
        self._source = source
        self._clock = clock
        self._every = every
        self._live = live
        self._look = look
        self._changed: set[str] = set()
        self._woken = asyncio.Event()
        self._one = asyncio.Lock()

    def changed(self, runbook_id: str) -> None:
        """A runbook has moved."""
        if self._live:
            self._changed.add(runbook_id)
            self._woken.set()

    async def run(self) -> None:
        """Until cancelled. What cannot be done now is logged and tried again later."""
        while self._every or self._live or self._look:
            self._woken.clear()
            try:
                wait = await self._work_off()
            except ArchiveBusy:
                await self._clock.sleep(_BUSY)
            except BotError as error:
                _log.warning("archive_waits", error=error.code, why=error.sentence)
                await self._clock.sleep(_AGAIN)
            else:
                await self._clock.rest(wait, self._woken)

    async def sync(self) -> Outcome:
        """A run now; a full one where the last is a day old. Raises `ArchiveError` (busy, disk), `CutoverError`."""
        return await self._sync(Scope(), INCREMENTAL)

    async def status(self) -> list[str]:
        """Lines about what there is. Raises `ArchiveError` where there is no archive yet."""
        from bot.archive import report, verify

        return await self._reading(lambda database: list(report.status(verify.status(database))))

    @staticmethod
    def told(outcome: Outcome) -> list[str]:
        """Lines about a run that came to its end."""
        from bot.archive import report

        return list(report.outcome(outcome))

    async def history(self, runbook_id: str, task_id: str) -> list[Event]:
        """What happened to a task, oldest first. Raises `BadInput` for a task that the archive has never seen."""
        from bot.archive import history

        def look(database: Database) -> list[Event]:
            return list(history.history(database, history.find(database, "task", task_id, runbook_id)))

        return await self._reading(look)

    async def _work_off(self) -> float:
        """What is due; seconds until there may be more."""
        wait = await self._until_due()
        if wait <= 0:
            await self.sync()
            wait = self._every
        if self._changed:
            await self._clock.sleep(_SETTLE)
            await self._capture(sorted(self._changed))
        if self._look:
            await self._sync(Scope(stages=_LIVE_STAGES), LIVE)
            wait = min(wait, self._look)
        return wait

    async def _capture(self, runbooks: list[str]) -> None:
        """Runbooks that changed; each stays one that changed until it has been read, and holds up no other."""
        problem: BotError | None = None
        for runbook_id in runbooks:
            self._changed.discard(runbook_id)  # before the reading: what moves meanwhile counts as new
            try:
                await self._sync(Scope(runbook=runbook_id), LIVE)
            except BaseException as error:
                self._changed.add(runbook_id)
                if not isinstance(error, BotError) or isinstance(error, ArchiveBusy):
                    raise
                problem = problem or error
        if problem is not None:
            raise problem

    async def _until_due(self) -> float:
        if not self._every:
            return _LONG
        try:
            last = await self._reading(lambda database: database.rows(_LAST)[0][0])
        except ArchiveError:  # none yet, or one that cannot be read: the run says which
            last = None
        if last is None:
            return 0.0
        finished = datetime.fromisoformat(last).astimezone(UTC)
        return self._every - (self._clock.now() - finished).total_seconds()

    async def _sync(self, scope: Scope, mode: str) -> Outcome:
        from bot.archive.sync import sync

        given: dict[str, Any] = {"connections": _CONNECTIONS, "mode": mode}
        given |= {"clock": self._clock, "sweep_hours": _SWEEP_HOURS}
        async with self._one:
            outcome = await sync(self._url, self._source, scope, Unseen(), **given)
        if mode != LIVE or outcome.changes:
            _log.info("archived", mode=mode, run=outcome.run_id, status=outcome.status, **outcome.changes)
        return outcome

    async def _reading(self, question: Callable[[Database], T]) -> T:
        from bot.archive import schema
        from bot.archive.database import open_archive

        def ask() -> T:
            with closing(open_archive(self._url, write=False)) as database:
                schema.check(database)
                return question(database)

        return await asyncio.to_thread(ask)
