"""A clock that runs faster than the world. The one rule: all that are given the same start agree on the time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.clock import Clock


@dataclass(frozen=True, slots=True)
class Fast(Clock):
    """`speed` of its seconds pass in a real one, from the real moment `start` (Unix seconds) on."""

    start: float
    speed: float

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.unix(), UTC)

    def unix(self) -> float:
        return self.start + (time.time() - self.start) * self.speed

    def monotonic(self) -> float:
        return time.monotonic() * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)
