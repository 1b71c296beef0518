"""Slack's side of Socket Mode, as cheap as it can be: a payload is posted, the answer is how long the ack took."""

from __future__ import annotations

import asyncio
import itertools
import json
import time

from aiohttp import WSMsgType, web


class Slack:
    """One connection; `/deliver` sends an envelope over it and waits for the acknowledgement."""

    def __init__(self) -> None:
        self._socket: web.WebSocketResponse | None = None
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self._ids = itertools.count(1)

    def add_to(self, app: web.Application) -> None:
        """Before the route that answers every other method."""
        app.router.add_post("/api/apps.connections.open", self._open)
        app.router.add_get("/socket", self._serve)
        app.router.add_post("/deliver", self._deliver)
        app.router.add_get("/connected", self._connected)

    async def _open(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": f"ws://{request.host}/socket"})

    async def _connected(self, _: web.Request) -> web.Response:
        return web.json_response({"connected": self._socket is not None})

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}}))
        self._socket = socket
        async for frame in socket:
            if frame.type == WSMsgType.TEXT:
                waiting = self._waiting.pop(json.loads(frame.data)["envelope_id"], None)
                if waiting is not None:
                    waiting.set_result(time.monotonic())
        self._socket = None
        return socket

    async def _deliver(self, request: web.Request) -> web.Response:
        payload, key = await request.json(), f"e{next(self._ids)}"
        assert self._socket is not None
        kind = "slash_commands" if "command" in payload else "interactive"
        envelope = {"envelope_id": key, "type": kind, "accepts_response_payload": True, "payload": payload}
        self._waiting[key] = asyncio.get_running_loop().create_future()
        waiting, began = self._waiting[key], time.monotonic()
        await self._socket.send_str(json.dumps(envelope))
        return web.json_response({"at": began, "ack": await waiting - began})
