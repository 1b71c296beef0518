"""The watch's decisions, on both databases."""

from __future__ import annotations

import pytest
from store_fixtures import database, opening, url
from watch_desk import Desk

from bot.store import Database

__all__ = ["database", "opening", "url"]


@pytest.fixture
async def desk(database: Database) -> Desk:
    """A database with one linked channel, a Cutover in memory, and watches over both."""
    made = Desk(database)
    await made.link("C1")
    return made
