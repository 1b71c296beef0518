"""The crawl: every list of the recipe, several at a time. The one rule: nothing is retired that Cutover still shows.

Several units are read at once; each is compared and committed by one thread beside the event loop. A crash loses only
the units under way; a resource absent from its list is asked for by itself before it is retired.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from bot.archive import kinds, resolve
from bot.archive.errors import ArchiveError
from bot.archive.kinds import Kind
from bot.archive.log import Found
from bot.archive.runs import Run
from bot.archive.scope import Scope
from bot.archive.units import Counts, Units


class Progress(Protocol):
    """Who is told how far it is. Units are lists; their number grows once the runbooks are known."""

    def planned(self, units: int) -> None: ...
    def read(self, found: Found) -> None: ...
    def skipped(self) -> None: ...


@dataclass(slots=True)
class Outcome:
    """What a run came to. `changes` by operation, `units` by status, `missing`: lists this Cutover does not offer."""

    run_id: int
    resumed: bool
    status: str = "running"
    changes: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    missing: set[str] = field(default_factory=set)
    rows: int = 0
    requests: int = 0
    skipped: int = 0


@dataclass(slots=True)
class Crawl:
    """One run over `scope`; `workers` units are in hand at once, a few more than connections.

    `before_lists` is told the runbooks before their lists are read.
    """

    units: Units
    run: Run
    scope: Scope
    progress: Progress
    outcome: Outcome
    workers: int
    action_logs: bool = False
    before_lists: Callable[[list[str]], Awaitable[object]] | None = None

    async def everything(self) -> None:
        """What the runbooks refer to, the runbooks, then each runbook's lists."""
        self.progress.planned(len(kinds.TOP) + 1)
        await self._together((kind, "") for kind in kinds.TOP)
        log = self.units.log
        workspaces = sorted(await self.units.work(log.live, "workspace", ""))
        self.progress.planned(len(workspaces))
        await self._together((kinds.BY_NAME["folder"], one) for one in workspaces)
        await self._of_runbooks(await self.units.work(resolve.resolve, log.database, self.scope))

    async def runbooks(self) -> None:
        """Only the runbooks of the scope, which names ids, and their lists: what moves while a run is under way."""
        self.progress.planned(1)
        await self._of_runbooks(self.scope)

    async def _of_runbooks(self, scope: Scope) -> None:
        runbooks = await self._runbooks(scope)
        if self.before_lists is not None:
            await self.before_lists(runbooks)
        lists = (*kinds.OF_RUNBOOK, kinds.ACTION_LOG) if self.action_logs else kinds.OF_RUNBOOK
        units = [(kind, one) for one in runbooks for kind in lists]
        self.progress.planned(len(units))
        await self._together(units)

    async def _runbooks(self, scope: Scope) -> list[str]:
        """The list of runbooks is read even by a run that is taken up: it says what there is to do."""
        found, counts = await self.units.take(self.run, kinds.BY_NAME["runbook"], "", scope.params(), scope.covers)
        self._note(found, counts)
        if found.status not in ("ok", "mismatch"):
            raise ArchiveError("The list of runbooks cannot be read.", found.note)
        return list(found.rows)

    async def _together(self, wanted: Iterable[tuple[Kind, str]]) -> None:
        waiting = iter(list(wanted))

        async def worker() -> None:
            for kind, parent in waiting:
                if (kind.name, parent) in self.run.done:
                    self.outcome.skipped += 1
                    self.progress.skipped()
                else:
                    self._note(*await self.units.take(self.run, kind, parent))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.workers):
                    group.create_task(worker())
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None

    def _note(self, found: Found, counts: Counts) -> None:
        self.outcome.changes.update(counts)
        self.outcome.units[found.status] += 1
        self.outcome.rows += len(found.rows)
        if found.status == "not_offered":
            self.outcome.missing.add(found.kind)
        self.progress.read(found)
