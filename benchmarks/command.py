"""CPU, throughput and ack time of one slash command that starts a task, as ratios to the floor of the same round.

Rounds are interleaved; the last line is JSON. `python -m benchmarks.command [--rounds 5] [--commands 600]`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import psutil

_IDS = itertools.count(100_000)


@dataclass
class Round:
    """CPU in ms a command, commands a second, ack in ms, memory in MB."""

    cpu: float
    rate: float
    ack50: float
    ack99: float
    memory: float


def spawn(*command: str, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start `python -m ...`; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["url"]


async def press(session: aiohttp.ClientSession, url: str, fake: str) -> float:
    """One signed command; seconds to its acknowledgement."""
    number = next(_IDS)
    form = {
        "command": "/task",
        "text": f"start {number}",
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1DANA",
        "user_name": "dana",
        "trigger_id": f"{number}.1.x",
        "response_url": f"{fake}/response/{number}",
        "api_app_id": "A1",
    }
    raw, stamp = urlencode(form).encode(), str(int(time.time()))
    made = hmac.new(b"bench-secret", b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={made}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    began = time.perf_counter()
    async with session.post(f"{url}/slack/events", data=raw, headers=headers) as reply:
        assert reply.status == 200, reply.status
        await reply.read()
    return time.perf_counter() - began


async def measure(process: subprocess.Popen[bytes], url: str, fake: str, commands: int, at_once: int) -> Round:
    """Press `commands` times with `at_once` connections, then wait until the program has nothing to do."""
    seen = psutil.Process(process.pid)
    acks: list[float] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        for _ in range(30):
            await press(session, url, fake)
        await _quiet(seen)
        before, began = _cpu(seen), time.perf_counter()
        gate = asyncio.Semaphore(at_once)

        async def one() -> None:
            async with gate:
                acks.append(await press(session, url, fake))

        await asyncio.gather(*(one() for _ in range(commands)))
        rate = commands / (time.perf_counter() - began)
        await _quiet(seen)
    acks.sort()
    return Round(
        cpu=(_cpu(seen) - before) / commands * 1000,
        rate=rate,
        ack50=acks[len(acks) // 2] * 1000,
        ack99=acks[int(len(acks) * 0.99)] * 1000,
        memory=seen.memory_info().rss / 1e6,
    )


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def _quiet(process: psutil.Process) -> None:
    """Until a third of a second passes with (nearly) no CPU used."""
    while True:
        before = _cpu(process)
        await asyncio.sleep(0.3)
        if _cpu(process) - before < 0.011:
            return


async def main() -> None:
    """All rounds, the table, the JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--commands", type=int, default=600)
    parser.add_argument("--at-once", type=int, default=1)
    options = parser.parse_args()
    results: dict[str, list[Round]] = {"floor": [], "bot": []}
    fake_process, fake = spawn("benchmarks.fakes")
    with tempfile.TemporaryDirectory() as folder:
        targets: dict[str, tuple[subprocess.Popen[bytes], str]] = {
            "floor": spawn("benchmarks.floor", fake, str(Path(folder) / "floor.db")),
            "bot": spawn("benchmarks.subject", fake, str(Path(folder) / "bot.db")),
        }
        try:
            for _ in range(options.rounds):
                for name, (process, url) in targets.items():
                    results[name].append(await measure(process, url, fake, options.commands, options.at_once))
        finally:
            for process, _ in (*targets.values(), (fake_process, fake)):
                process.kill()
                process.wait()
    show(results)


def show(results: dict[str, list[Round]]) -> None:
    """Medians, and the ratio of each round to the floor's round beside it."""
    fields = ("cpu", "rate", "ack50", "ack99", "memory")
    medians: dict[str, Any] = {
        name: {field: statistics.median(getattr(one, field) for one in rounds) for field in fields}
        for name, rounds in results.items()
    }
    pairs = list(zip(results["bot"], results["floor"], strict=True))
    ratios = {field: statistics.median(getattr(a, field) / getattr(b, field) for a, b in pairs) for field in fields}
    print(f"{'':8} {'CPU ms':>8} {'per s':>8} {'ack p50':>8} {'ack p99':>8} {'RSS MB':>8}")
    for name, row in {**medians, "ratio": ratios}.items():
        print(f"{name:8} " + " ".join(f"{row[field]:8.2f}" for field in fields))
    print(json.dumps({"medians": medians, "ratios": ratios}))


if __name__ == "__main__":
    asyncio.run(main())
