"""Reads JSON that others wrote.

The one rule: one exception (ValueError) for all that is not to be taken, too deep a nesting included.
"""

from __future__ import annotations

import json
from typing import Any

DEPTH = 100


def parse(raw: str | bytes) -> Any:
    """The value, or ValueError. Nesting is cut at a hundred: nothing of Slack's is nearly that deep."""
    try:
        value = json.loads(raw)
    except RecursionError:
        raise ValueError("nested too deep") from None
    level = [value]
    for _ in range(DEPTH):
        level = [
            inner
            for node in level
            if isinstance(node, dict | list)
            for inner in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return value
    raise ValueError("nested too deep")
