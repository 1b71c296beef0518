from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import migrated
import pytest
from ground_tools import Ear, HastyClock, ScriptedSlack, serving
from store_fixtures import database, opening

from bot import manifest
from bot.clock import ManualClock
from bot.sandbox.slack import EmbeddedSlack
from bot.slack.socket import SocketMode
from bot.slack.web import SlackWeb

__all__ = ["database", "opening"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def hasty() -> HastyClock:
    return HastyClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """What only uses a database makes do with SQLite; what it is about imports `url` of both."""
    return migrated.sqlite(tmp_path / "bot.db")


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as one:
        yield one


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedSlack]:
    """A Slack that says what it is told to; `url` ends in /api/."""
    slack = ScriptedSlack()
    async with serving(slack.handle) as url:
        slack.url = f"{url}/api/"
        yield slack


@pytest.fixture
async def slack() -> AsyncIterator[EmbeddedSlack]:
    async with EmbeddedSlack(manifest=manifest.build()) as server:
        yield server


@pytest.fixture
async def ear(slack: EmbeddedSlack, session: aiohttp.ClientSession, clock: ManualClock) -> AsyncIterator[Ear]:
    """Somebody who hears what the embedded Slack delivers by Socket Mode."""
    heard = Ear()
    web = SlackWeb(session, slack.api_url, slack.app_token, clock)
    socket = SocketMode(session, web, heard, clock)  # type: ignore[arg-type]
    running = asyncio.create_task(socket.run())
    await slack.until(socket.connected.is_set)
    yield heard
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
