"""The floor: the same command by hand on raw aiohttp, with the two durable commits that the bot makes.

Signature, row 1, ack, GET task, row 2 (intent), PATCH start, comment, ten blocks, message; nothing is checked
or remembered. FLOOR_COMMITS=0 leaves the commits out, BENCH_SOCKET=1 takes deliveries by Socket Mode.
`python -m benchmarks.floor <fake url> <database>`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

SECRET = b"bench-secret"


class Floor:
    """One handler, one shared session, one database thread."""

    def __init__(self, fake: str, path: str, commits: bool) -> None:
        self.fake, self.path, self.commits = fake, path, commits
        self.pool = ThreadPoolExecutor(1)
        self.tasks: set[asyncio.Task[None]] = set()
        self.local = threading.local()

    async def start(self) -> str:
        """Listen on a free port."""
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        app = web.Application()
        app.router.add_post("/slack/events", self.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    def _insert(self, table: str, key: str, body: bytes) -> None:
        db = getattr(self.local, "db", None)
        if db is None:
            db = self.local.db = sqlite3.connect(self.path, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            for name in ("inbox", "intents"):
                db.execute(f"CREATE TABLE IF NOT EXISTS {name} (key TEXT PRIMARY KEY, body BLOB)")
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", (key, body))
        db.execute("COMMIT")

    async def commit(self, table: str, key: str, body: bytes) -> None:
        """One durable row."""
        if self.commits:
            await asyncio.get_running_loop().run_in_executor(self.pool, self._insert, table, key, body)

    async def handle(self, request: web.Request) -> web.Response:
        """Check, keep, acknowledge; the work goes on behind."""
        raw = await request.read()
        stamp = request.headers["X-Slack-Request-Timestamp"]
        made = "v0=" + hmac.new(SECRET, b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(made, request.headers["X-Slack-Signature"]):
            return web.Response(status=401)
        form = dict(parse_qsl(raw.decode()))
        payload = json.loads(form["payload"]) if "payload" in form else form
        await self.commit("inbox", payload["trigger_id"], raw)
        self.begin(payload)
        return web.Response()

    def begin(self, payload: dict[str, Any]) -> None:
        """The work goes on behind the ack."""
        task = asyncio.create_task(self.work(payload))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def listen(self) -> None:
        """Socket Mode: keep, acknowledge, work."""
        async with self.session.post(f"{self.fake}/api/apps.connections.open") as reply:
            url = (await reply.json())["url"]
        async with self.session.ws_connect(url) as socket:
            async for frame in socket:
                envelope = json.loads(frame.data)
                if "envelope_id" in envelope:
                    await self.commit("inbox", envelope["payload"]["trigger_id"], frame.data.encode())
                    await socket.send_str(json.dumps({"envelope_id": envelope["envelope_id"]}))
                    self.begin(envelope["payload"])

    async def work(self, form: dict[str, Any]) -> None:
        """Read, keep, start, answer."""
        task_id = form["text"].split()[-1] if "text" in form else json.loads(form["actions"][0]["value"])["t"]
        user_id = form["user_id"] if "user_id" in form else form["user"]["id"]
        url = f"{self.fake}/core/runbooks/101/tasks/{task_id}"
        headers = {"Authorization": "Bearer token", "Api-Version": "2022-02-22", "Content-Type": "application/json"}
        async with self.session.get(url, headers=headers) as reply:
            found = await reply.json()
        await self.commit("intents", task_id, json.dumps({"user": user_id, "task": task_id}).encode())
        async with self.session.patch(url + "/start", data=b'{"meta":{"override":true}}', headers=headers) as reply:
            found = await reply.json()
        name = found["data"]["attributes"]["name"]
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"{i} {name}"}} for i in range(10)]
        message = json.dumps({"text": name, "blocks": blocks, "response_type": "ephemeral"})
        async with self.session.post(
            form["response_url"], data=message, headers={"Content-Type": "application/json"}
        ) as reply:
            await reply.read()
        comment = json.dumps({"data": {"type": "comment", "attributes": {"content": f"<p>{user_id}</p>"}}})
        async with self.session.post(f"{self.fake}/core/runbooks/101/comments", data=comment, headers=headers) as reply:
            await reply.read()


async def main() -> None:
    """Serve until killed."""
    floor = Floor(sys.argv[1], sys.argv[2], os.environ.get("FLOOR_COMMITS", "1") == "1")
    print(json.dumps({"url": await floor.start()}), flush=True)
    if os.environ.get("BENCH_SOCKET"):
        await floor.listen()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
