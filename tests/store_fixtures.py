"""Fixtures of both databases: `url`, `opening` and `database`. A folder's conftest imports them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import migrated
import pytest

from bot.store import Database

Opening = Callable[[], Awaitable[Database]]
"""Opens the database of this test once more, as another replica does."""


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the schema in it."""
    if request.param == "postgresql":
        fresh: str = await request.getfixturevalue("cluster").fresh()
        return fresh
    return migrated.sqlite(tmp_path / "bot.db")


@pytest.fixture
async def opening(url: str) -> AsyncIterator[Opening]:
    opened: list[Database] = []

    async def again() -> Database:
        database = Database(url)
        await database.open()
        opened.append(database)
        return database

    yield again
    for database in opened:
        await database.close()


@pytest.fixture
async def database(opening: Opening) -> Database:
    return await opening()
