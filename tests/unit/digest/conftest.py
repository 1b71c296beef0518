from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from digest_night import Night

from bot.store import Database

ON_BOTH = {"test_digest_run"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What stands on the database is tested on SQLite and on PostgreSQL."""
    if "database" in metafunc.fixturenames and metafunc.module.__name__ in ON_BOTH:
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    shared = getattr(request, "param", "sqlite") == "postgresql"
    url = await request.getfixturevalue("cluster").fresh() if shared else f"sqlite:///{tmp_path / 'bot.db'}"
    opened = Database(url)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def night(database: Database) -> Night:
    """A linked channel, a run under way, half past ten in the evening."""
    made = Night(database)
    await made.begin()
    return made
