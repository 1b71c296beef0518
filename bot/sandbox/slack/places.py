"""Finds the conversation that a call means, and checks what the bot may do there.

The one rule: a private conversation that the bot is not in does not exist for it (`channel_not_found`).
"""

from __future__ import annotations

from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.model import Channel
from bot.sandbox.slack.workspace import Workspace


def lookup(ws: Workspace, wanted: str) -> Channel:
    """By id, or by name with or without #; what the bot cannot see is channel_not_found."""
    channel = ws.channels.get(wanted)
    if channel is None:
        name = wanted.removeprefix("#")
        channel = next((c for c in ws.channels.values() if c.name == name and not c.is_im), None)
    if channel is None or (channel.is_private and ws.bot not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def postable(ws: Workspace, wanted: str) -> Channel:
    """Where the bot may post. A user id means the direct conversation with that person."""
    if wanted in ws.users:
        return ws.direct_channel(wanted)
    channel = lookup(ws, wanted)
    if channel.is_archived:
        raise SlackError("is_archived")
    if ws.bot not in channel.members and "chat:write.public" not in ws.app.scopes:
        raise SlackError("not_in_channel")
    return channel


def readable(ws: Workspace, wanted: str) -> Channel:
    """Where the bot may read history: it must be a member."""
    channel = lookup(ws, wanted)
    need_scope(ws, f"{channel.kind}:history")
    if ws.bot not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def need_scope(ws: Workspace, *any_of: str) -> None:
    """missing_scope with `needed` and `provided`, as Slack answers."""
    if not any(scope in ws.app.scopes for scope in any_of):
        raise SlackError("missing_scope", needed=any_of[0], provided=",".join(ws.app.scopes))


def describe(ws: Workspace, channel: Channel, members: bool = False) -> Json:
    """A conversation object as the bot sees it."""
    if channel.is_im:
        other = next((user for user in channel.members if user != ws.bot), ws.bot)
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "is_org_shared": False,
            "user": other,
            "is_user_deleted": False,
            "priority": 0,
        }
    about: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": channel.is_mpim,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_member": ws.bot in channel.members,
        "created": channel.created,
        "creator": channel.creator,
        "context_team_id": ws.team["id"],
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
    }
    if members:
        about["num_members"] = len(channel.members)
    return about


def page(items: list[Json], cursor: str, limit: int) -> tuple[list[Json], str]:
    """One page and the next cursor ("" at the end). invalid_cursor for one that was not given out."""
    start = 0
    if cursor:
        if not cursor.startswith("at:") or not cursor[3:].isdecimal():
            raise SlackError("invalid_cursor")
        start = int(cursor[3:9])
    part = items[start : start + limit]
    more = start + limit < len(items)
    return part, f"at:{start + limit}" if more else ""
