"""The world's own time: real time scaled by a speed, or standing still until moved by hand. It never goes
back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

END = 4_102_444_800.0  # 2100-01-01


class Clock:
    """Seconds since 1970 (UTC) as the world sees them.

    `speed` is world seconds per real second; 0 means that only `advance` and `move_to` move the time.
    """

    def __init__(
        self, speed: float = 0.0, start: float | None = None, ticking: Callable[[], float] = time.monotonic
    ) -> None:
        self.speed = speed
        self._ticking = ticking
        self._base = float(int(time.time())) if start is None else start
        self._since = ticking()

    def now(self) -> float:
        """World time in seconds since 1970, UTC."""
        if not self.speed:
            return self._base
        return self._base + (self._ticking() - self._since) * self.speed

    def advance(self, seconds: float) -> float:
        """Move the time forward and return the new time; a step back or past the year 2100 is a ValueError."""
        if not 0 <= seconds <= END - self._base:
            raise ValueError("time goes forward only, and not past the year 2100")
        self._base += seconds
        return self.now()

    def run_at(self, speed: float) -> None:
        """From now on `speed` world seconds pass per real second."""
        self._base, self._since = self.now(), self._ticking()
        self.speed = speed

    def move_to(self, at: float) -> float:
        """Move the time forward to `at` (seconds since 1970); an earlier time is refused with ValueError."""
        return self.advance(at - self.now())


@lru_cache(maxsize=65536)
def iso(at: float) -> str:
    """A time as Cutover writes it: ISO 8601 in UTC with milliseconds and Z."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}Z"


def parse(text: str) -> float:
    """Seconds since 1970 from an ISO 8601 time; one without an offset counts as UTC. ValueError when it is no time."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
