from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from ground_tools import HastyClock, ScriptedSlack, serving

from bot.clock import ManualClock
from bot.store import Database


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def hasty() -> HastyClock:
    return HastyClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await opened.open()
    yield opened
    await opened.close()


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
