"""A person's view of an embedded Cutover, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import aiohttp
import pytest

from bot.sandbox.cutover import EmbeddedCutover


class Answer(NamedTuple):
    """Status, decoded body (None when empty) and headers."""

    status: int
    body: Any
    headers: Any

    @property
    def codes(self) -> list[str]:
        """Error codes of a refusal."""
        return [error.get("code", "") for error in self.body["errors"]]

    @property
    def data(self) -> Any:
        """The resource or resources."""
        return self.body["data"]

    @property
    def stage(self) -> str:
        """Stage of the one resource."""
        return str(self.body["data"]["attributes"]["stage"])


class People:
    """Calls a Cutover as the person named."""

    def __init__(self, cutover: EmbeddedCutover, session: aiohttp.ClientSession) -> None:
        self.cutover, self.session = cutover, session

    async def call(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request below /core/."""
        token = self.cutover.tokens.get(who, who)
        sent = {"Authorization": f"Bearer {token}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        url = path if path.startswith("http") else f"{self.cutover.url}/core/{path}"
        async with self.session.request(method, url, json=body, headers=sent) as answer:
            found = await answer.json() if await answer.read() else None
            return Answer(answer.status, found, answer.headers)

    async def get(self, who: str, path: str) -> Answer:
        """GET."""
        return await self.call(who, "GET", path)

    async def patch(self, who: str, path: str, body: Any = None) -> Answer:
        """PATCH."""
        return await self.call(who, "PATCH", path, body)

    async def post(self, who: str, path: str, body: Any = None) -> Answer:
        """POST."""
        return await self.call(who, "POST", path, body)

    async def begin(self, runbook: str = "101", **meta: Any) -> Answer:
        """Dana starts a runbook, a rehearsal unless told otherwise."""
        full = {"run_type": "rehearsal", "comms": "off", "rebaseline": True, **meta}
        return await self.patch("dana", f"runbooks/{runbook}/start", {"meta": full})

    async def press(self, who: str, do: str, number: int, runbook: str = "101", **meta: Any) -> Answer:
        """Start or finish the task with this number."""
        return await self.patch(who, f"runbooks/{runbook}/tasks/{runbook}{number:03d}/{do}", {"meta": meta})

    async def done(self, *numbers: int, runbook: str = "101") -> None:
        """Dana starts and finishes these tasks by override, answering whatever they ask."""
        world = self.cutover.world
        for number in numbers:
            task = world.runbooks[runbook].tasks[f"{runbook}{number:03d}"]
            for field in world.custom_fields.values():
                task.answers[field.id] = field.options[:1] if field.field_type == "multi_select" else "1"
            if task.stage == "startable":
                assert (await self.press("dana", "start", number, runbook, override=True)).status == 200
            if task.stage == "in_progress":
                assert (await self.press("dana", "finish", number, runbook, override=True)).status == 200

    async def control(self, method: str, path: str, body: Any = None) -> Answer:
        """The control interface."""
        async with self.session.request(method, f"{self.cutover.url}/control/{path}", json=body) as answer:
            return Answer(answer.status, await answer.json(), answer.headers)


@pytest.fixture
async def failover() -> AsyncIterator[People]:
    """The big world, standing still."""
    async with EmbeddedCutover() as cutover, aiohttp.ClientSession() as session:
        yield People(cutover, session)


@pytest.fixture
async def small() -> AsyncIterator[People]:
    """The small world, standing still."""
    async with EmbeddedCutover(world="small") as cutover, aiohttp.ClientSession() as session:
        yield People(cutover, session)
