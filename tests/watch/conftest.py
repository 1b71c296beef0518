from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from watching import Watching, open_watching


@pytest.fixture
async def watching(tmp_path: Path) -> AsyncIterator[Watching]:
    """The running fail-over, linked to #dc-failover and read once."""
    async with open_watching(tmp_path) as opened:
        yield opened


@pytest.fixture
async def planned(tmp_path: Path) -> AsyncIterator[Watching]:
    """The same, not yet started."""
    async with open_watching(tmp_path, running=False) as opened:
        yield opened
