from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_double import SocketApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import EmbeddedSlack


@pytest.fixture
async def slack() -> AsyncIterator[EmbeddedSlack]:
    async with EmbeddedSlack() as server:
        yield server


@pytest.fixture
def web(slack: EmbeddedSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)


@pytest.fixture
async def app(slack: EmbeddedSlack) -> AsyncIterator[SocketApp]:
    double = SocketApp(slack)
    await double.connect()
    yield double
    await double.close()
