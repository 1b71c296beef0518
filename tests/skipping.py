"""Real time plus what was skipped: for tests of the whole bot, where real sockets need a clock that runs."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.clock import Clock


class SkippingClock(Clock):
    """A subclass says which waits are skipped, and which last until `advance`."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._skipped)

    def unix(self) -> float:
        return super().unix() + self._skipped

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped

    async def skip(self, seconds: float) -> None:
        """A wait that passes at once."""
        self._skipped += max(seconds, 0.0)
        await asyncio.sleep(0)

    async def last(self, seconds: float, *, really: bool = False) -> None:
        """A wait that ends with `advance`; `really`: or when its time is over."""
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        if really:
            loop.call_later(seconds, lambda: woken.done() or woken.set_result(None))
        self._sleepers.append((self.monotonic() + seconds, woken))
        await woken

    def advance(self, seconds: float) -> None:
        """Skip `seconds` and wake whoever was due."""
        self._skipped += seconds
        now = self.monotonic()
        for due, woken in self._sleepers:
            if due <= now and not woken.done():
                woken.set_result(None)
        self._sleepers = [one for one in self._sleepers if not one[1].done()]
