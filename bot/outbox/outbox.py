"""Letters to channels: kept, then sent in order, about one a second per channel. The one rule: a key is posted once.

Channels are lanes: whichever replica holds the lease of a lane sends its letters. A lane that must wait, or is refused,
holds up no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from functools import partial
from typing import Final

import sqlalchemy as sa
import structlog

from bot.blocks.message import Message
from bot.clock import Clock
from bot.errors import SlackError, StoreUnavailable
from bot.outbox import queue
from bot.outbox.budget import Budget
from bot.outbox.letter import Letter
from bot.outbox.queue import Lane, put_all
from bot.outbox.refused import Refused
from bot.outbox.retention import prune
from bot.outbox.search import metadata_of
from bot.outbox.sender import Sender
from bot.slack.web import SlackWeb
from bot.store import Database, LeaseLost
from bot.store.claims import next_due
from bot.store.tables import lanes, letters, letters_open

__all__ = ["Outbox", "put_all"]
_log = structlog.get_logger(__name__)
_AT_ONCE: Final = 20
"""Lanes that one replica works on: what it cannot do at once is left to the others."""
_RETRY: Final = 5.0
_LEAST: Final = 0.05
_BUSY: Final = 0.25
_IDLE: Final = 30.0
_SHARED: Final = 2.0
"""Seconds after which a sleeper looks by itself; sooner where other replicas may have put letters and died."""
_PRUNE: Final = 3600.0


class Outbox:
    """`put` keeps a letter for the sender; `deliver` posts at once and answers the message's ts."""

    def __init__(
        self, database: Database, web: SlackWeb, clock: Clock, owner: str = "", command: str = "/cutover link"
    ) -> None:
        self._database = database
        self._web = web
        self._clock = clock
        self._owner = owner or uuid.uuid4().hex
        self._budget = Budget()
        self._sender = Sender(database, web, clock, self._budget, Refused(clock, self._budget, command))
        self._woken = asyncio.Event()
        self._working: dict[str, tuple[Lane, asyncio.Task[None]]] = {}
        self._pruned = float("-inf")

    async def put(
        self,
        key: str,
        channel_id: str,
        message: Message,
        *,
        slot: str = "",
        thread_slot: str = "",
        pin: bool = False,
        urgent: bool = False,
    ) -> None:
        """Keep a letter; the same key twice is one letter. Raises `StoreUnavailable`."""
        letter = Letter(key, channel_id, message, slot, thread_slot, pin, urgent)
        now = self._clock.unix()
        await self._database.write(lambda c: put_all(c, [letter], now))
        self.wake()

    def wake(self) -> None:
        """There are letters that `put_all` kept in another transaction."""
        self._woken.set()

    async def deliver(self, key: str, channel_id: str, message: Message) -> str:
        """Post now and return the message's ts. Raises `SlackError` when Slack refuses: nothing is kept then."""
        content = {"text": message.text, "blocks": list(message.blocks)}
        answer = await self._web.call(
            "chat.postMessage",
            patience=0.0,
            channel=channel_id,
            metadata=metadata_of(key),
            unfurl_links=False,
            unfurl_media=False,
            **content,
        )
        self._budget.posted(channel_id, self._clock.unix())
        with contextlib.suppress(StoreUnavailable):  # the post is there; a paused lane is tried again by itself
            await self._database.write(lambda c: queue.resume(c, channel_id, self._clock.unix()))
        self.wake()
        return str(answer.get("ts", ""))

    async def take_back(self, channel_id: str, ts: str) -> None:
        """Delete what `deliver` posted, because it is not so after all."""
        try:
            await self._web.call("chat.delete", channel=channel_id, ts=ts)
        except SlackError as error:
            _log.warning("not_taken_back", channel=channel_id, error=error.error)

    async def waiting(self) -> int:
        """How many letters are not sent yet."""
        query = sa.select(sa.func.count()).select_from(letters).where(letters_open)
        return int(await self._database.read(lambda c: c.execute(query).scalar_one()))

    async def run(self) -> None:
        """Send what is due until cancelled; then lanes in hand are left to the end of their lease."""
        renewing = asyncio.create_task(self._renew())
        try:
            while True:
                self._woken.clear()
                try:
                    begun = await self._begin()
                    wait = await self._until_next(begun=bool(begun))
                    await self._prune()
                except StoreUnavailable:
                    wait = _RETRY
                await self._clock.rest(wait, self._woken)
        finally:
            renewing.cancel()
            for _, task in self._working.values():
                task.cancel()

    async def send_due(self) -> float:
        """Work on every lane that is due, once; returns the seconds until there may be more to do."""
        begun = await self._begin()
        await asyncio.gather(*begun)
        return await self._until_next(begun=bool(begun))

    async def _begin(self) -> list[asyncio.Task[None]]:
        room, now = _AT_ONCE - len(self._working), self._clock.unix()
        if room <= 0:
            return []
        found = await self._database.write(lambda c: queue.claim_lanes(c, self._owner, now, room))
        begun = []
        for lane in found:
            task = asyncio.create_task(self._work(lane), name=f"lane {lane.channel_id}")
            self._working[lane.channel_id] = (lane, task)
            begun.append(task)
        return begun

    async def _work(self, lane: Lane) -> None:
        """One lane. Whatever goes wrong, it is free again at the end of its lease, and its letters are on disk."""
        try:
            await self._sender.work(lane)
        except LeaseLost:
            _log.warning("lane_taken_over", channel=lane.channel_id)
        except StoreUnavailable as error:
            _log.warning("lane_not_kept", channel=lane.channel_id, error=error.code)
        except Exception:
            _log.exception("lane_failed", channel=lane.channel_id)
        finally:
            self._working.pop(lane.channel_id, None)
            self._woken.set()

    async def _renew(self) -> None:
        """Lengthen the leases in hand: a call to Slack may take longer than a lease."""
        while True:
            await self._clock.sleep(queue.LEASE / 3)
            for lane, _ in list(self._working.values()):
                with contextlib.suppress(StoreUnavailable):
                    still = partial(queue.still_held, lane=lane, now=self._clock.unix())
                    lane.lost = not await self._database.write(still)

    async def _until_next(self, *, begun: bool) -> float:
        idle = _SHARED if self._database.shared else _IDLE
        due = await self._database.read(lambda c: next_due(c, lanes))
        if due is None:
            return idle
        # Where nothing could be claimed another replica is at it, or its clock differs: no hurry then.
        return min(max(due - self._clock.unix(), _LEAST if begun else _BUSY), idle)

    async def _prune(self) -> None:
        now = self._clock.unix()
        if now - self._pruned >= _PRUNE:
            self._pruned = now
            await self._database.write(lambda c: prune(c, now))
