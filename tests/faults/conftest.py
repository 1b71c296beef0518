from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from fault_world import HastyClock
from stage import Stage, open_stage


@pytest.fixture(autouse=True)
def _plain_log() -> Iterator[None]:
    """Tracebacks as the product writes them; structlog's own coloured ones take a second each."""
    plain = [structlog.processors.add_log_level, structlog.processors.format_exc_info]
    structlog.configure(processors=[*plain, structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture(params=["socket", "http"])
async def either(tmp_path: Path, clock: HastyClock, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """The running fail-over, by both deliveries, where the way in matters."""
    async for stage in _running(tmp_path, clock, request.param):
        yield stage


@pytest.fixture
async def running(tmp_path: Path, clock: HastyClock) -> AsyncIterator[Stage]:
    """The fail-over linked to #dc-failover and started as a rehearsal; at the end Slack found nothing wrong."""
    async for stage in _running(tmp_path, clock, "socket"):
        yield stage


@pytest.fixture
async def linked(tmp_path: Path, clock: HastyClock) -> AsyncIterator[Stage]:
    """The fail-over linked to #dc-failover, still in planning."""
    opened, stack = await open_stage(tmp_path, clock=clock)
    async with stack:
        await opened.link()
        yield opened
        assert not opened.slack.violations, opened.slack.violations


async def _running(folder: Path, clock: HastyClock, delivery: str) -> AsyncIterator[Stage]:
    opened, stack = await open_stage(folder, clock=clock, delivery=delivery)
    async with stack:
        await opened.run()
        yield opened
        assert not opened.slack.violations, opened.slack.violations
