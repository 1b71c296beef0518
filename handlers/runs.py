"""Reads a whole run for the answers that are computed. The one rule: one reading, so that all its numbers agree."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from bot.clock import Clock
from bot.cutover import Catalogue, CutoverClient
from bot.errors import BadInput
from bot.model import Task, TaskType
from bot.plan import Run, run_of
from bot.watch.beside import MANY, beside

_MOST: Final = 20_000


class Runs:
    """A run with its tasks, streams and task types, and the plan made of them."""

    def __init__(self, client: CutoverClient, catalogue: Catalogue, clock: Clock) -> None:
        self._client = client
        self._catalogue = catalogue
        self._clock = clock

    async def read(self, runbook_id: str) -> Run:
        """The run by Cutover's own graph. Raises `BadInput` where the instance tells none, `Cyclic` in a circle."""
        run = await self.look(runbook_id)
        if not run.has_graph:
            raise BadInput("This Cutover does not tell which task waits for which.", "So this cannot be computed.")
        return run

    async def around(self, task: Task) -> Run:
        """The run of `task`, with it in the graph; raises as `read`, and where the graph leaves the task out."""
        run = await self.read(task.runbook_id)
        if task.id not in run.tasks:
            raise BadInput("Cutover's graph of this run does not hold that task.", "Try again in a moment.")
        return run

    async def look(self, runbook_id: str) -> Run:
        """The same where the graph may be missing. Raises `Cyclic`."""
        runbook, tasks, streams = await asyncio.gather(
            self._client.get_runbook(runbook_id),
            self._client.list_runbook_tasks(runbook_id, forecast=True).all(_MOST),
            self._catalogue.streams(runbook_id),
        )
        planned = partial(run_of, runbook, tasks, self._clock.unix(), streams, await self._types(tasks))
        return await beside(tasks, planned, MANY)

    async def _types(self, tasks: list[Task]) -> dict[str, TaskType]:
        used = {task.task_type_id for task in tasks if task.task_type_id}
        found = {key: await self._catalogue.task_type(key) for key in sorted(used)}
        return {key: kind for key, kind in found.items() if kind is not None}
