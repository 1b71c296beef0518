"""chat.scheduleMessage and its two companions.

The one rule: what waits can be listed and dropped until its moment, on the sandbox's clock.
"""

from __future__ import annotations

from typing import Final

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.methods.base import Method
from bot.sandbox.slack.methods.chat import content_of
from bot.sandbox.slack.places import page, postable
from bot.sandbox.slack.posting import bot_body
from bot.sandbox.slack.workspace import Workspace


def schedule(ws: Workspace, args: Args) -> Json:
    post_at = args.need("post_at")
    if not post_at.isdecimal() or len(post_at) > 12:
        raise SlackError("invalid_time")
    content = content_of(ws, args)
    place = postable(ws, args.need("channel"))
    entry = ws.scheduled.add(place, int(post_at), content, args.text("thread_ts") or None)
    return {
        "channel": place.id,
        "scheduled_message_id": entry.id,
        "post_at": entry.post_at,
        "message": {**bot_body(ws, content), "type": "delayed_message"},
    }


def unschedule(ws: Workspace, args: Args) -> Json:
    ws.scheduled.drop(args.need("scheduled_message_id"), args.need("channel"))
    return {}


def listed(ws: Workspace, args: Args) -> Json:
    wanted = args.text("channel")
    items = [
        {
            "id": entry.id,
            "channel_id": entry.channel.id,
            "post_at": entry.post_at,
            "date_created": entry.created,
            "text": entry.content.text,
        }
        for entry in sorted(ws.scheduled.waiting.values(), key=lambda entry: entry.post_at)
        if not wanted or entry.channel.id == wanted
    ]
    part, cursor = page(items, args.text("cursor"), args.number("limit", 100, 1, 999))
    return {"scheduled_messages": part, "response_metadata": {"next_cursor": cursor}}


METHODS: Final = {
    "chat.scheduleMessage": Method(schedule, ("chat:write",)),
    "chat.deleteScheduledMessage": Method(unschedule, ("chat:write",)),
    "chat.scheduledMessages.list": Method(listed),
}
