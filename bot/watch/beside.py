"""Pure work beside the event loop. The one rule: only where there is so much of it that a thread pays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sized
from typing import Final, TypeVar

BIG: Final = 2_000
"""Tasks from which on: who counts them all takes some milliseconds."""
MANY: Final = 1_000
"""Tasks from which on: who reckons when each of them ends takes some milliseconds."""
T = TypeVar("T")


async def beside(tasks: Sized, work: Callable[[], T], least: int = BIG) -> T:
    """What `work` gives, from a thread where there are `least` tasks or more. Raises what it raises."""
    return await asyncio.to_thread(work) if len(tasks) >= least else work()
