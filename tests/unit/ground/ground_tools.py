"""What the tests of the ground share: a Slack that answers what a test tells it to, and small builders."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

from bot.clock import ManualClock
from bot.journal import Intent
from bot.model import Text
from bot.slack.delivery import Delivery
from bot.slack.front import Reply, read

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass
class Step:
    """`chunks` are written one by one; `kind`: answer, cut (no word), short (ends before its promised length)."""

    status: int = 200
    chunks: tuple[bytes, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "answer"


def ok(**fields: Any) -> Step:
    return Step(chunks=(orjson.dumps({"ok": True, **fields}),))


def refused(error: str, **fields: Any) -> Step:
    return Step(chunks=(orjson.dumps({"ok": False, "error": error, **fields}),))


def limited(retry_after: str) -> Step:
    return Step(429, (b'{"ok":false,"error":"ratelimited"}',), {"Retry-After": retry_after})


CUT = Step(kind="cut")
SHORT = Step(chunks=(b'{"ok":',), kind="short")


@dataclass
class Asked:
    path: str
    headers: Mapping[str, str]
    raw: bytes


class ScriptedSlack:
    """Answers the steps in order, the last one for ever; keeps what it was asked."""

    def __init__(self) -> None:
        self.steps: deque[Step] = deque()
        self.asked: list[Asked] = []
        self.url = ""
        self._last = ok()

    def then(self, *steps: Step) -> None:
        self.steps.extend(steps)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(request.path, request.headers, await request.read()))
        if self.steps:
            self._last = self.steps.popleft()
        step = self._last
        assert request.transport is not None
        if step.kind == "cut":
            request.transport.abort()
            return web.Response()
        response = web.StreamResponse(status=step.status, headers=step.headers)
        if step.kind == "short":
            response.content_length = 100
        await response.prepare(request)
        for chunk in step.chunks:
            await response.write(chunk)
            await asyncio.sleep(0)
        if step.kind == "short":
            request.transport.close()
        return response


@asynccontextmanager
async def serving(handler: Any) -> AsyncIterator[str]:
    """An aiohttp application or plain handler on loopback; its address."""
    runner: web.BaseRunner[Any]
    if isinstance(handler, web.Application):
        runner = web.AppRunner(handler, access_log=None, shutdown_timeout=0.1)
    else:
        runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class HastyClock(ManualClock):
    """Time that jumps instead of waiting; `slept` is what was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(max(seconds, 0.0))
        await asyncio.sleep(0)


async def until(wanted: Callable[[], Any], turns: int = 20_000) -> Any:
    """Let the loop turn until `wanted()` is true; fails after so many turns (about ten seconds)."""
    for _ in range(turns):
        if found := wanted():
            return found
        await asyncio.sleep(0.0005)
    raise AssertionError("it never came true")


def intent(number: int = 1, **given: Any) -> Intent:
    """Dana wants task 7 of runbook 1 started, at 22:00."""
    fields: dict[str, Any] = {
        "id": f"{number:032x}",
        "at": NOW.timestamp(),
        "team_id": "T0HARBOUR01",
        "user_id": "U0DANA00001",
        "user_name": Text("Dana Okafor"),
        "verb": "task.start",
        "runbook_id": "1",
        "task_id": "7",
        "seen": "startable",
    }
    return Intent(**{**fields, **given})


class Ear:
    """Stands for the bot behind a transport: keeps what it hears, answers what it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.reply = Reply()
        self.trouble: list[Exception] = []

    async def receive(self, kind: str, body: Mapping[str, Any]) -> Reply:
        self.heard.append((kind, dict(body)))
        if self.trouble:
            raise self.trouble.pop()
        return self.reply

    def last(self) -> Delivery:
        """The latest delivery, as `Front` reads it."""
        found = read(*self.heard[-1])
        assert found is not None
        return found
