"""What a due row comes to: letters, and what to remember. The one rule: nothing is kept here, the caller commits it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from bot.blocks.digest_post import DigestView, digest, people_in_digest
from bot.blocks.message import Message
from bot.blocks.reminder_post import ReminderView, people_in_reminders, reminder_post
from bot.clock import Clock
from bot.cutover import Catalogue
from bot.digest import schedule
from bot.digest.readings import Reading, Readings
from bot.digest.reminders import ready_since, reminders, wants_reminders
from bot.digest.rows import DigestMemory, PictureMemory, ReminderMemory, memory
from bot.digest.summary import summarise
from bot.errors import BadInput, CutoverError
from bot.model import Ref, RunbookStage, TaskType, Text
from bot.model.hearing import Hearing
from bot.model.hearing import Picture as Choice
from bot.model.reminder import Reminder
from bot.model.snapshot import RunbookState, Snapshot
from bot.model.summary import Summary
from bot.outbox.letter import Letter
from bot.plan import moved
from bot.store import Link
from bot.watch.ends import Ends
from bot.watch.news import run_mark
from bot.watch.people import Mentions
from bot.watch.quiet import is_quiet
from bot.watch.rows import pack, unpack

T = TypeVar("T")
_PATIENCE: Final = 4.0
_WATCHFUL, _IDLE = 60.0, 180.0
PATIENCE: Final = 240.0
"""Seconds after its digest from which on a picture is too late: the next digest comes after five minutes at least."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`due_at`: Unix seconds of the next time, None: not again. `snapshot`: what to compare with from now on. `picture`
    is to follow the letter."""

    due_at: float | None
    memory: msgspec.Struct
    letters: tuple[Letter, ...] = ()
    snapshot: bytes | None = None
    picture: PictureMemory | None = None


class Work:
    """Makes digests and reminders of one channel."""

    def __init__(self, readings: Readings, catalogue: Catalogue, clock: Clock, mentions: Mentions, ends: Ends) -> None:
        self._ends = ends
        self._readings = readings
        self._catalogue = catalogue
        self._clock = clock
        self._mentions = mentions

    async def digest(self, link: Link, data: str, snapshot: bytes | None, slot: float) -> Outcome:
        """The digest of `slot` (Unix seconds), unless it says nothing, or is no slot of the schedule any more."""
        kept, now = memory(DigestMemory, data), self._clock.now()
        reading = await self._readings.of(link.runbook_id)
        where = schedule.zone(link.hearing.timezone, reading.snapshot.runbook.timezone if reading else None)
        try:
            spec = schedule.parse(link.hearing.digest)
        except BadInput:  # switched off, or written by a newer bot
            return Outcome(None, DigestMemory(since=kept.since))
        next_at = schedule.next_slot(spec, where, now)
        following = DigestMemory(link.hearing.digest, where.key, kept.since)
        if reading is None or not schedule.is_slot(spec, where, slot):
            return Outcome(next_at.timestamp(), following)
        told = await self._summary(link, reading, snapshot, kept.since)
        if is_quiet(link.hearing, reading.snapshot.runbook.timezone, now) or _says_nothing(link, told):
            return Outcome(next_at.timestamp(), following)
        body = await self._post(link, told, reading, next_at)
        letter = Letter(f"digest:{link.channel_id}:{int(slot)}", link.channel_id, body)
        following.since = now.timestamp()
        packed = await asyncio.to_thread(pack, reading.snapshot)
        return Outcome(next_at.timestamp(), following, (letter,), packed, self._picture(link, letter))

    async def digest_now(self, link: Link, data: str, snapshot: bytes | None, once: str) -> Outcome:
        """A digest asked for by a person; the schedule stays as it is. Raises `CutoverError`."""
        kept = memory(DigestMemory, data)
        reading = await self._readings.fresh(link.runbook_id)
        told = await self._summary(link, reading, snapshot, kept.since)
        letter = Letter(f"digest:{once}", link.channel_id, await self._post(link, told, reading, None), urgent=True)
        kept.since = self._clock.unix()
        packed = await asyncio.to_thread(pack, reading.snapshot)
        return Outcome(None, kept, (letter,), packed, self._picture(link, letter))

    def _picture(self, link: Link, letter: Letter) -> PictureMemory | None:
        """What is to follow this digest, by the channel's choice."""
        wanted = link.hearing.picture
        if wanted is Choice.NONE:
            return None
        return PictureMemory(letter.kept_key, link.runbook_id, str(wanted), self._clock.unix() + PATIENCE)

    async def _summary(self, link: Link, reading: Reading, snapshot: bytes | None, since: float | None) -> Summary:
        types, now = await self._task_types(), self._clock.now()

        def work() -> Summary:
            return summarise(
                unpack(snapshot),
                reading.snapshot,
                now,
                streams=link.hearing.streams,
                task_types=types,
                status_minutes=link.hearing.remind_status,
                since=since,
            )

        return await asyncio.to_thread(work)

    async def _post(self, link: Link, told: Summary, reading: Reading, next_at: datetime | None) -> Message:
        names, book = await self._names(people_in_digest(told), link.runbook_id), told.runbook
        by = moved(await self._ends.of(book), told.since.timestamp()) if told.since is not None and told.drift else None
        task = reading.snapshot.tasks.get(by.task_id) if by is not None else None
        return digest(DigestView(told, self._clock.now(), names, next_at, reading.stale_since, by, task))

    async def reminders(self, link: Link, data: str) -> Outcome:
        """What became due since the last look, in one message. Nothing while Cutover is silent: it may be done."""
        kept, now = memory(ReminderMemory, data), self._clock.now()
        if not wants_reminders(link.hearing):
            return Outcome(None, kept)
        reading = await self._readings.of(link.runbook_id)
        if reading is None or reading.stale_since is not None:
            return Outcome(now.timestamp() + _WATCHFUL, kept)
        book = reading.snapshot.runbook
        run = f"{book.id}/{run_mark(book)}"
        if kept.run != run:
            kept = ReminderMemory(run=run)
        ready, found = await asyncio.to_thread(_look, reading.snapshot, link.hearing, kept.ready, now)
        fresh = [one for one in found if one.key not in kept.said]
        quiet = is_quiet(link.hearing, book.timezone, now)
        told = [one.key for one in found if not quiet or one.key in kept.said]
        letters = (await self._reminder(link, book, fresh, now),) if fresh and not quiet else ()
        wait = _WATCHFUL if book.stage == RunbookStage.ACTIVE else _IDLE
        return Outcome(now.timestamp() + wait, ReminderMemory(kept.run, ready, told), letters)

    async def _reminder(self, link: Link, book: RunbookState, fresh: list[Reminder], now: datetime) -> Letter:
        people = people_in_reminders(fresh)
        names = await self._names(people, link.runbook_id)
        mentions = await _or({}, self._mentions.of(people)) if link.hearing.mentions else {}
        keys = "\x1f".join(sorted(one.key for one in fresh))
        mark = hashlib.sha256(f"{book.id}/{run_mark(book)}\x1f{keys}".encode()).hexdigest()[:32]
        body = reminder_post(ReminderView(book, fresh, now, names, mentions))
        return Letter(f"remind:{link.channel_id}:{mark}", link.channel_id, body)

    async def _names(self, people: Iterable[Ref], runbook_id: str) -> Mapping[Ref, Text]:
        return await _or({}, self._catalogue.names(people, runbook_id))

    async def _task_types(self) -> tuple[TaskType, ...]:
        return await _or((), self._catalogue.task_types())


async def _or(otherwise: T, asked: Awaitable[T]) -> T:
    """What was asked for, if it comes soon: the lease on the row must not end over a name."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await asked
    except (CutoverError, TimeoutError):
        return otherwise


def _look(
    snapshot: Snapshot, hearing: Hearing, known: Mapping[str, float], now: datetime
) -> tuple[dict[str, float], list[Reminder]]:
    """Beside the event loop: ten thousand tasks take some 20 ms."""
    ready = ready_since(snapshot, known, now) if hearing.remind_startable else {}
    return ready, reminders(snapshot, hearing, now, ready)


def _says_nothing(link: Link, told: Summary) -> bool:
    """Left out by choice; and after the end, where nothing more will change, without being asked."""
    over = told.runbook.stage in (RunbookStage.COMPLETE, RunbookStage.CANCELED)
    return told.is_silent and (link.hearing.skip_silent_digests or over)
