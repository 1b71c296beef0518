"""All benchmarks, one after the other. `python -m benchmarks [--short] [--rounds N] [--peers PYTHON] [name ...]`.

Each runs in a process of its own and ends with one line of JSON; these lines become docs/benchmarks.json and the tables
of docs/benchmarks.md, where what is not run keeps its figures. The short form writes nothing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks import page, short
from benchmarks.result import Result, missed, read

RUNS = {
    "command": ("benchmarks.command",),
    "watch": ("benchmarks.watch",),
    "live": ("benchmarks.watch", "--live"),
    "outbox": ("benchmarks.outbox",),
    "follow": ("benchmarks.follow",),
    "render": ("benchmarks.render",),
    "plan": ("benchmarks.plan",),
    "start": ("benchmarks.start",),
    "hour": ("benchmarks.hour",),
    "archive": ("benchmarks.archive", "--rounds", "2"),
}
_NO_ROUNDS = ("live", "follow", "hour")


def run(words: tuple[str, ...], *, gates: bool = True) -> Result:
    """One benchmark; what it says is passed on as it comes. Without rows where it ended without a result."""
    print(f"\n--- {' '.join(words)}", flush=True)
    last = ""
    with subprocess.Popen([sys.executable, "-m", *words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            last = line
            if not line.startswith("{") and (gates or not line.startswith(("PASS", "FAIL"))):
                print(line, end="", flush=True)
    try:
        return read(last)
    except ValueError:
        return Result(words[0], {})


def main() -> int:
    """1 when a gate is missed, or in the short form a bound."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *RUNS], help="only these")
    parser.add_argument("--short", action="store_true", help="a minute, ratios with wide bounds, writes nothing")
    parser.add_argument("--peers", default="", help="only what is measured beside them: Python of their environment")
    parser.add_argument("--rounds", default="", help="other than as many as each benchmark takes by itself")
    given = parser.parse_args()
    if given.short:
        told = short.judge([run(words, gates=False) for words in short.RUNS.values()])
        print("\n" + ("\n".join(told) or "all ratios are within their bounds"))
        return int(bool(told))
    kept, results = page.load(), []
    chosen = {name: RUNS[name] for name in given.names or RUNS}
    if given.peers:
        few = ("--steady", "0", "--presses", "250")  # more at once, and stock Bolt's httpx gives up waiting in line
        beside = ("benchmarks.archive", "--rounds", "2", "--httpx", given.peers)
        chosen = {"peers": ("benchmarks.command", *few, "--peers", given.peers), "archive": beside}
    for name, words in chosen.items():
        ran_on = page.machine()
        result = run(words if not given.rounds or name in _NO_ROUNDS else (*words, "--rounds", given.rounds))
        results.append(result)
        if result.rows:
            page.keep(kept, result, ran_on)
            page.write(kept)
    told = missed(results)
    print("\n" + ("\n".join(told) or "all gates are held"))
    return int(bool(told))


if __name__ == "__main__":
    sys.exit(main())
