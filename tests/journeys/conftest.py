"""The demo as it is started for a newcomer, and windows onto it.

The one rule: the people here only do what a person can do in the page; behind it only time and colleagues move.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from browser_tools import DANA, FAILOVER, Windows, browser, mark, windows
from person import OpenPerson, Person

from bot.demo import Demo

__all__ = ["browser", "windows"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark(items, Path(__file__).parent)


@pytest_asyncio.fixture(loop_scope="session")
async def demo() -> AsyncIterator[Demo]:
    """The demo with a world whose time stands still; at the end Slack must have found no fault with the bot."""
    async with Demo() as running:
        yield running
        assert not running.slack.violations, running.slack.violations


@pytest_asyncio.fixture(loop_scope="session")
async def open_person(windows: Windows, demo: Demo) -> AsyncIterator[OpenPerson]:
    """Opens a window for a person: `await open_person(SAM)`."""

    async def opened(user: str = DANA, **options: object) -> Person:
        return Person(await windows.open(demo.slack.url, user, **options), demo, user)

    yield opened
    wrong = await windows.leave()
    assert not wrong, wrong


@pytest_asyncio.fixture(loop_scope="session")
async def dana(open_person: OpenPerson) -> Person:
    """Dana in #dc-failover, with nothing done yet."""
    return await open_person(DANA)


@pytest_asyncio.fixture(loop_scope="session")
async def running(demo: Demo, open_person: OpenPerson) -> Person:
    """Dana with the fail-over linked and started as a rehearsal; without the page, which one test tries at length."""
    for command, words in (("/cutover", "link fail-over"), ("/runbook", "start")):
        await demo.slack.command(DANA, FAILOVER, command, words)
        await demo.slack.until(lambda: demo.bot.idle)
    await demo.slack.submit(DANA, view_id=demo.slack.screen(DANA)["views"][-1]["id"])
    await demo.slack.until(lambda: demo.bot.idle)
    for view in demo.slack.screen(DANA)["views"]:
        await demo.slack.close_view(DANA, view_id=view["id"])
    return await open_person(DANA)
