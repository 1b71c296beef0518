"""A word to one person when there is no press to answer. The one rule: beside the channel's messages, else directly."""

from __future__ import annotations

from typing import Any

import structlog

from bot.blocks.message import Message
from bot.errors import SlackError
from bot.slack.web import SlackWeb

_log = structlog.get_logger(__name__)


async def tell(web: SlackWeb, user_id: str, channel_id: str, message: Message) -> bool:
    """Reach a person in `channel_id` (may be empty), else by direct message; False when neither worked."""
    content: dict[str, Any] = {"text": message.text, "blocks": list(message.blocks)}
    try:
        if not channel_id:
            raise SlackError("no_channel", method="chat.postEphemeral")
        await web.call("chat.postEphemeral", channel=channel_id, user=user_id, **content)
    except SlackError:
        try:
            await web.call("chat.postMessage", channel=user_id, unfurl_links=False, unfurl_media=False, **content)
        except SlackError as error:
            _log.warning("not_told", user=user_id, error=error.error)
            return False
    return True
