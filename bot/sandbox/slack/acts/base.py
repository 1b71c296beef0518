"""What all acts of a person share: who acts, what they can see, and how the app's silence is shown to them.

The one rule: a person acts only on what is on their screen; anything else is Refused (404 or 409) and nothing
is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.slack.errors import Json, Refused
from bot.sandbox.slack.model import Channel, Message, User
from bot.sandbox.slack.traffic import Envelope
from bot.sandbox.slack.workspace import Workspace

TROUBLE = "Trouble connecting"


@dataclass(slots=True)
class Done:
    """What an act did: the envelope it sent, if any, what to add to the answer, and what to add once the app acked."""

    envelope: Envelope | None = None
    extra: Json = field(default_factory=dict)
    later: Callable[[], Json] = dict


def person(ws: Workspace, user: str) -> User:
    """Somebody who can act: a living person, no bot."""
    found = ws.users.get(user)
    if found is None or found.is_bot or found.deleted:
        raise Refused("user_not_found", f"there is no person {user[:40]!r}", 404)
    return found


def text_of(body: Json, name: str) -> str:
    """A required string of a control body."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Refused("missing_field", f"the body needs {name!r}")
    return value


def channel_of(ws: Workspace, user: str, body: Json, *, alive: bool = False) -> Channel:
    """A conversation that this person is in; `alive` refuses an archived one."""
    channel = ws.channels.get(text_of(body, "channel"))
    if channel is None:
        raise Refused("channel_not_found", f"there is no channel {body['channel'][:40]!r}", 404)
    if user not in channel.members:
        raise Refused("not_in_channel", f"{ws.users[user].name} is not in #{channel.name}", 409)
    if alive and channel.is_archived:
        raise Refused("is_archived", f"#{channel.name} is archived", 409)
    return channel


def message_of(ws: Workspace, user: str, channel: Channel, ts: str) -> Message:
    """A message that this person sees in a channel, an ephemeral one of theirs too."""
    message = channel.messages.get(ts) or channel.find_ephemeral(ts, user)
    if message is None:
        raise Refused("message_not_found", f"there is no message {ts[:40]} in #{channel.name}", 404)
    return message


def view_of(ws: Workspace, user: str, view_id: str) -> Json:
    """A view on this person's screen; of the modals only the top one can be used."""
    stack = ws.views.stacks.get(user, [])
    if stack and stack[-1]["id"] == view_id:
        return stack[-1]
    home = ws.views.homes.get(user)
    if home is not None and home["id"] == view_id:
        return home
    if any(view["id"] == view_id for view in stack):
        raise Refused("view_covered", "another modal stands on this one", 409)
    raise Refused("view_not_found", f"no view {view_id[:40]!r} is open for this person", 404)


def identity(ws: Workspace, user: User) -> Json:
    """`user` as interactions carry it."""
    return {"id": user.id, "username": user.name, "name": user.name, "team_id": ws.team["id"]}


def frame(ws: Workspace, user: User, kind: str) -> Json:
    """The fields that every interaction has."""
    return {
        "type": kind,
        "team": {"id": ws.team["id"], "domain": ws.team["domain"]},
        "user": identity(ws, user),
        "api_app_id": ws.app.id,
        "token": ws.tokens.verification,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def shown_name(channel: Channel) -> str:
    """channel_name as payloads carry it."""
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def send(
    ws: Workspace,
    user: User,
    payload: Json,
    answered: Callable[[object], None] = lambda _: None,
    failed: Callable[[str], None] | None = None,
) -> Envelope:
    """Send an interaction; silence of the app becomes "Trouble connecting" on this person's screen."""

    def trouble(code: str) -> None:
        ws.toast(user.id, f"{TROUBLE} ({code})")
        if failed is not None:
            failed(code)

    if not ws.app.interactivity:
        raise Refused("interactivity_disabled", "the app has no interactivity switched on", 409)
    return ws.delivery.interaction("interactive", payload, user.id, answered, trouble)
