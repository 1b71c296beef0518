"""The control interface of the embedded CapyDB: HTTP and JSON, no key, loopback only.

Answers are {"ok": true, ...} or {"ok": false, "error": "<sentence>"} with status 400.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from . import api
from .things import Refusal

if TYPE_CHECKING:
    from .server import EmbeddedCapyDB

Act = Callable[["EmbeddedCapyDB", dict[str, Any]], dict[str, Any]]


def routes(capydb: EmbeddedCapyDB) -> list[web.RouteDef]:
    """The routes of the control interface."""

    def bind(method: str, path: str, act: Act) -> web.RouteDef:
        async def handle(request: web.Request) -> web.Response:
            return _run(capydb, act, await request.read())

        return web.route(method, f"/control/{path}", handle)

    return [
        bind("GET", "world", world),
        bind("POST", "act", act),
        bind("POST", "clock", clock),
        bind("POST", "faults", order_faults),
        bind("DELETE", "faults", forget_faults),
        bind("GET", "requests", requests),
        bind("POST", "reset", reset),
    ]


def _run(capydb: EmbeddedCapyDB, act: Act, raw: bytes) -> web.Response:
    try:
        body = orjson.loads(raw) if raw.strip() else {}
        if not isinstance(body, dict):
            raise ValueError("the body is a JSON object")
        return web.json_response({"ok": True, **act(capydb, body)})
    except (Refusal, ValueError, TypeError, KeyError) as error:
        return web.json_response({"ok": False, "error": f"{type(error).__name__}: {error}"}, status=400)


def world(capydb: EmbeddedCapyDB, _: dict[str, Any]) -> dict[str, Any]:
    """Projects with their previews, requests, keys, the audit trail, the time."""
    found = capydb.world
    return {
        "now": capydb.clock.now(),
        "projects": [asdict(one) for one in found.projects.values()],
        "requests": [api.shape(one) for one in found.requests.values()],
        "keys": [asdict(one) for one in found.keys.values()],
        "audit": [{"at": at, "event": event, "request": request} for at, event, request in found.audit],
    }


def act(capydb: EmbeddedCapyDB, asked: dict[str, Any]) -> dict[str, Any]:
    """The operator acts: `do` is ack, reject (`reason`), promote, complete, note (`note`) or delete_preview."""
    found, do = capydb.world, asked.get("do")
    if do == "delete_preview":
        project = next(one for one in found.projects.values() if asked["preview"] in one.previews)
        found.delete(project, str(asked["preview"]))
        return {}
    request = found.requests[str(asked["request"])]
    acts: dict[str, Callable[[], None]] = {
        "ack": lambda: found.acknowledge(request, str(asked.get("note", ""))),
        "reject": lambda: found.reject(request, str(asked["reason"])),
        "promote": lambda: found.promote(request),
        "complete": lambda: found.complete(request),
        "note": lambda: found.remark(request, str(asked["note"])),
    }
    if do not in acts:
        raise ValueError(f"do is one of {', '.join(acts)}, delete_preview")
    acts[do]()
    return {"request": api.shape(request)}


def clock(capydb: EmbeddedCapyDB, asked: dict[str, Any]) -> dict[str, Any]:
    """Move the time by `advance` seconds, and let happen what is due."""
    capydb.clock.advance(float(asked["advance"]))
    return {"happened": capydb.settle(), "now": capydb.clock.now()}


def order_faults(capydb: EmbeddedCapyDB, asked: dict[str, Any]) -> dict[str, Any]:
    """Order faults."""
    capydb.order(asked["faults"])
    return {"standing": len(capydb.faults.orders)}


def forget_faults(capydb: EmbeddedCapyDB, _: dict[str, Any]) -> dict[str, Any]:
    """Take all orders back."""
    capydb.faults.forget()
    return {}


def requests(capydb: EmbeddedCapyDB, _: dict[str, Any]) -> dict[str, Any]:
    """API requests seen."""
    return {"requests": [asdict(one) for one in capydb.seen]}


def reset(capydb: EmbeddedCapyDB, _: dict[str, Any]) -> dict[str, Any]:
    """Back to the world as it is at first; faults and requests are forgotten."""
    capydb.faults.forget()
    capydb.seen.clear()
    capydb.begin()
    return {}
