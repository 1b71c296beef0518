"""Digests stand on the database, so they are tested on both."""

from __future__ import annotations

import pytest
from digest_night import Night
from store_fixtures import database, opening, url

from bot.store import Database

__all__ = ["database", "opening", "url"]


@pytest.fixture
async def night(database: Database) -> Night:
    """A linked channel, a run under way, half past ten in the evening."""
    made = Night(database)
    await made.begin()
    return made
