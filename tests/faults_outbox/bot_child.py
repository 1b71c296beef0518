"""The whole bot, hastened, to be killed: short leases and polls, wide budgets. Settings come by the environment."""

from __future__ import annotations

import asyncio

from bot.app import run
from bot.outbox import budget, queue
from bot.settings import load
from bot.watch import boards, fanout, pace, rows

if __name__ == "__main__":
    queue.LEASE = rows.LEASE = 0.6  # type: ignore[misc]
    budget._BURST, budget._POSTS, budget._UPDATES = 10_000, 10_000, 10_000  # type: ignore[misc]
    pace.RUNNING = pace.HOT = 0.15  # type: ignore[misc]
    pace.GAP = 0.05  # type: ignore[misc]
    fanout.BURST = 25  # type: ignore[misc]
    boards.LEAST, boards._A_MINUTE = 0.3, 10_000.0  # type: ignore[misc]
    asyncio.run(run(load(_env_file=None)))
