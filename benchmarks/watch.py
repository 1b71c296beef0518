"""What one poll of a runbook costs, network excluded: CPU and the longest step on the loop, by size and changes.

The pages are full resources as the embedded Cutover writes them, 100 a page; the floor decodes them with orjson and
looks at nothing. Held to, for 10,000 tasks: a whole reading and its difference at most 40 ms of CPU, no step over 5 ms,
15 MB kept. `python -m benchmarks.watch [tasks ...] [--rounds 15]`;
`python -m benchmarks.watch --live` measures a whole bot instead (`benchmarks.load`).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
import tracemalloc
import zlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

import msgspec
import orjson

from benchmarks import load
from benchmarks.result import Gate, Result, Row, medians
from benchmarks.steps import steps
from bot.clock import Clock
from bot.model import Runbook, Text
from bot.model.changes import Change
from bot.model.snapshot import Snapshot
from bot.sandbox.cutover import EmbeddedCutover
from bot.sandbox.cutover.tasks_out import TaskWriter
from bot.watch.reader import Reader
from bot.watch.telling import differences

CPU_MS, STEP_MS, MEMORY_MB = 40.0, 5.0, 15.0


class Pages:
    """Stands for the client: gives pages made beforehand, and hands the loop over between them as a socket would."""

    paused_until = 0.0

    def __init__(self, bodies: list[bytes]) -> None:
        self.bodies = bodies

    async def get_runbook(self, runbook_id: str) -> Runbook:
        return Runbook(id=runbook_id, name=Text("Big"), stage="active")

    def list_runbook_streams(self, _runbook_id: str) -> Any:
        return self

    async def all(self) -> list[Any]:
        return []

    async def byte_pages(
        self, _operation: str, _path: str, read: Callable[[bytes], Any], _params: Any = None
    ) -> AsyncGenerator[Any, None]:
        for body in self.bodies:
            await asyncio.sleep(0)
            yield read(body)

    async def one_page(self, _operation: str, _path: str, read: Callable[[bytes], Any], params: Any) -> Any:
        return read(self.bodies[0 if params["sort"].startswith("-") else -1])


def make_pages(count: int, changed: int) -> tuple[list[bytes], list[bytes]]:
    """Pages before and after some tasks changed."""
    cutover = EmbeddedCutover(world=f"generate:runbooks=1,tasks={count}")
    runbook = cutover.world.runbooks["1001"]

    def write() -> list[bytes]:
        writer = TaskWriter(cutover.world, runbook, "plain", True)
        items = [writer.write(task) for task in runbook.tasks.values()]
        total = orjson.dumps({"page": {"total": count}})
        chunks = [items[at : at + 100] for at in range(0, count, 100)]
        last = len(chunks) - 1
        ends = [b"null" if n == last else b'"core/runbooks/1001/tasks?page=%d"' % (n + 2) for n in range(len(chunks))]
        body = b'{"data":[%s],"links":{"next":%s},"meta":%s}'
        return [body % (b",".join(chunk), end, total) for chunk, end in zip(chunks, ends, strict=True)]

    before = write()
    every = max(1, count // changed) if changed else count + 1
    for task in list(runbook.tasks.values())[every - 1 :: every]:
        task.stage = "startable"
        cutover.world.live["1001"].touch(task, cutover.world.now() + 60)
    return before, write()


async def poll(reader: Reader, client: Pages, old: Snapshot, pages: list[bytes]) -> tuple[list[Change], float, float]:
    """One sweep and its difference: the changes, CPU milliseconds, longest step in milliseconds."""
    longest = [0.0]
    client.bodies = pages

    async def work() -> list[Change]:
        new, _ = await reader.read("1001", old, sweep=True)
        return await differences(old, new)

    begun = time.process_time()
    changes = await steps(work(), longest)
    return changes, (time.process_time() - begun) * 1000, max(longest)


async def rows_of(count: int, rounds: int) -> tuple[dict[str, Row], Snapshot]:
    """What polls cost where so many tasks are, by how many of them changed; and the reading they began with."""
    rows: dict[str, Row] = {}
    for title, changed in (("none changed", 0), ("1 % changed", count // 100), ("all changed", count)):
        before, after = make_pages(count, changed)
        client = Pages(before)
        reader = Reader(client, Clock())  # type: ignore[arg-type]
        old, _ = await reader.read("1001", None)
        gc.collect()
        gc.freeze()
        await poll(reader, client, old, before)
        runs = []
        for _ in range(rounds):
            changes, spent, longest = await poll(reader, client, old, after)
            runs.append({"CPU ms": spent, "floor ms": floor(after), "longest step ms": longest})
        assert len(changes) >= changed
        row = medians(runs, runs)
        rows[f"{count:,} tasks, {title}"] = row | {"CPU x": row["CPU ms"] / row["floor ms"]}
    return rows, old


def floor(pages: list[bytes]) -> float:
    """Milliseconds of CPU to decode every page and look at nothing."""
    begun = time.process_time()
    for page in pages:
        orjson.loads(page)
    return (time.process_time() - begun) * 1000


async def kept(count: int) -> Row:
    """Megabytes of one reading, in memory and on disk."""
    client = Pages(make_pages(count, 0)[0])
    tracemalloc.start()
    reader = Reader(client, Clock())  # type: ignore[arg-type]
    held = await reader.read("1001", None)
    gc.collect()
    memory = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    return {"memory MB": memory, "on disk MB": len(zlib.compress(msgspec.msgpack.encode(held[0]), 1)) / 2**20}


async def main(sizes: list[int], rounds: int) -> int:
    """The table, the gates, the JSON line."""
    rows: dict[str, Row] = {}
    for count in sizes:
        found, _ = await rows_of(count, rounds)
        rows |= found
    most = max(sizes)
    rows[f"{most:,} tasks, kept"] = await kept(most)
    result = Result("watch", rows)
    result.table()
    for title in ("none changed", "1 % changed", "all changed"):
        row = rows[f"{most:,} tasks, {title}"]
        if title != "all changed":
            result.gates.append(Gate(f"{most:,} tasks, {title}: CPU ms", row["CPU ms"], CPU_MS * most / 10_000))
        result.gates.append(Gate(f"{most:,} tasks, {title}: longest step ms", row["longest step ms"], STEP_MS))
    limit = MEMORY_MB * most / 10_000
    result.gates.append(Gate(f"{most:,} tasks: memory MB", rows[f"{most:,} tasks, kept"]["memory MB"], limit))
    return result.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[100, 1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--live", action="store_true", help="a whole bot instead")
    given = parser.parse_args()
    sys.exit(asyncio.run(load.main() if given.live else main(given.sizes, given.rounds)))
