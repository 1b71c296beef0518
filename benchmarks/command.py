"""CPU, throughput and ack time of a command and of a button that start a task, as ratios to the floor of the round.

Rounds are interleaved; the last line is JSON. `python -m benchmarks.command [--rounds 5] [--presses 400]`. `--peers`
names the Python of an environment with `benchmarks/peers/requirements.txt` (`make bench-peers` makes one).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.driver import Door, Http, Round, Socket, measure, spawn, table

_PEERS = Path(__file__).parent / "peers"
Target = tuple[subprocess.Popen[bytes], Door, str]


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
        for name in ("floor", "bot"):
            module = "benchmarks.floor" if name == "floor" else "benchmarks.subject"
            process, url = self.start("-m", module, fake, str(self._folder / f"{name}-http.db"))
            found[name] = process, Http(url), fake
        if self._peers:
            process, url = self.start(str(_PEERS / "stock_bolt.py"), fake, python=self._peers)
            found["stock Bolt"] = process, Http(url), fake
        return found

    async def by_socket(self) -> dict[str, Target]:
        """Socket Mode."""
        wanted = {"floor": ("-m", "benchmarks.floor"), "bot": ("-m", "benchmarks.subject")}
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


async def compare(targets: dict[str, Target], what: str, options: argparse.Namespace) -> dict[str, list[Round]]:
    """All rounds of one kind of press."""
    results: dict[str, list[Round]] = {name: [] for name in targets}
    for _ in range(options.rounds):
        for name, (process, door, fake) in targets.items():
            results[name].append(await measure(process, door, fake, what, options.presses, options.at_once))
    return results


async def main() -> None:
    """The tables, then the JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--presses", type=int, default=400)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--peers", default="", help="Python of the environment with the peers")
    parser.add_argument("--only", default="", help="http or socket")
    options = parser.parse_args()
    told = {}
    with field(options.peers) as place:
        doors = {}
        if options.only != "socket":
            doors["HTTP"] = place.by_http()
        if options.only != "http":
            doors["socket"] = await place.by_socket()
        for way, targets in doors.items():
            for what in ("command", "button"):
                told[f"{what}, {way}"] = table(f"{what}, {way}", await compare(targets, what, options))
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main())
