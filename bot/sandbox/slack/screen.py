"""What one person sees: conversations, threads, modals, Home, and Slack's own notices.

The one rule: text is given exactly as it was sent; what it does when shown (mentions, links) is the page's to draw.
"""

from __future__ import annotations

from dataclasses import asdict

from bot.sandbox.slack.acts.press import view_with_state
from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.model import Channel, Message
from bot.sandbox.slack.workspace import Workspace


def screen(ws: Workspace, user: str, channel: str | None = None, limit: int | None = None) -> Json:
    """The whole screen, or with one channel only; `limit` keeps the newest messages of each channel."""
    mine = [c for c in ws.channels.values() if user in c.members and channel in (None, c.id)]
    home = ws.views.homes.get(user)
    return {
        "channels": {c.id: {"messages": shown(c, user, limit), "unread": unread(c, user)} for c in mine},
        "threads": {c.id: threads(c, user) for c in mine},
        "views": [seen_view(ws, user, view) for view in ws.views.stacks.get(user, [])],
        "home": seen_view(ws, user, home) if home is not None else None,
        "toasts": [asdict(toast) for toast in ws.toasts.get(user, [])],
    }


def seen_view(ws: Workspace, user: str, view: Json) -> Json:
    """A view with this person's inputs and the errors that stand beside them."""
    return {**view_with_state(ws, user, view), "errors": ws.views.errors.get(view["id"], {})}


def seen(message: Message) -> Json:
    """A message as the page draws it."""
    return {**message.public(), "pinned": message.pinned_by is not None}


def shown(channel: Channel, user: str, limit: int | None = None) -> list[Json]:
    """Messages in the channel itself, oldest first, this person's ephemeral ones among them."""
    messages = [m for m in channel.messages.values() if m.in_channel]
    messages += [m for m in channel.ephemerals if m.ephemeral_for == user and not m.thread_ts]
    messages.sort(key=lambda message: message.ts)
    return [seen(message) for message in (messages[-limit:] if limit else messages)]


def threads(channel: Channel, user: str) -> dict[str, list[Json]]:
    """{parent ts: parent and replies, oldest first}, ephemeral replies of this person too."""
    found: dict[str, list[Message]] = {}
    whispered = [m for m in channel.ephemerals if m.ephemeral_for == user and m.thread_ts]
    for message in [*channel.messages.values(), *whispered]:
        if message.thread_ts is not None:
            found.setdefault(message.thread_ts, []).append(message)
    for root, messages in found.items():
        parent = channel.messages.get(root)
        if parent is not None and parent not in messages:
            messages.insert(0, parent)
        messages.sort(key=lambda message: message.ts)
    return {root: [seen(message) for message in messages] for root, messages in found.items()}


def unread(channel: Channel, user: str) -> int:
    """Messages of others since this person last wrote or read here."""
    since = channel.last_read.get(user, "")
    return sum(1 for m in channel.messages.values() if m.in_channel and m.ts > since and m.body.get("user") != user)
