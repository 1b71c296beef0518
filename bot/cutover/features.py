"""What this Cutover offers. The one rule: found out by asking, and forgotten after ten minutes.

Calls that the reference lacks may answer 405, 501 or 404 on one instance and work on another.
"""

from __future__ import annotations

from bot.clock import Clock

FORGET_AFTER = 600.0
"""Seconds. An upgrade of Cutover then shows without a restart of the bot."""


class Features:
    """Remembers per operation (method name of the client) whether it answered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._missing: dict[str, float] = {}
        self._present: set[str] = set()

    def offers(self, operation: str) -> bool | None:
        """True: it worked; False: found missing less than ten minutes ago; None: not known."""
        found = self._missing.get(operation)
        if found is not None:
            if self._clock.monotonic() - found < FORGET_AFTER:
                return False
            del self._missing[operation]
        return True if operation in self._present else None

    def works(self, operation: str) -> None:
        self._present.add(operation)

    def lacks(self, operation: str) -> None:
        self._present.discard(operation)
        self._missing[operation] = self._clock.monotonic()

    @property
    def missing(self) -> frozenset[str]:
        """Operations known to be missing now."""
        return frozenset(one for one in tuple(self._missing) if self.offers(one) is False)
