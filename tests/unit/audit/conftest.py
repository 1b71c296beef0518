"""The journal's chains, on both databases."""

from __future__ import annotations

import pytest
from audit_tools import Office
from store_fixtures import database, opening, url

from bot.store import Database

__all__ = ["database", "opening", "url"]


@pytest.fixture
def office(database: Database) -> Office:
    """A journal, and trails as they are needed."""
    return Office(database)
