"""One reading of a runbook. The one rule: whole or not at all, and no more is asked for than changed.

Usually three requests tell that nothing did: the runbook, its streams, and the task changed last with how many there
are. That needs an instance that sorts by `updated_at`; sort keys are not published, so it has to prove it first.
What leaves `updated_at` alone is found by a sweep now and then, which the caller orders. Lateness comes with the
passing of time alone, so it is reckoned here from the plan where Cutover did not say it when the task was read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.clock import Clock
from bot.cutover import CutoverClient, paths, slim, states
from bot.cutover.slim import Newest, Recognised, TaskPage, task_page
from bot.errors import BadAnswer, RateLimited, Refused
from bot.model import RunbookStage, TaskStage
from bot.model.progress import moment
from bot.model.snapshot import RunbookState, Snapshot, StreamState, TaskState
from bot.watch.diff import crept

PAGE = 100
"""Tasks a page: a decoding step of about half a millisecond."""
_PROVE_AGAIN = 600.0
_MOST_STALE = 3
_GAP, _LONGEST_GAP = 0.1, 2.0
"""Seconds between pages once Cutover has limited the bot: doubled by each 429, halved by each whole reading."""
_BEARABLE = 10.0
"""Seconds of a pause that a reading under way sits out."""
_OPEN = frozenset((TaskStage.STARTABLE.value, TaskStage.IN_PROGRESS.value))
Tasks = dict[str, TaskState]


@dataclass(slots=True)
class _Mark:
    """How far a dict of tasks has been read. `settled`: the same newest moment was met twice, so no change of that very
    moment can have come after the reading."""

    tasks: Tasks
    newest: datetime | None
    settled: bool = False


class Partial(BadAnswer):
    """The list changed while it was read, or some of it is missing: nothing can be said about it."""


class Reader:
    """Reads with the bot's own token. All reads raise `CutoverError`; then nothing of the reading is used."""

    def __init__(self, client: CutoverClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._marks: dict[str, _Mark] = {}
        self._recognised: dict[str, Recognised] = {}
        self._sorts: bool | None = None
        self._prove_at = 0.0
        self._gap = 0.0
        self._met = 0.0

    async def read(
        self, runbook_id: str, old: Snapshot | None, *, sweep: bool = False, sure: bool = False
    ) -> tuple[Snapshot, bool]:
        """The runbook as it is now, and whether all of it was read; `old` itself when nothing is different.

        `sweep` reads everything. `sure`: something did change, so look at the newest tasks whatever the check says.
        """
        self._gate()
        book = states.runbook_state(await self._client.get_runbook(runbook_id))
        streams = await self._streams(runbook_id, old)
        if old is not None and not sweep and self._sorts:
            tasks = await self._changed(runbook_id, old.tasks, sure)
            if tasks is not None:
                return self._snapshot(book, streams, tasks, old), False
        tasks = await self._sweep(runbook_id, old.tasks if old else {})
        await self._prove(runbook_id, tasks)
        if self._sorts:  # all is read once in ten minutes now: not worth a megabyte of what came before
            self._recognised.pop(runbook_id, None)
        await asyncio.sleep(0)  # all tasks were looked over for the newest, and are now once more: others come between
        return self._snapshot(book, streams, tasks, old), True

    def forget(self, runbook_id: str) -> None:
        """It is not watched here any more."""
        self._marks.pop(runbook_id, None)
        self._recognised.pop(runbook_id, None)

    def _snapshot(
        self, book: RunbookState, streams: dict[str, StreamState], tasks: Tasks, old: Snapshot | None
    ) -> Snapshot:
        if book.stage == RunbookStage.ACTIVE:
            tasks = self._with_late(book.id, tasks)
        if old is not None and crept(old.runbook, book):
            book = old.runbook
        if old is not None and (old.runbook, old.streams) == (book, streams) and _same(old.tasks, tasks):
            self._keep(book.id, tasks, old.tasks)
            return old
        return Snapshot(book, streams, tasks, self._clock.unix())

    async def _streams(self, runbook_id: str, old: Snapshot | None) -> dict[str, StreamState]:
        found = await self._client.list_runbook_streams(runbook_id).all()
        streams = {stream.id: states.stream_state(stream) for stream in found}
        return old.streams if old is not None and old.streams == streams else streams

    async def _changed(self, runbook_id: str, before: Tasks, sure: bool) -> Tasks | None:
        """The tasks with what changed in them; None when only a sweep can tell."""
        mark = self._marks.get(runbook_id)
        if mark is None or mark.tasks is not before:
            mark = self._marks[runbook_id] = _Mark(before, _newest(before))
        newest = await self._ask_newest(runbook_id, "-updated_at")
        if newest is None:
            return None
        at, same = moment(newest.updated_at), newest.total in (None, len(before))
        if at == mark.newest and same and not sure:
            if mark.settled:
                return before
            mark.settled = True
        tasks = await self._newer(runbook_id, before, mark.newest)
        if tasks is None or newest.total not in (None, len(tasks)):
            return None  # some are gone, or more came than the newest pages show
        if not _same(before, tasks):
            self._marks[runbook_id] = _Mark(tasks, _newest(tasks))
            return tasks
        return before

    async def _newer(self, runbook_id: str, before: Tasks, since: datetime | None) -> Tasks | None:
        """Pages from the newest on until one reaches what was known; None when they are not in that order."""
        tasks = dict(before)
        last: datetime | None = None
        async with aclosing(self._pages(runbook_id, "-updated_at")) as pages:
            async for page in pages:
                for task in page.tasks:
                    at = moment(task.updated_at)
                    if at is None or (last is not None and at > last):
                        self._sorts = False
                        return None
                    last = at
                    _take(tasks, before, task)
                if last is None or since is None or last < since:
                    break
                await self._step()
        return tasks

    async def _sweep(self, runbook_id: str, before: Tasks) -> Tasks:
        """All tasks. Counted against what Cutover says there are; a second look settles a list that moved meanwhile."""
        seen: set[str] | None = None
        for _ in range(2):
            tasks: Tasks = {}
            total, ended = await self._all(runbook_id, before, tasks)
            if total == len(tasks) or (ended and (total is None or tasks.keys() == seen)):
                self._marks[runbook_id] = _Mark(tasks, _newest(tasks))
                if runbook_id in self._recognised:
                    self._recognised[runbook_id].forget_unmet()
                self._gap = self._gap / 2 if self._gap > _GAP else 0.0
                return tasks
            seen = set(tasks)
        raise Partial("Cutover's list of tasks changed while it was read.", "The bot reads it again.")

    async def _all(self, runbook_id: str, before: Tasks, tasks: Tasks) -> tuple[int | None, bool]:
        """Read all pages into `tasks`: how many there should be, by the last page that told, and whether the list ended
        by itself rather than by leading back to where it was."""
        total: int | None = None
        stale, ended = 0, False
        async with aclosing(self._pages(runbook_id, None)) as pages:
            async for page in pages:
                known = len(tasks)
                for task in page.tasks:
                    _take(tasks, before, task)
                total = page.total if page.total is not None else total
                ended = page.next is None
                stale = 0 if len(tasks) > known else stale + 1
                if stale >= _MOST_STALE:
                    break
                await self._step()
        return total, ended

    def _pages(self, runbook_id: str, sort: str | None) -> AsyncGenerator[TaskPage, None]:
        params: paths.Params = {"page[size]": PAGE, "sort": sort}
        path = paths.runbook(runbook_id, "tasks")
        read = task_page if self._sorts else self._recognised.setdefault(runbook_id, Recognised()).page
        return self._client.byte_pages("list_runbook_tasks", path, read, params)

    async def _prove(self, runbook_id: str, tasks: Tasks) -> None:
        """Whether the instance sorts as asked: both ends must be the ones we know. All alike proves nothing."""
        now = self._clock.monotonic()
        if self._sorts or (self._sorts is False and now < self._prove_at):
            return
        moments = [task.updated_at for task in tasks.values() if task.updated_at]
        lowest, highest = moment(min(moments, default=None)), moment(max(moments, default=None))
        if len(moments) < len(tasks) or lowest is None or highest is None or lowest >= highest:
            return
        last = await self._ask_newest(runbook_id, "-updated_at")
        first = await self._ask_newest(runbook_id, "updated_at")
        at, least = (moment(one.updated_at) if one else None for one in (last, first))
        # A change since the sweep can only raise the highest; the lowest may have risen with it.
        self._sorts = at is not None and least is not None and at >= highest and lowest <= least < at
        self._prove_at = now + _PROVE_AGAIN

    async def _ask_newest(self, runbook_id: str, sort: str) -> Newest | None:
        params: paths.Params = {"page[size]": 1, "sort": sort, "fields[task]": "updated_at"}
        path = paths.runbook(runbook_id, "tasks")
        try:
            return await self._client.one_page("list_runbook_tasks", path, slim.newest, params)
        except Refused:  # no such sort key here
            self._sorts, self._prove_at = False, self._clock.monotonic() + _PROVE_AGAIN
            return None

    def _with_late(self, runbook_id: str, tasks: Tasks) -> Tasks:
        now = self._clock.now()
        late = [task for task in tasks.values() if task.stage in _OPEN and not task.is_late and _is_past(task, now)]
        if not late:
            return tasks
        more = tasks | {task.id: msgspec.structs.replace(task, is_late=True) for task in late}
        self._keep(runbook_id, tasks, more)
        return more

    def _keep(self, runbook_id: str, tasks: Tasks, instead: Tasks) -> None:
        mark = self._marks.get(runbook_id)
        if mark is not None and mark.tasks is tasks:
            mark.tasks = instead

    def _gate(self, bearable: float = 0.0) -> float:
        """A watcher does not stand in line behind a pause that Cutover asked for: commands come first."""
        left = self._client.paused_until - self._clock.monotonic()
        if left > bearable:
            raise RateLimited("Cutover is limiting how often the bot may ask.", retry_after=left)
        return max(left, 0.0)

    async def _step(self) -> None:
        """Between two pages: where a 429 was met, long lists are read with gaps, so that commands find room."""
        if self._client.paused_until > self._met:
            self._met = self._client.paused_until
            self._gap = min(max(self._gap * 2, _GAP), _LONGEST_GAP)
        wait = self._gate(_BEARABLE) + self._gap
        if wait > 0:
            await self._clock.sleep(wait)


def _take(tasks: Tasks, before: Tasks, task: TaskState) -> None:
    """What did not change stays the same object: cheap to compare, and nothing of a page stays in memory."""
    was = before.get(task.id)
    tasks[task.id] = was if was is not None and (was is task or was == task) else task


def _same(old: Tasks, new: Tasks) -> bool:
    return old is new or old == new


def _newest(tasks: Tasks) -> datetime | None:
    # One instance writes its times in one form, so text can be compared; ten thousand times are not worth parsing.
    return moment(max((task.updated_at for task in tasks.values() if task.updated_at), default=None))


def _is_past(task: TaskState, now: datetime) -> bool:
    due = moment(task.end_planned if task.stage == TaskStage.IN_PROGRESS else task.start_planned)
    return due is not None and due < now
