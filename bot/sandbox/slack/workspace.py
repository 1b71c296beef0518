"""The state of one embedded Slack: who is there, what was said, which views are open.

The one rule: this holds state and the smallest changes to it; what the Web API, a person or the delivery does
is elsewhere.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from bot.sandbox.slack.clock import Clock
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.ids import Ids
from bot.sandbox.slack.limits import Limits
from bot.sandbox.slack.live import Live
from bot.sandbox.slack.model import App, Channel, Message, User
from bot.sandbox.slack.traffic import Traffic
from bot.sandbox.slack.world import World

if TYPE_CHECKING:
    from bot.sandbox.slack.delivery import Delivery
    from bot.sandbox.slack.files import FileShelf
    from bot.sandbox.slack.response_urls import ResponseUrls
    from bot.sandbox.slack.scheduled import Scheduled
    from bot.sandbox.slack.triggers import Triggers
    from bot.sandbox.slack.views import ViewBook

T = TypeVar("T")


@dataclass(slots=True)
class Toast:
    id: int
    text: str
    at: float


@dataclass(slots=True)
class Tokens:
    """What the app signs in with; made up, so they look like Slack's but open nothing."""

    bot: str
    app: str
    signing_secret: str
    verification: str = "sandbox-verification-token"


@dataclass(slots=True)
class InputMemory:
    """What a person has chosen but not sent, and which type-ahead options they were shown."""

    values: dict[tuple[str, str], dict[str, dict[str, Json]]] = field(default_factory=dict)
    offered: dict[tuple[str, str, str, str], dict[str, Json]] = field(default_factory=dict)


class Workspace:
    """Everything that one embedded Slack knows. The services are set by the server that owns it."""

    delivery: Delivery
    views: ViewBook
    triggers: Triggers
    response_urls: ResponseUrls
    scheduled: Scheduled
    files: FileShelf

    def __init__(self, world: World, *, strict: bool = True, limits: bool = False) -> None:
        self.clock = Clock()
        self.ids = Ids(self.clock)
        self.live = Live()
        self.traffic = Traffic()
        self.faults = Faults()
        self.limits = Limits(self.clock, limits)
        self.strict = strict
        self.base_url = ""
        self.tokens = make_tokens(world)
        self.tasks: set[asyncio.Task[Any]] = set()
        self.load(world)

    def load(self, world: World) -> None:
        """Start from `world`; nothing said or opened before stays."""
        self.team: Json = world.team
        self.app: App = world.app
        self.users: dict[str, User] = world.users
        self.channels: dict[str, Channel] = world.channels
        self.usergroups: list[Json] = world.usergroups
        self.toasts: dict[str, list[Toast]] = {}
        self.inputs = InputMemory()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something beside; the server cancels what is left when it stops."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    @property
    def bot(self) -> str:
        return self.app.bot_user_id

    def toast(self, user: str | None, text: str) -> None:
        """What Slack itself says to one person."""
        if user is None:
            return
        shown = self.toasts.setdefault(user, [])
        shown.append(Toast(len(shown) + 1, text, self.clock.now()))
        self.live.publish("toast", user=user)

    def user_named(self, name: str) -> User | None:
        """By id, name or display name, with or without the @."""
        wanted = name.removeprefix("@").casefold()
        for user in self.users.values():
            if wanted in (user.id.casefold(), user.name.casefold(), user.display_name.casefold()):
                return user
        return None

    def direct_channel(self, user: str, other: str | None = None) -> Channel:
        """The direct conversation of a person with the bot (or another person), made on first use."""
        pair = sorted({user, other or self.bot})
        for channel in self.channels.values():
            if channel.is_im and sorted(channel.members) == pair:
                return channel
        digest = hashlib.sha256("|".join(pair).encode()).hexdigest()[:10].upper()
        channel = Channel(id=f"D{digest}", name=user, members=pair, is_private=True, is_im=True)
        channel.created = int(self.clock.now())
        self.channels[channel.id] = channel
        self.live.publish("channel", channel=channel.id)
        return channel

    def find_message(self, channel: str, ts: str) -> Message:
        """SlackError message_not_found when there is none (an ephemeral one counts as none)."""
        place = self.channels.get(channel)
        if place is None or ts not in place.messages:
            raise SlackError("message_not_found")
        return place.messages[ts]


def make_tokens(world: World) -> Tokens:
    """Tokens that stay the same from start to start, so a `.env` written once stays right."""
    seed = hashlib.sha256(f"{world.team['id']}:{world.app.id}".encode()).hexdigest()
    return Tokens(
        bot=f"xoxb-sandbox-{seed[:24]}",
        app=f"xapp-1-{world.app.id}-{seed[24:34]}-{seed[34:64]}",
        signing_secret=seed[:32],
    )
