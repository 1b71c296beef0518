"""From a change in Cutover to its news in the channels: seen by polling, and told by Cutover's webhook.

A whole bot that follows one runbook of a thousand tasks for 1 and for 100 channels; Slack's pace is opened. A poll
costs three requests, so it comes every three seconds, and one a second at most. `python -m benchmarks.follow
[--changes 12]`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.driver import spawn
from benchmarks.result import Gate, Result, Row
from benchmarks.subject import EVENTS_SECRET

CHANNELS, TASKS = (1, 100), 1_000
POLLED_S, TOLD_S = 3.5, 1.0
_APART = (2.0, 5.0)
"""Seconds between two changes, anything between: they fall anywhere between two polls."""
_EVENTS = itertools.count(1)


class World:
    """A bot, and the Cutover and Slack around it."""

    def __init__(self, session: aiohttp.ClientSession, fake: str, url: str, channels: int) -> None:
        self._session, self._fake, self._url, self._channels = session, fake, url, channels
        self._named: dict[str, list[float]] = {}

    async def settle(self) -> None:
        """Until the runbook was read."""
        read = 0
        while read < TASKS // 100:
            await asyncio.sleep(0.2)
            read += (await self._get("seen")).get("tasks", 0)
        await asyncio.sleep(5)  # the first look at a link is a hasty one

    async def change(self, way: str) -> tuple[float, float]:
        """Seconds until the first and until the last channel had the news. TimeoutError after a minute."""
        async with self._session.post(f"{self._fake}/change/101") as reply:
            made = await reply.json()
        if way == "webhook":
            await self._tell()
        async with asyncio.timeout(60):
            while len(self._named.get(made["task"], ())) < self._channels:
                await asyncio.sleep(0.02)
                for task, times in (await self._get("named")).items():
                    self._named.setdefault(task, []).extend(times)
        times = sorted(self._named[made["task"]])
        return times[0] - made["at"], times[self._channels - 1] - made["at"]

    async def _tell(self) -> None:
        runbook = {"data": {"type": "core.runbook", "id": "101"}}
        event = {"id": f"bench-{next(_EVENTS)}", "type": "core.task.updated", "relationships": {"runbook": runbook}}
        headers = {"Authorization": f"Bearer {EVENTS_SECRET}"}
        async with self._session.post(f"{self._url}/cutover/events", json=event, headers=headers) as reply:
            assert reply.status == 204, reply.status

    async def _get(self, what: str) -> dict[str, Any]:
        async with self._session.get(f"{self._fake}/{what}") as reply:
            found: dict[str, Any] = await reply.json()
            return found


@asynccontextmanager
async def world(channels: int) -> AsyncIterator[World]:
    """Gone at the end."""
    fake_process, fake = spawn("-m", "benchmarks.big", "1", str(TASKS), "0", "1")
    with tempfile.TemporaryDirectory() as folder:
        words = ("-m", "benchmarks.subject", fake, str(Path(folder) / "bot.db"), "1")
        process, url = spawn(*words, BENCH_CHANNELS=str(channels))
        try:
            async with aiohttp.ClientSession() as session:
                one = World(session, fake, url, channels)
                await one.settle()
                yield one
        finally:
            for known in (process, fake_process):
                known.kill()
                known.wait()


async def main(changes: int) -> int:
    """The table, the gates, the JSON line."""
    rows: dict[str, Row] = {}
    result, chance = Result("follow", rows), random.Random(7)
    for channels in CHANNELS:
        async with world(channels) as one:
            for way in ("polled", "webhook"):
                found = []
                for _ in range(changes):
                    found.append(await one.change(way))
                    await asyncio.sleep(chance.uniform(*_APART))
                first, last = (sorted(each) for each in zip(*found, strict=True))
                name = f"{way}, {channels} channel{'s' * (channels > 1)}"
                middle = last[changes // 2]
                rows[name] = {"first p50 s": first[changes // 2], "last p50 s": middle, "last max s": last[-1]}
                limit = TOLD_S if way == "webhook" else POLLED_S
                result.gates.append(Gate(f"{name}: last channel, p50 s", middle, limit))
    result.table()
    return result.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--changes", type=int, default=12)
    sys.exit(asyncio.run(main(parser.parse_args().changes)))
