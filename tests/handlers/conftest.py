from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stage import Stage, open_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A running bot; at the end Slack must have found nothing wrong with anything the bot sent."""
    opened, stack = await open_stage(tmp_path)
    async with stack:
        yield opened
        assert not opened.slack.violations, opened.slack.violations


@pytest.fixture
async def running(stage: Stage) -> Stage:
    """The same with the fail-over linked to #dc-failover and started as a rehearsal."""
    await stage.run()
    return stage
