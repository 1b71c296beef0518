"""A person types: messages, slash commands, reactions, joining and inviting.

The one rule: what is typed is escaped as Slack's composer does it, so a typed <!channel> is text, while @name
becomes a mention.
"""

from __future__ import annotations

import re

from bot.sandbox.slack.acts.base import Done, channel_of, message_of, person, shown_name, text_of
from bot.sandbox.slack.errors import Json, Refused, SlackError
from bot.sandbox.slack.methods.marks import set_reaction
from bot.sandbox.slack.model import Channel, User
from bot.sandbox.slack.posting import post
from bot.sandbox.slack.rooms import add_member, drop_member
from bot.sandbox.slack.workspace import Workspace


def composed(ws: Workspace, typed: str) -> str:
    """Typed text as Slack stores it: & < > escaped, known @names and #channels made into mentions."""
    text = re.sub(r"<@([A-Z0-9]+)>", lambda m: f"@{m[1]}" if m[1] in ws.users else m[0], typed)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def mention(found: re.Match[str]) -> str:
        if found[1] in ("here", "channel", "everyone"):
            return f"<!{found[1]}>"
        user = ws.user_named(found[1])
        return f"<@{user.id}>" if user else found[0]

    def place(found: re.Match[str]) -> str:
        channel = next((c for c in ws.channels.values() if c.name == found[1] and not c.is_im), None)
        return f"<#{channel.id}|{channel.name}>" if channel and not channel.is_private else found[0]

    text = re.sub(r"(?<![\w&])@([\w.-]*\w)", mention, text)
    return re.sub(r"(?<![\w&])#([\w-]+)", place, text)


def message(ws: Workspace, user: str, body: Json) -> Done:
    author = person(ws, user)
    channel = channel_of(ws, user, body, alive=True)
    typed = text_of(body, "text")
    said: Json = {"type": "message", "user": author.id, "team": ws.team["id"], "text": composed(ws, typed)}
    said["client_msg_id"] = ws.ids.secret()
    thread_ts = body.get("thread_ts")
    if thread_ts is not None and not isinstance(thread_ts, str):
        raise Refused("invalid_thread_ts", "thread_ts is a text such as 1700000000.000100")
    try:
        sent = post(ws, channel, said, thread_ts=thread_ts, broadcast=bool(body.get("broadcast")))
    except SlackError as refusal:
        raise Refused(refusal.code, "that thread cannot be answered", 404) from None
    return Done(extra={"ts": sent.ts})


def command(ws: Workspace, user: str, body: Json) -> Done:
    """A slash command in the composer of a channel."""
    author = person(ws, user)
    channel = channel_of(ws, user, body, alive=True)
    name, _, rest = text_of(body, "command").strip().partition(" ")
    text = f"{rest} {body.get('text') or ''}".strip()
    known = next((entry for entry in ws.app.commands if entry.command == name), None)
    if known is None or "commands" not in ws.app.scopes:
        return _built_in(ws, author, channel, name, text)
    if body.get("thread_ts"):
        return _toast(ws, user, f"{name} is not supported in threads. Sorry!")
    payload = {
        "token": ws.tokens.verification,
        "team_id": ws.team["id"],
        "team_domain": ws.team["domain"],
        "channel_id": channel.id,
        "channel_name": shown_name(channel),
        "user_id": author.id,
        "user_name": author.name,
        "command": name,
        "text": composed(ws, text) if known.should_escape else text,
        "api_app_id": ws.app.id,
        "is_enterprise_install": "false",
        "response_url": ws.response_urls.give(channel.id, author.id),
        "trigger_id": ws.triggers.give(author.id),
    }

    def answered(answer: object) -> None:
        _command_answer(ws, channel, author, name, answer)

    def failed(code: str) -> None:
        ws.toast(author.id, f"{name} failed with the error {code}")

    return Done(ws.delivery.interaction("slash_commands", payload, author.id, answered, failed))


def _command_answer(ws: Workspace, channel: Channel, author: User, name: str, answer: object) -> None:
    try:
        ws.response_urls.answer_command(channel.id, author.id, answer)
    except SlackError as refusal:
        lines = refusal.findings or [refusal.code]
        ws.traffic.violation(ws.clock.now(), f"answer to {name}", refusal.code, lines, answer)
        ws.toast(author.id, f"{name} failed with the error {refusal.code}")


def _toast(ws: Workspace, user: str, text: str) -> Done:
    ws.toast(user, text)
    return Done(extra={"sent": False, "toast": text})


def _built_in(ws: Workspace, author: User, channel: Channel, name: str, text: str) -> Done:
    """Slack's own commands, as far as a channel's life needs them."""
    if name in ("/invite", "/remove", "/kick"):
        return _invite_typed(ws, author, channel, name, text)
    if name in ("/leave", "/part"):
        return leave(ws, author.id, {"channel": channel.id})
    if name == "/topic":
        channel.topic = text
        ws.live.publish("channel", channel=channel.id)
        return Done(extra={"sent": False})
    if name == "/me":
        said = {"type": "message", "subtype": "me_message", "user": author.id, "text": composed(ws, text)}
        return Done(extra={"sent": False, "ts": post(ws, channel, said).ts})
    return _toast(ws, author.id, f"{name} is not a valid command")


def _invite_typed(ws: Workspace, author: User, channel: Channel, name: str, text: str) -> Done:
    wanted = text.split()[0] if text.split() else ""
    found = ws.user_named(wanted.strip("<>"))
    if found is None:
        return _toast(ws, author.id, f"{name}: there is nobody called {wanted or '(nobody)'}")
    if name == "/invite":
        if found.id in channel.members:
            return _toast(ws, author.id, f"{found.real_name} is already in this channel")
        return invite(ws, author.id, {"channel": channel.id, "user": found.id})
    if found.id not in channel.members:
        return _toast(ws, author.id, f"{found.real_name} is not in this channel")
    drop_member(ws, channel, found.id)
    return Done(extra={"sent": False})


def react(ws: Workspace, user: str, body: Json) -> Done:
    person(ws, user)
    channel = channel_of(ws, user, body)
    found = message_of(ws, user, channel, text_of(body, "ts"))
    if found.ephemeral_for is not None:
        raise Refused("message_not_found", "an ephemeral message takes no reactions", 409)
    try:
        set_reaction(ws, channel, found, user, text_of(body, "name").strip(":"), on=not body.get("remove"))
    except SlackError as refusal:
        raise Refused(refusal.code, "that reaction is not possible", 409) from None
    return Done()


def join(ws: Workspace, user: str, body: Json) -> Done:
    """A public channel, by anybody who is no guest."""
    joiner = person(ws, user)
    channel = ws.channels.get(text_of(body, "channel"))
    if channel is None or channel.is_private or joiner.is_restricted:
        raise Refused("channel_not_found", "that channel cannot be joined", 404)
    if channel.is_archived:
        raise Refused("is_archived", f"#{channel.name} is archived", 409)
    if user not in channel.members:
        add_member(ws, channel, user)
    return Done()


def leave(ws: Workspace, user: str, body: Json) -> Done:
    person(ws, user)
    channel = channel_of(ws, user, body)
    if channel.name == "general" or channel.is_im:
        raise Refused("cant_leave", "nobody leaves this conversation", 409)
    drop_member(ws, channel, user)
    return Done()


def invite(ws: Workspace, user: str, body: Json) -> Done:
    """Bring somebody in, the bot too."""
    person(ws, user)
    channel = channel_of(ws, user, body, alive=True)
    wanted = text_of(body, "user")
    if wanted not in ws.users:
        raise Refused("user_not_found", f"there is nobody {wanted[:40]!r}", 404)
    if wanted in channel.members:
        raise Refused("already_in_channel", "is already in this channel", 409)
    add_member(ws, channel, wanted, user)
    return Done()


def reload(ws: Workspace, user: str, body: Json) -> Done:
    """The person loads Slack anew: ephemeral messages, open modals and toasts are gone."""
    person(ws, user)
    for channel in ws.channels.values():
        channel.ephemerals = [m for m in channel.ephemerals if m.ephemeral_for != user]
    ws.views.close(user)
    ws.toasts.pop(user, None)
    ws.live.publish("message", user=user)
    ws.live.publish("toast", user=user)
    return Done()


def read(ws: Workspace, user: str, body: Json) -> Done:
    """The person has seen everything in a channel."""
    person(ws, user)
    channel = channel_of(ws, user, body)
    if channel.messages:
        channel.last_read[user] = next(reversed(channel.messages))
        ws.live.publish("channel", user=user, channel=channel.id)
    return Done()
