"""The embedded Cutover as a server: one aiohttp application around one world.

Rule: everything about one request happens in `_answer`, in this order: ordered faults, rate limit, token,
version, endpoint.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from . import state as statefile
from .api import Call, Reply
from .clock import Clock
from .colleagues import Colleagues
from .control import routes
from .errors import Finding, Refusal, malformed, missing
from .events import Sender
from .faults import Faults, broken
from .load import load
from .routes import split, table
from .things import Person

VERSIONS = ("2021-10-13", "2022-01-10", "2022-02-22")
LATEST = VERSIONS[-1]
MAX_BODY = 8 * 1024 * 1024
TICK = 0.25  # real seconds between two looks at the clock
KEPT_REQUESTS = 50_000


@dataclass(slots=True)
class Seen:
    """One API request as it came in; `status` is 0 where the connection was cut, `ms` the time to the answer."""

    n: int
    method: str
    path: str
    query: dict[str, str]
    body: Any
    person: str | None
    status: int = 0
    ms: float = 0.0


class Cut(Exception):
    """The connection shall be cut without an answer."""


class EmbeddedCutover:
    """A Cutover of your own on 127.0.0.1: `async with EmbeddedCutover(world="small") as cutover: cutover.url ...`.

    `speed`: world seconds per real second (0: time moves only by hand, and nobody acts by themselves).
    `additions=False`: only
    the endpoints and members of the reference. `state`: file that keeps the world. `links`: "absolute" or
    "relative".
    """

    def __init__(
        self,
        world: str = "failover",
        port: int = 0,
        speed: float = 0.0,
        additions: bool = True,
        state: str | Path | None = None,
        events_url: str | None = None,
        events_secret: str | None = None,
        *,
        host: str = "127.0.0.1",
        links: str = "absolute",
        start: float | None = None,
    ) -> None:
        self._named, self._host, self._port = world, host, port
        self.additions, self.links = additions, links
        self.speed, self._start = speed, start
        self.state = Path(state) if state else None
        self.faults = Faults()
        self.requests: list[Seen] = []
        self.sender = Sender(events_url, events_secret) if events_url else None
        self._table = table(additions)
        self._seen = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._runner: web.AppRunner | None = None
        self.url = ""
        self.begin(fresh=False)

    # ---- the world
    def begin(self, *, fresh: bool) -> None:
        """Load the world anew; from the state file where there is one, unless `fresh`."""
        self.clock = Clock(self.speed, self._start)
        restored = self.state is not None and self.state.exists() and not fresh
        if self.state is not None and restored:
            self.world = statefile.restore(self.state.read_bytes(), self.clock)
        else:
            self.world = load(self._named, self.clock)
        self.colleagues = Colleagues(self.world) if self.speed else None
        self._people = {self.world.token(person): person for person in self.world.people.values()}
        self._saved = self.world.changes if restored else -1
        if self.sender is not None:
            self.sender.listen(self.world)

    @property
    def tokens(self) -> dict[str, str]:
        """Tokens by person key."""
        return {person.key: token for token, person in self._people.items()}

    async def tick(self) -> int:
        """Let everything due by the clock happen; returns how much."""
        return self.settle()

    def settle(self) -> int:
        """The same without waiting."""
        now = self.clock.now()
        count = self.colleagues.tick(now) if self.colleagues else 0
        return count + self.world.tick(now)

    def order(self, orders: list[dict[str, Any]]) -> None:
        """Order faults, as the control interface and the fault file do."""
        self.faults.order(orders)

    def forget_faults(self) -> None:
        """Take back all faults and the rate limit."""
        self.faults.forget()

    def limit(self, per_second: float | None, *, retry_after: bool = True) -> None:
        """Limit each token to so many requests a second; None lifts it."""
        self.faults.limit(per_second, retry_after=retry_after)

    def save(self) -> None:
        """Write the state file now, if there is one and anything changed."""
        if self.state is not None and self.world.changes != self._saved:
            self._saved = self.world.changes
            statefile.save(self.world, self.state)

    # ---- life
    async def __aenter__(self) -> EmbeddedCutover:
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(routes(self))
        app.router.add_route("*", r"/{tail:[\s\S]*}", self._handle)  # an encoded line break may stand in an id
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://{self._host}:{port}"
        if self.sender is not None:
            await self.sender.start()
        if self.speed or self.state:
            self._tasks.append(asyncio.create_task(self._pulse()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self.sender is not None:
            await self.sender.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.save()

    async def _pulse(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            try:
                if self.speed:
                    self.settle()
                self.save()
            except Exception:  # a full disk, say: the world goes on, and the log tells
                logging.getLogger(__name__).exception("the embedded Cutover could not go on by itself")

    # ---- one request
    async def _handle(self, request: web.Request) -> web.StreamResponse:
        begun = time.perf_counter()
        raw = b""
        with suppress(web.HTTPRequestEntityTooLarge):
            raw = await request.read()
        self._seen += 1
        person = self._people.get(_token(request))
        query = dict(reversed(list(request.rel_url.query.items())))
        path = request.rel_url.raw_path
        key = person.key if person else None
        seen = Seen(self._seen, request.method, path, query, _peek(raw), key)
        self.requests.append(seen)
        if len(self.requests) > KEPT_REQUESTS:
            del self.requests[: KEPT_REQUESTS // 10]
        try:
            response = await self._answer(request, raw, query, person)
        except Cut:
            if request.transport is not None:
                request.transport.abort()
            response = web.Response(status=500)
        else:
            seen.status = response.status
        seen.ms = (time.perf_counter() - begun) * 1000
        return response

    async def _answer(
        self, request: web.Request, raw: bytes, query: dict[str, str], person: Person | None
    ) -> web.Response:
        key = person.key if person else None
        do = self.faults.pick(request.method, request.rel_url.raw_path_qs, key) or {}
        if "delay" in do:
            await asyncio.sleep(float(do["delay"]))
        if do.get("cut") == "before":
            raise Cut
        if "status" in do:
            return _canned(do)
        reply, headers = self._reply(request, raw, query, person)
        if do.get("cut") == "after":
            raise Cut
        kind = "application/json"
        if "break_page" in do:
            reply, kind = broken(reply, str(do.get("how", "truncated")))
        headers["Date"] = formatdate(self.clock.now(), usegmt=True)
        return web.Response(status=reply.status, body=reply.body, content_type=kind, headers=headers)

    def _reply(
        self, request: web.Request, raw: bytes, query: dict[str, str], person: Person | None
    ) -> tuple[Reply, dict[str, str]]:
        """The answer without faults; refusals become error documents here."""
        try:
            pattern, ids = split(request.rel_url.raw_path)
            methods = self._table.get(pattern)
            if methods is None or not request.path.startswith("/core/"):
                raise missing("The address")
            handler = methods.get(request.method)
            if handler is None:
                allowed = {"Allow": ", ".join(methods)}
                raise Refusal(405, Finding("", "This API does not implement the method here"), headers=allowed)
            version = _version(request)
            person = self._admit(request, person)
            self.settle()
            if request.content_length and request.content_length > MAX_BODY:
                raise malformed("The body is too big")
            base = "" if self.links == "relative" else f"{request.scheme}://{request.host}"
            path = request.rel_url.raw_path
            call = Call(self.world, person, path, ids, query, raw, base, self.additions)
            return handler(call), {"Api-Version": version}
        except Refusal as refusal:
            return Reply(refusal.status, orjson.dumps(refusal.body())), dict(refusal.headers)

    def _admit(self, request: web.Request, person: Person | None) -> Person:
        """The person behind the request, unless there are too many requests or none that may call."""
        if self.faults.throttled(_token(request), time.monotonic()):
            headers = {"Retry-After": "1"} if self.faults.retry_after else {}
            raise Refusal(429, Finding("", "Rate limit exceeded"), headers=headers)
        # archived users lose access, and so do locked ones: their tokens are them
        if person is None or person.archived or person.locked_at is not None:
            headers = {"WWW-Authenticate": "Bearer"}
            raise Refusal(401, Finding("", "The bearer token is missing or wrong"), headers=headers)
        return person


def _token(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _version(request: web.Request) -> str:
    """The API version asked for; without one, or with null, the latest."""
    wanted = request.headers.get("Api-Version")
    if wanted in (None, "null"):
        return LATEST
    if wanted not in VERSIONS:
        raise malformed(f"Api-Version is one of {', '.join(VERSIONS)}", parameter="Api-Version")
    return str(wanted)


def _peek(raw: bytes) -> Any:
    """The body for the list of requests: decoded JSON, or text where it is none."""
    if not raw:
        return None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw[:2000].decode("utf-8", "replace")


def _canned(do: dict[str, Any]) -> web.Response:
    """An answer as ordered, without touching the world."""
    headers = {str(name): str(value) for name, value in do.get("headers", {}).items()}
    if "html" in do:
        return web.Response(status=do["status"], text=str(do["html"]), content_type="text/html", headers=headers)
    body = do.get("body", {"errors": [{"title": "Ordered", "detail": "This failure was ordered"}]})
    if isinstance(body, str):
        return web.Response(status=do["status"], text=body, content_type="application/json", headers=headers)
    return web.json_response(body, status=do["status"], headers=headers)
