"""Orders to the world itself: faults, the clock, channels, the app's registration.

The one rule: an order that makes no sense is Refused with a sentence and changes nothing.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from bot.sandbox.slack.errors import Json, Refused
from bot.sandbox.slack.faults import Fault
from bot.sandbox.slack.rooms import create_channel, set_archived
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import apply_manifest, command_from, shortcut_from


async def order_faults(ws: Workspace, body: Json) -> Json:
    """`faults`: a list of orders; those on the socket take effect at once."""
    listed = body.get("faults")
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise Refused("invalid_fault", "the body needs a list `faults`")
    for entry in listed:
        fault = ws.faults.order(entry)
        if fault.on == "socket":
            await _on_socket(ws, fault)
    return {"ordered": len(listed)}


async def _on_socket(ws: Workspace, fault: Fault) -> None:
    sockets = ws.delivery.sockets
    if "silence" in fault.do:
        sockets.silent_until = ws.clock.now() + float(fault.do["silence"])
    elif fault.do.get("reset"):
        sockets.reset()
    elif "disconnect" in fault.do:
        for connection in list(sockets.connections):
            # A warning drains for ten seconds; the order itself does not wait for it.
            ws.spawn(sockets.dismiss(connection, str(fault.do["disconnect"])))
    elif "send" in fault.do:
        # Any text as a frame, to try the app's reader: broken JSON, unknown types.
        for connection in list(sockets.connections):
            await connection.socket.send_str(str(fault.do["send"]))
    else:
        raise Refused("invalid_fault", "on a socket: disconnect, reset, silence or send")


def move_clock(ws: Workspace, body: Json) -> Json:
    """`advance` seconds, or `at` Unix seconds."""
    try:
        if "at" in body:
            ws.clock.set(float(body["at"]))
        else:
            ws.clock.advance(float(body.get("advance", 0)))
    except (ValueError, TypeError) as error:
        raise Refused("invalid_time", str(error)) from None
    return {"now": ws.clock.now()}


def make_channel(ws: Workspace, body: Json) -> Json:
    members = body.get("members") or []
    if not isinstance(members, list) or any(user not in ws.users for user in members):
        raise Refused("user_not_found", "members must be a list of user ids", 404)
    name, private = str(body.get("name") or ""), bool(body.get("is_private"))
    channel = create_channel(ws, name, str(members[0]) if members else "", is_private=private, members=members)
    return {"channel": {"id": channel.id, "name": channel.name}}


def change_channel(ws: Workspace, channel_id: str, body: Json) -> Json:
    channel = ws.channels.get(channel_id)
    if channel is None:
        raise Refused("channel_not_found", f"there is no channel {channel_id[:40]!r}", 404)
    if "is_archived" in body:
        set_archived(ws, channel, bool(body["is_archived"]), channel.creator)
    if "name" in body:
        channel.name = str(body["name"])
    if "topic" in body:
        channel.topic = str(body["topic"])
    ws.live.publish("channel", channel=channel.id)
    return {"channel": {"id": channel.id, "name": channel.name, "is_archived": channel.is_archived}}


def change_user(ws: Workspace, user_id: str, body: Json) -> Json:
    """What an administrator changes of a person: deleted, is_restricted, is_stranger (booleans), email."""
    user = ws.users.get(user_id)
    if user is None:
        raise Refused("user_not_found", f"there is no person {user_id[:40]!r}", 404)
    kinds = {"deleted": bool, "is_restricted": bool, "is_stranger": bool, "email": str}
    if any(name not in kinds or not isinstance(value, kinds[name]) for name, value in body.items()):
        raise Refused("invalid_user", "deleted, is_restricted and is_stranger are true or false, email is a text")
    for name, value in body.items():
        setattr(user, name, value)
    ws.live.publish("channel")
    return {"user": {"id": user.id, **{name: getattr(user, name) for name in kinds}}}


async def set_app(ws: Workspace, body: Json) -> None:
    """Any of: manifest, scopes, commands, shortcuts, events, home_tab, interactivity, request_url, delivery."""
    app = ws.app
    try:
        if "manifest" in body:
            apply_manifest(app, body["manifest"])
        if "commands" in body:
            app.commands = [command_from(entry) for entry in body["commands"]]
        if "shortcuts" in body:
            app.shortcuts = [shortcut_from(entry) for entry in body["shortcuts"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused("invalid_app", f"not a registration: {error!r}") from None
    app.scopes = _words(body, "scopes", app.scopes)
    app.events = _words(body, "events", app.events)
    app.home_tab = bool(body.get("home_tab", app.home_tab))
    app.interactivity = bool(body.get("interactivity", app.interactivity))
    if "request_url" in body:
        app.request_url = str(body["request_url"]) if body["request_url"] else None
    if "delivery" in body:
        if body["delivery"] not in ("socket", "http"):
            raise Refused("invalid_app", "delivery is socket or http")
        app.delivery = body["delivery"]
        if app.delivery == "http":
            for connection in list(ws.delivery.sockets.connections):
                await ws.delivery.sockets.dismiss(connection, "link_disabled")
    ws.live.publish("channel")


def _words(body: Json, name: str, now: list[str]) -> list[str]:
    value: Any = body.get(name, now)
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise Refused("invalid_app", f"{name} must be a list of strings")
    return list(value)


async def verify(ws: Workspace, body: Json) -> Json:
    """Ask the request URL what Slack asks: `kind` url_verification (default) or ssl_check. Answers `verified`."""
    posts = ws.delivery.posts
    if body.get("kind") == "ssl_check":
        fields = urlencode({"ssl_check": "1", "token": ws.tokens.verification}).encode()
        status, answer = await posts.raw(fields, "application/x-www-form-urlencoded")
        return {"verified": status == 200, "status": status, "answer": answer}
    challenge = ws.ids.secret()
    asked = {"type": "url_verification", "challenge": challenge, "token": ws.tokens.verification}
    status, answer = await posts.raw(json.dumps(asked).encode(), "application/json")
    echoed = answer.get("challenge") if isinstance(answer, dict) else answer
    return {"verified": status == 200 and echoed == challenge, "status": status, "answer": answer}
