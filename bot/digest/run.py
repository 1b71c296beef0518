"""Posts digests and reminders when they are due. The one rule: letter, memory and next time are one transaction.

So a slot is one letter however many replicas run, and whoever loses the lease while working leaves nothing behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from bot.clock import Clock
from bot.digest import rows
from bot.digest.countdown import Countdown
from bot.digest.picture import Pictures
from bot.digest.reminders import wants_reminders
from bot.digest.rows import NEVER, CountdownMemory, DigestMemory, memory, row_key
from bot.digest.work import Outcome, Work
from bot.model.hearing import Hearing
from bot.outbox.queue import put_all
from bot.store import Database, Link, Links
from bot.store.claims import release
from bot.store.due import DueRows, Row
from bot.store.tables import schedules

_RECONCILE: Final = 60.0


class Digests:
    """`run` works until cancelled; people ask for `save` and `post_now`. `wake` wakes the sender of letters."""

    def __init__(
        self,
        database: Database,
        links: Links,
        work: Work,
        countdown: Countdown,
        pictures: Pictures,
        clock: Clock,
        owner: str,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._links = links
        self._work = work
        self._countdown = countdown
        self._pictures = pictures
        self._clock = clock
        self._due = DueRows(database, schedules, clock, owner, self._one, tidy=self._tidy)
        self._wake_sender = wake
        self._reconciled = float("-inf")

    async def save(self, link: Link, hearing: Hearing) -> None:
        """Keep what a channel hears, and have its digests and reminders follow. Raises `StoreUnavailable`."""
        await self._links.set_hearing(link.team_id, link.channel_id, hearing)
        await self._reconcile()
        self.wake()

    def wake(self) -> None:
        """Something may be due sooner than it was."""
        self._due.wake()

    async def post_now(self, link: Link, once: str) -> None:
        """Post a digest; `once` names the wish, so that it is one letter. Raises `CutoverError`, `StoreUnavailable`."""
        key = row_key("digest", link.team_id, link.channel_id)
        row = await self._database.read(lambda c: rows.read(c, key))
        made = await self._work.digest_now(link, row["data"] if row else "", row["snapshot"] if row else None, once)

        def unit(connection: sa.Connection) -> None:
            if row is None:
                rows.put(connection, key, NEVER)
            self._remember(connection, key, made)

        await self._database.write(unit)
        self._wake_sender()
        self.wake()

    async def run(self) -> None:
        """Until cancelled."""
        await self._due.run()

    async def run_due(self) -> float:
        """Work off what is due; seconds until there may be more to do."""
        return await self._due.run_due()

    async def _one(self, row: Row) -> None:
        key = str(row["key"])
        await self._keep(key, int(row["fence"]), await self._make(key, row))

    async def _make(self, key: str, row: Row) -> Outcome | None:
        """None: the channel does not want it any more."""
        what, team, channel = rows.parts_of(key)
        link = self._links.of(team, channel)
        if link is None or self._links.withheld(link):
            return None
        if what == "remind":
            return await self._work.reminders(link, row["data"])
        if what == "ready":
            return await self._countdown.due(link, row["data"])
        if what == "picture":
            return await self._pictures.due(link, row)
        return await self._work.digest(link, row["data"], row["snapshot"], float(row["due_at"]))

    async def _keep(self, key: str, fence: int, made: Outcome | None) -> None:
        def unit(connection: sa.Connection) -> None:
            due_at = made.due_at if made is not None else None
            release(connection, schedules, key, fence, NEVER if due_at is None else due_at)
            if made is None:
                rows.drop(connection, key)
                return
            self._remember(connection, key, made)

        await self._database.write(unit)
        if made is not None and made.letters:
            self._wake_sender()

    def _remember(self, connection: sa.Connection, key: str, made: Outcome) -> None:
        """What was made of a row: its memory, its letters, and the row of the picture that follows them."""
        now = self._clock.unix()
        rows.remember(connection, key, made.memory, made.snapshot)
        new = put_all(connection, made.letters, now)
        if made.picture is not None and new:  # a wish taken up again has had its picture
            _, team, channel = rows.parts_of(key)
            mark = hashlib.sha256(made.picture.letter.encode()).hexdigest()[:16]
            rows.put(connection, row_key("picture", team, channel, mark), now, made.picture)

    async def _tidy(self) -> None:
        if self._clock.unix() - self._reconciled >= _RECONCILE:
            await self._reconcile()

    async def _reconcile(self) -> None:
        """A row for each channel that wants one, due at once where its schedule is another; none for channels gone."""
        links = {(link.team_id, link.channel_id): link for link in self._links.all()}
        now = self._clock.unix()
        at_once = int(now) - 0.5  # slots are whole seconds: this is none, so nothing is posted for it

        def unit(connection: sa.Connection) -> None:
            there = rows.all_of(connection)
            for (team, channel), link in links.items():
                digest, remind = row_key("digest", team, channel), row_key("remind", team, channel)
                if link.hearing.digest and not _follows(there.get(digest), link.hearing):
                    rows.put(connection, digest, at_once)
                if wants_reminders(link.hearing) and there.get(remind, (NEVER, ""))[0] >= NEVER:
                    rows.put(connection, remind, at_once)
                ready = row_key("ready", team, channel)
                if link.hearing.countdown and not _counts(there.get(ready), link.hearing):
                    rows.put(connection, ready, at_once)
            for key in there:
                if rows.parts_of(key)[1:] not in links:
                    rows.drop(connection, key)

        await self._database.write(unit)
        self._reconciled = now


def _counts(row: tuple[float, str] | None, hearing: Hearing) -> bool:
    """Whether the last look knew these spans: one that is wished for shortly before its moment is not slept over."""
    if row is None or row[0] >= NEVER:
        return False
    return bool(memory(CountdownMemory, row[1]).known == sorted(hearing.countdown))


def _follows(row: tuple[float, str] | None, hearing: Hearing) -> bool:
    """Whether the row was reckoned from these settings."""
    if row is None or row[0] >= NEVER:
        return False
    kept = memory(DigestMemory, row[1])
    return kept.digest == hearing.digest and hearing.timezone in ("", kept.timezone)
