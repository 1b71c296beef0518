"""What the bot says about its own posts. The one rule: what was left out is counted, and said once."""

from __future__ import annotations

from datetime import datetime

from bot.blocks import parts
from bot.blocks.message import Message, message
from bot.blocks.text import channel, phrase, when


def left_out(count: int, since: datetime, until: datetime, now: datetime) -> Message:
    """`count` posts from `since` to `until` that could not be delivered in time; a line in their place."""
    line = phrase(
        "⏳ {count} posts from {since} to {until} could not be delivered in time and are left out. "
        "Boards and cards here show what is so now.",
        count=count,
        since=when(since, now),
        until=when(until, now),
    )
    return message([parts.context(line)], line)


_WHY = {
    "is_archived": "it is archived",
    "not_in_channel": "the bot is not a member any more",
    "channel_not_found": "it is gone, or the bot is not a member any more",
}


def channel_lost(channel_id: str, why: str, command: str) -> Message:
    """To whoever linked a channel that takes no posts now. `why` is Slack's word, `command` links it again."""
    line = phrase(
        "🔇 Posts to {channel} are paused: {why}. Invite the bot there and type `{command}` in the channel to go on, "
        "or unlink it.",
        channel=channel(channel_id),
        why=_WHY.get(why, f"Slack answers {why}"),
        command=command,
    )
    return message([parts.section(line)])
