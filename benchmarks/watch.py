"""What one poll of a runbook of 10,000 tasks costs, network excluded: CPU and the longest step on the loop.

`python -m benchmarks.watch [tasks]`. The pages are full resources as the embedded Cutover writes them, 100 a page.
Held to: a whole reading and its difference at most 40 ms of CPU, no step over 5 ms, 15 MB kept.
`python -m benchmarks.watch --live` measures a whole bot instead (`benchmarks.load`).
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
import tracemalloc
import zlib
from collections.abc import AsyncGenerator, Callable
from statistics import median
from typing import Any

import msgspec
import orjson

from benchmarks import load
from benchmarks.steps import steps
from bot.clock import Clock
from bot.model import Runbook, Text
from bot.model.changes import Change
from bot.model.snapshot import Snapshot
from bot.sandbox.cutover import EmbeddedCutover
from bot.sandbox.cutover.tasks_out import TaskWriter
from bot.watch.diff import diff
from bot.watch.reader import Reader

ROUNDS = 15
CHANGED = 52
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


def make_pages(count: int) -> tuple[list[bytes], list[bytes]]:
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
    for task in list(runbook.tasks.values())[:: max(1, count // CHANGED)]:
        task.stage = "startable"
        cutover.world.live["1001"].touch(task, cutover.world.now() + 60)
    return before, write()


async def poll(reader: Reader, client: Pages, old: Snapshot, pages: list[bytes]) -> tuple[list[Change], float, float]:
    """One sweep and its difference: the changes, CPU milliseconds, longest step in milliseconds."""
    longest = [0.0]
    client.bodies = pages

    async def work() -> list[Change]:
        new, _ = await reader.read("1001", old, sweep=True)
        await asyncio.sleep(0)
        return diff(old, new)

    begun = time.process_time()
    changes = await steps(work(), longest)
    return changes, (time.process_time() - begun) * 1000, max(longest)


async def main(count: int) -> bool:
    before, after = make_pages(count)
    client = Pages(before)
    reader = Reader(client, Clock())  # type: ignore[arg-type]
    old, _ = await reader.read("1001", None)
    print(f"{len(old.tasks)} tasks, {sum(map(len, before)) / 2**20:.1f} MB of JSON in {len(before)} pages")
    gc.collect()
    gc.freeze()
    fine = True
    for name, pages in (("nothing changed", before), (f"{CHANGED} changed", after)):
        client.bodies = before
        await reader.read("1001", old, sweep=True)
        runs = [await poll(reader, client, old, pages) for _ in range(ROUNDS)]
        cpu, step = median(run[1] for run in runs), median(run[2] for run in runs)
        fine = fine and cpu <= CPU_MS * count / 10_000 and step <= STEP_MS
        print(f"{name:16} {len(runs[0][0]):4} changes  {cpu:6.1f} ms CPU  longest step {step:4.1f} ms")
    tracemalloc.start()
    again = Reader(client, Clock())  # type: ignore[arg-type]
    held = await again.read("1001", None)
    gc.collect()
    memory = tracemalloc.get_traced_memory()[0] / 2**20
    fine = fine and memory <= MEMORY_MB * count / 10_000
    kept = len(zlib.compress(msgspec.msgpack.encode(held[0]), 1)) / 2**20
    print(f"kept in memory {memory:.1f} MB, on disk {kept:.1f} MB; {'PASS' if fine else 'FAIL'}")
    return fine


if __name__ == "__main__":
    work = load.main() if "--live" in sys.argv else main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    sys.exit(0 if asyncio.run(work) else 1)
