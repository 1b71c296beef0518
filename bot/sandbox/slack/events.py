"""Events for the app: builds the wrapper and sends what the app has subscribed to and may see.

The one rule: an event goes out only if the app subscribed to it and holds its scope, as Slack does silently.
"""

from __future__ import annotations

from bot.sandbox.slack.errors import Json
from bot.sandbox.slack.model import Channel, Message
from bot.sandbox.slack.traffic import Envelope
from bot.sandbox.slack.workspace import Workspace

_SCOPES = {
    "app_mention": "app_mentions:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_created": "channels:read",
    "channel_rename": "channels:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "file_shared": "files:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}


def emit(ws: Workspace, event: Json, name: str | None = None) -> Envelope | None:
    """Send one event; `name` is the subscription when it differs from the event's type (message.channels).
    The envelope, or None when nobody is told."""
    subscription = name or str(event["type"])
    scope = _SCOPES.get(subscription)
    if subscription not in ws.app.events or (scope is not None and scope not in ws.app.scopes):
        return None
    return ws.delivery.event(wrap(ws, {"event_ts": ws.ids.ts(), **event}))


def wrap(ws: Workspace, event: Json) -> Json:
    """The event_callback around an event; every redelivery keeps its event_id."""
    return {
        "token": ws.tokens.verification,
        "team_id": ws.team["id"],
        "context_team_id": ws.team["id"],
        "context_enterprise_id": None,
        "api_app_id": ws.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": ws.ids.new("Ev"),
        "event_time": int(ws.clock.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": ws.team["id"],
                "user_id": ws.bot,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": ws.ids.new("4-"),
    }


def message_event(ws: Workspace, channel: Channel, body: Json) -> None:
    """A `message` event of one conversation; the bot hears only where it is a member, its own messages too."""
    if ws.bot not in channel.members:
        return
    kind = {"channels": "channel", "groups": "group", "im": "im", "mpim": "mpim"}[channel.kind]
    event = {**body, "channel": channel.id, "channel_type": kind}
    emit(ws, {**event, "event_ts": body["ts"]}, f"message.{channel.kind}")


def message_posted(ws: Workspace, channel: Channel, message: Message) -> None:
    """`message`, and `app_mention` in addition when a person named the bot where it is a member."""
    message_event(ws, channel, message.public())
    mentioned = f"<@{ws.bot}>" in str(message.body.get("text", ""))
    if mentioned and message.body.get("user") != ws.bot and ws.bot in channel.members and not channel.is_im:
        emit(ws, {**message.public(), "type": "app_mention", "channel": channel.id, "event_ts": message.ts})
