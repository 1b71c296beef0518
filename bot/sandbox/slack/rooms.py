"""Who is in which conversation: join, leave, invite, archive, for the bot and for people alike.

The one rule: a change of membership is told to the app (`member_joined_channel`) and leaves Slack's grey line
in the channel.
"""

from __future__ import annotations

import re

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.events import emit
from bot.sandbox.slack.model import Channel
from bot.sandbox.slack.posting import post
from bot.sandbox.slack.workspace import Workspace

NAME = re.compile(r"[\w-]{1,80}")


def add_member(ws: Workspace, channel: Channel, user: str, inviter: str | None = None) -> None:
    """Put a person or the bot in."""
    channel.members.append(user)
    body = {"type": "message", "subtype": "channel_join", "user": user, "text": f"<@{user}> has joined the channel"}
    if inviter:
        body["inviter"] = inviter
    post(ws, channel, body)
    ws.live.publish("channel", channel=channel.id)
    if ws.bot in channel.members:
        kind = "G" if channel.is_private else "C"
        event = {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": kind,
            "team": ws.team["id"],
        }
        emit(ws, event | ({"inviter": inviter} if inviter else {}))


def drop_member(ws: Workspace, channel: Channel, user: str) -> None:
    """Take a person or the bot out."""
    heard = ws.bot in channel.members
    channel.members.remove(user)
    post(
        ws,
        channel,
        {"type": "message", "subtype": "channel_leave", "user": user, "text": f"<@{user}> has left the channel"},
    )
    ws.live.publish("channel", channel=channel.id)
    if heard:
        kind = "G" if channel.is_private else "C"
        emit(ws, {"type": "member_left_channel", "user": user, "channel": channel.id, "channel_type": kind})


def create_channel(ws: Workspace, name: str, creator: str, *, is_private: bool, members: list[str]) -> Channel:
    """Codes: invalid_name, name_taken."""
    if not NAME.fullmatch(name) or name != name.lower():
        raise SlackError("invalid_name_specials")
    if any(c.name == name and not c.is_im for c in ws.channels.values()):
        raise SlackError("name_taken")
    channel = Channel(ws.ids.new("G" if is_private else "C"), name, list(dict.fromkeys(members)), is_private)
    channel.creator, channel.created = creator, int(ws.clock.now())
    ws.channels[channel.id] = channel
    ws.live.publish("channel", channel=channel.id)
    emit(ws, {"type": "channel_created", "channel": {"id": channel.id, "name": name, "creator": creator}})
    return channel


def set_archived(ws: Workspace, channel: Channel, archived: bool, user: str) -> None:
    """Archive or bring back."""
    channel.is_archived = archived
    ws.live.publish("channel", channel=channel.id)
    emit(ws, {"type": "channel_archive" if archived else "channel_unarchive", "channel": channel.id, "user": user})
