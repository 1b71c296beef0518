"""Files for a channel. The one rule: three steps, and only the last is seen by anybody, so only it is never repeated.

`files.getUploadURLExternal` gives an address, the bytes go there without any token, `files.completeUploadExternal`
shares them (Slack's documentation on working with files; `files.upload` is gone). Needs the scope `files:write`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from bot.blocks.message import Message
from bot.errors import BotError, SlackError
from bot.slack.web import SlackOutcomeUnknown, SlackWeb

_TIMEOUT: Final = aiohttp.ClientTimeout(total=20)
_SCOPE_HINT: Final = "Its administrator has to add the scope `files:write` and install the app again."
_NOT_IN: Final = frozenset({"not_in_channel", "channel_not_found", "is_archived"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file. `alt` says in words what a picture shows."""

    name: str
    data: bytes
    title: str
    alt: str = ""


class Files:
    """Uploads on the shared session. `api_url` as for the Web API: its own server may give plain addresses."""

    def __init__(self, session: aiohttp.ClientSession, web: SlackWeb, api_url: str) -> None:
        self._session = session
        self._web = web
        own = urlsplit(api_url)
        self._own = (own.scheme, own.netloc)

    async def share(self, channel: str, files: Sequence[Upload], message: Message, thread_ts: str = "") -> None:
        """Post `files` in a channel under `message`. Raises `BotError`: nothing was posted, or its sentence says so.

        `channel` may be the id of a person: Slack opens their conversation with the bot for the message then, and the
        files come into its thread.
        """
        try:
            ids = await self.upload(files)
            if channel.startswith(("U", "W")):
                posted = await self._web.call(
                    "chat.postMessage", channel=channel, text=message.text, blocks=list(message.blocks)
                )
                await self._complete(str(posted["channel"]), ids, files, None, str(posted["ts"]))
                return
            await self.show(channel, ids, files, message, thread_ts)
        except SlackOutcomeUnknown as error:
            raise BotError("Slack gave no answer to the upload.", "Look whether it arrived, else ask again.") from error
        except SlackError as error:
            raise _explained(error) from error

    async def upload(self, files: Sequence[Upload]) -> list[str]:
        """The first two steps: the ids of files that nobody sees yet. May be repeated. Raises `SlackError`."""
        return [await self._upload(one) for one in files]

    async def show(
        self, channel: str, ids: Sequence[str], files: Sequence[Upload], message: Message, thread_ts: str = ""
    ) -> None:
        """The last step: these files under `message`. Raises `SlackError`, `SlackOutcomeUnknown`."""
        await self._complete(channel, ids, files, message, thread_ts)

    async def _upload(self, file: Upload) -> str:
        asked = await self._web.call(
            "files.getUploadURLExternal", filename=file.name, length=str(len(file.data)), alt_txt=file.alt or None
        )
        address = str(asked.get("upload_url", ""))
        if not self._may_go_to(address):
            raise SlackError("unexpected_upload_url", method="files.getUploadURLExternal")
        try:
            async with self._session.post(
                address,
                data=file.data,
                timeout=_TIMEOUT,
                allow_redirects=False,
                headers={"Content-Type": "application/octet-stream"},
            ) as reply:
                if reply.status != 200:
                    raise SlackError(f"upload_http_{reply.status}", method="the upload")
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SlackError("no_answer", method="the upload") from error
        return str(asked.get("file_id", ""))

    async def _complete(
        self, channel: str, ids: Sequence[str], files: Sequence[Upload], message: Message | None, thread_ts: str
    ) -> None:
        await self._web.call(
            "files.completeUploadExternal",
            files=[{"id": key, "title": one.title} for key, one in zip(ids, files, strict=True)],
            channel_id=channel,
            thread_ts=thread_ts or None,
            blocks=list(message.blocks) if message else None,
        )

    def _may_go_to(self, address: str) -> bool:
        """https, or the very server that the Web API is configured for."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        return parts.scheme == "https" or (parts.scheme, parts.netloc) == self._own


def _explained(error: SlackError) -> BotError:
    if error.error == "missing_scope":
        return BotError("The bot may not post files in this workspace.", _SCOPE_HINT)
    if error.error in _NOT_IN:
        return BotError(
            "The bot is not in this channel, so it cannot post files here.", "Invite it: `/invite @cutover`."
        )
    return error
