"""From the start of the process to ready and to the first acknowledged command, import time, and memory at rest.

The bot is started as people start it (`cutover-bot run`), with a new database and with one that is there already. The
floor is a bare interpreter that imports slack_bolt, aiohttp and sqlalchemy and listens. Rounds are interleaved.
`python -m benchmarks.start [--rounds 5]`.
"""

from __future__ import annotations

import argparse
import asyncio
import compileall
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil

from benchmarks.driver import Http, Socket, command, cpu, quiet, spawn
from benchmarks.result import Gate, Result, Row

READY_S, MEMORY_MB = 1.5, 120.0
_BARE = """
import sys
import aiohttp, slack_bolt.async_app, sqlalchemy
from aiohttp import web
app = web.Application()
async def answer(request):
    return web.Response()
app.router.add_route("*", "/{any:.*}", answer)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""
_SOON = 0.005


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def settings(fake: str, database: Path, health: int, listen: int) -> dict[str, str]:
    """The environment of one bot: signed HTTP at port `listen`, Socket Mode where that is 0."""
    way = {"SLACK_SIGNING_SECRET": "bench-secret", "BOT_LISTEN": f"127.0.0.1:{listen}"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "CUTOVER_", "BOT_"))}
    return {
        **kept,
        **(way if listen else {"SLACK_APP_TOKEN": "xapp-bench"}),
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_API_URL": f"{fake}/api/",
        "CUTOVER_API_URL": fake,
        "CUTOVER_API_TOKEN": "token",
        "BOT_DATABASE_URL": f"sqlite:///{database}",
        "BOT_ARCHIVE_URL": f"sqlite:///{database}.archive",
        "BOT_HEALTH_LISTEN": f"127.0.0.1:{health}",
        "BOT_OPERATORS": "U1DANA",
        "BOT_LOG_LEVEL": "ERROR",
    }


@asynccontextmanager
async def running(words: list[str], environment: dict[str, str]) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A process; gone at the end."""
    process = subprocess.Popen([sys.executable, *words], env=environment)
    try:
        yield process
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)


async def answered(session: aiohttp.ClientSession, url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the address answers with 200."""
    while process.poll() is None:
        try:
            async with session.get(url) as reply:
                if reply.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(_SOON)
    raise RuntimeError(f"it ended with {process.returncode} and was never ready")


async def bot(fake: str, database: Path, *, by_http: bool) -> Row:
    """One start."""
    health, listen = free_port(), free_port() if by_http else 0
    began = time.perf_counter()
    async with (
        running(["-m", "bot", "run"], settings(fake, database, health, listen)) as process,
        aiohttp.ClientSession() as session,
    ):
        await answered(session, f"http://127.0.0.1:{health}/ready", process)
        row = {"ready s": time.perf_counter() - began, "CPU s": cpu(process)}
        door = Http(f"http://127.0.0.1:{listen}") if by_http else Socket(fake)
        await door.press(session, command(fake))
        row["first ack s"] = time.perf_counter() - began
        await quiet(process)
        return {**row, "at rest MB": _memory(process)}


async def bare() -> Row:
    """One start of the floor."""
    port, began = free_port(), time.perf_counter()
    async with running(["-c", _BARE, str(port)], dict(os.environ)) as process, aiohttp.ClientSession() as session:
        await answered(session, f"http://127.0.0.1:{port}/", process)
        row = {"ready s": time.perf_counter() - began, "CPU s": cpu(process)}
        await quiet(process)
        return {**row, "at rest MB": _memory(process)}


def imported(module: str) -> Row:
    """Seconds that an interpreter needs to import it, the start of the interpreter taken off."""
    spent = []
    for words in ("pass", f"import {module}"):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", words], check=True)
        spent.append(time.perf_counter() - began)
    return {"ready s": spent[1] - spent[0]}


def _memory(process: subprocess.Popen[bytes]) -> float:
    return float(psutil.Process(process.pid).memory_info().rss / 1e6)


async def round_of(fakes: dict[str, str], folder: Path, number: int) -> dict[str, Row]:
    """Everything once. `fakes`: by the way in that each is for."""
    found = {"floor: bare interpreter that listens": await bare()}
    for way, fake in fakes.items():
        database = folder / f"{way}-{number}.db"
        found[f"the bot, {way}, new database"] = await bot(fake, database, by_http=way == "HTTP")
        found[f"the bot, {way}"] = await bot(fake, database, by_http=way == "HTTP")
    return found | {"import bot.app": imported("bot.app"), "import slack_bolt": imported("slack_bolt.async_app")}


async def main(rounds: int, only: str) -> int:
    """The table, the gates, the JSON line."""
    for name in ("bot", "handlers"):  # an installation is compiled; a fresh checkout is not, and takes a third longer
        compileall.compile_dir(name, quiet=1)
    fakes = {way: spawn("-m", "benchmarks.fakes") for way in ("HTTP", "socket") if only in ("", way.lower())}
    found: dict[str, list[Row]] = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            for number in range(rounds):
                each = await round_of({way: fake for way, (_, fake) in fakes.items()}, Path(folder), number)
                for name, row in each.items():
                    found.setdefault(name, []).append(row)
    finally:
        for process, _ in fakes.values():
            process.kill()
            process.wait()
    rows = {name: {key: statistics.median(one[key] for one in each) for key in each[0]} for name, each in found.items()}
    base, result = next(iter(rows.values())), Result("start", rows)
    for name, row in rows.items():
        if "CPU s" in row:
            row["CPU x"] = row["CPU s"] / base["CPU s"]
        if "first ack s" in row:
            result.gates.append(Gate(f"{name}: ready s", row["ready s"], READY_S))
            result.gates.append(Gate(f"{name}: at rest MB", row["at rest MB"], MEMORY_MB))
    result.table()
    return result.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="http or socket")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.rounds, given.only)))
