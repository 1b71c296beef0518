"""Health on a port of its own: alive, ready or why not, and numbers without anybody's words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from ground_tools import serving
from prometheus_client.parser import text_string_to_metric_families

from bot.health import health_app
from bot.metrics import Metrics


class Ward:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session, self.metrics, self.url = session, Metrics(), ""
        self.found: dict[str, str] = {}
        self.refreshed = 0

    async def problems(self) -> dict[str, str]:
        return self.found

    async def refresh(self) -> None:
        self.refreshed += 1

    async def get(self, path: str) -> tuple[int, str]:
        async with self.session.get(self.url + path) as reply:
            return reply.status, await reply.text()

    async def numbers(self) -> dict[str, float]:
        _, page = await self.get("/metrics")
        return {
            f"{sample.name}{sorted(sample.labels.items())}": sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
        }


@pytest.fixture
async def ward(session: aiohttp.ClientSession) -> AsyncIterator[Ward]:
    one = Ward(session)
    async with serving(health_app(one.metrics, one.problems, one.refresh)) as url:
        one.url = url
        yield one


async def test_alive_is_alive_whatever_else_is_wrong(ward: Ward) -> None:
    ward.found = {"database": "The bot cannot use its database (OperationalError)."}
    assert (await ward.get("/live"))[0] == 200


async def test_ready_tells_what_is_missing(ward: Ward) -> None:
    assert await ward.get("/ready") == (200, '{"ready": true, "problems": {}}')
    ward.found = {"socket": "invalid_auth"}
    assert await ward.get("/ready") == (503, '{"ready": false, "problems": {"socket": "invalid_auth"}}')


async def test_numbers_are_fresh_at_each_reading(ward: Ward) -> None:
    ward.metrics.deliveries.labels("command").inc()
    ward.metrics.open_intents.set(3)
    numbers = await ward.numbers()
    assert numbers["cutover_bot_deliveries_total[('kind', 'command')]"] == 1
    assert numbers["cutover_bot_open_intents[]"] == 3
    assert ward.refreshed == 1


async def test_two_bots_in_one_process_count_apart(ward: Ward) -> None:
    Metrics().repeated.inc()
    assert (await ward.numbers())["cutover_bot_deliveries_repeated_total[]"] == 0


async def test_nothing_else_is_served(ward: Ward) -> None:
    assert (await ward.get("/"))[0] == 404
    assert (await ward.get("/slack/events"))[0] == 404
