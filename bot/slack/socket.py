"""Socket Mode. The one rule: health is judged by what arrives, never by "connected".

Our own client over the shared session: the SDK's goes deaf after some resets while it reports a connection, and closes
the old one before the new one opens. Here a refresh opens the new connection first, so no envelope falls between.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import orjson
import structlog

from bot.clock import Clock
from bot.errors import SlackError
from bot.slack.front import Front
from bot.slack.web import SlackWeb

_log = structlog.get_logger(__name__)
_KINDS: Final = {"slash_commands": "command", "interactive": "interactive", "events_api": "event"}
_FATAL: Final = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type"})
_PING_SECONDS: Final = 4.0
_HELLO_SECONDS: Final = 10.0
_LONGEST_WAIT: Final = 30.0
_SETTLED: Final = 30.0
"""A connection that lives shorter counts as a failure; a first failure is followed by a second try at once."""
_SILENT: Final = 55.0
"""Seconds without a word from Slack. Some sessions go deaf and still answer pings: a new one tells which it was."""
_GRACE: Final = 10.0
"""Seconds that a replaced silent connection stays open for what may still come."""
_MOST_FRAME: Final = 4 * 1024 * 1024


class SocketMode:
    """Keeps one connection to Slack (two for a moment while one is replaced). `run` ends when cancelled."""

    def __init__(self, session: aiohttp.ClientSession, web: SlackWeb, front: Front, clock: Clock) -> None:
        self._session = session
        self._web = web
        self._front = front
        self._clock = clock
        self._working: set[asyncio.Task[None]] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._replace = asyncio.Event()
        self._heard = 0.0
        self.connected = asyncio.Event()
        self.failure = ""

    async def run(self) -> None:
        """Connect, and whenever a connection ends or asks to be replaced, connect again with growing waits."""
        failures = 0
        silent: set[asyncio.Task[None]] = set()
        try:
            while True:
                if await self._connect():
                    for old in silent:
                        asyncio.get_running_loop().call_later(_GRACE, old.cancel)
                    began = self._clock.monotonic()
                    silent = await self._until_replaced()
                    failures = 0 if self._clock.monotonic() - began >= _SETTLED else failures
                failures += 1
                if failures > 1:
                    wait = min(_LONGEST_WAIT, 0.25 * 2 ** min(failures, 8)) * random.uniform(0.7, 1.0)  # noqa: S311
                    await self._clock.sleep(wait)
        finally:
            self.connected.clear()
            await self._end(self._connections)
            await self._end(self._working)

    async def drain(self, seconds: float) -> None:
        """Wait until the envelopes taken so far are acknowledged."""
        if self._working:
            await asyncio.wait(set(self._working), timeout=seconds)

    async def _until_replaced(self) -> set[asyncio.Task[None]]:
        """Until another connection is wanted; those that have not said a word for so long that they may be deaf.

        They stay open until the next one is there. Real time: nothing here is about the hours of a run.
        """
        loop = asyncio.get_running_loop()
        while not self._replace.is_set():
            rest = self._heard + _SILENT - loop.time()
            if rest <= 0:
                _log.info("socket_silent", seconds=_SILENT)
                return set(self._connections)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._replace.wait()
        return set()

    async def _connect(self) -> bool:
        """Open a connection and wait for Slack's hello; False when that failed."""
        hello = asyncio.Event()
        try:
            url = str((await self._web.call("apps.connections.open", patience=30.0)).get("url", ""))
            async with asyncio.timeout(_HELLO_SECONDS):  # not wait_for: before 3.12 it can lose a cancellation
                ws = await self._session.ws_connect(url, heartbeat=_PING_SECONDS, max_msg_size=_MOST_FRAME)
        except SlackError as error:
            self.failure = error.error
            level = _log.error if error.error in _FATAL else _log.warning
            level("socket_refused", error=error.error)
            return False
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self.failure = type(error).__name__
            _log.warning("socket_unreachable", error=self.failure)
            return False
        task = asyncio.create_task(self._listen(ws, hello))
        self._connections.add(task)
        task.add_done_callback(self._gone)
        first = asyncio.create_task(hello.wait())
        try:
            await asyncio.wait({task, first}, timeout=_HELLO_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            first.cancel()
        if hello.is_set() and not task.done():
            self.failure = ""
            self._replace.clear()  # what the old one asked for is done
            self._heard = asyncio.get_running_loop().time()
            self.connected.set()
            return True
        self.failure = "no hello"
        task.cancel()
        return False

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._connections.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.warning("socket_broken", error=type(task.exception()).__name__)
        if not self._connections:
            self.connected.clear()
            self._replace.set()

    async def _listen(self, ws: aiohttp.ClientWebSocketResponse, hello: asyncio.Event) -> None:
        """Read until the connection ends. After a `disconnect` this one goes on while `run` opens the next.

        Slack says it twice (a warning, then the refresh): one replacement each, or they would double at every refresh.
        """
        leaving = False
        try:
            async for frame in ws:
                if frame.type != aiohttp.WSMsgType.TEXT:
                    continue
                self._heard = asyncio.get_running_loop().time()
                envelope = _object(frame.data)
                kind = str(envelope.get("type", ""))
                if kind == "hello":
                    hello.set()
                elif kind == "disconnect":
                    _log.info("socket_refresh", reason=str(envelope.get("reason", ""))[:40])
                    if not leaving:
                        self._replace.set()
                    leaving = True
                elif envelope.get("envelope_id"):
                    hello.set()  # some Slack-compatible servers greet with the first delivery
                    self._take(ws, kind, envelope)
        finally:
            await ws.close()

    def _take(self, ws: aiohttp.ClientWebSocketResponse, kind: str, envelope: Mapping[str, Any]) -> None:
        task = asyncio.create_task(self._acknowledge(ws, kind, envelope))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _acknowledge(self, ws: aiohttp.ClientWebSocketResponse, kind: str, envelope: Mapping[str, Any]) -> None:
        answer: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
        payload = envelope.get("payload")
        if kind in _KINDS and isinstance(payload, dict):
            try:
                reply = await self._front.receive(_KINDS[kind], payload)
            except Exception:
                _log.exception("envelope_failed", kind=kind)  # unacknowledged: Slack delivers it again
                return
            if reply.payload is not None:
                answer["payload"] = reply.payload
        try:
            await ws.send_str(orjson.dumps(answer).decode())
        except (ConnectionError, aiohttp.ClientError):
            _log.warning("ack_lost", kind=kind)  # Slack delivers it again; the inbox knows it

    async def _end(self, tasks: set[asyncio.Task[None]]) -> None:
        for task in list(tasks):
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)


def _object(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
