"""Slack's rate limits, on the sandbox's clock.

The one rule: the documented number is what is let through; Slack tolerates more now and then, a bot must not
count on it. Source: docs.slack.dev/apis/web-api/rate-limits (tiers per method, workspace and app;
chat.postMessage about one a second a channel with short bursts, and several hundred a minute for the
workspace).
"""

from __future__ import annotations

import math
from collections import deque

from bot.sandbox.slack.clock import Clock
from bot.sandbox.slack.errors import RateLimited

PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
POST_BURST = 5
POSTS_PER_MINUTE = 300


class Limits:
    """Sliding windows; off by default in tests, so a test says when limits matter."""

    def __init__(self, clock: Clock, enabled: bool) -> None:
        self.enabled = enabled
        self._clock = clock
        self._windows: dict[str, deque[float]] = {}

    def clear(self) -> None:
        self._windows.clear()

    def check(self, method: str, tier: int, channel: str | None) -> None:
        """Count one call, or raise RateLimited. Tier 0 has no limit here."""
        if not self.enabled:
            return
        if method == "chat.postMessage":
            self._window(f"post:{channel}", POST_BURST, float(POST_BURST))
            self._window("post", POSTS_PER_MINUTE, 60.0)
        elif tier:
            self._window(method, PER_MINUTE[tier], 60.0)

    def _window(self, key: str, count: int, seconds: float) -> None:
        now = self._clock.now()
        window = self._windows.setdefault(key, deque())
        while window and window[0] <= now - seconds:
            window.popleft()
        if len(window) >= count:
            raise RateLimited(max(1, math.ceil(window[0] + seconds - now)))
        window.append(now)
