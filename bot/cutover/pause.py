"""When Cutover says "too many requests", everybody waits. The one rule: one pause is shared by all requests.

Cutover limits by token or by address and documents no numbers and no `Retry-After`, so both a stated and a
guessed wait are handled.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = 120.0
"""Seconds. A server that asks for hours is tried again sooner: a wrong header must not silence the bot."""


class Pause:
    """Holds the moment until which nothing is sent. `until` is in seconds of `Clock.monotonic`."""

    __slots__ = ("until",)

    def __init__(self) -> None:
        self.until = 0.0

    def extend(self, now: float, seconds: float) -> None:
        """Wait at least `seconds` from `now`; never shortens a pause that is already longer."""
        self.until = max(self.until, now + min(max(seconds, 0.0), LONGEST_PAUSE))

    def left(self, now: float) -> float:
        """Seconds still to wait, 0.0 when nothing is paused."""
        return max(0.0, self.until - now)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds asked for by a `Retry-After` header: whole or broken seconds, or an HTTP date; None if unreadable."""
    if value is None:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        return _until_date(text, now)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until_date(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, (moment - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
