"""Commands while big runbooks are polled, and what idle runbooks cost: `python -m benchmarks.watch --live`.

Three runbooks of 10,000 tasks are polled every two seconds, with 52 changes each time, while 40 commands a second come:
where Cutover sorts (a few requests a poll), where it does not (every poll reads all), and from the moment they are
linked on, with the first readings and the forecasts of ten megabytes. Held to: an acknowledgement at
most 150 ms, 15 MB a runbook; of 50 runbooks where nothing happens, three requests a poll each and 2 % of a core in all.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from benchmarks.driver import Http, command, spawn
from benchmarks.result import Gate, Result

RUNBOOKS, TASKS, CHANGES = 3, 10_000, 52
IDLE = 50
ACK_MS, MEMORY_MB, ALL_MB, REQUESTS, CORE = 150.0, 15.0, 160.0, 3.0, 0.02
_COMMANDS, _GAP = 800, 0.025
_HOT, _WATCHED = 32.0, 20.0
"""Seconds: what was just linked is looked at more often for the first of them."""


@dataclass
class Subject:
    """A bot and the fake it talks to."""

    process: subprocess.Popen[bytes]
    url: str
    fake: str

    def probe(self) -> dict[str, Any]:
        """How late its loop was since this was asked last."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told

    @property
    def memory(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)

    @property
    def cpu(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    async def seen(self) -> dict[str, int]:
        """Requests by kind since this was asked last."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.fake}/seen") as reply:
            found: dict[str, int] = await reply.json()
            return found


@asynccontextmanager
async def subject(
    runbooks: int, tasks: int, changes: int, *, sorts: bool = True, new: bool = False
) -> AsyncIterator[Subject]:
    """A bot that watches so many; every first reading is done, or (`new`) they were linked just now."""
    fake_process, fake = spawn("-m", "benchmarks.big", str(runbooks), str(tasks), str(changes), str(int(sorts)))
    with tempfile.TemporaryDirectory() as folder:
        process, url = spawn("-m", "benchmarks.subject", fake, str(Path(folder) / "bot.db"), str(runbooks))
        try:
            one = Subject(process, url, fake)
            wanted = runbooks * -(-tasks // 100)
            read = 0
            while read < wanted and not new:
                await asyncio.sleep(1)
                read += (await one.seen()).get("tasks", 0)
            await asyncio.sleep(0 if new else 2)
            yield one
        finally:
            for known in (process, fake_process):
                known.kill()
                known.wait()


async def acks(one: Subject) -> list[float]:
    """Milliseconds from a command to its acknowledgement, each 25 ms after the one before."""
    found, door = [], Http(one.url)
    async with aiohttp.ClientSession() as session:
        await door.press(session, command(one.fake))
        for _ in itertools.repeat(None, _COMMANDS):
            found.append((await door.press(session, command(one.fake))).ack * 1000)
            await asyncio.sleep(_GAP)
    return sorted(found)


async def commands(
    name: str, *, runbooks: int = RUNBOOKS, tasks: int = TASKS, sorts: bool = True, new: bool = False
) -> dict[str, float]:
    """One line: acknowledgements, CPU, lateness of the loop, memory."""
    async with subject(runbooks, tasks, CHANGES if tasks > 1 else 0, sorts=sorts, new=new) as one:
        one.probe()
        if not new:
            await one.seen()
        before, began = one.cpu, time.perf_counter()
        found = await acks(one)
        seconds = time.perf_counter() - began
        late, seen = one.probe(), await one.seen()
        told = {
            "ack p50 ms": found[len(found) // 2],
            "ack p99 ms": found[int(len(found) * 0.99)],
            "ack max ms": found[-1],
            "of a core": (one.cpu - before) / seconds,
            "loop late p99 ms": late["p99"],
            "loop late max ms": late["max"],
            "polls a second": seen["runbook"] / seconds,
            "forecasts": seen.get("forecasts", 0),
            "memory MB": one.memory,
        }
        print(f"{name:14} " + "  ".join(f"{key} {value:.1f}" for key, value in told.items()))
        for where, count in late["where"]:
            print(f"{'':14} late {count:4} x {where}")
        return told


async def idle() -> dict[str, float]:
    """Runbooks where nothing happens: requests a poll, and how much of a core."""
    async with subject(IDLE, 50, 0) as one:
        await asyncio.sleep(_HOT)
        await one.seen()
        before, began = one.cpu, time.perf_counter()
        await asyncio.sleep(_WATCHED)
        seen, seconds = await one.seen(), time.perf_counter() - began
        told = {"requests a poll": sum(seen.values()) / seen["runbook"], "of a core": (one.cpu - before) / seconds}
        told["polls a second"] = seen["runbook"] / seconds
        print(f"{IDLE} idle        " + "  ".join(f"{key} {value:.3f}" for key, value in told.items()))
        return told


async def main() -> int:
    """The table, the gates, the JSON line."""
    alone = await commands("one small", runbooks=1, tasks=1)
    three = await commands("three big")
    swept = await commands("unsorted", sorts=False)
    linked = await commands("just linked", new=True)
    still = await idle()
    memory = (statistics.mean((three["memory MB"], swept["memory MB"])) - alone["memory MB"]) / RUNBOOKS
    names = (
        "one small runbook",
        "three of 10,000 tasks",
        "three, unsorted",
        "three, just linked",
        f"{IDLE} idle runbooks",
    )
    result = Result("live", dict(zip(names, (alone, three, swept, linked, still), strict=True)))
    result.table()
    result.gates = [
        Gate("ack max ms", max(one["ack max ms"] for one in (three, swept, linked)), ACK_MS),
        Gate("MB a runbook of 10,000 tasks", memory, MEMORY_MB),
        Gate("memory MB with three of them", max(three["memory MB"], linked["memory MB"]), ALL_MB),
        Gate("idle: requests a poll", still["requests a poll"], REQUESTS),
        Gate("idle: of a core", still["of a core"], CORE),
    ]
    return result.finish()
