"""The same database tests on both databases."""

from __future__ import annotations

import pytest
from store_fixtures import database, opening, url

from bot.clock import ManualClock

__all__ = ["database", "opening", "url"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()
