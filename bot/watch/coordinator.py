"""Polls what is linked. The one rule: one poll per runbook however many channels and replicas, and a reading that is
not whole changes nothing.

A due row is claimed under a lease; the reading, the letters and the giving back are one transaction. What another
replica did meanwhile shows in the fence: then the kept reading is opened anew from the database.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog

from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.errors import CutoverError, RateLimited, StoreUnavailable
from bot.model import RunbookStage
from bot.model.snapshot import Snapshot
from bot.outbox.letter import Letter
from bot.outbox.outbox import Outbox
from bot.store import Database, LeaseLost, Link, Links
from bot.watch import pace, rows
from bot.watch.events import Event
from bot.watch.following import Following
from bot.watch.reader import Reader
from bot.watch.rows import Row
from bot.watch.telling import Telling, differences

_log = structlog.get_logger(__name__)
_AT_ONCE: Final = 4
_AGAIN: Final = 5.0
"""Seconds after which a sleeper looks by himself: another replica may have linked something."""
_LEAST: Final = 0.05
_NOTICE_AFTER: Final = 3
"""Failures in a row before the channels are told; of limits only after `_LIMITED` seconds, for those are no outage."""
_LIMITED: Final = 120.0
_HOT: Final = 30.0
_UNLINKED: Final = 10.0
"""Seconds: a link that another replica just saved may not be known here yet."""


class Watch:
    """`run` polls until cancelled; `refresh_soon` may be called from anywhere on the loop. `owner`: this replica."""

    def __init__(
        self,
        client: CutoverClient,
        database: Database,
        links: Links,
        telling: Telling,
        outbox: Outbox,
        clock: Clock,
        owner: str,
    ) -> None:
        self._client = client
        self._database = database
        self._links = links
        self._telling = telling
        self._outbox = outbox
        self._clock = clock
        self._owner = owner
        self._reader = Reader(client, clock)
        self._kept: dict[str, tuple[int, Snapshot | None]] = {}
        self._polling: dict[str, asyncio.Task[None]] = {}
        self._hurry: dict[str, float] = {}
        self._sure: set[str] = set()
        self._hot: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._following = Following(database, links, telling, outbox, clock)
        self._brake = pace.Brake()
        self._woken = asyncio.Event()
        self.changed: Callable[[str], object] = str  # hears of each runbook that is new or touched, once it is kept

    def refresh_soon(self, runbook_id: str) -> None:
        """Something was done or announced there: look at once, and more often for half a minute."""
        if not self._links.channels(runbook_id):
            return
        now = self._clock.monotonic()
        if runbook_id not in self._hurry:  # `run` knows of the others: a busy channel costs one look, not one a command
            self._woken.set()
        self._hurry[runbook_id] = now + _AGAIN
        self._sure.add(runbook_id)
        self._hot[runbook_id] = now + _HOT

    def wake(self) -> None:
        """Something may be due sooner than it was."""
        self._woken.set()

    def hear(self, event: Event) -> None:
        """Cutover's webhook told of something: who did it is remembered, what it is will be read."""
        self._telling.doers.hear(event)
        self.refresh_soon(event.runbook_id)

    async def run(self) -> None:
        """Until cancelled; polls under way are ended with it."""
        try:
            while True:
                self._woken.clear()
                try:
                    await self._begin_due(_AT_ONCE - len(self._polling))
                    wait = await self._until_next()
                except StoreUnavailable as error:
                    _log.warning("watch_waits_for_the_database", error=error.code)
                    wait = _AGAIN
                await self._clock.rest(wait, self._woken)
        finally:
            self._telling.outlooks.close()
            for task in self._polling.values():
                task.cancel()

    async def poll_due(self) -> int:
        """Poll everything that is due now, once; how many runbooks that was."""
        begun = await self._begin_due(1_000)
        await asyncio.gather(*begun)
        return len(begun)

    async def _until_next(self) -> float:
        """Seconds to sleep; the end of a poll and every hurry wake it before."""
        if len(self._polling) >= _AT_ONCE:
            return _AGAIN
        due = await self._database.read(rows.due_next)
        gap = self._until_hurried()
        return min(gap, max(due - self._clock.unix(), _LEAST)) if due is not None else gap

    def _until_hurried(self) -> float:
        """Seconds until what is in a hurry may be polled again; of what another replica is at, the gap once more."""
        now = self._clock.monotonic()
        waits = (self._ended.get(key, -pace.GAP) + pace.GAP - now for key in self._hurry if key not in self._polling)
        return min((wait if wait > 0 else pace.GAP for wait in waits), default=_AGAIN)

    async def _begin_due(self, room: int) -> list[asyncio.Task[None]]:
        """Claim what is due and begin to poll it."""
        if room <= 0:
            return []
        await self._follow()
        await self._hasten()
        now = self._clock.unix()
        found = await self._database.write(lambda c: rows.claim_due(c, self._owner, now, room))
        begun = []
        for row in found:
            task = asyncio.create_task(self._poll_safely(row), name=f"poll {row.runbook_id}")
            self._polling[row.runbook_id] = task
            begun.append(task)
        return begun

    async def _follow(self) -> None:
        """What a channel newly follows is looked at now, for its board; what nobody follows any more is forgotten."""
        begun, ended = await self._following.look()
        for runbook_id in begun:
            self.refresh_soon(runbook_id)
        for runbook_id in ended:
            self._forget(runbook_id)

    async def _hasten(self) -> None:
        """Make due what is in a hurry. Asked again until it is polled here: another replica may be at it just now."""
        now = self._clock.monotonic()
        wanted = [
            key for key in self._hurry if key not in self._polling and self._ended.get(key, -pace.GAP) + pace.GAP <= now
        ]
        self._hurry = {key: until for key, until in self._hurry.items() if until > now}
        if wanted:
            at = self._clock.unix()
            await self._database.write(lambda c: rows.hasten(c, wanted, at))

    async def _poll_safely(self, row: Row) -> None:
        """One poll. Whatever goes wrong, the row is free again: given back, or by the end of its lease."""
        renewing = asyncio.create_task(self._renew(row))
        try:
            await self._poll(row)
        except LeaseLost:
            self._kept.pop(row.runbook_id, None)
            _log.warning("watch_taken_over", runbook=row.runbook_id)
        except StoreUnavailable as error:
            self._kept.pop(row.runbook_id, None)
            _log.warning("watch_not_kept", runbook=row.runbook_id, error=error.code)
        except Exception:
            _log.exception("watch_failed", runbook=row.runbook_id)
            with contextlib.suppress(StoreUnavailable, LeaseLost):
                await self._keep(row, self._clock.unix() + _AGAIN, ())
        finally:
            renewing.cancel()
            self._polling.pop(row.runbook_id, None)
            self._ended[row.runbook_id] = self._clock.monotonic()
            self._woken.set()

    async def _renew(self, row: Row) -> None:
        while True:
            await self._clock.sleep(rows.LEASE / 3)
            with contextlib.suppress(StoreUnavailable):
                await self._database.write(lambda c: rows.hold(c, row, self._owner, self._clock.unix()))

    async def _poll(self, row: Row) -> None:
        links = self._links.channels(row.runbook_id)
        if not links:
            self._forget(row.runbook_id)
            await self._keep(row, self._clock.unix() + _UNLINKED, ())
            return
        self._hurry.pop(row.runbook_id, None)
        sure = row.runbook_id in self._sure
        self._sure.discard(row.runbook_id)
        old = await self._before(row)
        try:
            sweep = old is None or pace.sweep_due(old, row.swept_at, self._clock.unix())
            new, swept = await self._reader.read(row.runbook_id, old, sweep=sweep, sure=sure)
        except CutoverError as error:
            if sure:
                self._sure.add(row.runbook_id)
            await self._failed(row, old, links, error)
            return
        await self._tell(row, old, new, links, swept=swept)

    async def _before(self, row: Row) -> Snapshot | None:
        """The reading before: as remembered where nobody else has had the row since, else as the database has it."""
        kept = self._kept.get(row.runbook_id)
        if kept is not None and kept[0] + 1 == row.fence:
            return kept[1]
        self._reader.forget(row.runbook_id)
        self._telling.outlooks.lend(row.runbook_id)
        packed = await self._database.read(lambda c: rows.snapshot_of(c, row.runbook_id))
        return await asyncio.to_thread(rows.unpack, packed)

    async def _tell(self, row: Row, old: Snapshot | None, new: Snapshot, links: Sequence[Link], *, swept: bool) -> None:
        changes = await differences(old, new)
        await self._telling.take_note(old, new)
        # Only changes and new boards edit what stands in the channels.
        channels, due = [link.channel_id for link in links], changes or self._telling.due(new, links)
        standing = await self._database.read(lambda c: rows.standing(c, row.runbook_id, channels)) if due else {}
        letters: list[Letter] = []
        if row.stale_since is not None:
            letters += self._telling.recovered(new, links, row.stale_since)
        if old is not None and changes:
            letters += await self._telling.news(old, new, changes, links, standing)
        if row.read_at is None:
            letters += await self._telling.begun(new, links)
        boards, drawn = await self._telling.board_letters(new, links, standing)
        now = self._clock.unix()
        values: dict[str, Any] = {"read_at": now, "failures": 0, "stale_since": None}
        if swept:
            values["swept_at"] = now
        if new is not old:
            values["snapshot"] = await asyncio.to_thread(rows.pack, new)
        await self._keep(row, now + self._next(new, links, now), [*letters, *boards], **values)
        self._kept[row.runbook_id] = (row.fence, new)
        self._telling.boards.drawn(drawn, new, now)
        if new is not old:
            self.changed(row.runbook_id)
        if letters:
            _log.info("news", runbook=row.runbook_id, changes=len(changes), letters=len(letters))

    def _next(self, new: Snapshot, links: Sequence[Link], now: float) -> float:
        """Seconds to the next poll of this runbook."""
        key = new.runbook.id
        if key in self._hurry or key in self._sure:
            return pace.GAP
        self._brake.feel(self._client.paused_until)
        hot = self._hot.get(key, 0.0) > self._clock.monotonic()
        if not hot:
            self._hot.pop(key, None)
        waits = self._telling.boards.waits([link.channel_id for link in links], new, now)
        crowd = sum(1 for _, kept in self._kept.values() if kept and kept.runbook.stage == RunbookStage.ACTIVE)
        seconds = pace.interval(new.runbook, self._clock.now(), hot=hot, slow=self._brake.slow, crowd=crowd)
        return max(pace.GAP, min([seconds, *waits]))

    async def _failed(self, row: Row, old: Snapshot | None, links: Sequence[Link], error: CutoverError) -> None:
        """Nothing is said of what could not be read; that it cannot be read is said once."""
        failures, now = row.failures + 1, self._clock.unix()
        since, letters, drawn = row.stale_since, list[Letter](), list[str]()
        limited = isinstance(error, RateLimited)
        last = row.read_at if row.read_at is not None else now
        if since is None and failures >= _NOTICE_AFTER and old is not None and (not limited or now - last >= _LIMITED):
            since = last
            letters = self._telling.stale(old, links, since, error.sentence)
        if since is not None and old is not None:
            boards, drawn = await self._telling.board_letters(old, links, {}, stale_since=since)
            letters += boards
        wait = pace.after_failure(failures)
        if isinstance(error, RateLimited):
            self._brake.feel(self._client.paused_until)
            wait = max(wait * self._brake.slow, error.retry_after or 0.0)
        await self._keep(row, now + wait, letters, failures=failures, stale_since=since)
        self._kept[row.runbook_id] = (row.fence, old)
        if old is not None:
            self._telling.boards.drawn(drawn, old, now, stale=True)
        _log.warning("not_read", runbook=row.runbook_id, error=error.code, failures=failures)

    async def _keep(self, row: Row, due_at: float, letters: Sequence[Letter], **values: Any) -> None:
        now = self._clock.unix()
        await self._database.write(lambda c: rows.keep(c, row, due_at, letters, now, **values))
        if letters:
            self._outbox.wake()

    def _forget(self, runbook_id: str) -> None:
        self._reader.forget(runbook_id)
        for known in (self._kept, self._hot, self._hurry, self._ended):
            known.pop(runbook_id, None)
        self._telling.forget(runbook_id)
