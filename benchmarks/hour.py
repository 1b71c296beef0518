"""Memory over an hour of load: three runbooks of a thousand tasks that go on, commands, posts, boards, digests.

The bot's time runs thirty times as fast as the world's, so an hour takes two minutes; what it does in that hour it
does in full. Printed is the memory of the process every ten minutes of that hour. It may grow while buffers and caches
fill; over the last third of the hour it has to stay flat. `python -m benchmarks.hour [--minutes 60] [--speed 30]`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import aiohttp
import psutil

from benchmarks.driver import Http, command, cpu, spawn
from benchmarks.fast import Fast
from benchmarks.result import Gate, Result

RUNBOOKS, TASKS, CHANGES = 3, 1_000, 3
GROWN_MB = 3.0
_A_MINUTE = 30
"""Commands."""
_EVERY = 10


class Hour:
    """A bot that is kept busy."""

    def __init__(self, folder: Path, minutes: int, speed: float) -> None:
        self._minutes = minutes
        self._clock = Fast(time.time(), speed)
        self._seen: Counter[str] = Counter()
        self._fake_process, self._fake = spawn("-m", "benchmarks.big", str(RUNBOOKS), str(TASKS), str(CHANGES), "1")
        words = ("-m", "benchmarks.subject", self._fake, str(folder / "bot.db"), str(RUNBOOKS))
        self._process, url = spawn(*words, BENCH_FAST=f"{self._clock.start!r} {speed!r}")
        self._door = Http(url, self._clock.unix)

    def end(self) -> None:
        """Both processes are gone."""
        for process in (self._process, self._fake_process):
            process.kill()
            process.wait()

    async def rows(self) -> dict[str, dict[str, float]]:
        """One for each ten minutes: memory, and what was done since the start."""
        found = {}
        async with aiohttp.ClientSession() as session:
            while self._seen["tasks"] < RUNBOOKS * TASKS // 100:  # the first readings
                await asyncio.sleep(0.2)
                await self._look(session)
            began, commands = self._clock.unix(), 0
            for minute in range(self._minutes + 1):
                if minute % _EVERY == 0:
                    await self._look(session)
                    found[f"minute {minute}"] = self._row(commands)
                while minute < self._minutes and self._clock.unix() < began + 60 * (minute + 1):
                    await self._door.press(session, command(self._fake))
                    commands += 1
                    await self._clock.sleep(max(began + commands * 60 / _A_MINUTE - self._clock.unix(), 0.0))
        return found

    def _row(self, commands: int) -> dict[str, float]:
        memory = psutil.Process(self._process.pid).memory_info().rss / 1e6
        done = {"commands": commands, "polls": self._seen["runbook"], "messages": self._seen["messages"]}
        return {"memory MB": memory, "CPU s": cpu(self._process), **{name: float(n) for name, n in done.items()}}

    async def _look(self, session: aiohttp.ClientSession) -> None:
        async with session.get(f"{self._fake}/seen") as reply:
            self._seen.update(await reply.json())


async def main(minutes: int, speed: float) -> int:
    """The table, the gate, the JSON line."""
    with tempfile.TemporaryDirectory() as folder:
        hour = Hour(Path(folder), minutes, speed)
        try:
            rows = await hour.rows()
        finally:
            hour.end()
    result = Result("hour", rows)
    result.table()
    settled, *_, last = [row["memory MB"] for row in rows.values()][len(rows) * 2 // 3 :]
    result.gates = [Gate("grown over the last third, MB", last - settled, GROWN_MB)]
    return result.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--speed", type=float, default=30.0)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.minutes, given.speed)))
