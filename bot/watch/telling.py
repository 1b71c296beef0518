"""Letters out of a reading. The one rule: a name that cannot be told now is left out, and the news goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog
from msgspec.structs import replace

from bot.blocks import news_sums
from bot.blocks.live_board import live_board, people_on_board
from bot.blocks.message import Message
from bot.clock import Clock
from bot.cutover import Catalogue, CutoverClient
from bot.errors import CutoverError, StoreUnavailable
from bot.model import Ref, Runbook, RunbookStage, TaskStage, TaskType, Text
from bot.model.changes import Change
from bot.model.hearing import Kind
from bot.model.progress import as_runbook, moment
from bot.model.snapshot import Snapshot
from bot.outbox.letter import Letter
from bot.plan import moved
from bot.store import Link
from bot.watch.beside import beside
from bot.watch.boards import Boards
from bot.watch.diff import diff
from bot.watch.fanout import fanout, people_named
from bot.watch.news import BOARD, PLAN, Listener, News, boards_in, letter_key, slot, slot_prefix
from bot.watch.outlook import Outlooks
from bot.watch.people import Doers, Mentions
from bot.watch.quiet import is_quiet
from bot.watch.rag import RagHistory

_log = structlog.get_logger(__name__)
_MANY: Final = 200
"""Changes from which on the letters are made beside the event loop."""
_MOVED_LATELY: Final = 3600.0
"""Seconds: a board tells by how much the end moved in the last hour."""
Standing = Mapping[str, frozenset[str]]


class Telling:
    """Makes letters; keeps nothing but which boards are drawn."""

    def __init__(
        self,
        client: CutoverClient,
        catalogue: Catalogue,
        mentions: Mentions,
        doers: Doers,
        clock: Clock,
        outlooks: Outlooks,
        rag: RagHistory,
    ) -> None:
        self.outlooks = outlooks
        self._rag = rag
        self._client = client
        self._catalogue = catalogue
        self._mentions = mentions
        self.doers = doers
        self._clock = clock
        self.boards = Boards()

    async def news(
        self, old: Snapshot, new: Snapshot, changes: Sequence[Change], links: Sequence[Link], standing: Standing
    ) -> list[Letter]:
        """What each channel is told of the changes, channel by channel, each in the order things happened."""
        slots = {place for channel in standing.values() for place in channel}
        people = people_named(new, changes, slots)
        wanted = any(link.hearing.mentions for link in links)
        found = News(
            old,
            new,
            changes,
            self._clock.now(),
            names=await self._names(people, new.runbook.id),
            mentions=await self._mentions.of(people) if wanted else {},
            doers=await self.doers.of(old, changes),
            task_types={kind.id: kind for kind in await self._types()},
            can_skip=self._client.offers("skip_runbook_task") is not False,
        )

        def make() -> list[Letter]:
            each = (fanout(found, Listener(link.channel_id, link.hearing, standing[link.channel_id])) for link in links)
            return [letter for told in each for letter in told]

        return await asyncio.to_thread(make) if len(changes) > _MANY else make()

    async def begun(self, new: Snapshot, links: Sequence[Link]) -> list[Letter]:
        """At the very first reading: a run that began after the channel was linked is told of, for it is news."""
        start = moment(new.runbook.start_actual)
        if start is None or new.runbook.stage != RunbookStage.ACTIVE:
            return []
        fresh = [link for link in links if link.linked_at < start.timestamp()]
        old = before_start(new)
        changes = await differences(old, new) if fresh else []
        return await self.news(old, new, changes, fresh, {link.channel_id: frozenset() for link in fresh})

    async def take_note(self, old: Snapshot | None, new: Snapshot) -> None:
        """How the status went, what decides the end, and how that moved; boards that show it otherwise are drawn again.

        Fails never: what is noted aside must not keep the news back."""
        try:
            if new is not old:
                await self._rag.note(old, new)
        except StoreUnavailable as error:
            _log.warning("rag_not_kept", runbook=new.runbook.id, error=error.code)
        if await self.outlooks.look(old, new, self._types):
            self.boards.redraw(new.runbook.id)

    def forget(self, runbook_id: str) -> None:
        """Nobody follows it here any more."""
        self.outlooks.forget(runbook_id)
        self.boards.keep_only(runbook_id, set())

    def due(self, snapshot: Snapshot, links: Sequence[Link], *, stale: bool = False) -> list[str]:
        """The channels whose board is to be drawn now."""
        now = self._clock.unix()
        hear = [link.channel_id for link in links if Kind.BOARD in link.hearing.kinds]
        return [channel for channel in hear if self.boards.due(channel, snapshot, now, stale=stale)]

    async def board_letters(
        self, snapshot: Snapshot, links: Sequence[Link], standing: Standing, stale_since: float | None = None
    ) -> tuple[list[Letter], list[str]]:
        """The boards that are due, and the channels they are for: tell `boards` once they are kept."""
        due = self.due(snapshot, links, stale=stale_since is not None)
        if not due:
            return [], []
        now, book = self._clock.now(), snapshot.runbook
        names = await self._names(await beside(snapshot.tasks, lambda: people_on_board(snapshot, now)), book.id)
        since = datetime.fromtimestamp(stale_since, UTC) if stale_since is not None else None
        types = await self._types()
        ahead = self.outlooks.of(book.id)
        began = moment(book.start_actual)
        by = moved(ahead.moves, max(now.timestamp() - _MOVED_LATELY, began.timestamp() if began else 0.0))
        drawn = partial(live_board, stale_since=since, task_types=types, critical=ahead.critical, moved=by)
        body = await beside(snapshot.tasks, lambda: drawn(snapshot, names, now))
        letters = []
        for channel in due:
            letters += self._board(snapshot, channel, body, boards_in(book.id, standing.get(channel, ())))
        return letters, due

    def _board(self, snapshot: Snapshot, channel: str, body: Message, boards: Sequence[str]) -> list[Letter]:
        """The board of this run; that of the planning gives way to it, and one of an earlier run stays as its record.

        Only one of them is pinned.
        """
        book, unix = snapshot.runbook, self._clock.unix()
        place, plan = slot(book, BOARD), f"{slot_prefix(book.id)}{PLAN}/{BOARD}"
        key = letter_key(channel, book.id, BOARD, place, f"{unix:.1f}")
        earlier = tuple(one for one in boards if one not in (place, plan))
        letters = [Letter(key, channel, body, slot=place, pin=True, ends=earlier)]
        if plan in boards and plan != place:
            moved = news_sums.board_moved(as_runbook(book))
            letters.append(
                Letter(letter_key(channel, book.id, "moved", place), channel, moved, slot=plan, ends=(plan,))
            )
        return letters

    def left(self, link: Link, standing: Iterable[str]) -> list[Letter]:
        """The channel of this former link follows the runbook no more: what its boards show from now on."""
        body = news_sums.board_left(Runbook(link.runbook_id, link.runbook_name))
        channel, book_id = link.channel_id, link.runbook_id
        return [
            Letter(
                letter_key(channel, book_id, "left", place, link.linked_at), channel, body, slot=place, ends=(place,)
            )
            for place in boards_in(book_id, standing)
        ]

    def stale(self, snapshot: Snapshot, links: Sequence[Link], since: float, why: str) -> list[Letter]:
        """Cutover cannot be read: one notice per channel."""
        at = datetime.fromtimestamp(since, UTC)
        body = news_sums.stale(Text(snapshot.runbook.name), at, why, self._clock.now())
        return self._to_all(snapshot, links, "stale", since, body)

    def recovered(self, snapshot: Snapshot, links: Sequence[Link], since: float) -> list[Letter]:
        """It can be read again."""
        at = datetime.fromtimestamp(since, UTC)
        body = news_sums.recovered(as_runbook(snapshot.runbook), at, self._clock.now())
        return self._to_all(snapshot, links, "recovered", since, body)

    def _to_all(
        self, snapshot: Snapshot, links: Sequence[Link], kind: str, since: float, body: Message
    ) -> list[Letter]:
        book, now = snapshot.runbook, self._clock.now()
        return [
            Letter(letter_key(link.channel_id, book.id, kind, f"{since:.3f}"), link.channel_id, body)
            for link in links
            if not is_quiet(link.hearing, book.timezone, now)
        ]

    async def _names(self, people: Sequence[Ref], runbook_id: str) -> dict[Ref, Text]:
        try:
            return await self._catalogue.names(people, runbook_id)
        except CutoverError:
            return {}

    async def _types(self) -> tuple[TaskType, ...]:
        try:
            return await self._catalogue.task_types()
        except CutoverError:
            return ()


def before_start(running: Snapshot) -> Snapshot:
    """A run as it was a moment before: planned, with nothing that can start."""
    waiting = {
        key: replace(task, stage=TaskStage.WAITING.value) if task.stage == TaskStage.STARTABLE else task
        for key, task in running.tasks.items()
    }
    book = replace(running.runbook, stage=RunbookStage.PLANNING.value, start_actual=None)
    return Snapshot(book, running.streams, waiting, running.read_at)


async def differences(old: Snapshot | None, new: Snapshot) -> list[Change]:
    """The changes from one reading to the next; a first one changes nothing."""
    if old is None or old is new:
        return []
    return await beside(new.tasks, lambda: diff(old, new))
