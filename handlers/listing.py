"""Reads the tasks of a run for lists. The one rule: of a big run that the watch read a moment ago nothing is asked
again, unless somebody has done something through the bot since: nobody may miss what they did themselves.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import Final

from bot.cutover import CutoverClient, paths
from bot.cutover.slim import task_page
from bot.digest.readings import Readings
from bot.model.snapshot import TaskState

_MOST: Final = 10_000
_FRESH: Final = 10.0
"""Seconds that a list may be old: a running run is read every three."""


class Listing:
    """All reads raise `CutoverError`."""

    def __init__(self, client: CutoverClient, readings: Readings) -> None:
        self._client = client
        self._readings = readings

    async def tasks(self, runbook_id: str, stage: str | None = None) -> list[TaskState]:
        """The tasks of a run, of one stage only where that is asked; an instance may ignore that."""
        kept = await self._readings.recent(runbook_id, _FRESH)
        if kept is not None:
            return list(kept.snapshot.tasks.values())
        return await self._read(runbook_id, {"stage": [stage]} if stage else {})

    async def of_person(self, runbook_id: str, user_id: str) -> list[TaskState]:
        """Those of a person, through teams too, which only Cutover knows; an instance may ignore the person."""
        return await self._read(runbook_id, {"user_id": paths.checked_all([user_id], "user")})

    async def _read(self, runbook_id: str, params: paths.Params) -> list[TaskState]:
        path = paths.runbook(runbook_id, "tasks")
        found: dict[str, TaskState] = {}
        pages = self._client.byte_pages("list_runbook_tasks", path, task_page, {"page[size]": 100, **params})
        async with aclosing(pages):
            async for page in pages:
                before = len(found)
                found.update((task.id, task) for task in page.tasks)
                if len(found) >= _MOST or len(found) == before:
                    break
        return list(found.values())
