"""Socket Mode: the WebSocket connections of the app, and one attempt to deliver over one of them.

The one rule: each envelope goes to one open connection, in turn; a connection that is about to be closed gets
no new ones while another is open. Sources: docs.slack.dev/apis/events-api/using-socket-mode, and what
slack_sdk's clients expect.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.jsontext import parse
from bot.sandbox.slack.traffic import Attempt, Envelope
from bot.sandbox.slack.workspace import Workspace

MOST = 10
TICKET_LIFE_SECONDS = 30.0
CONNECTION_LIFE_SECONDS = 18_060.0
DRAIN_SECONDS = 10.0
PING_SECONDS = 10.0
# How long a client that hangs may hold up a close, in real seconds.
CLOSE_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class Connection:
    """One open WebSocket."""

    id: str
    socket: web.WebSocketResponse
    request: web.Request
    draining: bool = False


@dataclass(slots=True, eq=False)
class Pending:
    """An envelope sent and not acked; the future gets True by an ack, False when the connection is lost."""

    envelope: Envelope
    attempt: Attempt
    connection: Connection
    started: float
    result: asyncio.Future[bool]


@dataclass(slots=True)
class Sockets:
    """The connections of the app."""

    ws: Workspace
    connections: list[Connection] = field(default_factory=list)
    silent_until: float = 0.0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _tickets: dict[str, float] = field(default_factory=dict)
    _pending: list[Pending] = field(default_factory=list)
    _turn: int = 0

    def new_address(self) -> str:
        """A wss-like URL for one connection (ws:// here), good for half a minute."""
        ticket = self.ws.ids.secret()
        self._tickets[ticket] = self.ws.clock.now() + TICKET_LIFE_SECONDS
        return f"{self.ws.base_url.replace('http', 'ws', 1)}/link/{ticket}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection from hello to the end."""
        until = self._tickets.pop(request.match_info["ticket"], None)
        if until is None or until < self.ws.clock.now() or self.ws.app.delivery != "socket":
            return web.Response(status=404, text="no such link")
        socket = web.WebSocketResponse(autoping=False, max_msg_size=1_000_000, timeout=CLOSE_SECONDS)
        await socket.prepare(request)
        if len(self.connections) >= MOST:
            await socket.send_json(_goodbye("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(f"c{self._turn}-{request.match_info['ticket'][:6]}", socket, request)
        self._turn += 1
        self.connections.append(connection)
        life = self.ws.spawn(self._live(connection))
        try:
            await socket.send_json(self._hello())
            self.arrived.set()
            self.ws.live.publish("traffic")
            await self._read(connection)
        finally:
            life.cancel()
            self._lost(connection)
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": int(CONNECTION_LIFE_SECONDS),
            },
            "connection_info": {"app_id": self.ws.app.id},
        }

    async def _live(self, connection: Connection) -> None:
        """Pings, and the refresh that every connection meets after its hours."""
        end = self.ws.clock.now() + CONNECTION_LIFE_SECONDS
        while self.ws.clock.now() < end - DRAIN_SECONDS:
            await self.ws.clock.until(min(end - DRAIN_SECONDS, self.ws.clock.now() + PING_SECONDS))
            if not self.silent and not connection.socket.closed:
                await connection.socket.ping(b"sandbox")
        await self.dismiss(connection, "warning")
        await self.dismiss(connection, "refresh_requested")

    async def _read(self, connection: Connection) -> None:
        async for message in connection.socket:
            if self.silent:
                continue
            if message.type == WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._ack(connection, message.data)

    @property
    def silent(self) -> bool:
        return self.silent_until > self.ws.clock.now()

    def _ack(self, connection: Connection, raw: str) -> None:
        try:
            answer = parse(raw)
            envelope_id = answer["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self.ws.traffic.violation(
                self.ws.clock.now(), "socket", "invalid_ack", ["not an acknowledgement"], raw[:2000]
            )
            return
        for pending in self._pending:
            if pending.connection is connection and pending.envelope.id == envelope_id:
                self._pending.remove(pending)
                settle(pending.envelope, pending.attempt, pending.started, answer.get("payload"), self.ws.clock.now())
                if not pending.result.done():
                    pending.result.set_result(True)
                self.ws.live.publish("traffic")
                return
        # A second ack of the same envelope: Slack takes no notice of it.

    def pick(self, not_this: Connection | None = None) -> Connection | None:
        """The next connection in turn; one that is not draining and not `not_this` when there is one."""
        fresh = [c for c in self.connections if not c.draining and not c.socket.closed]
        usable = fresh or [c for c in self.connections if not c.socket.closed]
        preferred = [c for c in usable if c is not not_this] or usable
        if not preferred:
            return None
        self._turn += 1
        return preferred[self._turn % len(preferred)]

    async def send(self, connection: Connection, envelope: Envelope, retry_num: int, reason: str) -> Pending:
        """Write the envelope; the caller waits on `result`."""
        attempt = Attempt(self.ws.clock.now(), connection.id, retry_num, reason)
        envelope.attempts.append(attempt)
        pending = Pending(
            envelope, attempt, connection, time.perf_counter(), asyncio.get_running_loop().create_future()
        )
        self._pending.append(pending)
        frame: Json = {
            "envelope_id": envelope.id,
            "payload": envelope.payload,
            "type": envelope.kind,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.kind == "events_api" or retry_num:
            frame |= {"retry_attempt": retry_num, "retry_reason": reason}
        if not self.silent:
            try:
                await connection.socket.send_json(frame)
            except (ConnectionError, RuntimeError):
                self._lost(connection)
        return pending

    async def dismiss(self, connection: Connection, reason: str) -> None:
        """Tell it to go: after a warning it stays, else it is closed when it has had time to drain."""
        connection.draining = True
        with contextlib.suppress(ConnectionError):  # cut in the same moment
            await connection.socket.send_json(_goodbye(reason))
        if reason == "warning":
            await self.ws.clock.sleep(DRAIN_SECONDS)
        else:
            self.ws.spawn(self._close_later(connection))

    async def _close_later(self, connection: Connection) -> None:
        await self.ws.clock.sleep(DRAIN_SECONDS)
        await connection.socket.close()

    def reset(self) -> None:
        """Cut every connection without a word (TCP)."""
        for connection in list(self.connections):
            transport = connection.request.transport
            self._lost(connection)
            if transport is not None:
                transport.abort()

    async def close_all(self) -> None:
        for connection in list(self.connections):
            await connection.socket.close()

    def _lost(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
            self.ws.live.publish("traffic")
        for pending in [p for p in self._pending if p.connection is connection]:
            self._pending.remove(pending)
            pending.attempt.error = "connection lost"
            if not pending.result.done():
                pending.result.set_result(False)


def settle(envelope: Envelope, attempt: Attempt, started: float, answer: object, now: float) -> None:
    """Note an ack; the envelope keeps its first. `now` is on the sandbox's clock, as the deadline."""
    attempt.ack_ms = round((time.perf_counter() - started) * 1000, 3)
    attempt.answer = answer
    if not envelope.acked:
        envelope.acked, envelope.ack_ms, envelope.answer = True, attempt.ack_ms, answer
        envelope.in_time = now <= envelope.deadline


def _goodbye(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
