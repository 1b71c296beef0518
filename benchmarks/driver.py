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
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
import psutil

from benchmarks.result import Row

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


@dataclass(frozen=True, slots=True)
class Load:
    """How it is pressed: by `at_once` people, each after the acknowledgement; or `a_second` times, whatever comes."""

    at_once: int = 1
    a_second: float = 0.0


@dataclass(frozen=True, slots=True)
class Pressed:
    """When it was sent (monotonic seconds, the same for all processes of a machine), seconds to its acknowledgement."""

    at: float
    ack: float


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
    """How a press reaches the program."""

    async def press(self, session: aiohttp.ClientSession, what: Mapping[str, Any]) -> Pressed: ...


@dataclass(frozen=True)
class Http:
    """Signed HTTP. `clock`: what the program under test takes for the time."""

    url: str
    clock: Callable[[], float] = time.time

    async def press(self, session: aiohttp.ClientSession, what: Mapping[str, Any]) -> Pressed:
        form = what if "command" in what else {"payload": json.dumps(what)}
        raw, stamp = urlencode(form).encode(), str(int(self.clock()))
        made = hmac.new(b"bench-secret", b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
        headers = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={made}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        began = time.monotonic()
        async with session.post(f"{self.url}/slack/events", data=raw, headers=headers) as reply:
            assert reply.status == 200, reply.status
            await reply.read()
        return Pressed(began, time.monotonic() - began)


@dataclass(frozen=True)
class Socket:
    """Socket Mode: the fake sends it and measures the acknowledgement."""

    fake: str

    async def press(self, session: aiohttp.ClientSession, what: Mapping[str, Any]) -> Pressed:
        async with session.post(f"{self.fake}/deliver", json=what) as reply:
            return Pressed(**await reply.json())

    async def connected(self) -> None:
        """Until the program has opened its connection."""
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"{self.fake}/connected") as reply:
                    if (await reply.json())["connected"]:
                        return
                await asyncio.sleep(0.05)


async def measure(process: subprocess.Popen[bytes], door: Door, fake: str, what: str, presses: int, load: Load) -> Row:
    """Press, then wait until the program has nothing to do; what it cost."""
    make = command if what == "command" else button
    wide = aiohttp.TCPConnector(limit=load.at_once if not load.a_second else 100)
    async with aiohttp.ClientSession(connector=wide) as session:
        for _ in range(30):
            await door.press(session, make(fake))
        await quiet(process)
        before, began = cpu(process), time.monotonic()
        found = await (_steadily if load.a_second else _at_once)(
            session, door, [make(fake) for _ in range(presses)], load
        )
        answered = await _answered(session, fake, set(found))
        await quiet(process)
        spent = cpu(process) - before
    acks = sorted(one.ack * 1000 for one in found.values())
    ends = sorted((answered[key] - one.at) * 1000 for key, one in found.items())
    return {
        "CPU ms": spent / presses * 1000,
        "a second": presses / (max(answered[key] for key in found) - began),
        **{f"ack p{part} ms": acks[int(len(acks) * part / 100)] for part in (50, 99)},
        **{f"answer p{part} ms": ends[int(len(ends) * part / 100)] for part in (50, 99)},
        "memory MB": psutil.Process(process.pid).memory_info().rss / 1e6,
    }


async def _at_once(
    session: aiohttp.ClientSession, door: Door, presses: Sequence[Mapping[str, Any]], load: Load
) -> dict[str, Pressed]:
    found: dict[str, Pressed] = {}
    waiting = iter(presses)

    async def person() -> None:
        for what in waiting:
            found[_number(what)] = await door.press(session, what)

    await asyncio.gather(*(person() for _ in range(load.at_once)))
    return found


async def _steadily(
    session: aiohttp.ClientSession, door: Door, presses: Sequence[Mapping[str, Any]], load: Load
) -> dict[str, Pressed]:
    began = time.monotonic()

    async def one(number: int, what: Mapping[str, Any]) -> tuple[str, Pressed]:
        await asyncio.sleep(max(began + number / load.a_second - time.monotonic(), 0.0))
        return _number(what), await door.press(session, what)

    return dict(await asyncio.gather(*(one(*each) for each in enumerate(presses))))


def _number(what: Mapping[str, Any]) -> str:
    return str(what["trigger_id"]).partition(".")[0]


async def _answered(session: aiohttp.ClientSession, fake: str, wanted: set[str]) -> dict[str, float]:
    """When each press was answered, once all of these are. TimeoutError after a minute."""
    found: dict[str, float] = {}
    async with asyncio.timeout(60):
        while True:
            async with session.get(f"{fake}/answered") as reply:
                found |= await reply.json()
            if wanted <= found.keys():
                return found
            await asyncio.sleep(0.2)


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
