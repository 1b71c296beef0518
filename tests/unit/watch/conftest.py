from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from watch_desk import Desk

from bot.store import Database


@pytest.fixture(params=["sqlite", "postgresql"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    """A database with one linked channel, a Cutover in memory, and watches over both."""
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    if request.param == "postgresql":
        url = await request.getfixturevalue("cluster").fresh()
    database = Database(url)
    await database.open()
    made = Desk(database)
    await made.link("C1")
    yield made
    await database.close()
