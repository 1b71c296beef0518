"""CPU of one answer over a runbook of ten thousand tasks: the plan, a what-if, what a task blocks, why it waits.

`python -m benchmarks.plan [--tasks 10000] [--rounds 9] [--gate 50]`. From tasks as the client gives them to the
answer's numbers; reading them over the wire is not counted. Medians of CPU milliseconds; over the gate it ends with 1.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.result import Gate, Result
from bot.model import Task, TaskStage, Text
from bot.plan import Shift, chain_before, dependants, lay_out, plan_on, plan_run, slack_by_stream, steps_of, what_if

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def tasks(count: int) -> list[Task]:
    """A run half done: each task waits for up to three of the two hundred before it; twelve streams."""
    chance = random.Random(7)
    found: list[Task] = []
    for number in range(count):
        before = {str(chance.randrange(max(0, number - 200), number)) for _ in range(3)} if number else set()
        done = number < count // 2
        at = NOW - timedelta(minutes=chance.randrange(10, 300))
        found.append(
            Task(
                str(number),
                "1",
                Text(f"Task {number}"),
                stage=TaskStage.COMPLETE if done else TaskStage.WAITING,
                duration=chance.randrange(60, 3600),
                stream_id=str(number % 12),
                predecessor_ids=tuple(sorted(before)),
                start_actual=at if done else None,
                end_actual=at + timedelta(minutes=5) if done else None,
            )
        )
    return found


def cpu(work: Callable[[], object], rounds: int) -> float:
    """Median milliseconds."""
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        spent.append((time.process_time() - began) * 1000)
    return statistics.median(spent)


def main() -> int:
    """The table, the gates, the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--gate", type=float, default=50.0, help="most CPU milliseconds for one answer")
    given = parser.parse_args()
    run, now = tasks(given.tasks), NOW.timestamp()
    last, middle = str(given.tasks - 1), str(given.tasks // 2)

    def path() -> object:
        steps = steps_of(run)
        return slack_by_stream(steps, plan_run(steps, now))

    def whatif() -> object:
        steps = steps_of(run)
        return what_if(steps, [Shift(middle, 1800.0)], now)

    def why() -> object:
        steps = steps_of(run)
        return chain_before(steps, plan_run(steps, now), last)

    def blocks() -> object:
        steps = steps_of(run)
        return plan_on(lay_out(steps), steps, now), dependants(steps, middle)

    found = {one.__name__: cpu(one, given.rounds) for one in (path, whatif, why, blocks)}
    result = Result("plan", {f"{name}, {given.tasks:,} tasks": {"CPU ms": spent} for name, spent in found.items()})
    result.gates = [Gate(f"{name}: CPU ms", spent, given.gate) for name, spent in found.items()]
    result.table()
    return result.finish()


if __name__ == "__main__":
    sys.exit(main())
