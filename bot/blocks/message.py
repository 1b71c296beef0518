"""What builders return. The one rule: a message always carries its whole content as text too.

`text` is what notifications, screen readers and clients without Block Kit show; Slack parses it as mrkdwn,
so it is escaped like every other text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.blocks.fit import TEXT_LIMIT, fit
from bot.blocks.text import Mrkdwn, cut_mrkdwn, literal

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """`text` and `blocks` for chat.postMessage, chat.update, chat.postEphemeral and response URLs."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class View:
    """`payload` for views.open, views.update and a submission's response."""

    payload: dict[str, Any]


def message(blocks: Sequence[Block], text: Mrkdwn | None = None) -> Message:
    """Fits `blocks` to Slack's limits; the text is gathered from them unless given."""
    fitted = tuple(fit(blocks, "message"))
    return Message(cut_mrkdwn(fallback(fitted) if text is None else text, TEXT_LIMIT), fitted)


def fallback(blocks: Sequence[Block]) -> Mrkdwn:
    """The words of `blocks`, a line each, without the controls."""
    lines: list[str] = []
    for block in blocks:
        if block["type"] in ("header", "section") and "text" in block:
            lines.append(_words(block["text"]))
        elif block["type"] == "context":
            lines.extend(_words(element) for element in block["elements"])
    return Mrkdwn("\n".join(lines))


def _words(text: Mapping[str, Any]) -> str:
    return text["text"] if text["type"] == "mrkdwn" else literal(text["text"])
