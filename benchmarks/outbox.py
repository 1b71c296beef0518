"""Letters a second and the time from a change to its post, as ratios to a floor with the same durable commits.

On SQLite and on PostgreSQL (a throw-away server with its defaults, fsync on), with 1 and with 100 channels. Slack's
pace is not measured: the fake takes everything at once and the bot's budget is opened (`benchmarks.post_subject`).
`python -m benchmarks.outbox [--rounds 5] [--letters 1000] [--only sqlite]`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.driver import cpu, quiet, spawn
from benchmarks.fake_posts import all_of
from benchmarks.result import Gate, Result, Row, medians
from tests import cluster

CHANNELS = (1, 100)
CPU_RATIO, RATE_RATIO, CONNECTIONS = 4.0, 0.25, 10.0
_GAP, _SINGLE = 0.02, 100
"""Seconds between two changes while latency is measured, and how many."""
_ORDERS = itertools.count(1)


@dataclass
class Subject:
    """One process under test, with a Slack of its own."""

    process: subprocess.Popen[bytes]
    fake_process: subprocess.Popen[bytes]
    fake: str
    commits: int = 0
    posts: int = 0
    connections: int = 0
    rounds: list[Row] = field(default_factory=list)

    async def order(self, letters: int, channels: int, gap: float = 0.0) -> tuple[dict[str, float], dict[str, float]]:
        """When each letter was put, and when it came."""
        answer = await self._ask(letters, channels, gap)
        async with aiohttp.ClientSession() as session:
            came = await all_of(session, self.fake, letters)
        self.posts += len(came["at"])
        self.connections = came["connections"]
        assert len(came["at"]) == letters, "a letter came twice"
        return answer["put"], came["at"]

    async def committed(self) -> int:
        """Transactions since this was asked last."""
        before, self.commits = self.commits, (await self._ask(0, 1, 0.0))["commits"]
        return self.commits - before

    async def _ask(self, letters: int, channels: int, gap: float) -> dict[str, Any]:
        told = {"name": f"bench:{next(_ORDERS)}", "letters": letters, "channels": channels, "gap": gap}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told).encode() + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(await asyncio.to_thread(self.process.stdout.readline))
        return answer


async def measure(one: Subject, letters: int, channels: int) -> Row:
    """All at once, then one by one."""
    await one.order(channels, channels)
    await quiet(one.process)
    await one.committed()
    before = cpu(one.process)
    put, came = await one.order(letters, channels)
    await quiet(one.process)
    row = {
        "CPU ms": (cpu(one.process) - before) / letters * 1000,
        "a second": letters / (max(came.values()) - min(put.values())),
        "commits": await one.committed() / letters,
    }
    put, came = await one.order(_SINGLE, channels, _GAP)
    late = sorted((came[key] - put[key]) * 1000 for key in came)
    row |= {"change to post p50 ms": late[len(late) // 2], "p99 ms": late[int(len(late) * 0.99)]}
    return row


@contextlib.contextmanager
def subjects(url: str, floor_url: str) -> Iterator[dict[str, Subject]]:
    """The floor and the bot; gone at the end."""
    found: dict[str, Subject] = {}
    try:
        for name, where in (("floor", floor_url), ("bot", url)):
            fake_process, fake = spawn("-m", "benchmarks.fake_posts")
            process, _ = spawn("-m", "benchmarks.post_subject", name, fake, where)
            found[name] = Subject(process, fake_process, fake)
        yield found
    finally:
        for one in found.values():
            for process in (one.process, one.fake_process):
                process.kill()
                process.wait()


async def compare(title: str, urls: tuple[str, str], options: argparse.Namespace) -> dict[str, Row]:
    """Rows of one database: medians of interleaved rounds, and ratios to the floor of the same round."""
    told: dict[str, Row] = {}
    for channels in CHANNELS:
        with subjects(*urls) as found:
            for _ in range(options.rounds):
                for one in found.values():
                    one.rounds.append(await measure(one, options.letters, channels))
        for name, one in found.items():
            row = medians(one.rounds, found["floor"].rounds, ("CPU ms", "a second", "change to post p50 ms"))
            row["connections per 1,000"] = one.connections / one.posts * 1000
            told[f"{title}, {channels} channel{'s' * (channels > 1)}: {name}"] = row
    return told


async def main(options: argparse.Namespace) -> int:
    """The table, the gates, the JSON line."""
    rows: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as folder:
        rows |= await compare("SQLite", (f"sqlite:///{folder}/bot.db", f"sqlite:///{folder}/floor.db"), options)
    if options.only != "sqlite" and cluster.binary("initdb"):
        with cluster.running(("listen_addresses=",)) as server:
            rows |= await compare("PostgreSQL", (server.empty(), server.empty()), options)
    result = Result("outbox", rows)
    result.table()
    for name, row in rows.items():
        if name.endswith("bot"):
            result.gates += [
                Gate(f"{name}: CPU to floor", row["CPU x"], CPU_RATIO),
                Gate(f"{name}: letters a second to floor", row["a second x"], RATE_RATIO, least=True),
                Gate(f"{name}: Slack connections per 1,000 messages", row["connections per 1,000"], CONNECTIONS),
            ]
    return result.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--letters", type=int, default=1000)
    parser.add_argument("--only", default="", help="sqlite")
    sys.exit(asyncio.run(main(parser.parse_args())))
