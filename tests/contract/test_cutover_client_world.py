"""Clients of people in an embedded Cutover, for the contract tests beside this file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from bot.clock import Clock
from bot.cutover import (
    CutoverClient,
    Transport,
)
from bot.model import Task
from bot.sandbox.cutover import EmbeddedCutover

BOOK = "101"
As = Callable[[str], CutoverClient]


class Counted(CutoverClient):
    """A client that knows which of its methods were used."""

    used: set[str]

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name != "used":
            self.used.add(name)
        return super().__getattribute__(name)


@pytest.fixture
async def cutover() -> AsyncIterator[EmbeddedCutover]:
    async with EmbeddedCutover(world="failover") as one:
        yield one


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as one:
        yield one


@pytest.fixture
def as_person(cutover: EmbeddedCutover, session: aiohttp.ClientSession) -> As:
    def make(person: str) -> CutoverClient:
        token = cutover.tokens.get(person, "0" * 48)
        clock = Clock()
        client = Counted.__new__(Counted)
        object.__setattr__(client, "used", set())
        client.__init__(  # type: ignore[misc]
            Transport(cutover.url, token, session=session, clock=clock, deadline=5.0, jitter=lambda: 0.0), clock
        )
        return client

    return make


async def tasks_of(client: CutoverClient, runbook_id: str = BOOK) -> dict[int, Task]:
    """Tasks by their number in the world's file, which ends their id."""
    return {int(one.id[-3:]): one for one in await client.list_runbook_tasks(runbook_id, page_size=100).all()}
