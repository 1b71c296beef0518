"""A Cutover of three runbooks with 150 tasks each (two pages), and an empty archive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from archive_tools import Place

from bot.sandbox.cutover import EmbeddedCutover


@pytest.fixture
def world() -> str:
    return "generate:runbooks=3,tasks=150,streams=4"


@pytest.fixture
def store() -> str:
    """`sqlite` or `postgresql`; modules that run on both say so."""
    return "sqlite"


@pytest.fixture
async def place(world: str, store: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    if store == "postgresql":
        url = request.getfixturevalue("cluster").empty()
    async with EmbeddedCutover(world=world) as cutover:
        yield Place(cutover, url)
