"""Sends the letters of one claimed lane. The one rule: on disk that it is being sent, then the call, then the outcome.

Posts go in order. An edit of a message that stands already depends on no other post, so one that must wait for its
budget holds nobody up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
import structlog

from bot.clock import Clock
from bot.errors import SlackError
from bot.outbox import queue
from bot.outbox.budget import Budget
from bot.outbox.letter import Stand, Waiting
from bot.outbox.outage import is_stale, sum_up
from bot.outbox.queue import Lane
from bot.outbox.refused import Refused
from bot.outbox.search import CannotLook, find, metadata_of
from bot.slack.web import SlackWeb
from bot.store import Database, LeaseLost

_log = structlog.get_logger(__name__)
Units = list[Callable[[sa.Connection], Any]]
SIDE_BY_SIDE: Final = 8
"""Letters on their way to Slack at once: each takes a connection, and Slack takes four a second from a workspace. What
answers a press does not wait for them."""
_PIN_PATIENCE: Final = 3.0


class Sender:
    """One lane at a time is worked on by `work`; several may run side by side."""

    def __init__(self, database: Database, web: SlackWeb, clock: Clock, budget: Budget, refused: Refused) -> None:
        self._database = database
        self._web = web
        self._clock = clock
        self._budget = budget
        self._refused = refused
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def work(self, lane: Lane) -> None:
        """Send what may be sent now, then give the lane back. Raises `LeaseLost`, `StoreUnavailable`."""
        if is_stale(lane, self._clock.unix()):
            await self._write(lane, [lambda c: sum_up(c, lane, self._clock.now())])
        written: Units = []
        while True:
            letter, due_at = self._choose(lane)
            if letter is None:
                back = partial(queue.give_back, lane=lane, due_at=due_at, now=self._clock.unix())
                await self._write(lane, [*written, back])
                return
            if lane.lost:
                raise LeaseLost(lane.channel_id)
            async with nullcontext() if letter.urgent else self._room:
                began = await self._write(lane, [*written, partial(self._begin, lane=lane, letter=letter)])
                written = await self._send(lane, letter) if began else []

    async def _write(self, lane: Lane, units: Units) -> Any:
        """All in one transaction, under the lease; what the last one says."""
        now = self._clock.unix()

        def unit(connection: sa.Connection) -> Any:
            queue.hold(connection, lane, now)
            return [one(connection) for one in units][-1]

        return await self._database.write(unit)

    @staticmethod
    def _begin(connection: sa.Connection, lane: Lane, letter: Waiting) -> bool:
        began = queue.begin(connection, letter)
        if not began:
            queue.reload(connection, lane)
        return began

    # ---- which one
    def _choose(self, lane: Lane) -> tuple[Waiting | None, float | None]:
        """What may go now, counted in its budget; else when something may, None when nothing waits."""
        if not lane.letters:
            return None, None
        now = self._clock.unix()
        if lane.next_at > now:
            return None, lane.next_at
        post_at = self._budget.post_at(lane.channel_id, now)
        soonest = float("inf")
        for letter in self._in_order(lane, now):
            stand = lane.stands.get(letter.slot)
            if stand is not None and stand.digest == letter.digest:
                return letter, None
            edit = stand is not None
            at = self._budget.update_at(lane.channel_id, now, urgent=letter.urgent) if edit else post_at
            if at <= now:  # taken at once: other lanes choose while this one writes
                (self._budget.updated if edit else self._budget.posted)(lane.channel_id, now)
                return letter, None
            soonest = min(soonest, at)
        return None, soonest

    def _in_order(self, lane: Lane, now: float) -> Iterator[Waiting]:
        """Edits that answer a press, then all in their order: of the posts only the first can be the next."""
        edits = [letter for letter in lane.letters if letter.slot in lane.stands]
        yield from (letter for letter in edits if letter.urgent)
        if is_stale(lane, now):  # what is so now comes before what was
            yield from sorted(edits, key=lambda letter: -letter.at)
        blocked = False
        for letter in lane.letters:
            if letter.slot in lane.stands:
                yield letter
            elif not blocked:
                blocked = True
                yield _parent(lane, letter) or letter

    # ---- what happens
    async def _send(self, lane: Lane, letter: Waiting) -> Units:
        """Post or edit; what is to be written of it. `lane` is as it is afterwards."""
        stand = lane.stands.get(letter.slot)
        letter.attempts += 1
        try:
            ts = await (self._post(lane, letter) if stand is None else self._update(lane, letter, stand))
        except SlackError as error:
            return self._refused.of(lane, letter, error)
        now = self._clock.unix()
        lane.failures, lane.paused = 0, None
        lane.letters.remove(letter)
        units: Units = [lambda c: queue.end(c, letter, "sent", ts)]
        if letter.slot:
            found = lane.stands[letter.slot] = Stand(ts, letter.digest)
            units.append(lambda c: queue.stand(c, lane.channel_id, letter.slot, found, now))
        for slot in letter.ends:
            units += await self._end(lane, slot)
        return units

    async def _update(self, lane: Lane, letter: Waiting, stand: Stand) -> str:
        letter.state = "waiting"  # an edit may be repeated: nothing to look for
        if stand.digest != letter.digest:
            await self._web.call("chat.update", patience=0.0, channel=lane.channel_id, ts=stand.ts, **letter.content)
        return stand.ts

    async def _post(self, lane: Lane, letter: Waiting) -> str:
        parent = lane.stands.get(letter.thread_slot)
        thread_ts = parent.ts if parent else None
        ts = await self._stands_already(lane, letter, thread_ts) if letter.state == "sending" else None
        letter.state = "waiting"  # what comes now is known, unless the call itself leaves it in doubt
        if ts is None:
            answer = await self._web.call(
                "chat.postMessage",
                patience=0.0,
                channel=lane.channel_id,
                thread_ts=thread_ts,
                metadata=metadata_of(letter.key),
                unfurl_links=False,
                unfurl_media=False,
                **letter.content,
            )
            ts = str(answer.get("ts", ""))
        if letter.pin:
            await self._pin(lane.channel_id, ts)
        return ts

    async def _stands_already(self, lane: Lane, letter: Waiting, thread_ts: str | None) -> str | None:
        """Where a letter of unknown outcome stands. Where nobody can look, one repeat is better than silence."""
        try:
            return await find(self._web, lane.channel_id, letter, thread_ts)
        except CannotLook as error:
            _log.warning("letter_may_be_twice", letter=letter.key, channel=lane.channel_id, why=str(error))
            return None

    async def _end(self, lane: Lane, slot: str) -> Units:
        """Its message stays, unpinned, and is no message of a slot any more."""
        ended = lane.stands.pop(slot, None)
        if ended is None:
            return []
        try:
            await self._web.call("pins.remove", patience=_PIN_PATIENCE, channel=lane.channel_id, timestamp=ended.ts)
        except SlackError as error:
            if error.error != "no_pin":
                _log.info("not_unpinned", channel=lane.channel_id, error=error.error)
        return [lambda c: queue.forget(c, lane.channel_id, slot)]

    async def _pin(self, channel_id: str, ts: str) -> None:
        """Pinned already, no scope, too many pins: the post stands all the same."""
        try:
            await self._web.call("pins.add", patience=_PIN_PATIENCE, channel=channel_id, timestamp=ts)
        except SlackError as error:
            if error.error != "already_pinned":
                _log.info("not_pinned", channel=channel_id, error=error.error)


def _parent(lane: Lane, letter: Waiting) -> Waiting | None:
    """The letter that this one answers, where that is not posted yet. What may stand already keeps its place."""
    if not letter.thread_slot or letter.thread_slot in lane.stands or letter.state == "sending":
        return None
    return next((one for one in lane.letters if one.slot == letter.thread_slot and one is not letter), None)
