"""Cutover's event webhooks. The one rule: an event is a hint; what happened is read through the API.

Source: Cutover's help pages on event integrations, in short: a static bearer secret and no signature, thin payloads,
`core.` before the types, no promise of delivery or order, and a list of types that is not published. So any event that
names a runbook makes it read again, and polling goes on regardless.
"""

from __future__ import annotations

import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

import orjson
import structlog
from aiohttp import web

PATH: Final = "/cutover/events"
_BIGGEST: Final = 256 * 1024
_REMEMBERED: Final = 10_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_log = structlog.get_logger(__name__)


class Events:
    """Takes the posts of Cutover. `refresh` gets the id of the runbook that something happened in."""

    def __init__(self, secret: str, refresh: Callable[[str], None]) -> None:
        self._secret = secret.encode()
        self._refresh = refresh
        self._met: OrderedDict[str, None] = OrderedDict()

    def add_to(self, app: web.Application) -> None:
        """Serve the route."""
        app.router.add_post(PATH, self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """204 for everything that is Cutover's: the sender is told nothing that it could act on."""
        if not self._secret or not hmac.compare_digest(_bearer(request), self._secret):
            return web.Response(status=401)
        if (request.content_length or 0) > _BIGGEST:
            return web.Response(status=413)
        try:
            event = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            return web.Response(status=400)
        if not isinstance(event, dict):
            return web.Response(status=400)
        runbook_id = runbook_of(event)
        if runbook_id and self._is_new(event.get("id")):
            self._refresh(runbook_id)
        return web.Response(status=204)

    def _is_new(self, key: Any) -> bool:
        """The same event twice is one; one without an id cannot be told apart and counts."""
        if not isinstance(key, str) or not key:
            return True
        if key in self._met:
            return False
        self._met[key[:200]] = None
        if len(self._met) > _REMEMBERED:
            self._met.popitem(last=False)
        return True


def runbook_of(event: dict[str, Any]) -> str:
    """The runbook an event is about: from its relationships, else its meta; empty when it names none.

    A `runbook.updated` has the runbook as its entity and nowhere else.
    """
    related = _object(event.get("relationships"))
    entity = _object(_object(related.get("entity")).get("data"))
    named = _object(_object(related.get("runbook")).get("data")).get("id")
    if named is None and str(entity.get("type", "")).removeprefix("core.") == "runbook":
        named = entity.get("id")
    if named is None:
        named = _object(_object(event.get("meta")).get("runbook")).get("id")
    text = str(named) if isinstance(named, str | int) else ""
    return text if _ID.match(text) else ""


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _bearer(request: web.Request) -> bytes:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip().encode("utf-8", "surrogateescape") if kind.lower() == "bearer" else b""
