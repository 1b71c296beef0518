"""The other addresses of the server: response_url targets, files, the page; and who may come in.

The one rule: loopback only means loopback only: a web page of another origin, or a foreign name that points
here, is refused.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.multipart import BodyPartReader
from aiohttp.typedefs import Middleware

from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.jsontext import parse
from bot.sandbox.slack.traffic import Call
from bot.sandbox.slack.webapi import SHAPE_ERRORS, hang_up
from bot.sandbox.slack.workspace import Workspace

PAGE = Path(__file__).with_name("page")
_LOCAL = {"127.0.0.1", "localhost", "::1"}
_STATUS = {"invalid_token": 404, "expired_url": 404, "used_url": 404, "message_not_found": 404}
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guard(host: str) -> Middleware:
    """Refuses foreign origins always, and foreign Host names while the server is bound to loopback."""

    @web.middleware
    async def check(request: web.Request, handler: Next) -> web.StreamResponse:
        named = urlsplit(f"//{request.host}").hostname or ""
        if host in _LOCAL and named not in _LOCAL:
            return web.json_response({"ok": False, "error": "foreign_host"}, status=403)
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            return web.json_response({"ok": False, "error": "foreign_origin"}, status=403)
        return await handler(request)

    return check


class Doors:
    """Handlers that need no more than the workspace."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/page/{path:.+}", self.page),
            web.post("/response/{secret}", self.response),
            web.post("/upload/{secret}", self.upload),
            web.get("/files/{id}/{name}", self.download),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The static files of the page; never cached, they change with the program."""
        path = (PAGE / request.match_info.get("path", "index.html")).resolve()
        if not path.is_relative_to(PAGE.resolve()) or not path.is_file():
            return web.Response(status=404, text="not found")
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def response(self, request: web.Request) -> web.StreamResponse:
        """A response_url. Slack answers `ok` as text, or an error with a 4xx status."""
        started = time.perf_counter()
        secret = request.match_info["secret"]
        body = await _payload(request)
        call = self._ws.traffic.call(self._ws.clock.now(), "response_url", "response_url", body or {})
        fault = self._ws.faults.take("response_url", channel=self._ws.response_urls.channel_of(secret))
        if "delay" in fault:
            await asyncio.sleep(float(fault["delay"]))
        if "status" in fault:
            call.status, call.answer = int(fault["status"]), fault.get("body")
            headers = {str(name): str(value) for name, value in (fault.get("headers") or {}).items()}
            return web.Response(status=call.status, text=str(fault.get("body") or ""), headers=headers)
        if fault.get("cut") == "before":
            return hang_up(request)
        call.status, answer = self._use(call, secret, body, fault)
        call.answer = answer
        call.ms = round((time.perf_counter() - started) * 1000, 3)
        self._ws.live.publish("traffic")
        if fault.get("cut") == "after":
            return hang_up(request)
        return web.Response(text=answer[: int(fault.get("truncate", len(answer)))], status=call.status)

    def _use(self, call: Call, secret: str, body: Json | None, fault: Json) -> tuple[int, str]:
        try:
            if body is None:
                raise SlackError("invalid_payload")
            if "error" in fault:
                raise SlackError(str(fault["error"]))
            self._ws.response_urls.use(secret, body)
        except SlackError as refusal:
            call.errors = refusal.findings or [refusal.code]
            if refusal.code in SHAPE_ERRORS:
                self._ws.traffic.violation(self._ws.clock.now(), "response_url", refusal.code, call.errors, body)
            return _STATUS.get(refusal.code, 400), json.dumps(refusal.answer())
        return 200, "ok"

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file, raw or as the first part of a multipart form."""
        if request.content_type == "multipart/form-data":
            data = b""
            async for part in await request.multipart():
                if isinstance(part, BodyPartReader):
                    data = bytes(await part.read(decode=True))
                    break
        else:
            data = await request.read()
        if not self._ws.files.receive(request.match_info["secret"], data):
            return web.Response(status=404, text="no such upload, or not the promised length")
        return web.Response(text=f"OK - {len(data)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """For the bot's token, or for the page with `?user=` when that person is in a channel where the file is."""
        entry = self._ws.files.files.get(request.match_info["id"])
        user = request.query.get("user", "")
        channels = [self._ws.channels[c] for c in entry.channels if c in self._ws.channels] if entry else []
        allowed = request.headers.get("Authorization") == f"Bearer {self._ws.tokens.bot}" or any(
            user in channel.members for channel in channels
        )
        if entry is None or not entry.completed or entry.data is None or not allowed:
            return web.Response(status=404, text="not found")
        kind = self._ws.files.describe(entry)["mimetype"]
        headers = {"Content-Type": kind, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return web.Response(body=entry.data, headers=headers)


async def _payload(request: web.Request) -> Json | None:
    """JSON, or a form with `payload`; None for anything else."""
    raw: object = await request.read()
    if request.content_type == "application/x-www-form-urlencoded":
        raw = (await request.post()).get("payload", "")
    try:
        body = parse(raw) if isinstance(raw, str | bytes) else None
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
