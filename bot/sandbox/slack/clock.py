"""The sandbox's own clock: it runs with real time and can be moved forward by hand.

The one rule: every limit of Slack that is about time (3 s for an answer, 30 minutes of a response_url, retries,
scheduled messages) is measured here, so a test moves the clock instead of sleeping.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Clock:
    """Unix seconds (UTC) as floats; `advance` wakes every sleeper whose moment has come."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._real = now
        self._offset = 0.0
        self._sleepers: dict[asyncio.Future[None], float] = {}

    def now(self) -> float:
        """Unix seconds on the sandbox's clock."""
        return self._real() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock; it never goes back (ts of messages are made from it). ValueError when negative."""
        if seconds < 0:
            raise ValueError("Slack's clock does not run backwards")
        self._offset += seconds
        now = self.now()
        for future, moment in list(self._sleepers.items()):
            if moment <= now and not future.done():
                future.set_result(None)

    def set(self, moment: float) -> None:
        """Move the clock to a Unix time that is not in the past."""
        self.advance(moment - self.now())

    async def until(self, moment: float) -> None:
        """Return when the clock shows `moment` (Unix seconds), by the passing of time or by `advance`."""
        while (left := moment - self.now()) > 0:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._sleepers[future] = moment
            try:
                async with asyncio.timeout(left):
                    await future
            except TimeoutError:
                pass
            finally:
                self._sleepers.pop(future, None)

    async def sleep(self, seconds: float) -> None:
        """Like `until`, from now."""
        await self.until(self.now() + seconds)
