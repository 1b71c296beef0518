"""response_url: the address with which an app answers one interaction without a token.

The one rule: five uses within thirty minutes (docs.slack.dev/interactivity/handling-user-interaction); it may
whisper to the person who acted, speak in the channel, or replace or delete the message that was acted on.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.slack.errors import Json, SlackError
from bot.sandbox.slack.model import Channel, Message
from bot.sandbox.slack.posting import Content, bot_body, change, post, post_ephemeral, read_content, remove
from bot.sandbox.slack.workspace import Workspace

USES = 5
LIFE_SECONDS = 1800.0
_KNOWN = {
    "text",
    "blocks",
    "attachments",
    "metadata",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
    "mrkdwn",
    "link_names",
    "parse",
}


@dataclass(slots=True)
class Reply:
    """What one response_url stands for; `message_ts` when a message was acted on."""

    channel: str
    user: str
    given: float
    message_ts: str | None = None
    uses: int = 0


class ResponseUrls:
    """All response_urls handed out."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self._given: dict[str, Reply] = {}

    def clear(self) -> None:
        self._given.clear()

    def give(self, channel: str, user: str, message_ts: str | None = None) -> str:
        secret = self._ws.ids.secret()
        self._given[secret] = Reply(channel, user, self._ws.clock.now(), message_ts)
        return f"{self._ws.base_url}/response/{secret}"

    def channel_of(self, secret: str) -> str | None:
        found = self._given.get(secret)
        return found.channel if found else None

    def use(self, secret: str, body: Json) -> None:
        """One use. Codes: invalid_token, expired_url, used_url, and those of a message."""
        reply = self._given.get(secret)
        if reply is None:
            raise SlackError("invalid_token")
        if self._ws.clock.now() > reply.given + LIFE_SECONDS:
            raise SlackError("expired_url")
        if reply.uses >= USES:
            raise SlackError("used_url")
        reply.uses += 1
        self._apply(reply, body)

    def answer_command(self, channel: str, user: str, answer: object) -> None:
        """What came in the ack of a command or button: text, or the same JSON as to a response_url."""
        if answer in (None, "", {}):
            return
        body = answer if isinstance(answer, dict) else {"text": str(answer)}
        self._apply(Reply(channel, user, self._ws.clock.now()), body)

    def _apply(self, reply: Reply, body: Json) -> None:
        if set(body) - _KNOWN:
            raise SlackError("invalid_payload", [f"invalid additional property: {sorted(set(body) - _KNOWN)[0]}"])
        channel = self._ws.channels[reply.channel]
        original = self._original(channel, reply)
        if body.get("delete_original") is True:
            if original is None:
                raise SlackError("message_not_found")
            remove(self._ws, channel, original)
            return
        content = read_content(self._ws, body)
        if body.get("replace_original") is True and original is not None:
            self._replace(channel, original, content)
        else:
            self._say(channel, reply, body, content)

    def _original(self, channel: Channel, reply: Reply) -> Message | None:
        if reply.message_ts is None:
            return None
        return channel.messages.get(reply.message_ts) or channel.find_ephemeral(reply.message_ts, reply.user)

    def _replace(self, channel: Channel, original: Message, content: Content) -> None:
        # Unlike chat.update, a replacement is the whole message: what is not given is gone.
        content.given |= {"text", "blocks", "attachments"}
        change(self._ws, channel, original, content)
        original.body.pop("edited", None)

    def _say(self, channel: Channel, reply: Reply, body: Json, content: Content) -> None:
        kind = body.get("response_type", "ephemeral")
        if kind not in ("ephemeral", "in_channel"):
            raise SlackError("invalid_response_type")
        thread_ts = str(body["thread_ts"]) if body.get("thread_ts") else None
        if kind == "in_channel":
            if channel.is_archived:
                raise SlackError("is_archived")
            post(self._ws, channel, bot_body(self._ws, content), metadata=content.metadata, thread_ts=thread_ts)
        else:
            post_ephemeral(self._ws, channel, reply.user, content, thread_ts)
