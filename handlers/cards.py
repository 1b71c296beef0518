"""Reads what a card shows. The one rule: one read of the thing itself, the rest from the catalogue's short memory."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from bot.blocks import board, card, say
from bot.blocks.message import Message
from bot.blocks.text import Mrkdwn, phrase
from bot.clock import Clock
from bot.cutover import Catalogue, CutoverClient
from bot.errors import BotError, CutoverError
from bot.model import Comment, Ref, Runbook, Stream, Task, Text
from handlers.rollcall import RollCall
from handlers.runs import Runs

_RUNBOOK_SECONDS: Final = 5.0
_MOST: Final = 10_000


class Cards:
    """Cards of tasks and runbooks, ready to send. `can_request`: task cards offer a CapyDB cutover."""

    def __init__(
        self,
        client: CutoverClient,
        catalogue: Catalogue,
        clock: Clock,
        roll: RollCall,
        runs: Runs,
        *,
        can_request: bool = False,
    ) -> None:
        self._client = client
        self._catalogue = catalogue
        self._clock = clock
        self._roll = roll
        self._runs = runs
        self._can_request = can_request
        self._runbooks: dict[str, tuple[float, Runbook]] = {}

    async def task(
        self,
        task: Task,
        note: Mrkdwn | None = None,
        waiting_for: tuple[Task, ...] = (),
        comments: Sequence[Comment] = (),
    ) -> Message:
        """The card of a task just read. `note` says what was done: without the rest of the card it stands alone."""
        try:
            return card.task(await self.view(task, note, waiting_for, comments))
        except CutoverError as error:
            if note is None:
                raise
            return say.note(phrase("{note}\n{task}", note=note, task=task.name), _unread(error))

    async def view(
        self,
        task: Task,
        note: Mrkdwn | None = None,
        waiting_for: tuple[Task, ...] = (),
        comments: Sequence[Comment] = (),
    ) -> card.TaskView:
        """What the card shows; what cannot be read now is left out rather than failing the answer."""
        runbook_id, type_id, refs = task.runbook_id, task.task_type_id, task.assignees or ()
        if self._catalogue.has(task):  # side by side would be four tasks for nothing, with each card
            runbook, streams = await self.runbook_of(runbook_id), await self._streams(runbook_id)
            kind, names = await self._catalogue.task_type(type_id), await self._catalogue.names(refs, runbook_id)
        else:
            runbook, streams, kind, names = await asyncio.gather(
                self.runbook_of(runbook_id),
                self._streams(runbook_id),
                self._catalogue.task_type(type_id),
                self._catalogue.names(refs, runbook_id),
            )
        return card.TaskView(
            task=task,
            runbook=runbook,
            now=self._clock.now(),
            stream=next((one for one in streams if one.id == task.stream_id), None),
            task_type=kind,
            names=names,
            waiting_for=waiting_for,
            asks=bool(kind and (kind.conditional_progression or kind.is_validation)),
            can_skip=self._client.offers("skip_runbook_task") is not False,
            can_request=self._can_request,
            present=await self._roll.present(task, runbook),
            comments=tuple(comments),
            note=note,
        )

    async def runbook_of(self, runbook_id: str) -> Runbook:
        """The runbook, at most five seconds old: for names and run type on task cards.

        One that does not run is read anew: a card drawn right after its start would offer nothing.
        """
        kept = self._runbooks.get(runbook_id)
        if kept and kept[0] > self._clock.monotonic() and kept[1].is_running:
            return kept[1]
        runbook = await self._client.get_runbook(runbook_id)
        self._runbooks = {key: value for key, value in self._runbooks.items() if value[0] > self._clock.monotonic()}
        self._runbooks[runbook_id] = (self._clock.monotonic() + _RUNBOOK_SECONDS, runbook)
        return runbook

    def forget(self, runbook_id: str) -> None:
        """After a change of the runbook."""
        self._runbooks.pop(runbook_id, None)
        self._catalogue.forget_streams(runbook_id)

    async def runbook(self, runbook: Runbook, note: Mrkdwn | None = None) -> Message:
        """The card of a runbook just read, with its tasks counted; `note` as for a task."""
        try:
            return await self._runbook(runbook, note)
        except CutoverError as error:
            if note is None:
                raise
            return say.note(phrase("{note}\n{name}", note=note, name=runbook.name), _unread(error))

    async def _runbook(self, runbook: Runbook, note: Mrkdwn | None) -> Message:
        self.forget(runbook.id)
        tasks, streams = await asyncio.gather(
            self._client.list_runbook_tasks(runbook.id, page_size=100).all(_MOST), self._streams(runbook.id)
        )
        running = tuple(task for task in tasks if task.is_running)
        startable = tuple(task for task in tasks if task.is_startable)
        shown = [ref for task in (*running, *startable)[:20] for ref in task.assignees or ()]
        offered = {
            verb for verb in ("pause", "resume", "cancel") if self._client.offers(f"{verb}_runbook") is not False
        }
        view = board.RunbookView(
            runbook=runbook,
            now=self._clock.now(),
            streams=streams,
            counts=counted(tasks),
            running=running,
            startable=startable,
            names=await self.names(shown, runbook.id),
            features=frozenset(offered),
            critical=await self._critical(runbook),
            note=note,
        )
        return board.runbook(view)

    async def _critical(self, runbook: Runbook) -> frozenset[str]:
        """The tasks that decide when a run under way ends; none where that cannot be computed."""
        if not runbook.is_running:
            return frozenset()
        try:
            return frozenset((await self._runs.read(runbook.id)).plan.critical)
        except BotError:
            return frozenset()

    async def names(self, refs: Sequence[Ref], runbook_id: str) -> dict[Ref, Text]:
        """Names of people and teams."""
        return await self._catalogue.names(refs, runbook_id)

    async def _streams(self, runbook_id: str) -> tuple[Stream, ...]:
        try:
            return await self._catalogue.streams(runbook_id)
        except CutoverError:
            return ()


def _unread(error: CutoverError) -> str:
    return f"The rest of the card is missing. {error.sentence}"


def counted(tasks: Sequence[Task]) -> dict[str | None, board.Counts]:
    """Counts by stream id."""
    groups: dict[str | None, list[Task]] = defaultdict(list)
    for task in tasks:
        groups[task.stream_id].append(task)
    return {stream: _counts(group) for stream, group in groups.items()}


def _counts(tasks: Sequence[Task]) -> board.Counts:
    return board.Counts(
        waiting=sum(not (t.is_startable or t.is_running or t.is_complete) for t in tasks),
        startable=sum(t.is_startable for t in tasks),
        running=sum(t.is_running for t in tasks),
        complete=sum(t.is_complete for t in tasks),
        skipped=sum(t.is_complete and t.is_skipped for t in tasks),
        late=sum(t.is_behind for t in tasks),
    )
