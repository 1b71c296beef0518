"""Answers to the person who typed or pressed. The one rule: an answer always arrives somewhere, once.

By `response_url` first (works in channels the bot is not in; five uses in thirty minutes), else `chat.postEphemeral`,
else a direct message. `response_url` is a bearer secret: only Slack's host (or the configured one) is ever called, no
redirect is followed, and it is never logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import orjson
import structlog

from bot.blocks.ids import ViewId
from bot.blocks.message import Message, View, message
from bot.errors import BotError, SlackError
from bot.slack.delivery import Delivery
from bot.slack.web import SlackOutcomeUnknown, SlackWeb, whole

_log = structlog.get_logger(__name__)
_USES: Final = 5
_COMMAND: Final = re.compile(r"`/(?=(?:runbook|task|cutover)\b)")
_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)
_LATE: Final = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"})
_CLOSED: Final = frozenset({"not_found", "hash_conflict", "view_not_found"})
_PASSING: Final = frozenset({"unreachable", "internal_error", "fatal_error", "service_unavailable"})
_NO_UNFURL: Final = {"unfurl_links": False, "unfurl_media": False}
"""For new messages only: `chat.postEphemeral` and `chat.update` have no such arguments."""


class Poster:
    """Posts to response_urls of allowed hosts on the shared session."""

    def __init__(self, session: aiohttp.ClientSession, slack_api_url: str, more_hosts: Iterable[str] = ()) -> None:
        self._session = session
        api = urlsplit(slack_api_url)
        self._own = (api.scheme, api.netloc)
        self._hosts = {"hooks.slack.com", "hooks.slack-gov.com", *more_hosts}

    def allows(self, url: str) -> bool:
        """Whether `url` is Slack's: https on its hook hosts, or the very server that the Web API is configured for."""
        try:
            parts = urlsplit(url)
        except ValueError:  # brackets that enclose no address
            return False
        if (parts.scheme, parts.netloc) == self._own:
            return True
        return parts.scheme == "https" and parts.netloc in self._hosts

    async def post(self, url: str, payload: dict[str, Any]) -> bool:
        """True when it was taken. Never raises for a url that is refused, used up or gone."""
        if not self.allows(url):
            _log.warning("response_url_refused", host=url.partition("//")[2].partition("/")[0][:80])
            return False
        try:
            async with self._session.post(
                url,
                data=orjson.dumps(payload),
                headers={"Content-Type": "application/json"},
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as reply:
                return reply.status == 200 and b'"ok":false' not in (await _told(reply)).replace(b" ", b"")
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            return False


async def _told(reply: aiohttp.ClientResponse) -> bytes:
    """The body; nothing where it breaks off, for the status has said by then that the answer was taken."""
    try:
        return await whole(reply.content)
    except (TimeoutError, aiohttp.ClientError, OSError):
        return b""


@dataclass(slots=True)
class Answer:
    """How a listener answers. `say` adds an ephemeral message, `replace` redraws the message that was pressed.

    `prefix` stands before the command names. `loading` is the title of a modal that waits for its content; `missed`
    what could not be shown in one.
    """

    delivery: Delivery
    web: SlackWeb
    poster: Poster
    prefix: str = ""
    uses: int = 0
    view_id: str = ""
    redraws: bool = False
    loading: str = ""
    missed: View | None = None

    @property
    def silent(self) -> bool:
        """Whether the person has neither read anything nor has a modal before them."""
        return not (self.uses or self.view_id or self.loading)

    async def aside(self, message: Message) -> None:
        """Tell the person something that is not the answer. What Slack does not take is not said."""
        await self._respond({**self._content(message), "response_type": "ephemeral", "replace_original": False})

    async def say(self, message: Message) -> None:
        """Tell the person, and nobody else. After a choice in a picker (`redraws`) the picker gives way to it."""
        if self.redraws:
            self.redraws = False
            await self.replace(message)
            return
        if await self._respond({**self._content(message), "response_type": "ephemeral", "replace_original": False}):
            return
        await self._ephemeral(message)

    async def replace(self, message: Message) -> None:
        """Redraw the message that was pressed; where there is none, say it."""
        if self.delivery.kind != "action" or not self.delivery.message_ts:
            await self.say(message)
            return
        if await self._respond({**self._content(message), "replace_original": True}):
            return
        if self.delivery.is_ephemeral:
            await self._ephemeral(message)
            return
        try:
            await self.web.call(
                "chat.update", channel=self.delivery.channel_id, ts=self.delivery.message_ts, **self._content(message)
            )
        except SlackError:
            await self._ephemeral(message)

    async def open(self, view: View) -> bool:
        """Open a modal; False when the trigger has expired (three seconds, single use) or Slack did not answer.

        Remembers its id for `show`.
        """
        try:
            answer = await self.web.call(
                "views.open", patience=0.5, trigger_id=self.delivery.trigger_id, view=self._named(view.payload)
            )
        except SlackError as error:
            if error.error in _LATE or isinstance(error, SlackOutcomeUnknown):
                return False
            raise
        self.view_id = str(answer.get("view", {}).get("id", ""))
        self.loading = str(view.payload["title"]["text"])
        return True

    async def show(self, view: View) -> bool:
        """Redraw the modal that `open` opened or that was submitted; False when the person closed it meanwhile.

        Never raises: the effect may be done, and Slack's trouble must not be told in its place. See `make_up`.
        """
        view_id = self.view_id or str(self.delivery.view.get("id", ""))
        error = await self._update(view_id, view) if view_id else "not_found"
        self.loading = ""
        if not error:
            return True
        # A form is of no use to somebody who closed it; a result is.
        if error not in _CLOSED or view.payload.get("callback_id") == ViewId.NOTICE:
            self.missed = view
        return False

    async def make_up(self) -> None:
        """At the end: say what its modal could not show."""
        view, self.missed = self.missed, None
        if view is None:
            return
        if view.payload.get("callback_id") == ViewId.NOTICE:
            await self.say(message(view.payload["blocks"]))
            return
        raise BotError("Slack could not show the form.", "Try again in a moment.")

    async def _update(self, view_id: str, view: View) -> str:
        """Slack's word for what went wrong, or nothing. Drawing twice does no harm, so trouble is tried once more."""
        trouble = ""
        for _ in range(2):
            try:
                await self.web.call("views.update", view_id=view_id, view=self._named(view.payload))
            except SlackError as error:
                trouble = error.error
                if trouble not in _PASSING and not isinstance(error, SlackOutcomeUnknown):
                    break
            else:
                return ""
        _log.warning("view_not_updated", error=trouble)
        return trouble

    async def _respond(self, payload: dict[str, Any]) -> bool:
        url = self.delivery.response_url
        if not url or self.uses >= _USES:
            return False
        self.uses += 1
        return await self.poster.post(url, {**payload, **_NO_UNFURL})

    async def _ephemeral(self, message: Message) -> None:
        """Beside the channel's messages, or by direct message where the bot is not in the channel."""
        person, channel = self.delivery.user_id, self.delivery.channel_id
        try:
            if not channel:
                raise SlackError("no_channel", method="chat.postEphemeral")
            await self.web.call("chat.postEphemeral", channel=channel, user=person, **self._content(message))
        except SlackError:
            try:
                await self.web.call("chat.postMessage", channel=person, **self._content(message), **_NO_UNFURL)
            except SlackError as error:
                _log.warning("answer_lost", error=error.error, user=person)

    def _content(self, message: Message) -> dict[str, Any]:
        return {"text": self._named(message.text), "blocks": self._named(list(message.blocks))}

    def _named(self, value: Any) -> Any:
        """With the workspace's own command names, where a prefix makes them different. Other people's text cannot hold
        a backtick here (`blocks.text` defuses it), so only our own hints change."""
        if not self.prefix:
            return value
        return orjson.loads(_COMMAND.sub(f"`/{self.prefix}", orjson.dumps(value).decode()))
