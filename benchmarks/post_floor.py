"""The floor of the outbox: letters by hand on raw aiohttp, with the durable commits that the order of things needs.

A letter is on disk before it is sent; that it is being sent is on disk before the call, its outcome after. One
transaction carries the outcome of one letter and the beginning of the next, and whatever else waits for the disk.
There is no lease, no budget, no slot, no retry, no looking for what was posted already.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

import aiohttp
import orjson

_LANES = 20
"""As many channels at once as the bot works on."""
_TABLE = "CREATE TABLE IF NOT EXISTS letters (key TEXT PRIMARY KEY, channel TEXT, body TEXT, state TEXT, ts TEXT)"
Step = tuple[str, tuple[Any, ...]]


class Disk:
    """One writer thread; `commits` counts transactions. `url` is `sqlite:///...` or `postgresql://...`."""

    def __init__(self, url: str) -> None:
        self.commits = 0
        self._url = url
        self._jobs: queue.SimpleQueue[tuple[list[Step], asyncio.Future[None]]] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._work, daemon=True).start()

    async def commit(self, steps: list[Step]) -> None:
        """Returns once they are on disk."""
        done: asyncio.Future[None] = self._loop.create_future()
        self._jobs.put((steps, done))
        await done

    def _connect(self) -> Any:
        if self._url.startswith("sqlite"):
            made: Any = sqlite3.connect(self._url.removeprefix("sqlite:///"), isolation_level=None)
            made.execute("PRAGMA journal_mode=WAL")
            made.execute("PRAGMA synchronous=FULL")
        else:
            import psycopg

            made = psycopg.connect(self._url, autocommit=True)
        made.execute(_TABLE)
        return made

    def _work(self) -> None:
        database = self._connect()
        mark = "?" if self._url.startswith("sqlite") else "%s"
        while True:
            jobs = [self._jobs.get()]
            while not self._jobs.empty():
                jobs.append(self._jobs.get())
            database.execute("BEGIN")
            for steps, _ in jobs:
                for statement, values in steps:
                    database.execute(statement.replace("?", mark), values)
            database.execute("COMMIT")
            self.commits += 1
            for _, done in jobs:
                self._loop.call_soon_threadsafe(done.set_result, None)


class Floor:
    """Posts what is put, channel by channel in order."""

    def __init__(self, session: aiohttp.ClientSession, fake: str, url: str) -> None:
        self._session, self._fake, self._disk = session, fake, Disk(url)
        self._waiting: dict[str, deque[tuple[str, bytes]]] = {}
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._gate = asyncio.Semaphore(_LANES)

    @property
    def commits(self) -> int:
        return self._disk.commits

    async def put(self, letters: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
        """Key, channel and content of each; all in one transaction."""
        steps: list[Step] = []
        touched = set()
        for key, channel, content in letters:
            sent = {**content, "channel": channel, "metadata": _metadata(key), "unfurl_links": False}
            body = orjson.dumps(sent)
            steps.append(("INSERT INTO letters VALUES (?, ?, ?, 'waiting', NULL)", (key, channel, body.decode())))
            self._waiting.setdefault(channel, deque()).append((key, body))
            touched.add(channel)
        await self._disk.commit(steps)
        for channel in touched - self._lanes.keys():
            self._lanes[channel] = asyncio.create_task(self._lane(channel))

    async def _lane(self, channel: str) -> None:
        waiting, written = self._waiting[channel], list[Step]()
        async with self._gate:
            while waiting:
                key, body = waiting.popleft()
                await self._disk.commit([*written, ("UPDATE letters SET state = 'sending' WHERE key = ?", (key,))])
                ts = await self._post(body)
                written = [("UPDATE letters SET state = 'sent', ts = ? WHERE key = ?", (ts, key))]
            del self._lanes[channel]  # from here on a letter that comes gets a lane of its own
            await self._disk.commit(written)

    async def _post(self, body: bytes) -> str:
        headers = {"Authorization": "Bearer xoxb-bench", "Content-Type": "application/json; charset=utf-8"}
        async with self._session.post(f"{self._fake}/api/chat.postMessage", data=body, headers=headers) as reply:
            return str(orjson.loads(await reply.read())["ts"])


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": "cutover_letter", "event_payload": {"key": key}}
