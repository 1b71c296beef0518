"""The archive against a floor that reads every page with as many connections and throws it away, in the same round.

A made-up tenant (the embedded Cutover's generator, each answer 40 ms late). Each round: floor, first run into an
empty archive, second run without changes, full and incremental. Each is a process of its own; CPU is that of the
whole process, its start included. `python -m benchmarks.archive [--runbooks 200] [--tasks 250] [--rounds 3]`.
With `--httpx PYTHON` (the peers' environment) the same floor on httpx stands beside it, as most integrations are made.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.archive_floor import crawl, headers
from benchmarks.result import Gate, Result, Row, medians

WALL_RATIO, CPU_RATIO, HTTPX_RATIO = 1.25, 4.0, 2.0
LATE = [{"times": None, "path": "^/core/", "do": {"delay": 0.04}}]


async def floor(url: str, token: str, connections: int) -> dict[str, int]:
    """On plain aiohttp and orjson."""
    import aiohttp
    import orjson

    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(headers=headers(token), connector=connector) as session:

        async def get(target: str) -> tuple[int, Any]:
            async with session.get(target) as reply:
                return reply.status, orjson.loads(await reply.read())

        return await crawl(get, url, connections)


async def own(url: str, token: str, connections: int, archive: str, mode: str) -> dict[str, int]:
    """One run of the archive."""
    from bot.archive.progress import Lines
    from bot.archive.scope import Scope
    from bot.archive.source import Source
    from bot.archive.sync import sync

    source = Source(url, token, "2022-02-22")
    done = await sync(archive, source, Scope(), Lines(), connections=connections, mode=mode)
    assert done.status == "complete", done
    return {"requests": done.requests, "rows": done.rows, "log": sum(done.changes.values())}


def child(options: argparse.Namespace) -> None:
    """What a process of its own does; its last line is JSON."""
    import uvloop

    began = time.perf_counter()
    at = (options.url, options.token, options.connections)
    work = floor(*at) if options.child == "floor" else own(*at, options.archive, options.child)
    counts = uvloop.run(work)
    used = resource.getrusage(resource.RUSAGE_SELF)
    wall = time.perf_counter() - began
    memory = used.ru_maxrss * 1024 / 1e6
    print(json.dumps({"wall s": wall, "CPU s": used.ru_utime + used.ru_stime, "memory MB": memory, **counts}))


def measure(what: str, at: tuple[str, str], options: argparse.Namespace, archive: str = "") -> Row:
    command = [sys.executable, "-m", "benchmarks.archive", "--child", what, "--url", at[0], "--token", at[1]]
    command += ["--connections", str(options.connections), "--archive", archive]
    if what == "httpx":
        command = [options.httpx, "-m", "benchmarks.peers.httpx_floor", *at, str(options.connections)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: Row = json.loads(done.stdout.splitlines()[-1])
    return found


def tenant(options: argparse.Namespace, folder: Path) -> tuple[subprocess.Popen[str], tuple[str, str]]:
    """The embedded Cutover in a process of its own; its address and a token."""
    faults = folder / "faults.json"
    faults.write_text(json.dumps(LATE if options.late else []))
    world = f"generate:runbooks={options.runbooks},tasks={options.tasks},streams=10"
    command = [sys.executable, "-m", "bot", "sandbox", "cutover", "--port", "0", "--world", world, "--speed", "0"]
    process = subprocess.Popen([*command, "--faults", str(faults)], stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    url, token = "", ""
    while not token:
        line = process.stdout.readline()
        assert line, "the embedded Cutover ended"
        url = url or "".join(re.findall(r"http://\S+?(?= \()", line)[:1])
        token = line.split()[-1] if line.startswith("bot ") else ""
    return process, (url, token)


def main() -> int:
    """All rounds, the table, the gates, the JSON line."""
    parser = argparse.ArgumentParser()
    for name, default in (("runbooks", 200), ("tasks", 250), ("rounds", 3), ("connections", 8)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--httpx", default="", help="Python of the peers' environment: its floor too")
    for name in ("child", "url", "token", "archive"):
        parser.add_argument(f"--{name}", default="", help=argparse.SUPPRESS)
    parser.add_argument("--late", type=int, default=1, help="0: answers come at once")
    options = parser.parse_args()
    if options.child:
        child(options)
        return 0
    results: dict[str, list[Row]] = {"floor": [], "first": [], "second": [], "incremental": []}
    results |= {"httpx": []} if options.httpx else {}
    with tempfile.TemporaryDirectory() as folder:
        process, at = tenant(options, Path(folder))
        try:
            for number in range(options.rounds):
                archive = f"sqlite:///{folder}/archive{number}.db"
                results["floor"].append(measure("floor", at, options))
                if options.httpx:
                    results["httpx"].append(measure("httpx", at, options))
                results["first"].append(measure("full", at, options, archive))
                results["second"].append(measure("full", at, options, archive))
                results["incremental"].append(measure("incremental", at, options, archive))
        finally:
            process.kill()
            process.wait()
    result = judged(results)
    result.table()
    return result.finish()


def judged(results: dict[str, list[Row]]) -> Result:
    """Medians, the ratio of each run to the floor of its round, and the gates."""
    rows = {name: medians(rounds, results["floor"], ("wall s", "CPU s")) for name, rounds in results.items()}
    first = rows["first"]
    gates = [Gate("first: wall to floor", first["wall s x"], WALL_RATIO)]
    gates.append(Gate("first: CPU to floor", first["CPU s x"], CPU_RATIO))
    if "httpx" in rows:
        beside = first["CPU s x"] / rows["httpx"]["CPU s x"]
        gates.append(Gate("first: CPU to the floor on httpx", beside, HTTPX_RATIO))
    return Result("archive", rows, gates)


if __name__ == "__main__":
    sys.exit(main())
