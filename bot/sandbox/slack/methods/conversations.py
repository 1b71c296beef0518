"""conversations.*: what is there and what was said.

The one rule: history is for members only and never shows an ephemeral message; metadata comes only on demand.
"""

from __future__ import annotations

from typing import Final

from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.methods.base import Method
from bot.sandbox.slack.model import Channel, Message
from bot.sandbox.slack.places import describe, lookup, need_scope, page, readable
from bot.sandbox.slack.workspace import Workspace

_TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
READ_SCOPES = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY_SCOPES = ("channels:history", "groups:history", "im:history", "mpim:history")


def visible(ws: Workspace, args: Args, member: str | None = None) -> list[Channel]:
    """The conversations of the asked `types` that the bot may list; of one member when given."""
    kinds = args.listed("types") or ["public_channel"]
    if any(kind not in _TYPES for kind in kinds):
        raise SlackError("invalid_types")
    for kind in kinds:
        need_scope(ws, f"{_TYPES[kind]}:read")
    wanted = {_TYPES[kind] for kind in kinds}
    found = [c for c in ws.channels.values() if c.kind in wanted]
    if args.flag("exclude_archived"):
        found = [c for c in found if not c.is_archived]
    found = [c for c in found if not c.is_private or ws.bot in c.members]
    return [c for c in found if member is None or member in c.members]


def listed(ws: Workspace, args: Args) -> Json:
    items = [describe(ws, channel, members=True) for channel in visible(ws, args)]
    part, cursor = page(items, args.text("cursor"), args.number("limit", 100, 1, 1000))
    return {"channels": part, "response_metadata": {"next_cursor": cursor}}


def info(ws: Workspace, args: Args) -> Json:
    channel = lookup(ws, args.need("channel"))
    need_scope(ws, f"{channel.kind}:read")
    return {"channel": describe(ws, channel, members=args.flag("include_num_members"))}


def history(ws: Workspace, args: Args) -> Json:
    channel = readable(ws, args.need("channel"))
    shown = [m for m in channel.messages.values() if m.in_channel]
    newest_first = in_window(shown, args)[::-1]
    limit = args.number("limit", 100, 1, 999)
    metadata = args.flag("include_all_metadata")
    part, cursor = page([m.public(metadata) for m in newest_first], args.text("cursor"), limit)
    answer: Json = {"messages": part, "has_more": bool(cursor), "pin_count": _pins(channel)}
    if cursor:
        answer["response_metadata"] = {"next_cursor": cursor}
    return answer


def _pins(channel: Channel) -> int:
    return sum(1 for message in channel.messages.values() if message.pinned_by)


def in_window(messages: list[Message], args: Args) -> list[Message]:
    """Those between `oldest` and `latest`; the bounds themselves only with `inclusive`."""
    bounds: dict[str, float] = {}
    for name in ("oldest", "latest"):
        value = args.text(name)
        if value in ("", "now"):
            continue
        try:
            bounds[name] = float(value)
        except ValueError:
            raise SlackError(f"invalid_ts_{name}") from None
    low, high = bounds.get("oldest"), bounds.get("latest")
    inclusive = args.flag("inclusive")

    def inside(message: Message) -> bool:
        moment = float(message.ts)
        if inclusive and moment in (low, high):
            return True
        return (low is None or moment > low) and (high is None or moment < high)

    return [message for message in messages if inside(message)]


def replies(ws: Workspace, args: Args) -> Json:
    """The parent first, then replies, oldest first."""
    channel = readable(ws, args.need("channel"))
    ts = args.need("ts")
    message = channel.messages.get(ts)
    if message is None:
        raise SlackError("thread_not_found")
    root = message.thread_ts or ts
    thread = channel.thread(root)
    parent = [m for m in thread if m.ts == root]
    rest = in_window([m for m in thread if m.ts != root], args)
    metadata = args.flag("include_all_metadata")
    items = [m.public(metadata) for m in parent + rest]
    part, cursor = page(items, args.text("cursor"), args.number("limit", 999, 1, 1000))
    answer: Json = {"messages": part, "has_more": bool(cursor)}
    if cursor:
        answer["response_metadata"] = {"next_cursor": cursor}
    return answer


def members(ws: Workspace, args: Args) -> Json:
    channel = lookup(ws, args.need("channel"))
    need_scope(ws, f"{channel.kind}:read")
    items: list[Json] = [{"id": user} for user in channel.members]
    part, cursor = page(items, args.text("cursor"), args.number("limit", 100, 1, 1000))
    return {"members": [entry["id"] for entry in part], "response_metadata": {"next_cursor": cursor}}


def users_conversations(ws: Workspace, args: Args) -> Json:
    user = args.text("user", ws.bot)
    if user not in ws.users:
        raise SlackError("user_not_found")
    items = [describe(ws, channel) for channel in visible(ws, args, user)]
    part, cursor = page(items, args.text("cursor"), args.number("limit", 100, 1, 999))
    return {"channels": part, "response_metadata": {"next_cursor": cursor}}


METHODS: Final = {
    "conversations.list": Method(listed, READ_SCOPES, 2),
    "conversations.info": Method(info, READ_SCOPES),
    "conversations.history": Method(history, HISTORY_SCOPES),
    "conversations.replies": Method(replies, HISTORY_SCOPES),
    "conversations.members": Method(members, READ_SCOPES, 4),
    "users.conversations": Method(users_conversations, READ_SCOPES),
}
