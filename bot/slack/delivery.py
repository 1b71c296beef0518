"""One thing that Slack delivered, read once. The one rule: nobody else reads Slack's payloads by key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from bot.model import Text

_KINDS: Final = {
    "block_actions": "action",
    "view_submission": "view",
    "view_closed": "view_closed",
    "block_suggestion": "options",
    "shortcut": "shortcut",
    "message_action": "shortcut",
}
_CHANNEL: Final = re.compile(r"[CDG][A-Z0-9]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who pressed or typed what, and where. Empty strings stand for what a payload does not have.

    `kind`: command, action, view, view_closed, options, shortcut, event. `name`: the command without its slash,
    the action_id, the callback_id or the event type. `text` is what was typed after a command.
    """

    kind: str
    name: str
    key: str
    team_id: str
    user_id: str
    user_name: Text
    channel_id: str
    trigger_id: str
    response_url: str
    text: str = ""
    action: Mapping[str, Any] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)
    message: Mapping[str, Any] = field(default_factory=dict)
    message_ts: str = ""
    thread_ts: str = ""
    is_ephemeral: bool = False
    query: str = ""


def read_command(body: Mapping[str, Any]) -> Delivery:
    """A slash command. `trigger_id` is single use, so it names the delivery."""
    return Delivery(
        kind="command",
        name=_text(body, "command").lstrip("/"),
        key=_key("command", _text(body, "trigger_id"), body),
        team_id=_text(body, "team_id"),
        user_id=_text(body, "user_id"),
        user_name=Text(_text(body, "user_name")),
        channel_id=_text(body, "channel_id"),
        trigger_id=_text(body, "trigger_id"),
        response_url=_text(body, "response_url"),
        text=_text(body, "text"),
    )


def read_interactive(body: Mapping[str, Any]) -> Delivery | None:
    """A press, submission, shortcut or type-ahead; None for a type this bot does not know."""
    kind = _KINDS.get(_text(body, "type"))
    if kind is None:
        return None
    user, container, view = _part(body, "user"), _part(body, "container"), _part(body, "view")
    message, first = _part(body, "message"), _first(body, "response_urls")
    action = _first(body, "actions") if kind == "action" else body if kind == "options" else {}
    channel = (_text(_part(body, "channel"), "id"), _text(container, "channel_id"), _text(first, "channel_id"))
    return Delivery(
        kind=kind,
        name=_text(action, "action_id") or _text(view, "callback_id") or _text(body, "callback_id"),
        key=_key(kind, _once(body), body),
        team_id=_text(_part(body, "team"), "id") or _text(user, "team_id"),
        user_id=_text(user, "id"),
        user_name=Text(_text(user, "name") or _text(user, "username")),
        channel_id=next(filter(None, channel), "") or _kept_channel(view),
        trigger_id=_text(body, "trigger_id"),
        response_url=_text(body, "response_url") or _text(first, "response_url"),
        action=action,
        view=view,
        message=message,
        message_ts=_text(container, "message_ts") or _text(message, "ts") or _text(body, "message_ts"),
        thread_ts=_text(container, "thread_ts") or _text(message, "thread_ts"),
        is_ephemeral=bool(container.get("is_ephemeral")),
        query=_text(body, "value"),
    )


def read_event(body: Mapping[str, Any]) -> Delivery:
    """An Events API envelope; `event_id` is the same in each of Slack's redeliveries."""
    event = _part(body, "event")
    return Delivery(
        kind="event",
        name=_text(event, "type"),
        key=_key("event", _text(body, "event_id"), body),
        team_id=_text(body, "team_id"),
        user_id=_text(event, "user"),
        user_name=Text(""),
        channel_id=_text(event, "channel"),
        trigger_id="",
        response_url="",
        message=event,
    )


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _first(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found[0] if isinstance(found, list) and found and isinstance(found[0], Mapping) else {}


def _once(body: Mapping[str, Any]) -> str:
    """What is the same in each redelivery of an interaction and differs between two; empty when Slack gave nothing."""
    acted = _text(_first(body, "actions"), "action_ts")
    given = _text(body, "trigger_id") or acted or _text(body, "action_ts")
    return f"{given}:{acted}" if given else ""


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else str(found) if isinstance(found, int) else ""


def _kept_channel(view: Mapping[str, Any]) -> str:
    """A modal has no channel: the one it was opened from stands in its metadata. Only used to answer its sender."""
    try:
        meta = orjson.loads(_text(view, "private_metadata") or "{}")
    except orjson.JSONDecodeError:
        return ""
    channel = _text(meta, "channel") if isinstance(meta, dict) else ""
    return channel if _CHANNEL.match(channel) else ""


def _key(kind: str, once: str, body: Mapping[str, Any]) -> str:
    """A name for this delivery: Slack's own id where there is one, else a digest of the whole payload."""
    if not once:
        once = repr(sorted(body.items(), key=lambda pair: str(pair[0])))
    return f"{kind}:{hashlib.sha256(once.encode('utf-8', 'replace')).hexdigest()[:32]}"
