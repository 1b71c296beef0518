"""Presses a program under test and looks at what it costs. Rounds are interleaved by the caller.

A way in is signed HTTP (`Http`), or Socket Mode by the fake Slack (`Socket`); a press is a command or a button.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
import psutil

_IDS = itertools.count(100_000)
_CARD = {
    "type": "message",
    "ts": "1.2",
    "user": "U1BOT",
    "bot_id": "B1",
    "app_id": "A1",
    "team": "T1",
    "text": "",
    "blocks": [],
}
FIELDS = ("cpu", "rate", "ack50", "ack99", "memory")


@dataclass
class Round:
    """CPU in ms a press, presses a second, ack in ms, memory in MB."""

    cpu: float
    rate: float
    ack50: float
    ack99: float
    memory: float


def spawn(*command: str, python: str = sys.executable, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start a program (`-m` for a module of this package); its address."""
    process = subprocess.Popen(
        [python, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["url"]


def command(fake: str) -> dict[str, str]:
    """`/task start <a task that was not pressed before>`."""
    number = next(_IDS)
    return {
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


def button(fake: str) -> dict[str, Any]:
    """Start on the card of such a task, as Slack sends it."""
    number = next(_IDS)
    value = json.dumps({"v": 1, "r": "101", "t": str(number), "seen": "startable.0"})
    text = {"type": "plain_text", "text": "Start", "emoji": True}
    action = {"type": "button", "action_id": "task.start", "block_id": "b", "value": value, "text": text}
    return {
        "type": "block_actions",
        "token": "x",
        "team": {"id": "T1", "domain": "bench"},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": "U1DANA", "username": "dana", "name": "dana", "team_id": "T1"},
        "channel": {"id": "C1", "name": "dc-failover"},
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1", "is_ephemeral": True},
        "api_app_id": "A1",
        "trigger_id": f"{number}.1.x",
        "response_url": f"{fake}/response/{number}",
        "message": _CARD,
        "state": {"values": {}},
        "actions": [{**action, "action_ts": f"{number}.2"}],
    }


class Door(Protocol):
    """How a press reaches the program; seconds to its acknowledgement."""

    async def press(self, session: aiohttp.ClientSession, what: Mapping[str, Any]) -> float: ...


@dataclass(frozen=True)
class Http:
    """Signed HTTP. `clock`: what the program under test takes for the time."""

    url: str
    clock: Callable[[], float] = time.time

    async def press(self, session: aiohttp.ClientSession, what: Mapping[str, Any]) -> float:
        form = what if "command" in what else {"payload": json.dumps(what)}
        raw, stamp = urlencode(form).encode(), str(int(self.clock()))
        made = hmac.new(b"bench-secret", b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
        headers = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={made}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        began = time.perf_counter()
        async with session.post(f"{self.url}/slack/events", data=raw, headers=headers) as reply:
            assert reply.status == 200, reply.status
            await reply.read()
        return time.perf_counter() - began


@dataclass(frozen=True)
class Socket:
    """Socket Mode: the fake sends it and measures the acknowledgement."""

    fake: str

    async def press(self, session: aiohttp.ClientSession, what: Mapping[str, Any]) -> float:
        async with session.post(f"{self.fake}/deliver", json=what) as reply:
            return float((await reply.json())["ack"])

    async def connected(self) -> None:
        """Until the program has opened its connection."""
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"{self.fake}/connected") as reply:
                    if (await reply.json())["connected"]:
                        return
                await asyncio.sleep(0.05)


async def press(session: aiohttp.ClientSession, url: str, fake: str) -> float:
    """One signed command."""
    return await Http(url).press(session, command(fake))


async def measure(
    process: subprocess.Popen[bytes], door: Door, fake: str, what: str, presses: int, at_once: int
) -> Round:
    """Press with `at_once` connections, then wait until the program has nothing to do."""
    make = command if what == "command" else button
    seen, acks = psutil.Process(process.pid), list[float]()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        for _ in range(30):
            await door.press(session, make(fake))
        await quiet(process)
        before, began = cpu(process), time.perf_counter()
        gate = asyncio.Semaphore(at_once)

        async def one() -> None:
            async with gate:
                acks.append(await door.press(session, make(fake)))

        await asyncio.gather(*(one() for _ in range(presses)))
        rate = presses / (time.perf_counter() - began)
        await quiet(process)
    acks.sort()
    return Round(
        cpu=(cpu(process) - before) / presses * 1000,
        rate=rate,
        ack50=acks[len(acks) // 2] * 1000,
        ack99=acks[int(len(acks) * 0.99)] * 1000,
        memory=seen.memory_info().rss / 1e6,
    )


def cpu(process: subprocess.Popen[bytes]) -> float:
    """Seconds of CPU so far."""
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


async def quiet(process: subprocess.Popen[bytes]) -> None:
    """Until a third of a second passes with (nearly) no CPU used."""
    while True:
        before = cpu(process)
        await asyncio.sleep(0.3)
        if cpu(process) - before < 0.011:
            return


def table(title: str, results: Mapping[str, Sequence[Round]]) -> dict[str, dict[str, float]]:
    """Print medians, and the ratios of each round to the floor's round beside it; the same as data."""
    told: dict[str, dict[str, float]] = {}
    shown = ("CPU ms", "per s", "ack p50", "ack p99", "RSS MB", "CPU x", "per s x", "ack50 x")
    print(f"{title:<18}" + "".join(f"{name:>9}" for name in shown))
    for name, rounds in results.items():
        row = {field: statistics.median(getattr(one, field) for one in rounds) for field in FIELDS}
        for field in ("cpu", "rate", "ack50"):
            pairs = zip(rounds, results["floor"], strict=True)
            row[f"{field}_ratio"] = statistics.median(getattr(a, field) / getattr(b, field) for a, b in pairs)
        told[name] = row
        print(f"  {name:<16}" + "".join(f"{value:9.2f}" for value in row.values()))
    return told
