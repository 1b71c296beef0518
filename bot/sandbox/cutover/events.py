"""Cutover's event webhooks: thin envelopes posted to one URL, in order, once, with a static bearer secret.

Resource types carry the prefix `core.` here and not in the REST API. No retries: what failed is counted and
gone.
"""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from typing import Any

import aiohttp

from .clock import iso
from .world import Happening, World

ANNOUNCED = (
    "task.created",
    "task.updated",
    "task.deleted",
    "task.started",
    "task.finished",
    "task.skipped",
    "task.abandoned",
    "runbook.created",
    "runbook.updated",
    "run.started",
    "run.paused",
    "run.resumed",
    "run.canceled",
    "run.completed",
    "stream.updated",
    "comment.created",
)


def envelope(happening: Happening) -> dict[str, Any]:
    """The message for one happening. `runbook.updated` names the runbook as its entity and has no `meta.runbook`."""
    runbook, task = happening.runbook, happening.task
    meta: dict[str, Any] = {}
    related: dict[str, Any] = {}
    if happening.by is not None:
        meta["current_user"] = {"id": happening.by.id, "email": happening.by.email}
        related["current_user"] = {"data": {"id": happening.by.id, "type": "core.user"}}
    if runbook is not None and happening.key != "runbook.updated":
        url = f"https://harbour.cutover.example/#/app/{runbook.workspace_id}/runbooks/{runbook.id}/current_version/tasks/list"
        meta["runbook"] = {"id": runbook.id, "name": runbook.name, "frontend_url": url}
        if runbook.start_actual is not None:
            meta["runbook"]["start_actual"] = iso(runbook.start_actual)
        related["runbook"] = {"data": {"id": runbook.id, "type": "core.runbook"}}
    if task is not None:
        meta["task"] = {"id": task.id, "name": task.name}
        related["entity"] = {"data": {"id": task.id, "type": "core.task"}}
    elif runbook is not None and happening.key.startswith("run."):
        meta["current_run"] = {"id": runbook.version_id, "run_type": runbook.run_type}
        related["entity"] = {"data": {"id": runbook.version_id, "type": "core.run"}}
    elif runbook is not None:
        related["entity"] = {"data": {"id": runbook.id, "type": "core.runbook"}}
    attributes = {"created_at": iso(happening.at), "type": happening.key}
    made = {"id": str(uuid.uuid4()), "type": "core.event", "attributes": attributes}
    return {**made, "meta": meta, "relationships": related}


class Sender:
    """Posts envelopes one after the other; `idle` waits until all are out."""

    def __init__(self, url: str, secret: str | None) -> None:
        self.url, self.secret = url, secret
        self.sent: list[tuple[str, int]] = []  # type and status; 0 when nobody answered
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._session: aiohttp.ClientSession | None = None
        self._task: asyncio.Task[None] | None = None

    def listen(self, world: World) -> None:
        """Announce what happens in this world from now on."""
        world.listeners.append(self._hear)

    def _hear(self, happening: Happening) -> None:
        if happening.key in ANNOUNCED:
            self._queue.put_nowait(envelope(happening))

    async def start(self) -> None:
        """Open the connection pool and begin."""
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        self._session = aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=10))
        self._task = asyncio.create_task(self._run(self._session))

    async def _run(self, session: aiohttp.ClientSession) -> None:
        while True:
            message = await self._queue.get()
            status = 0
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.post(self.url, json=message) as answer:
                    status = answer.status
            self.sent.append((message["attributes"]["type"], status))
            del self.sent[:-10_000]
            self._queue.task_done()

    async def idle(self) -> None:
        """Wait until everything queued has been posted."""
        await self._queue.join()

    async def close(self) -> None:
        """Stop; what is still queued is lost, as at any crash of the real thing."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._session is not None:
            await self._session.close()
