"""chat.*: post, change, delete, whisper.

The one rule: an app changes and deletes only its own messages, and never an ephemeral one.
"""

from __future__ import annotations

import re
from typing import Final

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.methods.base import Method
from bot.sandbox.slack.model import Channel, Message
from bot.sandbox.slack.places import lookup, postable
from bot.sandbox.slack.posting import Content, bot_body, change, post, post_ephemeral, read_content, remove
from bot.sandbox.slack.workspace import Workspace

UPDATE_TEXT = 4_000


def content_of(ws: Workspace, args: Args, *, need_text: bool = True) -> Content:
    """The content arguments of a chat method, JSON strings read."""
    fields = {name: args.data(name) for name in ("blocks", "attachments", "metadata")}
    content = read_content(
        ws, {**fields, "text": args.get("text"), "markdown_text": args.get("markdown_text")}, need_text=need_text
    )
    if args.flag("link_names") or args.get("parse") == "full":
        content.text = linked(ws, content.text)
    return content


def linked(ws: Workspace, text: str) -> str:
    """`link_names`: @dana becomes a mention that rings; @channel and @here too. A bot should not ask for it."""

    def mention(found: re.Match[str]) -> str:
        name = found.group(1)
        if name in ("channel", "here", "everyone"):
            return f"<!{name}>"
        user = ws.user_named(name)
        return f"<@{user.id}>" if user else found.group(0)

    return re.sub(r"(?<![<\w])@([\w.-]+)", mention, text)


def post_message(ws: Workspace, args: Args) -> Json:
    channel = args.need("channel")
    content = content_of(ws, args)
    place = postable(ws, channel)
    thread_ts = args.text("thread_ts") or None
    broadcast = args.flag("reply_broadcast")
    message = post(
        ws, place, bot_body(ws, content), metadata=content.metadata, thread_ts=thread_ts, broadcast=broadcast
    )
    return {"channel": place.id, "ts": message.ts, "message": message.public(metadata=True), **_warned(content)}


def _warned(content: Content) -> Json:
    if not content.warnings:
        return {}
    return {"warning": ",".join(content.warnings), "response_metadata": {"warnings": content.warnings}}


def own_message(ws: Workspace, args: Args, refusal: str) -> tuple[Channel, Message]:
    """The bot's own message that `channel` and `ts` name."""
    place = lookup(ws, args.need("channel"))
    ts = args.need("ts")
    message = place.messages.get(ts)
    if message is None:
        raise SlackError("message_not_found")
    if message.body.get("bot_id") != ws.app.bot_id:
        raise SlackError(refusal)
    return place, message


def update(ws: Workspace, args: Args) -> Json:
    """Too long a text is an error here, not a cut; blocks that are not given are dropped when text is."""
    content = content_of(ws, args)
    if len(args.text("text")) > UPDATE_TEXT:
        raise SlackError("msg_too_long")
    place, message = own_message(ws, args, "cant_update_message")
    if place.is_archived:
        raise SlackError("is_archived")
    change(ws, place, message, content)
    answer = {"channel": place.id, "ts": message.ts, "text": message.body["text"]}
    return {**answer, "message": message.public(metadata=True), **_warned(content)}


def delete(ws: Workspace, args: Args) -> Json:
    place, message = own_message(ws, args, "cant_delete_message")
    remove(ws, place, message)
    return {"channel": place.id, "ts": message.ts}


def ephemeral(ws: Workspace, args: Args) -> Json:
    user = args.need("user")
    channel = args.need("channel")
    content = content_of(ws, args)
    place = postable(ws, channel)
    if user not in ws.users or user not in place.members:
        raise SlackError("user_not_in_channel")
    return {"message_ts": post_ephemeral(ws, place, user, content, args.text("thread_ts") or None).ts}


def me_message(ws: Workspace, args: Args) -> Json:
    place = postable(ws, args.need("channel"))
    content = read_content(ws, {"text": args.need("text")})
    message = post(ws, place, {**bot_body(ws, content), "subtype": "me_message"})
    return {"channel": place.id, "ts": message.ts}


def permalink(ws: Workspace, args: Args) -> Json:
    place = lookup(ws, args.need("channel"))
    ts = args.need("message_ts")
    if ts not in place.messages:
        raise SlackError("message_not_found")
    return {"channel": place.id, "permalink": link_to(ws, place, place.messages[ts])}


def link_to(ws: Workspace, place: Channel, message: Message) -> str:
    """The permalink of a message; of a reply with its thread."""
    link = f"https://{ws.team['domain']}.slack.com/archives/{place.id}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={place.id}" if message.is_reply else link


METHODS: Final = {
    "chat.postMessage": Method(post_message, ("chat:write",), 0),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.postEphemeral": Method(ephemeral, ("chat:write",), 4),
    "chat.meMessage": Method(me_message, ("chat:write",)),
    "chat.getPermalink": Method(permalink, tier=0),
}
