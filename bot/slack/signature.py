"""Slack's request signature. The one rule: raw bytes are verified before anything is parsed, and nothing raises."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

WINDOW: Final = 300
"""Seconds a timestamp may lie off, either way (documented by Slack)."""


def is_authentic(secrets: Sequence[str], timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Whether one of `secrets` signed `body` at `timestamp` (Unix seconds as text), within the window around `now`."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now - int(timestamp)) > WINDOW or len(signature) != 67 or not signature.isascii():
        return False
    base = b"v0:" + timestamp.encode() + b":" + body
    given = signature.encode()
    valid = False
    for secret in secrets:
        expected = b"v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest().encode()
        valid |= hmac.compare_digest(expected, given)
    return valid
