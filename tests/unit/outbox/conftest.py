"""An outbox, the Slack it posts to, and the clock in hand, on both databases."""

from __future__ import annotations

import pytest
from outbox_tools import Desk, Mail
from store_fixtures import database, opening, url

from bot.clock import ManualClock
from bot.store import Database

__all__ = ["database", "opening", "url"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def mail(database: Database, desk: Desk, clock: ManualClock) -> Mail:
    return Mail(database, desk, clock)
