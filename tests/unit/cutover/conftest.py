"""A scripted Cutover on loopback, and a client that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cutover_script import HastyClock, ScriptedCutover

from bot.cutover import CutoverClient, Transport

TOKEN = "5e7c0b" * 8


@pytest.fixture
async def cutover() -> AsyncIterator[ScriptedCutover]:
    script = ScriptedCutover()
    runner = web.ServerRunner(web.Server(script.handle), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    script.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield script
    script.over.set()
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as one:
        yield one


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
def make_transport(
    cutover: ScriptedCutover, session: aiohttp.ClientSession, clock: HastyClock
) -> Callable[..., Transport]:
    def make(url: str | None = None, **options: Any) -> Transport:
        options = {"session": session, "clock": clock, "jitter": lambda: 1.0} | options
        return Transport(url or cutover.url, TOKEN, **options)

    return make


@pytest.fixture
def client(make_transport: Callable[..., Transport], clock: HastyClock) -> CutoverClient:
    return CutoverClient(make_transport(), clock)
