"""A Slack that takes every post at once, and remembers when each letter came and over how many connections.

It limits nothing: Slack's pace is kept by the bot's own budget, and is not what is measured.
`python -m benchmarks.fake_posts` prints one JSON line with its address.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from benchmarks.fakes import serve


class Posts:
    """`/told` answers what came since it was asked last."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.connections: set[object] = set()

    async def post(self, request: web.Request) -> web.Response:
        """chat.postMessage; the letter's key travels in the metadata."""
        body = orjson.loads(await request.read())
        self.connections.add(request.transport)
        self.at[body["metadata"]["event_payload"]["key"]] = time.monotonic()
        return _answer({"ok": True, "ts": f"{len(self.at)}.000100", "channel": body["channel"]})

    async def count(self, _: web.Request) -> web.Response:
        return _answer({"posts": len(self.at)})

    async def told(self, _: web.Request) -> web.Response:
        """Monotonic seconds, which are the same for all processes of a machine, by key; all connections so far."""
        told = {"at": self.at, "connections": len(self.connections)}
        self.at = {}
        return _answer(told)


def _answer(value: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json")


async def all_of(session: aiohttp.ClientSession, fake: str, wanted: int) -> dict[str, Any]:
    """What the fake tells, once so many letters have come. TimeoutError after two minutes."""
    async with asyncio.timeout(120):
        while True:
            async with session.get(f"{fake}/count") as reply:
                if (await reply.json())["posts"] >= wanted:
                    break
            await asyncio.sleep(0.05)
    async with session.get(f"{fake}/told") as reply:
        told: dict[str, Any] = await reply.json()
        return told


def main() -> None:
    """Serve until killed."""
    posts, app = Posts(), web.Application()
    app.router.add_post("/api/chat.postMessage", posts.post)
    app.router.add_get("/count", posts.count)
    app.router.add_get("/told", posts.told)
    asyncio.run(serve(app))


if __name__ == "__main__":
    main()
