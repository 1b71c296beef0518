"""The embedded CapyDB as a server. Rule: ordered faults come first, then the key, then the world's own rules."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.cutover.clock import Clock
from bot.sandbox.cutover.faults import Faults

from . import api
from .control import routes
from .operator import Operator
from .things import Key, Refusal
from .world import World

BASE = "/api/capydb"
TICK = 0.25  # real seconds between two looks at the clock


@dataclass(slots=True)
class Seen:
    """One API request as it came in; `status` is 0 where the connection was cut."""

    method: str
    path: str
    body: Any
    key: str
    status: int = 0


class Cut(Exception):
    """The connection shall be cut without an answer."""


class EmbeddedCapyDB:
    """A CapyDB on 127.0.0.1: `async with EmbeddedCapyDB() as capydb: capydb.url, capydb.key`.

    `speed`: world seconds per real second (0: time moves by hand, and no operator acts by itself). `clock`: share the
    time of another embedded world; `acting`: whether the operator acts then.
    """

    def __init__(
        self,
        port: int = 0,
        speed: float = 0.0,
        *,
        host: str = "127.0.0.1",
        clock: Clock | None = None,
        acting: bool | None = None,
        base: str = BASE,
    ) -> None:
        self._host, self._port, self._base = host, port, base
        self._shared, self._speed = clock, speed
        self._acting = bool(speed) if acting is None else acting
        self.faults = Faults()
        self.seen: list[Seen] = []
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._pulse: asyncio.Task[None] | None = None
        self.begin()

    def begin(self) -> None:
        """The world as it is at first."""
        self.clock = self._shared or Clock(self._speed)
        self.world = World(self.clock)
        self.operator = Operator(self.world)

    @property
    def key(self) -> str:
        """The key that is bound to the ledger's project."""
        return "capy_live_harbour_ledger"

    def settle(self) -> int:
        """Let everything due by the clock happen; returns how much."""
        acted = self.operator.tick() if self._acting else 0
        return acted + self.world.expire()

    def order(self, orders: Iterable[dict[str, Any]]) -> None:
        """Order faults, as the control interface does; the same orders as the embedded Cutover takes."""
        self.faults.order(orders)

    async def __aenter__(self) -> EmbeddedCapyDB:
        app = web.Application()
        app.add_routes(routes(self))
        app.router.add_route("*", r"/{tail:[\s\S]*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self.url = f"http://{self._host}:{self._runner.addresses[0][1]}{self._base}"
        if self._acting:
            self._pulse = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
            with suppress(asyncio.CancelledError):
                await self._pulse
        if self._runner is not None:
            await self._runner.cleanup()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self.settle()

    # ---- one request
    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        key = self.world.keys.get(_token(request))
        seen = Seen(request.method, request.rel_url.raw_path, _peek(raw), key.id if key else "")
        self.seen.append(seen)
        try:
            response = await self._answer(request, raw, key)
        except Cut:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        seen.status = response.status
        return response

    async def _answer(self, request: web.Request, raw: bytes, key: Key | None) -> web.Response:
        do = self.faults.pick(request.method, request.rel_url.raw_path_qs, key.id if key else None) or {}
        if "delay" in do:
            await asyncio.sleep(float(do["delay"]))
        if do.get("cut") == "before":
            raise Cut
        if "status" in do:
            return _ordered(do)
        response = self._reply(request, raw, key)
        if do.get("cut") == "after":
            raise Cut
        return response

    def _reply(self, request: web.Request, raw: bytes, key: Key | None) -> web.Response:
        try:
            if self.faults.throttled(_token(request), asyncio.get_running_loop().time()):
                raise Refusal(429, "too many requests")
            self.settle()
            head, found, path = request.rel_url.raw_path.partition(f"{self._base}/v1/")
            if head or not found:
                raise Refusal(404, "not found")
            status, body = api.answer(self.world, key, request.method, path, raw)
        except Refusal as refusal:
            status, body = refusal.status, {"error": str(refusal)}
        headers = {"Retry-After": "1"} if status == 429 and self.faults.retry_after else {}
        return web.Response(status=status, body=orjson.dumps(body), content_type="application/json", headers=headers)


def _token(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else request.headers.get("X-API-Key", "")


def _peek(raw: bytes) -> Any:
    try:
        return orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        return raw[:2000].decode("utf-8", "replace")


def _ordered(do: dict[str, Any]) -> web.Response:
    """An answer as ordered, without touching the world."""
    headers = {str(name): str(value) for name, value in do.get("headers", {}).items()}
    if "html" in do:
        return web.Response(status=do["status"], text=str(do["html"]), content_type="text/html", headers=headers)
    body = do.get("body", {"error": "this failure was ordered"})
    return web.json_response(body, status=do["status"], headers=headers)
