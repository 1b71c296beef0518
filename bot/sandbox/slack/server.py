"""EmbeddedSlack: a whole local Slack in one object, for the demo, the command line and tests.

The one rule: what is offered here in one process does exactly what the control interface does over HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import web

from bot.sandbox.slack import orders
from bot.sandbox.slack.acts import perform
from bot.sandbox.slack.clock import Clock
from bot.sandbox.slack.control import Control
from bot.sandbox.slack.control import world as world_of
from bot.sandbox.slack.delivery import Delivery
from bot.sandbox.slack.doors import Doors, guard
from bot.sandbox.slack.errors import Json, Refused
from bot.sandbox.slack.files import FileShelf
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.scheduled import Scheduled
from bot.sandbox.slack.screen import screen
from bot.sandbox.slack.traffic import Call, Envelope, Violation
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.views import ViewBook
from bot.sandbox.slack.webapi import WebApi
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import World, apply_manifest, load_world, read_manifest

T = TypeVar("T")
BODY_BYTES = 60_000_000
RECHECK_SECONDS = 0.02


class EmbeddedSlack:
    """`async with EmbeddedSlack() as slack:`; `port=0` takes a free one. `delivery` (socket or http) and `request_url`
    win over what the manifest says. `limits` switches Slack's rate limits on; `strict=False` only notes bad blocks."""

    def __init__(
        self,
        port: int = 0,
        delivery: str = "socket",
        request_url: str | None = None,
        manifest: str | Path | Json | None = None,
        limits: bool = False,
        strict: bool = True,
        host: str = "127.0.0.1",
    ) -> None:
        self._port, self._host = port, host
        self._delivery, self._request_url = delivery, request_url
        self._manifest = read_manifest(manifest) if manifest is not None else None
        self._ws = Workspace(self._world(), strict=strict, limits=limits)
        ws = self._ws
        ws.triggers, ws.views, ws.files = Triggers(ws.clock, ws.ids), ViewBook(ws), FileShelf(ws)
        ws.response_urls, ws.scheduled, ws.delivery = ResponseUrls(ws), Scheduled(ws), Delivery(ws)
        self._runner: web.AppRunner | None = None

    def _world(self) -> World:
        world = load_world()
        if self._manifest is not None:
            apply_manifest(world.app, self._manifest)
        world.app.delivery = self._delivery
        world.app.request_url = self._request_url or world.app.request_url
        return world

    async def start(self) -> None:
        """Listen. OSError when the port is taken."""
        app = web.Application(middlewares=[guard(self._host)], client_max_size=BODY_BYTES)
        api, control = WebApi(self._ws), Control(self._ws, self.reset)
        app.router.add_route("GET", "/api/{method}", api.handle)
        app.router.add_route("POST", "/api/{method}", api.handle)
        app.router.add_get("/link/{ticket}", self._ws.delivery.sockets.handle)
        app.add_routes([*control.routes(), *Doors(self._ws).routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        port = self._runner.addresses[0][1]
        shown = "127.0.0.1" if self._host in ("0.0.0.0", "::", "localhost") else self._host
        self._ws.base_url = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"

    async def stop(self) -> None:
        """Close every connection and end all work."""
        await self._ws.delivery.sockets.close_all()
        for task in list(self._ws.tasks):
            task.cancel()
        await asyncio.gather(*self._ws.tasks, return_exceptions=True)
        await self._ws.delivery.posts.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> EmbeddedSlack:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def reset(self) -> None:
        """Back to the world as started; sockets stay open, the clock stays where it is."""
        ws = self._ws
        ws.scheduled.clear()
        ws.views.clear()
        ws.response_urls.clear()
        ws.files.clear()
        ws.faults.clear()
        ws.limits.clear()
        ws.traffic.clear()
        ws.load(self._world())
        for what in ("channel", "message", "view", "home", "toast", "traffic"):
            ws.live.publish(what)

    @property
    def url(self) -> str:
        return self._ws.base_url

    @property
    def api_url(self) -> str:
        """For SLACK_API_URL; ends in /api/."""
        return f"{self._ws.base_url}/api/"

    @property
    def bot_token(self) -> str:
        return self._ws.tokens.bot

    @property
    def app_token(self) -> str:
        return self._ws.tokens.app

    @property
    def signing_secret(self) -> str:
        return self._ws.tokens.signing_secret

    @property
    def clock(self) -> Clock:
        return self._ws.clock

    @property
    def envelopes(self) -> list[Envelope]:
        return self._ws.traffic.envelopes

    @property
    def calls(self) -> list[Call]:
        return self._ws.traffic.calls

    @property
    def violations(self) -> list[Violation]:
        return self._ws.traffic.violations

    @property
    def world(self) -> Json:
        """As GET /control/world."""
        return world_of(self._ws)

    def set_request_url(self, url: str | None) -> None:
        self._ws.app.request_url = url

    async def set_app(self, **fields: Any) -> None:
        """As POST /control/app."""
        await orders.set_app(self._ws, fields)

    def change_user(self, user: str, **fields: Any) -> Json:
        """As PATCH /control/users/{user}."""
        return orders.change_user(self._ws, user, fields)

    async def verify(self, kind: str = "url_verification") -> Json:
        """As POST /control/verify."""
        return await orders.verify(self._ws, {"kind": kind})

    async def act(self, user: str, verb: str, /, **body: Any) -> Json:
        """Any act of the control interface; the same answer, `ok: false` included."""
        try:
            return await perform(self._ws, user, verb, body)
        except Refused as refusal:
            return refusal.answer()

    async def command(self, user: str, channel: str, command: str, text: str = "", wait: Any = True) -> Json:
        return await self.act(user, "command", channel=channel, command=command, text=text, wait=wait)

    async def message(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Json:
        return await self.act(user, "message", channel=channel, text=text, thread_ts=thread_ts)

    async def click(
        self,
        user: str,
        *,
        action_id: str,
        channel: str | None = None,
        message_ts: str | None = None,
        view_id: str | None = None,
        wait: Any = True,
        **body: Any,
    ) -> Json:
        """`body`: block_id, value, confirm, state."""
        where = {"view_id": view_id} if view_id else {"channel": channel, "message_ts": message_ts}
        return await self.act(user, "click", **where, action_id=action_id, wait=wait, **body)

    async def submit(self, user: str, view_id: str, values: Json | None = None, wait: Any = True) -> Json:
        return await self.act(user, "submit", view_id=view_id, values=values or {}, wait=wait)

    async def close_view(self, user: str, view_id: str, clear: bool = False, wait: Any = True) -> Json:
        return await self.act(user, "close", view_id=view_id, clear=clear, wait=wait)

    async def shortcut(self, user: str, callback_id: str, wait: Any = True, **body: Any) -> Json:
        """`body`: channel and message_ts for a message shortcut."""
        return await self.act(user, "shortcut", callback_id=callback_id, wait=wait, **body)

    async def options(self, user: str, action_id: str, query: str, **body: Any) -> Json:
        """`body`: view_id, or channel and message_ts; block_id."""
        return await self.act(user, "options", action_id=action_id, query=query, **body)

    async def open_home(self, user: str, wait: Any = True) -> Json:
        return await self.act(user, "home", wait=wait)

    def screen(self, user: str, channel: str | None = None, limit: int | None = None) -> Json:
        """What this person sees, as GET /control/users/{user}/screen."""
        return screen(self._ws, user, channel, limit)

    async def order(self, faults: list[Json]) -> None:
        """As POST /control/faults."""
        await orders.order_faults(self._ws, {"faults": faults})

    def forget_faults(self) -> None:
        self._ws.faults.clear()

    async def until(self, wanted: Callable[[], T], timeout: float = 15.0) -> T:
        """Wait until `wanted()` is true, asking at each change and now and then; its value. A LookupError is "not yet".
        AssertionError with what everybody sees after `timeout` real seconds."""
        with self._ws.live.reader() as queue:
            try:
                async with asyncio.timeout(timeout):
                    for attempt in itertools.count():
                        try:
                            found = wanted()
                        except LookupError:
                            found = None
                        if found:
                            return found
                        # What is asked may also lie in the app under test, which tells nobody of its changes.
                        with contextlib.suppress(TimeoutError):
                            async with asyncio.timeout(min(RECHECK_SECONDS, 0.001 * 1.25 ** min(attempt, 16))):
                                await queue.get()
            except TimeoutError:
                pass
        raise AssertionError(f"not within {timeout} s; the screens:\n{self.dump()}")

    def dump(self) -> str:
        """All screens that show something, and the latest traffic, to read after a failure."""
        shown: Json = {}
        for user in self._ws.users:
            seen = screen(self._ws, user, limit=5)
            seen["channels"] = {c: v["messages"] for c, v in seen["channels"].items() if v["messages"]}
            kept = {name: value for name, value in seen.items() if value and name != "threads"}
            shown |= {user: kept} if kept else {}
        calls = [(call.method, call.errors or "ok") for call in self.calls[-15:]]
        return json.dumps({"screens": shown, "calls": calls}, indent=1, ensure_ascii=False, default=repr)[:20_000]
