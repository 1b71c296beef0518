"""A person starts something without a message: a shortcut, or opening the Home tab.

The one rule: only what the app registered can be started; a message shortcut needs a message that everybody sees.
"""

from __future__ import annotations

from bot.sandbox.slack.acts.base import Done, channel_of, frame, message_of, person, send, text_of
from bot.sandbox.slack.errors import Json, Refused
from bot.sandbox.slack.events import emit
from bot.sandbox.slack.workspace import Workspace


def shortcut(ws: Workspace, user: str, body: Json) -> Done:
    actor = person(ws, user)
    callback_id = text_of(body, "callback_id")
    known = next((entry for entry in ws.app.shortcuts if entry.callback_id == callback_id), None)
    if known is None or "commands" not in ws.app.scopes:
        raise Refused("shortcut_not_found", f"the app has no shortcut {callback_id[:80]!r}", 404)
    payload: Json = {
        **frame(ws, actor, "shortcut" if known.type == "global" else "message_action"),
        "callback_id": callback_id,
        "action_ts": ws.ids.ts(),
        "trigger_id": ws.triggers.give(user),
    }
    if known.type == "message":
        channel = channel_of(ws, user, body)
        message = message_of(ws, user, channel, text_of(body, "message_ts"))
        if message.ephemeral_for is not None:
            raise Refused("message_not_found", "an ephemeral message has no shortcuts", 409)
        payload |= {
            "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
            "message_ts": message.ts,
            "message": message.public(),
            "response_url": ws.response_urls.give(channel.id, user, message.ts),
        }
    return Done(send(ws, actor, payload))


def home(ws: Workspace, user: str, body: Json) -> Done:
    """Open the app's Home tab; the app hears it each time."""
    person(ws, user)
    if not ws.app.home_tab:
        raise Refused("not_enabled", "the app has no Home tab", 409)
    event: Json = {"type": "app_home_opened", "user": user, "tab": "home", "channel": ws.direct_channel(user).id}
    shown = ws.views.homes.get(user)
    if shown is not None:
        event["view"] = ws.views.public(shown)
    return Done(emit(ws, event))
