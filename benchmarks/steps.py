"""How long work holds the event loop. The one rule: this thread's own CPU is what counts, others on the
machine do not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def steps(work: Awaitable[T], longest: list[float]) -> T:
    """Run `work` step by step, noting how long each held the loop (milliseconds of CPU)."""
    task = asyncio.ensure_future(work)
    while not task.done():
        begun = time.thread_time()
        await asyncio.sleep(0)
        longest.append((time.thread_time() - begun) * 1000)
    return task.result()
