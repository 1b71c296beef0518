"""What stands with the pictures of a run. The one rule: it says in words what the pictures show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.blocks import parts, words
from bot.blocks.board import end_line
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, join, literal, phrase, user, when
from bot.blocks.values import ChartValue, encode
from bot.model import Runbook

_OURS = Mrkdwn("Forecast and critical path are the bot's own arithmetic.")


def chart(runbook: Runbook, told: Sequence[str], now: datetime, by: str = "") -> Message:
    """Above the pictures: `told` are their alternative texts, `by` the Slack id of who asked, empty where nobody did;
    `now` aware UTC."""
    head = join(" · ", [phrase("📊 {name}", name=bold(runbook.name, 120)), words.runbook_state(runbook)])
    asked = phrase("asked for by {who}", who=user(by)) if by else None
    at = phrase("as of {at}", at=when(now, now))
    lines = [literal(one, 400) for one in told]
    return message(
        [
            parts.section(join("\n", [head, end_line(runbook, now)])),
            parts.context(*lines),
            parts.context(join(" · ", [asked, at, _OURS])),
        ]
    )


def sent(value: ChartValue) -> Message:
    """The pictures went to the person alone; they may be posted where that was asked."""
    said = Mrkdwn("📊 The pictures are in your conversation with the bot.")
    button = parts.button("Post them here", ActionId.CHART_HERE, encode(value))
    return message([parts.section(said), parts.actions(button)])
