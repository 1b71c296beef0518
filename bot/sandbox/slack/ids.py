"""Makes Slack's identifiers: message ts, view ids, trigger ids, secrets.

The one rule: a ts is unique in the whole workspace and never goes back, even when many messages fall into one
microsecond.
"""

from __future__ import annotations

import secrets

from bot.sandbox.slack.clock import Clock

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Ids:
    """One per workspace."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_micros = 0
        self._count = 0

    def ts(self) -> str:
        """A new "seconds.microseconds"."""
        self._last_micros = max(int(self._clock.now() * 1_000_000), self._last_micros + 1)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def new(self, prefix: str) -> str:
        """An id such as V0K3J9QZ2A1: the prefix and ten characters."""
        return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(10))

    def block(self) -> str:
        """What Slack puts where a block has no block_id: five characters."""
        return "".join(secrets.choice(_ALPHABET + _ALPHABET[10:].lower()) for _ in range(5))

    def trigger(self) -> str:
        self._count += 1
        return f"{int(self._clock.now() * 1000)}.{self._count}.{secrets.token_hex(16)}"

    def secret(self) -> str:
        return secrets.token_urlsafe(24)

    def view_hash(self) -> str:
        """As Slack writes it: seconds, a dot, eight characters."""
        return f"{int(self._clock.now())}.{secrets.token_hex(4)}"
