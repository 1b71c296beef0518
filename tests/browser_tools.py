"""A real Chromium for every test that needs a window: the fixtures and hooks that the folders share.

The one rule: a page that logs an error, throws, or asks any other host for anything fails its test.
"""

from __future__ import annotations

import inspect
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

DANA, SAM, FAILOVER = "U0DANA00001", "U0SAM000002", "C0DCFAILOVR"
PATIENCE_MS = 20_000
"""Beside other workers on a small machine a page may stand still for seconds."""
expect.set_options(timeout=PATIENCE_MS)
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WINDOW: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", "locale": "en-GB"}
OpenPage = Callable[..., Awaitable[Page]]


def mark(items: list[pytest.Item], folder: Path) -> None:
    """One browser for the session means one event loop for all tests in this folder."""
    for item in items:
        if folder not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; its absence is a skip on a person's machine and a failure in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed, and CI must run the browser tests")
        pytest.skip("chromium is not installed: the browser tests are left out")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        await chromium.close()


class Windows:
    """The windows of the session: those with usual settings are used again, which costs a third of a new one."""

    def __init__(self, browser: Browser, context: BrowserContext) -> None:
        self._browser, self._context = browser, context
        self._free: list[Page] = []
        self._used: list[Page] = []
        self._own: list[BrowserContext] = []
        self.host = ""
        self.wrong: list[str] = []

    async def open(self, url: str, user: str = DANA, place: str = FAILOVER, **options: Any) -> Page:
        """A window of this person at this place; with options (viewport...) in a context of its own."""
        self.host = urlsplit(url).netloc
        if options:
            context = await self._browser.new_context(**{**WINDOW, **options})
            self._own.append(context)
            page = await self._watched(context)
        else:
            page = self._free.pop() if self._free else await self._watched(self._context)
            self._used.append(page)
            await page.bring_to_front()  # a window behind another draws once a second
        await page.goto(f"{url}/#{user}/{place}")
        await page.wait_for_selector("html[data-ready=true]")
        return page

    async def _watched(self, context: BrowserContext) -> Page:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.wrong.append(f"thrown: {error}"))
        page.on("console", lambda message: self.wrong.append(message.text) if _is_wrong(message) else None)
        page.on("request", lambda request: self.wrong.append(request.url) if _leaves(request.url, self.host) else None)
        return page

    async def leave(self) -> list[str]:
        """All windows leave the server; what went wrong in them."""
        for context in self._own:
            await context.close()
        for page in self._used:
            await page.goto("about:blank")
        self._free += self._used
        self._used, self._own = [], []
        wrong, self.wrong = self.wrong, []
        return wrong


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows(browser: Browser) -> AsyncIterator[Windows]:
    context = await browser.new_context(**WINDOW)
    yield Windows(browser, context)
    await context.close()


def _is_wrong(message: Any) -> bool:
    # A refused or lost connection is the browser's own report of a server that is away; some tests take it away.
    expected = ("WebSocket connection", "Failed to load resource")
    return bool(message.type == "error" and not message.text.startswith(expected))


def _leaves(url: str, host: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob", "about") and parts.netloc != host
