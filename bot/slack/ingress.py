"""Slack's HTTP delivery. The one rule: the signature is checked on raw bytes before anything is parsed.

Every refusal is short and without detail; nothing of a refused request is logged but the reason.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
import structlog
from aiohttp import web

from bot.clock import Clock
from bot.slack.front import Front, Reply
from bot.slack.signature import is_authentic

_log = structlog.get_logger(__name__)
PATH: Final = "/slack/events"
_LIMIT: Final = 1024 * 1024
_BODY_SECONDS: Final = 8.0
_FIELDS: Final = 200
_DEPTH: Final = 64
_SKEW: Final = 60
"""Seconds: from here on the machine's clock is worth a look, long before requests are refused for it."""


class Ingress:
    """The aiohttp application that Slack posts to. `secrets`: the current one, then the previous during rotation."""

    def __init__(self, front: Front, secrets: tuple[str, ...], clock: Clock) -> None:
        self._front = front
        self._secrets = secrets
        self._clock = clock
        self.app = web.Application(client_max_size=_LIMIT)
        self.app.router.add_post(PATH, self._post)

    async def _post(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                raw = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        if not self._signed(request, raw):
            _log.warning("request_refused", reason="signature")
            return web.Response(status=401)
        parsed = parse(request.content_type, raw)
        if parsed is None:
            return web.Response(status=400)
        kind, body = parsed
        if kind == "ssl_check":
            return web.Response()
        if kind == "url_verification":
            return web.json_response({"challenge": str(body.get("challenge", ""))})
        return _respond(await self._front.receive(kind, body))

    def _signed(self, request: web.Request, raw: bytes) -> bool:
        stamps = request.headers.getall("X-Slack-Request-Timestamp", [])
        signatures = request.headers.getall("X-Slack-Signature", [])
        if len(stamps) != 1 or len(signatures) != 1:
            return False
        now = self._clock.unix()
        if not is_authentic(self._secrets, stamps[0], signatures[0], raw, now):
            return False
        if abs(now - int(stamps[0])) > _SKEW:
            _log.warning("clock_differs_from_slack", seconds=round(now - int(stamps[0])))
        return True


def parse(content_type: str, raw: bytes) -> tuple[str, dict[str, Any]] | None:
    """(kind, body) of an authentic request; None when it is not what Slack sends.

    Commands and interactions come as forms (the latter with one JSON field `payload`), events as JSON.
    """
    if content_type == "application/json":
        body = _json_object(raw)
        if body is None:
            return None
        return ("url_verification" if body.get("type") == "url_verification" else "event"), body
    if content_type != "application/x-www-form-urlencoded":
        return None
    try:
        form = parse_qs(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        return None
    if "payload" in form:
        payload = _json_object(form["payload"][0].encode())
        return None if payload is None else ("interactive", payload)
    if "ssl_check" in form:
        return "ssl_check", {}
    return ("command", {name: values[0] for name, values in form.items()}) if "command" in form else None


def _json_object(raw: bytes) -> dict[str, Any] | None:
    """A JSON object of bounded depth (orjson itself stops at 1,024)."""
    if _too_deep(raw):
        return None
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _too_deep(raw: bytes) -> bool:
    """Cheap look before parsing: brackets in strings count too, so the bound is generous and only flags nonsense."""
    if raw.count(b"[") + raw.count(b"{") <= _DEPTH:
        return False
    depth = deepest = 0
    in_string = escaped = False
    for byte in raw:
        if in_string:
            in_string, escaped = (byte != 0x22 or escaped), (byte == 0x5C and not escaped)
        elif byte == 0x22:
            in_string = True
        elif byte in (0x5B, 0x7B):
            depth += 1
            deepest = max(deepest, depth)
        elif byte in (0x5D, 0x7D):
            depth -= 1
    return deepest > _DEPTH


def _respond(reply: Reply) -> web.Response:
    if reply.payload is None:
        return web.Response(status=reply.status)
    return web.Response(status=reply.status, body=orjson.dumps(reply.payload), content_type="application/json")
