"""A Cutover that answers what a test tells it to. The one rule: it keeps exactly what was asked of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from bot.clock import ManualClock


@dataclass
class Asked:
    method: str
    path: str
    headers: Any
    body: Any


@dataclass
class Step:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "answer"


def answer(data: Any = None, status: int = 200, **headers: str) -> Step:
    return Step(status, orjson.dumps(data), {name.replace("_", "-"): value for name, value in headers.items()})


def text(body: str, status: int = 200, **headers: str) -> Step:
    return Step(status, body.encode(), {name.replace("_", "-"): value for name, value in headers.items()})


def resource(kind: str, identifier: Any = "4", relationships: Any = None, **attributes: Any) -> dict[str, Any]:
    one: dict[str, Any] = {"id": identifier, "type": kind, "attributes": attributes}
    if relationships is not None:
        one["relationships"] = relationships
    return one


def many(*resources: dict[str, Any], next: str | None = None, total: int | None = None) -> Step:
    links = {"self": "/", "first": "/", "next": next}
    return answer({"data": list(resources), "links": links, "meta": {"page": {"total": total}}})


CUT = Step(kind="cut")
HANG = Step(kind="hang")
TRUNCATED = Step(body=b'{"data":', kind="truncated")


class ScriptedCutover:
    """Answers the steps in order; once they are used up, the last one for ever."""

    def __init__(self) -> None:
        self.steps: deque[Step] = deque()
        self.asked: list[Asked] = []
        self.url = ""
        self.over = asyncio.Event()
        self.route: Callable[[Asked], Step] | None = None
        self._last = answer({"data": None})

    def then(self, *steps: Step) -> None:
        self.steps.extend(steps)

    @property
    def lines(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        asked = Asked(request.method, request.raw_path, request.headers, orjson.loads(raw) if raw else None)
        self.asked.append(asked)
        if self.route is not None:
            step = self.route(asked)
        else:
            if self.steps:
                self._last = self.steps.popleft()
            step = self._last
        assert request.transport is not None
        if step.kind == "hang":
            await self.over.wait()
        if step.kind in ("cut", "hang"):
            request.transport.abort()
            return web.Response()
        if step.kind == "truncated":
            response = web.StreamResponse(headers={"Content-Length": "100"})
            await response.prepare(request)
            await response.write(step.body)
            request.transport.close()
            return response
        return web.Response(status=step.status, body=step.body, headers={"Content-Type": "text/x"} | step.headers)


class HastyClock(ManualClock):
    """Time that jumps instead of waiting; `slept` is what was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.advance(seconds)
        await asyncio.sleep(0)
