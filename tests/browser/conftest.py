"""The embedded Slack's page in a real Chromium, and a small app to press against."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser_tools import Windows, browser, mark, windows
from page_app import MANIFEST, OpenPage, PageApp
from playwright.async_api import Page

from bot.sandbox.slack import EmbeddedSlack

__all__ = ["browser", "windows"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark(items, Path(__file__).parent)


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(windows: Windows, slack: EmbeddedSlack) -> AsyncIterator[OpenPage]:
    """Opens windows: `await open_page(slack.url, user, place)`. It names the server to leave it before it stops."""
    yield windows.open
    wrong = await windows.leave()
    assert not wrong, wrong


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: OpenPage, slack: EmbeddedSlack) -> Page:
    """Dana in #dc-failover."""
    return await open_page(slack.url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncIterator[PageApp]:
    """One server and one app for all tests; `slack` and `app` are these, begun anew."""
    async with EmbeddedSlack(port=0, manifest=MANIFEST) as server, PageApp(server) as app:
        yield app


@pytest_asyncio.fixture(loop_scope="session")
async def slack(running: PageApp) -> EmbeddedSlack:
    """The embedded Slack as it starts."""
    await running.slack.reset()
    return running.slack


@pytest.fixture
def app(running: PageApp, slack: EmbeddedSlack) -> PageApp:
    """The small app, connected, with nothing received yet."""
    running.forget()
    return running


@pytest.fixture(scope="session")
def gallery() -> dict[str, list[dict[str, Any]]]:
    """Blocks of every kind: `layout`, `more`, `cards` for messages, `inputs` for a modal."""
    found: dict[str, list[dict[str, Any]]] = json.loads(
        Path(__file__).with_name("page_gallery.json").read_text("utf-8")
    )
    return found
