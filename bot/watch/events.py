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
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog
from aiohttp import web

PATH: Final = "/cutover/events"
_BIGGEST: Final = 256 * 1024
_REMEMBERED: Final = 10_000
_LONGEST: Final = 254
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """What an event tells: where (`runbook_id`), what (`kind`, such as `task.started`), to which task, by whom."""

    runbook_id: str
    kind: str = ""
    task_id: str = ""
    email: str = ""


class Events:
    """Takes the posts of Cutover and hands on each event that names a runbook, once."""

    def __init__(self, secret: str, heard: Callable[[Event], None]) -> None:
        self._secret = secret.encode()
        self._heard = heard
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
        read = read_event(event)
        if read.runbook_id and self._is_new(event.get("id")):
            self._heard(read)
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


def read_event(event: dict[str, Any]) -> Event:
    """What can be told of an event; `runbook_id` is empty when it names none.

    A `runbook.updated` has the runbook as its entity and nowhere else.
    """
    related, meta = _object(event.get("relationships")), _object(event.get("meta"))
    entity = _object(_object(related.get("entity")).get("data"))
    about = str(entity.get("type", "")).removeprefix("core.")
    named = _object(_object(related.get("runbook")).get("data")).get("id")
    if named is None and about == "runbook":
        named = entity.get("id")
    if named is None:
        named = _object(meta.get("runbook")).get("id")
    kind, email = _object(event.get("attributes")).get("type"), _object(meta.get("current_user")).get("email")
    return Event(
        _id(named),
        kind if isinstance(kind, str) else "",
        _id(entity.get("id")) if about == "task" else "",
        email if isinstance(email, str) and len(email) <= _LONGEST else "",
    )


def _id(value: Any) -> str:
    text = str(value) if isinstance(value, str | int) else ""
    return text if _ID.match(text) else ""


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _bearer(request: web.Request) -> bytes:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip().encode("utf-8", "surrogateescape") if kind.lower() == "bearer" else b""
