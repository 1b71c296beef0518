"""A Cutover whose runbooks are big and go on, and a Slack, at almost no cost: measured is the program under test.

`python -m benchmarks.big <runbooks> <tasks> <changes> <sorts>` prints one JSON line with its address. Each look at a
runbook first changes `changes` of its tasks, so every poll has that much to read. With `sorts` 0 the list cannot be
sorted, and every poll is a whole reading. A forecast is one answer with everything, as Cutover's. `GET /seen` tells how
often what was asked since it was asked last, `POST /change/<runbook>` changes one task, `GET /named` tells when Slack
was sent the names of which.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web

from benchmarks.fakes import RUNBOOK, STREAM, application, serve, task

_STAGES = ("default", "startable", "in_progress", "complete")
_TASK = re.compile(rb"service (\d+) to")
_LATER = "2099-01-01T00:00:00.000Z"
_ROW = 100
_AT_ONCE = 200
"""Tasks of a forecast written in one go, so that others are answered in between."""


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Big:
    """The tasks of one runbook as bytes, in the order they changed."""

    def __init__(self, runbook_id: str, count: int) -> None:
        self.runbook_id = runbook_id
        self.began = datetime.now(UTC) - timedelta(seconds=count)
        self.stages = [0] * count
        self.written: dict[int, bytes] = {}
        self.moves = 0
        for number in range(count):
            self._write(number)

    def move(self, changes: int) -> str:
        """So many tasks go on to their next stage; the id of the last."""
        number = 0
        for _ in range(changes):
            number = self.moves * 37 % len(self.stages)
            self.stages[number] = (self.stages[number] + 1) % len(_STAGES)
            del self.written[number]
            self._write(number)
        return self._id(number)

    def page(self, query: dict[str, str], path: str) -> bytes:
        """One page, as asked."""
        size, number = int(query.get("page[size]", "20")), int(query.get("page[number]", "1"))
        items = list(self.written.values())
        if query.get("sort") == "-updated_at":
            items.reverse()
        more = number * size < len(items)
        sort = f"&sort={query['sort']}" if "sort" in query else ""
        following = f"{path}?page[size]={size}&page[number]={number + 1}{sort}" if more else None
        body = b",".join(items[(number - 1) * size : number * size])
        return b'{"data":[%s],"links":%s,"meta":{"page":{"total":%d}}}' % (
            body,
            json.dumps({"next": following}).encode(),
            len(items),
        )

    async def forecast(self) -> bytes:
        """All tasks with those they wait for: each but the first hundred for three."""
        parts: list[bytes] = []
        for number, one in list(self.written.items()):
            row = number // _ROW * _ROW
            before = [] if not row else [row - _ROW + (number + step) % _ROW for step in (0, 1, 2)]
            ids = [{"id": self._id(each), "type": "task"} for each in before]
            # what a task says ends with its relationships: two braces
            parts.append(one[:-2] + b', "predecessors": ' + json.dumps({"data": ids}).encode() + b"}}")
            if len(parts) % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return b'{"data":[%s],"links":{},"meta":{}}' % b",".join(parts)

    def _id(self, number: int) -> str:
        return f"{self.runbook_id}{number:05d}"

    def _write(self, number: int) -> None:
        self.moves += 1
        one = json.loads(task(self._id(number), _STAGES[self.stages[number]]))["data"]
        at = _iso(self.began + timedelta(milliseconds=self.moves))
        one["attributes"] |= {"updated_at": at, "start_planned": _LATER, "end_planned": _LATER}
        self.written[number] = json.dumps(one).encode()


class Cutover:
    """Runbooks `101` on."""

    def __init__(self, runbooks: int, tasks: int, changes: int, *, sorts: bool) -> None:
        self.changes, self.sorts = changes, sorts
        self.seen: Counter[str] = Counter()
        self.named: dict[str, list[float]] = {}
        self.found = {key: Big(key, tasks) for key in (str(101 + number) for number in range(runbooks))}

    async def runbook(self, request: web.Request) -> web.Response:
        self.seen["runbook"] += 1
        key = request.match_info["r"]
        self.found[key].move(self.changes)
        return _answer({"data": {**RUNBOOK, "id": key}})

    async def streams(self, _: web.Request) -> web.Response:
        self.seen["streams"] += 1
        return _answer({"data": [STREAM], "links": {}, "meta": {}})

    async def tasks(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        if query.get("forecast") == "true":
            self.seen["forecasts"] += 1
            body = await self.found[request.match_info["r"]].forecast()
            return web.Response(body=body, content_type="application/json")
        self.seen["tasks"] += 1
        if "sort" in query and not self.sorts:
            return web.json_response({"errors": [{"status": "400", "title": "Cannot sort by that"}]}, status=400)
        body = self.found[request.match_info["r"]].page(query, request.path)
        return web.Response(body=body, content_type="application/json")

    @web.middleware
    async def count(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Messages that Slack is sent, and which tasks they name."""
        if request.path.startswith("/api/chat."):
            self.seen["messages"] += 1
            for key in set(_TASK.findall(await request.read())):
                self.named.setdefault(key.decode(), []).append(time.monotonic())
        return await handler(request)

    async def change(self, request: web.Request) -> web.Response:
        """A task goes on to its next stage; which, and when (monotonic seconds)."""
        found = self.found[request.match_info["r"]]
        return _answer({"task": found.move(1), "at": time.monotonic()})

    async def tell_named(self, _: web.Request) -> web.Response:
        """When messages named each task, since this was asked last."""
        told, self.named = self.named, {}
        return _answer(told)

    async def tell(self, _: web.Request) -> web.Response:
        told, self.seen = self.seen, Counter()
        return _answer(dict(told))


def _answer(value: object) -> web.Response:
    return web.Response(body=json.dumps(value).encode(), content_type="application/json")


def main(runbooks: str, tasks: str, changes: str, sorts: str) -> None:
    """Serve until killed."""
    cutover = Cutover(int(runbooks), int(tasks), int(changes), sorts=sorts == "1")
    app = application(cutover.runbook, cutover.tasks, cutover.streams)
    app.router.add_get("/seen", cutover.tell)
    app.router.add_get("/named", cutover.tell_named)
    app.router.add_post("/change/{r}", cutover.change)
    app.middlewares.append(cutover.count)
    asyncio.run(serve(app))


if __name__ == "__main__":
    main(*sys.argv[1:])
