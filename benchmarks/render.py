"""What a board and a digest cost from the reading to the letter, for 100, 1,000 and 10,000 tasks.

CPU of all threads, and the longest step on the event loop; as a ratio to the floor: msgspec writing the same tasks as
JSON once, and orjson the message. A digest is made as the bot makes it: the reading it compares with is unpacked, the
one it was made from is packed. `python -m benchmarks.render [--rounds 15]`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import orjson

from benchmarks.result import Gate, Result
from benchmarks.steps import steps
from bot.blocks.digest_post import DigestView, people_in_digest
from bot.blocks.digest_post import digest as digest_post
from bot.blocks.live_board import live_board, people_on_board
from bot.blocks.message import Message
from bot.digest.summary import summarise
from bot.model.snapshot import RunbookState, Snapshot, StreamState, TaskState
from bot.watch.beside import beside
from bot.watch.rows import pack, unpack

SIZES = (100, 1_000, 10_000)
STEP_MS, RATIO, BIG_MS = 5.0, 40.0, 100.0
"""The ratio is held for 10,000 tasks: below, what a message costs by itself is most of it."""
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_STAGES = ("complete", "in_progress", "startable", "default")


def snapshot(count: int, moved: int = 0) -> Snapshot:
    """A run half done in twelve streams; `moved` of its tasks have gone on by a stage."""
    chance = random.Random(7)
    streams = {str(n): StreamState(str(n), f"Stream {n}", chance.choice(("green", "amber", "off"))) for n in range(12)}
    ahead = frozenset(chance.sample(range(count), moved))
    tasks = {}
    for number in range(count):
        at = NOW + timedelta(minutes=number * 600 // count - 300)
        stage = 0 if number < count // 2 else chance.choices((1, 2, 3), (2, 3, 10))[0]
        stage = max(stage - (number in ahead), 0)
        tasks[str(number)] = TaskState(
            str(number),
            f"Move service {number} to DC South",
            _STAGES[stage],
            stream_id=str(number % 12),
            assignees=("user:401",),
            start_planned=at.isoformat(),
            end_planned=(at + timedelta(minutes=10)).isoformat(),
            start_actual=at.isoformat() if stage < 2 else None,
            end_actual=at.isoformat() if stage == 0 else None,
            duration=600,
            number=number,
            updated_at=NOW.isoformat(),
        )
    began = (NOW - timedelta(hours=5)).isoformat()
    book = RunbookState("101", "DC North to DC South fail-over", "active", "amber", "Two late", start_actual=began)
    return Snapshot(book, streams, tasks, NOW.timestamp() - 600)


async def board(new: Snapshot) -> Message:
    """The live board, drawn beside the loop where the watch does so."""
    await beside(new.tasks, lambda: people_on_board(new, NOW))
    return await beside(new.tasks, lambda: live_board(new, {}, NOW))


async def digest(old: bytes, new: Snapshot) -> Message:
    """A digest that compares with what was kept, and what is kept of it for the next."""
    told = await asyncio.to_thread(lambda: summarise(unpack(old), new, NOW))
    people_in_digest(told)
    drawn = digest_post(DigestView(told, NOW))
    await asyncio.to_thread(pack, new)
    return drawn


def floor(new: Snapshot, drawn: Message) -> None:
    """Every task is written once, and the message."""
    msgspec.json.encode(list(new.tasks.values()))
    orjson.dumps({"text": drawn.text, "blocks": drawn.blocks})


async def measure(make: Callable[[], Awaitable[Message]], new: Snapshot, rounds: int) -> dict[str, float]:
    """Medians; the floor's rounds between the others."""
    drawn = await make()
    spent, base, longest = list[float](), list[float](), list[float]()
    for _ in range(rounds):
        held, begun = [0.0], time.process_time()
        await steps(make(), held)
        spent.append((time.process_time() - begun) * 1000)
        longest.append(max(held))
        begun = time.process_time()
        floor(new, drawn)
        base.append((time.process_time() - begun) * 1000)
    own, least = statistics.median(spent), statistics.median(base)
    return {
        "CPU ms": own,
        "floor ms": least,
        "CPU x": statistics.median(a / b for a, b in zip(spent, base, strict=True)),
        "longest step ms": statistics.median(longest),
    }


async def main(rounds: int) -> int:
    """The table, the gates, the JSON line."""
    result = Result("render", {})
    rows: dict[str, dict[str, float]] = {}
    for count in SIZES:
        old, new = pack(snapshot(count)), snapshot(count, count // 20)
        gc.collect()
        gc.freeze()
        rows[f"board, {count:,} tasks"] = await measure(partial(board, new), new, rounds)
        rows[f"digest, {count:,} tasks"] = await measure(partial(digest, old, new), new, rounds)
    result.rows = rows
    result.table()
    result.gates = [Gate(f"{name}: longest step ms", row["longest step ms"], STEP_MS) for name, row in rows.items()]
    for name, row in rows.items():
        if f"{SIZES[-1]:,}" in name:
            result.gates += [Gate(f"{name}: CPU to floor", row["CPU x"], RATIO)]
            result.gates += [Gate(f"{name}: CPU ms", row["CPU ms"], BIG_MS)]
    return result.finish()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    sys.exit(asyncio.run(main(parser.parse_args().rounds)))
