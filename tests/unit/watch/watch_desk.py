"""A watch over a Cutover in memory and a real database: for what must hold whatever is cut off when."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from bot.clock import ManualClock
from bot.errors import Refused
from bot.model import Runbook, Stream, Text
from bot.model.hearing import Hearing, Kind
from bot.outbox import Outbox
from bot.store import Database, Link, Links
from bot.store.tables import letters, watches
from bot.watch.coordinator import Watch
from bot.watch.ends import Ends
from bot.watch.outlook import Outlooks
from bot.watch.rag import RagHistory
from bot.watch.telling import Telling


class Cutover:
    """One running runbook with one stream and a few tasks; `hold` keeps a reading from going on."""

    paused_until = 0.0

    def __init__(self) -> None:
        self.status, self.stages = "off", {str(n): "default" for n in range(3)}
        self.waits: dict[str, list[str]] | None = None
        self.more: dict[str, dict[str, Any]] = {}
        self.stage = "active"
        self.start: datetime | None = None
        self.forecasts = 0
        self.forecast_trouble: Exception | None = None
        self.reads = 0
        self.trouble: Exception | None = None
        self.hold, self.hold_forecast = asyncio.Event(), asyncio.Event()
        self.hold.set()
        self.hold_forecast.set()

    def offers(self, _operation: str) -> bool:
        return True

    async def get_runbook(self, runbook_id: str) -> Runbook:
        self.reads += 1
        await self.hold.wait()
        if self.trouble is not None:
            raise self.trouble
        return Runbook(
            id=runbook_id, name=Text("Fail-over"), stage=self.stage, run_type="rehearsal", start_actual=self.start
        )

    def list_runbook_streams(self, runbook_id: str) -> Any:
        lane = Stream(id="s1", runbook_id=runbook_id, name=Text("Database"), status=self.status)

        class Pages:
            async def all(self) -> list[Stream]:
                return [lane]

        return Pages()

    async def byte_pages(
        self, _operation: str, _path: str, read: Callable[[bytes], Any], _params: Any = None
    ) -> AsyncGenerator[Any, None]:
        await asyncio.sleep(0)
        tasks = [
            {"id": key, "type": "task", "attributes": {"name": f"Task {key}", "stage": stage, **self.more.get(key, {})}}
            for key, stage in self.stages.items()
        ]
        yield read(orjson.dumps({"data": tasks, "meta": {"page": {"total": len(tasks)}}}))

    async def one_page(self, _operation: str, _path: str, read: Callable[[bytes], Any], params: Any) -> Any:
        if params != {"forecast": True}:
            raise Refused("It cannot sort by that.", status=400)
        self.forecasts += 1
        await self.hold_forecast.wait()
        if self.forecast_trouble is not None:
            raise self.forecast_trouble
        return read(orjson.dumps({"data": [self._forecast(key) for key in self.stages]}))

    def _forecast(self, key: str) -> dict[str, Any]:
        """A task with its graph, where that is told."""
        before = self.waits.get(key) if self.waits is not None else None
        return {"id": key, "type": "task", "attributes": {"name": key, "predecessor_ids": before}}


class Nobody:
    """No names, no types, no accounts."""

    async def names(self, *_: Any) -> dict[Any, Any]:
        return {}

    async def task_types(self) -> tuple[Any, ...]:
        return ()

    async def of(self, *_: Any) -> dict[Any, Any]:
        return {}


class Desk:
    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.cutover = database, ManualClock(), Cutover()
        self.links = Links(database)
        self.outbox = Outbox(database, None, self.clock)  # type: ignore[arg-type]

    def watch(self, owner: str) -> Watch:
        nobody: Any = Nobody()
        client: Any = self.cutover
        outlooks = Outlooks(client, Ends(self.database), self.clock)
        telling = Telling(client, nobody, nobody, nobody, self.clock, outlooks, RagHistory(self.database))
        return Watch(client, self.database, self.links, telling, self.outbox, self.clock, owner)

    async def link(self, channel: str, kinds: tuple[Kind, ...] = (Kind.STREAM_STATUS, Kind.FINISHED)) -> None:
        heard = Hearing(kinds=kinds)
        await self.links.save(Link("T1", channel, "101", Text("Fail-over"), "U1", 0.0, "1.0", heard))

    async def row(self) -> Any:
        return await self.database.read(lambda c: c.execute(sa.select(watches)).mappings().one())

    async def usurp(self) -> None:
        """Another replica takes the row over, as it does when a lease ends."""
        await self.database.write(lambda c: c.execute(sa.update(watches).values(fence=watches.c.fence + 1)))

    async def free(self) -> None:
        """The lease of whoever died ends."""
        await self.database.write(lambda c: c.execute(sa.update(watches).values(lease_until=None, due_at=0.0)))

    async def told(self, channel: str = "C1") -> list[str]:
        """The first lines of all letters, in order."""
        query = sa.select(letters.c.body).where(letters.c.channel_id == channel).order_by(letters.c.id)
        bodies = await self.database.read(lambda c: c.execute(query).scalars().all())
        return [json.loads(body)["text"].split("\n")[0] for body in bodies if body]

    async def bodies(self, channel: str) -> list[str]:
        """All letters whole, in order."""
        query = sa.select(letters.c.body).where(letters.c.channel_id == channel).order_by(letters.c.id)
        found = await self.database.read(lambda c: c.execute(query).scalars().all())
        return [json.dumps(json.loads(body), ensure_ascii=False) for body in found if body]

    async def turns(self, channel: str = "C1") -> list[tuple[str, str]]:
        """What was told of the stream's status: (from, to)."""
        found = [re.search(r": (\w+) → (\w+)", text) for text in await self.told(channel)]
        return [(one[1], one[2]) for one in found if one]
