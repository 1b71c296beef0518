"""The things in a workspace: people, channels, messages and the app's registration.

The one rule: a message's `body` is Slack's JSON as it would be in `conversations.history`; what Slack shows
only sometimes (metadata, reactions, pins, who sees an ephemeral one) is kept beside it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from bot.sandbox.slack.errors import Json


@dataclass(slots=True)
class User:
    """A person or a bot user. `tz` is an IANA name."""

    id: str
    name: str
    real_name: str
    email: str
    display_name: str = ""
    title: str = ""
    tz: str = "Europe/London"
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    avatar: str = ""


@dataclass(slots=True)
class Message:
    """One message; `ephemeral_for` is the only person who sees it, None for all."""

    body: Json
    metadata: Json | None = None
    ephemeral_for: str | None = None
    broadcast: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    pinned_by: str | None = None

    @property
    def ts(self) -> str:
        return str(self.body["ts"])

    @property
    def thread_ts(self) -> str | None:
        found = self.body.get("thread_ts")
        return None if found is None else str(found)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def in_channel(self) -> bool:
        """Shown in the channel itself and not only in its thread."""
        return not self.is_reply or self.broadcast

    def public(self, metadata: bool = False) -> Json:
        """As Slack's history shows it; metadata only when it is asked for (`include_all_metadata`)."""
        body = copy.deepcopy(self.body)
        if self.reactions:
            body["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions.items()
            ]
        if metadata and self.metadata is not None:
            body["metadata"] = copy.deepcopy(self.metadata)
        return body


@dataclass(slots=True)
class Channel:
    """A conversation. `messages` holds replies too, oldest first, keyed by ts."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    is_archived: bool = False
    is_im: bool = False
    is_mpim: bool = False
    topic: str = ""
    purpose: str = ""
    creator: str = ""
    created: int = 0
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)
    last_read: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The scope family: channels, groups, im or mpim."""
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "groups" if self.is_private else "channels"

    def thread(self, root: str) -> list[Message]:
        """The parent, if it is still there, and its replies, oldest first."""
        return [m for m in self.messages.values() if root in (m.ts, m.thread_ts)]

    def find_ephemeral(self, ts: str, user: str) -> Message | None:
        return next((m for m in self.ephemerals if m.ts == ts and m.ephemeral_for == user), None)


@dataclass(slots=True)
class Command:
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(slots=True)
class Shortcut:
    """`type` is global or message."""

    callback_id: str
    name: str
    type: str = "message"
    description: str = ""


@dataclass(slots=True)
class App:
    """What an app manifest sets. `delivery` is socket or http."""

    id: str
    name: str
    bot_user_id: str
    bot_id: str
    scopes: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    shortcuts: list[Shortcut] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    interactivity: bool = True
    home_tab: bool = True
    delivery: str = "socket"
    request_url: str | None = None
