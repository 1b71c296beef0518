"""Sends every payload to the app, by Socket Mode or signed HTTP, and holds it to the three seconds.

The one rule: commands and interactions are delivered once (again only when the connection broke before the
ack), events up to four times: at once, again at once, after one minute, after five. Source:
docs.slack.dev/apis/events-api (error handling).
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.posts import Posted, Posts
from bot.sandbox.slack.sockets import Connection, Sockets
from bot.sandbox.slack.traffic import Envelope
from bot.sandbox.slack.workspace import Workspace

ACK_SECONDS = 3.0
RETRY_AFTER = (0.0, 60.0, 300.0)

Answered = Callable[[Any], None]
Failed = Callable[[str], None]


class Delivery:
    """The way to the app; which transport is decided anew for each payload."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self.sockets = Sockets(ws)
        self.posts = Posts(ws)

    def interaction(self, kind: str, payload: Json, user: str, answered: Answered, failed: Failed) -> Envelope:
        """Send a command or an interaction. One of the two is called: `answered` with the ack's payload when it was
        in time, `failed` with operation_timeout or dispatch_failed."""
        envelope = self._envelope(kind, payload, user)
        self._ws.spawn(self._interact(envelope, answered, failed))
        return envelope

    def event(self, payload: Json) -> Envelope:
        """Send an event, with retries."""
        event = payload.get("event", {})
        user = event.get("user") if isinstance(event.get("user"), str) else None
        envelope = self._envelope("events_api", payload, user)
        self._ws.spawn(self._tell(envelope))
        return envelope

    def _envelope(self, kind: str, payload: Json, user: str | None) -> Envelope:
        transport = self._ws.app.delivery
        number = len(self._ws.traffic.envelopes) + 1
        envelope = Envelope(number, str(uuid.uuid4()), kind, payload, user, transport)
        self._ws.traffic.envelopes.append(envelope)
        self._ws.live.publish("traffic")
        return envelope

    async def _interact(self, envelope: Envelope, answered: Answered, failed: Failed) -> None:
        try:
            trouble = await self._attempt(envelope)
            if not trouble:
                answered(envelope.answer)
            else:
                _failed(envelope, trouble)
                failed("operation_timeout" if trouble == "http_timeout" else "dispatch_failed")
        finally:
            envelope.done.set()
            self._ws.live.publish("traffic")

    async def _tell(self, envelope: Envelope) -> None:
        try:
            reason = ""
            for number, wait in enumerate((0.0, *RETRY_AFTER)):
                await self._ws.clock.sleep(wait)
                posted = await self._attempt_event(envelope, number, reason)
                if not posted.reason:
                    return
                if posted.no_retry:
                    return
                reason = posted.reason
                _failed(envelope, reason)
        finally:
            envelope.done.set()
            self._ws.live.publish("traffic")

    async def _attempt(self, envelope: Envelope) -> str:
        fault = self._ws.faults.take("delivery", kind=envelope.kind)
        await self._ws.clock.sleep(float(fault.get("delay", 0)))
        if fault.get("drop"):
            await self._ws.clock.sleep(ACK_SECONDS)
            return "http_timeout"
        posted = await self._deliver(envelope, 0, "", int(fault.get("duplicate", 0)))
        return posted.reason

    async def _attempt_event(self, envelope: Envelope, number: int, reason: str) -> Posted:
        fault = self._ws.faults.take("delivery", kind=envelope.kind)
        await self._ws.clock.sleep(float(fault.get("delay", 0)))
        if fault.get("drop"):
            await self._ws.clock.sleep(ACK_SECONDS)
            return Posted("http_timeout")
        return await self._deliver(envelope, number, reason, int(fault.get("duplicate", 0)))

    async def _deliver(self, envelope: Envelope, number: int, reason: str, duplicates: int) -> Posted:
        deadline = envelope.deadline = self._ws.clock.now() + ACK_SECONDS
        way = self._by_socket if envelope.transport == "socket" else self._by_post
        first = self._ws.spawn(way(envelope, number, reason, deadline))
        for again in range(1, duplicates + 1):
            self._ws.spawn(way(envelope, again, "http_timeout", deadline))
        return await first

    async def _by_post(self, envelope: Envelope, number: int, reason: str, deadline: float) -> Posted:
        work = self._ws.spawn(self.posts.send(envelope, number, reason))
        if await self._in_time(work, deadline):
            return await work
        return Posted("http_timeout")

    async def _by_socket(self, envelope: Envelope, number: int, reason: str, deadline: float) -> Posted:
        """Over one connection; when that breaks before the ack, over another, even one that opens meanwhile."""
        last: Connection | None = None
        while True:
            connection = self.sockets.pick(last)
            if connection is None:
                if last is None or not await self._connection_comes(deadline):
                    return Posted("connection_failed")
                continue
            last = connection
            pending = await self.sockets.send(connection, envelope, number, reason)
            if not await self._in_time(pending.result, deadline):
                return Posted("timeout" if envelope.kind == "events_api" else "http_timeout")
            if pending.result.result():
                return Posted("")
            number, reason = number + 1, "connection_failed"

    async def _connection_comes(self, deadline: float) -> bool:
        self.sockets.arrived.clear()
        return await self._in_time(asyncio.ensure_future(self.sockets.arrived.wait()), deadline)

    async def _in_time(self, work: asyncio.Future[Any], deadline: float) -> bool:
        """Whether it is done before the deadline on the sandbox's clock; it goes on if not."""
        limit = asyncio.ensure_future(self._ws.clock.until(deadline))
        try:
            await asyncio.wait({work, limit}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            limit.cancel()
        return work.done()


def _failed(envelope: Envelope, reason: str) -> None:
    """Write down why the latest attempt did not count, unless it is known better."""
    if envelope.attempts and envelope.attempts[-1].error is None:
        envelope.attempts[-1].error = reason
