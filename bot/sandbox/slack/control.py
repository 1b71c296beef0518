"""The control interface: JSON over HTTP to act as a person, look at everything, and order the world.

The one rule: it is as documented in docs/sandbox-slack.md; every answer has `ok`, and a refusal names its reason.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from aiohttp import WSMsgType, web

from bot.sandbox.slack import orders
from bot.sandbox.slack.acts import perform
from bot.sandbox.slack.errors import Json, Refused, SlackError
from bot.sandbox.slack.jsontext import parse
from bot.sandbox.slack.model import Channel
from bot.sandbox.slack.screen import screen
from bot.sandbox.slack.workspace import Workspace

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """Answers /control/...; `reset` brings the world back to its start."""

    def __init__(self, ws: Workspace, reset: Callable[[], Awaitable[None]]) -> None:
        self._ws = ws
        self._reset = reset

    def routes(self) -> list[web.RouteDef]:
        """All addresses."""
        return [
            web.get("/control/world", self._answering(self._world)),
            web.get("/control/users/{user}/screen", self._answering(self._screen)),
            web.get("/control/envelopes", self._answering(self._envelopes)),
            web.get("/control/calls", self._answering(self._calls)),
            web.get("/control/violations", self._answering(self._violations)),
            web.get("/control/live", self._live),
            web.post("/control/users/{user}/{verb}", self._answering(self._act)),
            web.patch("/control/users/{user}", self._answering(self._change_user)),
            web.post("/control/faults", self._answering(self._faults)),
            web.delete("/control/faults", self._answering(self._forget)),
            web.post("/control/clock", self._answering(self._clock)),
            web.post("/control/channels", self._answering(self._channel)),
            web.patch("/control/channels/{channel}", self._answering(self._change_channel)),
            web.post("/control/app", self._answering(self._app)),
            web.post("/control/verify", self._answering(self._verify)),
            web.post("/control/reset", self._answering(self._start_again)),
            web.route("*", "/control/{rest:.*}", self._answering(self._unknown)),
        ]

    def _answering(self, work: Callable[[web.Request], Awaitable[Json]]) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                return reply({"ok": True, **await work(request)})
            except Refused as refusal:
                return reply(refusal.answer(), refusal.status)
            except SlackError as refusal:
                detail = "; ".join(refusal.findings) or refusal.code
                return reply({"ok": False, "error": refusal.code, "detail": detail}, 409)

        return handler

    async def _unknown(self, request: web.Request) -> Json:
        raise Refused("unknown_address", f"there is no {request.method} {request.path}", 404)

    async def _world(self, request: web.Request) -> Json:
        return world(self._ws)

    async def _screen(self, request: web.Request) -> Json:
        user = request.match_info["user"]
        if user not in self._ws.users:
            raise Refused("user_not_found", f"there is no person {user[:40]!r}", 404)
        channel = request.query.get("channel")
        if channel is not None and channel not in self._ws.channels:
            raise Refused("channel_not_found", f"there is no channel {channel[:40]!r}", 404)
        return screen(self._ws, user, channel, number(request, "limit") or None)

    async def _envelopes(self, request: web.Request) -> Json:
        after = number(request, "after")
        return {"envelopes": [entry.public() for entry in self._ws.traffic.envelopes[after:]]}

    async def _calls(self, request: web.Request) -> Json:
        after = number(request, "after")
        return {"calls": [entry.public() for entry in self._ws.traffic.calls[after:]]}

    async def _violations(self, request: web.Request) -> Json:
        after = number(request, "after")
        return {"violations": [entry.public() for entry in self._ws.traffic.violations[after:]]}

    async def _act(self, request: web.Request) -> Json:
        return await perform(self._ws, request.match_info["user"], request.match_info["verb"], await body_of(request))

    async def _faults(self, request: web.Request) -> Json:
        return await orders.order_faults(self._ws, await body_of(request))

    async def _forget(self, request: web.Request) -> Json:
        self._ws.faults.clear()
        return {}

    async def _clock(self, request: web.Request) -> Json:
        return orders.move_clock(self._ws, await body_of(request))

    async def _channel(self, request: web.Request) -> Json:
        return orders.make_channel(self._ws, await body_of(request))

    async def _change_channel(self, request: web.Request) -> Json:
        return orders.change_channel(self._ws, request.match_info["channel"], await body_of(request))

    async def _change_user(self, request: web.Request) -> Json:
        return orders.change_user(self._ws, request.match_info["user"], await body_of(request))

    async def _app(self, request: web.Request) -> Json:
        await orders.set_app(self._ws, await body_of(request))
        return {"app": app_of(self._ws)}

    async def _verify(self, request: web.Request) -> Json:
        return await orders.verify(self._ws, await body_of(request))

    async def _start_again(self, request: web.Request) -> Json:
        await self._reset()
        return {}

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Notices of change for one person, or for all without `user`."""
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        with self._ws.live.reader(request.query.get("user")) as queue:
            await socket.send_json({"type": "hello"})
            telling = self._ws.spawn(_tell(socket, queue))
            async for message in socket:
                if message.type == WSMsgType.ERROR:
                    break
            telling.cancel()
        return socket


async def _tell(socket: web.WebSocketResponse, queue: asyncio.Queue[Json]) -> None:
    while not socket.closed:
        await socket.send_json(await queue.get())


def reply(answer: Json, status: int = 200) -> web.Response:
    raw = json.dumps(answer, ensure_ascii=False, default=repr).encode("utf-8", "replace")
    return web.Response(body=raw, status=status, content_type="application/json", charset="utf-8")


def number(request: web.Request, name: str) -> int:
    """A count in the query, 0 when absent."""
    value = request.query.get(name, "0")
    if not value.isdecimal() or len(value) > 9:
        raise Refused("invalid_number", f"{name} must be a number")
    return int(value)


async def body_of(request: web.Request) -> Json:
    """The JSON object in the body, {} when empty. Only application/json, so a foreign web page cannot post here."""
    raw = await request.read()
    if not raw:
        return {}
    if request.content_type != "application/json":
        raise Refused("not_json", "send Content-Type: application/json")
    try:
        body = parse(raw)
    except ValueError:
        raise Refused("not_json", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused("not_json", "the body must be a JSON object")
    return body


def world(ws: Workspace) -> Json:
    """The workspace and the app, as /control/world gives them."""
    names = ("id", "name", "real_name", "display_name", "email", "tz", "is_bot", "is_restricted", "is_stranger")
    about = (*names, "deleted", "avatar", "title")
    return {
        "team": ws.team,
        "app": app_of(ws),
        "users": [{name: getattr(user, name) for name in about} for user in ws.users.values()],
        "channels": [channel_of(channel) for channel in ws.channels.values()],
        "usergroups": ws.usergroups,
        "tokens": {"bot": ws.tokens.bot, "app": ws.tokens.app, "signing_secret": ws.tokens.signing_secret},
        "now": ws.clock.now(),
    }


def app_of(ws: Workspace) -> Json:
    """The app's registration, and how many sockets it has open."""
    app = ws.app
    return {
        "id": app.id,
        "name": app.name,
        "bot_user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "commands": [asdict(entry) for entry in app.commands],
        "shortcuts": [asdict(entry) for entry in app.shortcuts],
        "scopes": app.scopes,
        "events": app.events,
        "home_tab": app.home_tab,
        "delivery": app.delivery,
        "request_url": app.request_url,
        "connections": len(ws.delivery.sockets.connections),
    }


def channel_of(channel: Channel) -> Json:
    """A conversation as the sidebar needs it."""
    flags = ("is_private", "is_archived", "is_im", "is_mpim")
    return {
        "id": channel.id,
        "name": channel.name,
        **{name: getattr(channel, name) for name in flags},
        "members": list(channel.members),
        "topic": channel.topic,
        "bookmarks": list(channel.bookmarks),
    }
