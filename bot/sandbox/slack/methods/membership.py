"""conversations.* that change who is in a conversation or what it is.

The one rule: what a person does by hand and what the app does by API end in the same functions of `rooms`.
"""

from __future__ import annotations

from typing import Final

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.methods.base import Method
from bot.sandbox.slack.model import Channel
from bot.sandbox.slack.places import describe, lookup
from bot.sandbox.slack.rooms import add_member, create_channel, drop_member, set_archived
from bot.sandbox.slack.workspace import Workspace

MANAGE = ("channels:manage", "groups:write")
OPEN = ("im:write", "mpim:write")


def join(ws: Workspace, args: Args) -> Json:
    channel = lookup(ws, args.need("channel"))
    if channel.is_im or channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if ws.bot in channel.members:
        return {
            "channel": describe(ws, channel),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    add_member(ws, channel, ws.bot)
    return {"channel": describe(ws, channel)}


def leave(ws: Workspace, args: Args) -> Json:
    channel = lookup(ws, args.need("channel"))
    if channel.name == "general":
        raise SlackError("cant_leave_general")
    if ws.bot not in channel.members:
        return {"not_in_channel": True}
    drop_member(ws, channel, ws.bot)
    return {}


def open_direct(ws: Workspace, args: Args) -> Json:
    """With `users`: one gives the direct conversation, several give a group one."""
    if args.text("channel"):
        return {"channel": describe(ws, lookup(ws, args.text("channel")))}
    users = args.listed("users")
    if not users:
        raise SlackError("users_list_not_supplied")
    if any(user not in ws.users for user in users):
        raise SlackError("user_not_found")
    if len(users) > 8:
        raise SlackError("too_many_users")
    channel = ws.direct_channel(users[0]) if len(users) == 1 else _group(ws, users)
    if not args.flag("return_im"):
        return {"channel": {"id": channel.id}}
    return {"channel": describe(ws, channel)}


def _group(ws: Workspace, users: list[str]) -> Channel:
    members = sorted({*users, ws.bot})
    for channel in ws.channels.values():
        if channel.is_mpim and sorted(channel.members) == members:
            return channel
    name = "mpdm-" + "--".join(ws.users[user].name for user in members) + "-1"
    channel = Channel(ws.ids.new("G"), name, members, is_private=True, is_mpim=True)
    channel.created = int(ws.clock.now())
    ws.channels[channel.id] = channel
    ws.live.publish("channel", channel=channel.id)
    return channel


def invite(ws: Workspace, args: Args) -> Json:
    channel = lookup(ws, args.need("channel"))
    users = args.listed("users")
    if not users:
        raise SlackError("no_user")
    if ws.bot not in channel.members:
        raise SlackError("not_in_channel")
    for user in users:
        if user not in ws.users:
            raise SlackError("user_not_found")
        if user == ws.bot:
            raise SlackError("cant_invite_self")
        if user in channel.members:
            raise SlackError("already_in_channel")
    for user in users:
        add_member(ws, channel, user, ws.bot)
    return {"channel": describe(ws, channel)}


def create(ws: Workspace, args: Args) -> Json:
    private = args.flag("is_private")
    channel = create_channel(ws, args.need("name"), ws.bot, is_private=private, members=[ws.bot])
    return {"channel": describe(ws, channel)}


def archive(ws: Workspace, args: Args) -> Json:
    channel = lookup(ws, args.need("channel"))
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.name == "general":
        raise SlackError("cant_archive_general")
    if ws.bot not in channel.members:
        raise SlackError("not_in_channel")
    set_archived(ws, channel, True, ws.bot)
    return {}


def unarchive(ws: Workspace, args: Args) -> Json:
    channel = lookup(ws, args.need("channel"))
    if not channel.is_archived:
        raise SlackError("not_archived")
    set_archived(ws, channel, False, ws.bot)
    return {}


def set_topic(ws: Workspace, args: Args) -> Json:
    channel = lookup(ws, args.need("channel"))
    topic = args.text("topic")
    if len(topic) > 250:
        raise SlackError("too_long")
    if ws.bot not in channel.members:
        raise SlackError("not_in_channel")
    channel.topic = topic
    ws.live.publish("channel", channel=channel.id)
    return {"channel": describe(ws, channel)}


METHODS: Final = {
    "conversations.join": Method(join, ("channels:join",)),
    "conversations.leave": Method(leave, MANAGE),
    "conversations.open": Method(open_direct, OPEN),
    "conversations.invite": Method(invite, (*MANAGE, "channels:write.invites", "groups:write.invites")),
    "conversations.create": Method(create, MANAGE, 2),
    "conversations.archive": Method(archive, MANAGE, 2),
    "conversations.unarchive": Method(unarchive, MANAGE, 2),
    "conversations.setTopic": Method(set_topic, (*MANAGE, "channels:write.topic", "groups:write.topic"), 2),
}
