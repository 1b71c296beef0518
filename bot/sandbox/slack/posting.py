"""Puts messages into conversations and changes them there, whoever asked for it.

The one rule: all ways to say something (the Web API, a response_url, an ack, a person typing) go through here,
so threads, unread counts, events and the live view stay right.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.blockkit import check_message_blocks, fill_in
from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.events import message_event, message_posted
from bot.sandbox.slack.model import Channel, Message
from bot.sandbox.slack.workspace import Workspace

TEXT_CUT = 40_000
MARKDOWN_TEXT = 12_000
METADATA_BYTES = 8_000
_TS = re.compile(r"\d{1,12}\.\d{6}")


@dataclass(slots=True)
class Content:
    """What a message shall say, checked. `given` names the arguments that were there."""

    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    given: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    def body(self) -> Json:
        said: Json = {"text": self.text}
        if self.blocks:
            said["blocks"] = self.blocks
        if self.attachments:
            said["attachments"] = self.attachments
        return said


def read_content(ws: Workspace, fields: Json, *, need_text: bool = True) -> Content:
    """Check text, blocks, attachments, metadata and markdown_text. SlackError with Slack's code."""
    content = Content(given={name for name, value in fields.items() if value is not None and value != ""})
    if fields.get("markdown_text"):
        if {"text", "blocks"} & content.given:
            raise SlackError("markdown_text_conflict")
        if len(str(fields["markdown_text"])) > MARKDOWN_TEXT:
            raise SlackError("msg_too_long")
        content.text = str(fields["markdown_text"])
    else:
        content.text = str(fields.get("text") or "")
    if len(content.text) > TEXT_CUT:
        content.text = content.text[:TEXT_CUT]
        content.warnings.append("message_truncated")
    content.blocks = _blocks(ws, fields.get("blocks"))
    content.attachments = _attachments(ws, fields.get("attachments"))
    if need_text and not content.text.strip() and not content.blocks and not content.attachments:
        raise SlackError("no_text")
    content.metadata = read_metadata(fields.get("metadata"))
    return content


def _blocks(ws: Workspace, blocks: Any) -> list[Json]:
    if blocks is None or blocks == [] or blocks == "":
        return []
    verdict = check_message_blocks(blocks)
    if verdict is not None:
        lines = verdict.lines()
        if ws.strict or not isinstance(blocks, list):
            raise SlackError(verdict.code, lines, errors=lines)
        ws.traffic.violation(ws.clock.now(), "blocks", verdict.code, lines, blocks)
    try:
        return fill_in(blocks, ws.ids.block)
    except (TypeError, AttributeError):
        # Only without `strict`: so broken that there is nothing to show.
        raise SlackError("invalid_blocks", ["failed to parse the blocks"]) from None


def _attachments(ws: Workspace, attachments: Any) -> list[Json]:
    if attachments is None:
        return []
    if not isinstance(attachments, list) or not all(isinstance(entry, dict) for entry in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > 100:
        raise SlackError("too_many_attachments")
    filled: list[Json] = []
    for number, entry in enumerate(attachments, 1):
        if "blocks" in entry:
            verdict = check_message_blocks(entry["blocks"], f"/attachments/{number - 1}/blocks")
            if verdict is not None:
                raise SlackError("invalid_attachments", verdict.lines(), errors=verdict.lines())
            entry = {**entry, "blocks": fill_in(entry["blocks"], ws.ids.block)}
        filled.append({"id": number, **entry})
    return filled


def read_metadata(metadata: Any) -> Json | None:
    """{event_type, event_payload} or {} (removes it on update); None when absent."""
    if metadata is None:
        return None
    if metadata == {}:
        return {}
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict) or not metadata["event_type"]:
        raise SlackError("invalid_metadata_format")
    if set(metadata) - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return metadata


def bot_body(ws: Workspace, content: Content) -> Json:
    """A message of the bot without ts."""
    profile = {
        "id": ws.app.bot_id,
        "app_id": ws.app.id,
        "user_id": ws.bot,
        "name": ws.app.name,
        "team_id": ws.team["id"],
        "deleted": False,
    }
    return {
        "type": "message",
        "user": ws.bot,
        "bot_id": ws.app.bot_id,
        "app_id": ws.app.id,
        "team": ws.team["id"],
        "bot_profile": profile,
        **content.body(),
    }


def post(
    ws: Workspace,
    channel: Channel,
    body: Json,
    *,
    metadata: Json | None = None,
    thread_ts: str | None = None,
    broadcast: bool = False,
) -> Message:
    """Say it in the channel or in a thread. SlackError invalid_thread_ts, thread_not_found, cannot_reply_to_message."""
    message = Message({**body, "ts": ws.ids.ts()}, metadata=metadata or None, broadcast=broadcast)
    if thread_ts:
        _join_thread(channel, message, thread_ts)
    channel.messages[message.ts] = message
    channel.last_read[str(body.get("user"))] = message.ts
    ws.live.publish("message", channel=channel.id, ts=message.ts)
    message_posted(ws, channel, message)
    return message


def _join_thread(channel: Channel, message: Message, thread_ts: str) -> None:
    if not _TS.fullmatch(thread_ts):
        raise SlackError("invalid_thread_ts")
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        raise SlackError("cannot_reply_to_message")
    message.body["thread_ts"] = thread_ts
    message.body["parent_user_id"] = parent.body.get("user")
    if message.broadcast:
        message.body["subtype"] = "thread_broadcast"
        message.body["root"] = {"ts": thread_ts, "text": parent.body.get("text", "")}
    replies = [m for m in channel.thread(thread_ts) if m.is_reply] + [message]
    count_replies(parent, replies)


def count_replies(parent: Message, replies: list[Message]) -> None:
    """Keep the parent's thread fields right; without replies they go."""
    if not replies:
        for name in ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply"):
            parent.body.pop(name, None)
        return
    users = list(dict.fromkeys(str(m.body.get("user")) for m in replies))
    parent.body |= {
        "thread_ts": parent.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
    }


def post_ephemeral(
    ws: Workspace, channel: Channel, user: str, content: Content, thread_ts: str | None = None
) -> Message:
    """Seen by `user` only, never in history, gone when they reload."""
    body = {**bot_body(ws, content), "ts": ws.ids.ts(), "is_ephemeral": True}
    if thread_ts:
        body["thread_ts"] = thread_ts
    message = Message(body, ephemeral_for=user)
    channel.ephemerals.append(message)
    ws.live.publish("message", user=user, channel=channel.id, ts=message.ts)
    return message


def change(ws: Workspace, channel: Channel, message: Message, content: Content) -> None:
    """Edit in place: text without blocks removes the blocks, no text keeps text and blocks that were not given."""
    before = message.public()
    kept_blocks = message.body.get("blocks", []) if not {"text", "markdown_text"} & content.given else []
    blocks = content.blocks if "blocks" in content.given else kept_blocks
    if {"text", "markdown_text"} & content.given:
        message.body["text"] = content.text
    elif "blocks" in content.given:
        message.body["text"] = ""
    if "attachments" in content.given:
        message.body["attachments"] = content.attachments
    message.body["blocks"] = blocks
    if not blocks:
        del message.body["blocks"]
        message.body["edited"] = {"user": message.body.get("user"), "ts": ws.ids.ts()}
    if content.metadata is not None:
        message.metadata = content.metadata or None
    ws.live.publish("message", user=message.ephemeral_for, channel=channel.id, ts=message.ts)
    if message.ephemeral_for is None:
        note = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": ws.ids.ts()}
        message_event(ws, channel, {**note, "message": message.public(), "previous_message": before})


def remove(ws: Workspace, channel: Channel, message: Message) -> None:
    """Delete it; a parent with replies stays as a tombstone, as in Slack."""
    if message.ephemeral_for is not None:
        channel.ephemerals.remove(message)
        ws.live.publish("message", user=message.ephemeral_for, channel=channel.id, ts=message.ts)
        return
    if message.body.get("reply_count"):
        thread = {k: v for k, v in message.body.items() if k.startswith("reply_") or k in ("thread_ts", "latest_reply")}
        message.body = {
            "type": "message",
            "subtype": "tombstone",
            "user": "USLACKBOT",
            "text": "This message was deleted.",
            "ts": message.ts,
            **thread,
        }
    else:
        del channel.messages[message.ts]
    parent = channel.messages.get(message.thread_ts or "")
    if parent is not None and parent is not message:
        count_replies(parent, [m for m in channel.thread(parent.ts) if m.is_reply])
    ws.live.publish("message", channel=channel.id, ts=message.ts)
    note = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": ws.ids.ts()}
    message_event(ws, channel, {**note, "deleted_ts": message.ts, "previous_message": message.public()})
