"""Shared by the fault tests: a clock that skips short waits, a gate in Cutover, and what "still works" means."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from skipping import SkippingClock
from stage import DANA, FAILOVER, Stage

ROLL = "Open the bridge and call the roll"
"""The one task that can start when the fail-over begins."""
HTML = "<html><body><h1>Internal Server Error</h1>at com.cutover.Secret.run(Secret.java:1)</body></html>"


class HastyClock(SkippingClock):
    """Short waits of a command pass at once, long ones last until `advance`.

    Rests of background work are real: skipped, they would make the clock race.
    """

    async def sleep(self, seconds: float) -> None:
        rests = _rests()
        if seconds < 2.0 and not rests:
            await self.skip(seconds)
        else:
            await self.last(seconds, really=rests or seconds == 2.0)


def _rests() -> bool:
    """Whether background work waits: in a task of its own name, or in one made of nothing but the wait."""
    task = asyncio.current_task()
    if task is None:
        return False
    return not task.get_name().startswith("Task-") or getattr(task.get_coro(), "__name__", "") == "sleep"


class Gate:
    """Requests held inside Cutover; `arrived` counts them, `open` lets them go on."""

    def __init__(self) -> None:
        self.arrived = 0
        self._open = asyncio.Event()

    def open(self) -> None:
        self._open.set()

    async def wait(self) -> None:
        self.arrived += 1
        await self._open.wait()


@asynccontextmanager
async def held(stage: Stage, path: str, method: str = "GET", *, after: bool = False) -> AsyncIterator[Gate]:
    """Hold matching requests before (or after) their effect until the gate opens; it opens at the end."""
    gate, answer = Gate(), stage.cutover._answer

    async def waiting(request: Any, *rest: Any) -> Any:
        fits = request.method == method and re.search(path, request.rel_url.raw_path)
        if fits and not after:
            await gate.wait()
        response = await answer(request, *rest)
        if fits and after:
            await gate.wait()
        return response

    stage.cutover._answer = waiting
    try:
        yield gate
    finally:
        gate.open()
        stage.cutover._answer = answer


def effects(stage: Stage) -> list[str]:
    """Writes that reached Cutover, comments too: method and the end of the path."""
    return [f"{seen.method} {seen.path.rsplit('/', 1)[-1]}" for seen in stage.cutover.requests if seen.method != "GET"]


def signatures(stage: Stage, word: str = "from Slack by") -> list[str]:
    """Comments that stand in the fail-over and name a person."""
    runbook = stage.cutover.world.runbook_named("DC North to DC South fail-over")
    return [made.content for made in stage.cutover.world.comments.get(runbook.id, []) if word in made.content]


def stage_of(stage: Stage, task: str = ROLL) -> str:
    return str(stage.cutover.world.task_named(task).stage)


def read(stage: Stage, user: str = DANA, channel: str = FAILOVER) -> str:
    """All this person has read there."""
    return "\n".join(str(message.get("text", "")) for message in stage.messages(user, channel))


async def still_works(stage: Stage) -> None:
    """The next command of the same person is answered as ever."""
    stage.cutover.forget_faults()
    stage.slack.forget_faults()
    said = await stage.command("/task show roll")
    assert ROLL in said, said
    assert "Business validation" in said, said
