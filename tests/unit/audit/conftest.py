from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from audit_tools import Office

from bot.store import Database


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    shared = request.param == "postgresql"
    url = await request.getfixturevalue("cluster").fresh() if shared else f"sqlite:///{tmp_path / 'bot.db'}"
    opened = Database(url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def office(database: Database) -> Office:
    """A journal, and trails as they are needed."""
    return Office(database)
