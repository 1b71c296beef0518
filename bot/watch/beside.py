"""Pure work beside the event loop. The one rule: only where there is so much of it that a thread pays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from bot.model.snapshot import Snapshot

BIG: Final = 2_000
"""Tasks from which on: who counts them all takes some milliseconds."""
T = TypeVar("T")


async def beside(snapshot: Snapshot, work: Callable[[], T]) -> T:
    """What `work` gives, from a thread where the snapshot is big."""
    return await asyncio.to_thread(work) if len(snapshot.tasks) >= BIG else work()
