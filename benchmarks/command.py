"""CPU, throughput, ack and answer of a command and of a button that start a task, as ratios to the floor of the round.

One at a time, with 16 connections, and 50 a second; *no journal*: neither the bot nor its floor puts anything on disk.
Rounds are interleaved. `python -m benchmarks.command [--rounds 5] [--presses 400] [--only http]`. `--peers` names the
Python of an environment with `benchmarks/peers/requirements.txt` (`make bench-peers` makes one).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.driver import Door, Http, Load, Socket, measure, spawn
from benchmarks.result import Gate, Result, Row, medians

_PEERS = Path(__file__).parent / "peers"
Target = tuple[subprocess.Popen[bytes], Door, str]
BARE = ", no journal"
CPU_RATIO, RATE_RATIO, ACK_50, ACK_99, MEMORY_MB = 2.0, 0.7, 2.0, 25.0, 120.0
LOADS = {"": Load(), ", 16 connections": Load(16), ", 50 a second": Load(a_second=50.0)}


class Field:
    """The programs that are measured beside each other, each Socket Mode one with a fake Slack of its own."""

    def __init__(self, folder: Path, peers: str) -> None:
        self._folder, self._peers = folder, peers
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, **given: str) -> tuple[subprocess.Popen[bytes], str]:
        process, url = spawn(*command, **given)
        self.processes.append(process)
        return process, url

    def by_http(self) -> dict[str, Target]:
        """Signed HTTP; they share one fake."""
        _, fake = self.start("-m", "benchmarks.fakes")
        found: dict[str, Target] = {}
        for more, given in (("", {}), (BARE, {"FLOOR_COMMITS": "0", "BENCH_JOURNAL": "0"})):
            for name, module in (("floor", "benchmarks.floor"), ("bot", "benchmarks.subject")):
                process, url = self.start("-m", module, fake, str(self._folder / f"{name}{more}-http.db"), **given)
                found[name + more] = process, Http(url), fake
        if self._peers:
            process, url = self.start(str(_PEERS / "stock_bolt.py"), fake, python=self._peers)
            found["stock Bolt"] = process, Http(url), fake
        return found

    async def by_socket(self) -> dict[str, Target]:
        """Socket Mode."""
        wanted: dict[str, tuple[str, ...]] = {"floor": ("-m", "benchmarks.floor"), "bot": ("-m", "benchmarks.subject")}
        if self._peers:
            wanted["slack-machine"] = (str(_PEERS / "machine_peer.py"),)
        found: dict[str, Target] = {}
        for name, words in wanted.items():
            _, fake = self.start("-m", "benchmarks.fakes")
            given = {"python": self._peers} if name == "slack-machine" else {}
            place = str(self._folder / f"{name}-socket.db")
            process, _ = self.start(*words, fake, place, BENCH_SOCKET="1", **given)
            door = Socket(fake)
            await door.connected()
            found[name] = process, door, fake
        return found


@contextmanager
def field(peers: str) -> Iterator[Field]:
    """All programs are gone at the end."""
    with tempfile.TemporaryDirectory() as folder:
        made = Field(Path(folder), peers)
        try:
            yield made
        finally:
            for process in made.processes:
                process.kill()
                process.wait()


async def compare(targets: dict[str, Target], what: str, load: Load, options: argparse.Namespace) -> dict[str, Row]:
    """All rounds of one kind of press: medians, and ratios to the floor's round beside it."""
    results: dict[str, list[Row]] = {name: [] for name in targets}
    for _ in range(options.rounds):
        for name, (process, door, fake) in targets.items():
            results[name].append(await measure(process, door, fake, what, options.presses, load))
    ratios = ("CPU ms", "a second", "ack p50 ms")
    return {
        name: medians(rounds, results["floor" + BARE if name.endswith(BARE) else "floor"], ratios)
        for name, rounds in results.items()
    }


async def rows_of(way: str, targets: dict[str, Target], options: argparse.Namespace) -> dict[str, Row]:
    """Everything that comes this way in; without the journal commands one at a time only."""
    rows: dict[str, Row] = {}
    kept = {name: one for name, one in targets.items() if not name.endswith(BARE)}
    loads = [more for more, load in LOADS.items() if options.steady or not load.a_second]
    for what, more in itertools.product(("command", "button"), loads):
        chosen = kept if more or what == "button" else targets
        for name, row in (await compare(chosen, what, LOADS[more], options)).items():
            rows[f"{what}, {way}{more}: {name}"] = row
    return rows


def gates(rows: dict[str, Row]) -> list[Gate]:
    """What the bot is held to; without the journal it is only reported."""
    found = []
    for name, row in rows.items():
        title, _, who = name.partition(": ")
        if who != "bot":
            continue
        if "connections" in title:
            found.append(Gate(f"{title}: a second, to floor", row["a second x"], RATE_RATIO, least=True))
        elif "a second" in title:
            found.append(Gate(f"{title}: ack p50 ms", row["ack p50 ms"], ACK_50))
            found.append(Gate(f"{title}: ack p99 ms", row["ack p99 ms"], ACK_99))
        else:
            found.append(Gate(f"{title}: CPU to floor", row["CPU x"], CPU_RATIO))
        found.append(Gate(f"{title}: memory MB", row["memory MB"], MEMORY_MB))
    return found


async def main() -> int:
    """The table, the gates, the JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--presses", type=int, default=400)
    parser.add_argument("--peers", default="", help="Python of the environment with the peers")
    parser.add_argument("--only", default="", help="http or socket")
    parser.add_argument("--steady", type=int, default=1, help="0: not at 50 a second")
    options = parser.parse_args()
    rows: dict[str, Row] = {}
    with field(options.peers) as place:
        if options.only != "socket":
            rows |= await rows_of("HTTP", place.by_http(), options)
        if options.only != "http":
            rows |= await rows_of("socket", await place.by_socket(), options)
    result = Result("peers" if options.peers else "command", rows, gates(rows))
    result.table()
    return result.finish()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
