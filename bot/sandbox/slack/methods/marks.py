"""reactions.*, pins.*, bookmarks.*: what is put on messages and channels.

The one rule: a person and the bot mark things by the same functions (`set_reaction`), so both show up for everybody.
"""

from __future__ import annotations

import re
from typing import Final

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.events import emit
from bot.sandbox.slack.methods.base import Method
from bot.sandbox.slack.model import Channel, Message
from bot.sandbox.slack.places import lookup
from bot.sandbox.slack.workspace import Workspace

_EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")
REACTIONS = 23
BOOKMARKS = 100


def set_reaction(ws: Workspace, channel: Channel, message: Message, user: str, name: str, *, on: bool) -> None:
    """Codes: invalid_name, already_reacted, too_many_emoji, no_reaction."""
    if not _EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    users = message.reactions.get(name, [])
    if on:
        if user in users:
            raise SlackError("already_reacted")
        if not users and len(message.reactions) >= REACTIONS:
            raise SlackError("too_many_emoji")
        message.reactions[name] = [*users, user]
    else:
        if user not in users:
            raise SlackError("no_reaction")
        message.reactions[name] = [other for other in users if other != user]
        if not message.reactions[name]:
            del message.reactions[name]
    ws.live.publish("message", channel=channel.id, ts=message.ts)
    if ws.bot in channel.members:
        item = {"type": "message", "channel": channel.id, "ts": message.ts}
        kind = "reaction_added" if on else "reaction_removed"
        owner = message.body.get("user")
        emit(ws, {"type": kind, "user": user, "reaction": name, "item_user": owner, "item": item})


def _target(ws: Workspace, args: Args) -> tuple[Channel, Message]:
    channel = lookup(ws, args.need("channel"))
    if ws.bot not in channel.members:
        raise SlackError("not_in_channel")
    return channel, ws.find_message(channel.id, args.need("timestamp"))


def reactions_add(ws: Workspace, args: Args) -> Json:
    name = args.need("name").strip(":")
    set_reaction(ws, *_target(ws, args), ws.bot, name, on=True)
    return {}


def reactions_remove(ws: Workspace, args: Args) -> Json:
    name = args.need("name").strip(":")
    set_reaction(ws, *_target(ws, args), ws.bot, name, on=False)
    return {}


def reactions_get(ws: Workspace, args: Args) -> Json:
    channel, message = _target(ws, args)
    return {"type": "message", "channel": channel.id, "message": message.public()}


def pins_add(ws: Workspace, args: Args) -> Json:
    channel, message = _target(ws, args)
    if message.pinned_by:
        raise SlackError("already_pinned")
    message.pinned_by = ws.bot
    message.body["pinned_to"] = [channel.id]
    ws.live.publish("message", channel=channel.id, ts=message.ts)
    return {}


def pins_remove(ws: Workspace, args: Args) -> Json:
    channel, message = _target(ws, args)
    if not message.pinned_by:
        raise SlackError("no_pin")
    message.pinned_by = None
    message.body.pop("pinned_to", None)
    ws.live.publish("message", channel=channel.id, ts=message.ts)
    return {}


def pins_list(ws: Workspace, args: Args) -> Json:
    channel = lookup(ws, args.need("channel"))
    items = [
        {"type": "message", "channel": channel.id, "created_by": m.pinned_by, "message": m.public()}
        for m in channel.messages.values()
        if m.pinned_by
    ]
    return {"items": items}


def _bookmarked(ws: Workspace, args: Args) -> Channel:
    channel = lookup(ws, args.need("channel_id"))
    if ws.bot not in channel.members:
        raise SlackError("channel_not_found")
    return channel


def bookmarks_add(ws: Workspace, args: Args) -> Json:
    channel = _bookmarked(ws, args)
    title, kind = args.need("title"), args.need("type")
    if kind != "link":
        raise SlackError("invalid_bookmark_type")
    if not re.match(r"https?://\S+$", args.need("link")):
        raise SlackError("invalid_link")
    if len(channel.bookmarks) >= BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    entry: Json = {
        "id": ws.ids.new("Bk"),
        "channel_id": channel.id,
        "title": title,
        "link": args.text("link"),
        "emoji": args.text("emoji"),
        "type": kind,
        "date_created": int(ws.clock.now()),
        "date_updated": 0,
        "last_updated_by_user_id": ws.bot,
        "app_id": ws.app.id,
    }
    channel.bookmarks.append(entry)
    ws.live.publish("channel", channel=channel.id)
    return {"bookmark": entry}


def bookmarks_list(ws: Workspace, args: Args) -> Json:
    return {"bookmarks": _bookmarked(ws, args).bookmarks}


def _bookmark(channel: Channel, args: Args) -> Json:
    wanted = args.need("bookmark_id")
    for entry in channel.bookmarks:
        if entry["id"] == wanted:
            return entry
    raise SlackError("not_found")


def bookmarks_edit(ws: Workspace, args: Args) -> Json:
    channel = _bookmarked(ws, args)
    entry = _bookmark(channel, args)
    entry |= {name: args.text(name) for name in ("title", "link", "emoji") if args.get(name)}
    entry["date_updated"] = int(ws.clock.now())
    ws.live.publish("channel", channel=channel.id)
    return {"bookmark": entry}


def bookmarks_remove(ws: Workspace, args: Args) -> Json:
    channel = _bookmarked(ws, args)
    channel.bookmarks.remove(_bookmark(channel, args))
    ws.live.publish("channel", channel=channel.id)
    return {}


METHODS: Final = {
    "reactions.add": Method(reactions_add, ("reactions:write",)),
    "reactions.remove": Method(reactions_remove, ("reactions:write",), 2),
    "reactions.get": Method(reactions_get, ("reactions:read",)),
    "pins.add": Method(pins_add, ("pins:write",), 2),
    "pins.remove": Method(pins_remove, ("pins:write",), 2),
    "pins.list": Method(pins_list, ("pins:read",), 2),
    "bookmarks.add": Method(bookmarks_add, ("bookmarks:write",), 2),
    "bookmarks.list": Method(bookmarks_list, ("bookmarks:read",)),
    "bookmarks.edit": Method(bookmarks_edit, ("bookmarks:write",), 2),
    "bookmarks.remove": Method(bookmarks_remove, ("bookmarks:write",), 2),
}
