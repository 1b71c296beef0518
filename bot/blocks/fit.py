"""Slack's limits, with margin, and how too much becomes "+N more". The one rule: nothing over a limit leaves `blocks`.

Sources: Block Kit reference and the field reports gathered there: 50 blocks a message, 100 a modal or Home, section
text 3,000, all blocks of a message together about 13,200 characters (undocumented, `msg_blocks_too_long`), a view
250 kB, message text 4,000 on an update. Lengths are UTF-16 units.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, Literal

import orjson

from bot.blocks.check import check
from bot.blocks.clean import width

__all__ = ["check", "fit", "size", "weight"]

Surface = Literal["message", "modal", "home"]

BLOCKS: Final[dict[str, int]] = {"message": 48, "modal": 96, "home": 96}
MESSAGE_CHARS = 12_800
VIEW_BYTES = 240_000
TEXT_LIMIT = 3_500
SECTION_TEXT = 2_900
CONTEXT_TEXT = 1_900
HEADER_TEXT = 140
BUTTON_TEXT = 72
BUTTON_VALUE = 2_000
OPTION_TEXT = 72
OPTION_VALUE = 150
OPTIONS = 100
LABEL_TEXT = 300
HINT_TEXT = 500
TITLE_TEXT = 24
BLOCK_ID = 255
METADATA = 3_000


def size(value: Any) -> int:
    """UTF-16 units as compact JSON: never less than however Slack adds up a message."""
    return width(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def weight(value: Any) -> int:
    """Bytes as JSON with everything escaped: the most a view can weigh on its way."""
    return len(json.dumps(value))


def fit(blocks: Sequence[dict[str, Any]], surface: Surface = "message") -> list[dict[str, Any]]:
    """Drops blocks from the end, before closing buttons, until the rest fits, and says how many are missing."""
    room, measure = (MESSAGE_CHARS, size) if surface == "message" else (VIEW_BYTES, weight)
    if surface == "message" and len(blocks) <= BLOCKS[surface] and len(orjson.dumps(list(blocks))) <= room:
        return list(blocks)  # bytes of UTF-8 are never fewer than UTF-16 units, and quick to count
    if len(blocks) <= BLOCKS[surface] and measure(list(blocks)) <= room:
        return list(blocks)
    tail = _closing(blocks)
    body = list(blocks[: len(blocks) - len(tail)])
    room -= measure(tail) + 200
    most = BLOCKS[surface] - len(tail) - 1
    kept: list[dict[str, Any]] = []
    for block in body:
        room -= measure(block) + 2
        if room < 0 or len(kept) == most:
            break
        kept.append(block)
    return [*kept, _more(len(body) - len(kept)), *tail]


def _closing(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last block where it holds buttons: they stay reachable whatever is cut."""
    return list(blocks[-1:]) if blocks and blocks[-1]["type"] == "actions" else []


def _more(count: int) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "plain_text", "text": f"+{count} more not shown", "emoji": False}]}
