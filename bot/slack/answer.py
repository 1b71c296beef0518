"""Answers to the person who typed or pressed. The one rule: an answer always arrives somewhere, once.

By `response_url` first (works in channels the bot is not in; five uses in thirty minutes), else `chat.postEphemeral`,
else a direct message. `response_url` is a bearer secret: only Slack's host (or the configured one) is ever called, no
redirect is followed, and it is never logged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import orjson
import structlog

from bot.blocks.message import Message, View
from bot.errors import SlackError
from bot.slack.delivery import Delivery
from bot.slack.web import SlackWeb

_log = structlog.get_logger(__name__)
_USES: Final = 5
_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)


class Poster:
    """Posts to response_urls of allowed hosts on the shared session."""

    def __init__(self, session: aiohttp.ClientSession, slack_api_url: str, more_hosts: Iterable[str] = ()) -> None:
        self._session = session
        api = urlsplit(slack_api_url)
        self._own = (api.scheme, api.netloc)
        self._hosts = {"hooks.slack.com", "hooks.slack-gov.com", *more_hosts}

    def allows(self, url: str) -> bool:
        """Whether `url` is Slack's: https on its hook hosts, or the very server that the Web API is configured for."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) == self._own:
            return True
        return parts.scheme == "https" and parts.netloc in self._hosts

    async def post(self, url: str, payload: dict[str, Any]) -> bool:
        """True when it was taken. Never raises for a url that is refused, used up or gone."""
        if not self.allows(url):
            _log.warning("response_url_refused", host=urlsplit(url).netloc[:80])
            return False
        try:
            async with self._session.post(
                url,
                data=orjson.dumps(payload),
                headers={"Content-Type": "application/json"},
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as reply:
                body = await reply.content.read(2048)
                return reply.status == 200 and b'"ok":false' not in body.replace(b" ", b"")
        except (TimeoutError, aiohttp.ClientError, OSError):
            return False


@dataclass(slots=True)
class Answer:
    """How a listener answers. `say` adds an ephemeral message, `replace` redraws the message that was pressed."""

    delivery: Delivery
    web: SlackWeb
    poster: Poster
    uses: int = 0
    view_id: str = ""
    redraws: bool = False

    async def say(self, message: Message) -> None:
        """Tell the person, and nobody else. After a choice in a picker (`redraws`) the picker gives way to it."""
        if self.redraws:
            self.redraws = False
            await self.replace(message)
            return
        if await self._respond({**_content(message), "response_type": "ephemeral", "replace_original": False}):
            return
        await self._ephemeral(message)

    async def replace(self, message: Message) -> None:
        """Redraw the message that was pressed; where there is none, say it."""
        if self.delivery.kind != "action" or not self.delivery.message_ts:
            await self.say(message)
            return
        if await self._respond({**_content(message), "replace_original": True}):
            return
        if self.delivery.is_ephemeral:
            await self._ephemeral(message)
            return
        try:
            await self.web.call(
                "chat.update", channel=self.delivery.channel_id, ts=self.delivery.message_ts, **_content(message)
            )
        except SlackError:
            await self._ephemeral(message)

    async def open(self, view: View) -> bool:
        """Open a modal; False when the trigger has expired (three seconds, single use). Remembers its id for `show`."""
        try:
            answer = await self.web.call(
                "views.open", patience=0.5, trigger_id=self.delivery.trigger_id, view=view.payload
            )
        except SlackError as error:
            if error.error in ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"):
                return False
            raise
        self.view_id = str(answer.get("view", {}).get("id", ""))
        return True

    async def show(self, view: View) -> bool:
        """Redraw the modal that `open` opened or that was submitted; False when the person closed it meanwhile."""
        view_id = self.view_id or str(self.delivery.view.get("id", ""))
        if not view_id:
            return False
        try:
            await self.web.call("views.update", view_id=view_id, view=view.payload)
        except SlackError as error:
            if error.error in ("not_found", "hash_conflict", "view_not_found"):
                return False
            raise
        return True

    async def _respond(self, payload: dict[str, Any]) -> bool:
        url = self.delivery.response_url
        if not url or self.uses >= _USES:
            return False
        self.uses += 1
        return await self.poster.post(url, payload)

    async def _ephemeral(self, message: Message) -> None:
        """Beside the channel's messages, or by direct message where the bot is not in the channel."""
        person, channel = self.delivery.user_id, self.delivery.channel_id
        try:
            if not channel:
                raise SlackError("no_channel", method="chat.postEphemeral")
            await self.web.call("chat.postEphemeral", channel=channel, user=person, **_content(message))
        except SlackError:
            try:
                await self.web.call("chat.postMessage", channel=person, **_content(message))
            except SlackError as error:
                _log.warning("answer_lost", error=error.error, user=person)


def _content(message: Message) -> dict[str, Any]:
    return {
        "text": message.text,
        "blocks": list(message.blocks),
        "unfurl_links": False,
        "unfurl_media": False,
    }
