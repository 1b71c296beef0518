"""Looking for a letter in its channel. The one rule: what stands there already is not posted again.

The key travels in the message's metadata, which Slack shows to the app that wrote it with `include_all_metadata`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from bot.errors import SlackError
from bot.outbox.letter import Waiting
from bot.outbox.verdict import Verdict, verdict
from bot.slack.web import SlackWeb

EVENT: Final = "cutover_letter"
_MARGIN: Final = 600.0
"""Seconds that Slack's clock and ours may differ."""
_PAGE: Final = 200
_PAGES: Final = 50


class CannotLook(Exception):
    """The channel's history is not shown to this bot (no scope, or a direct message)."""


def metadata_of(key: str) -> dict[str, Any]:
    """What travels with a message."""
    return {"event_type": EVENT, "event_payload": {"key": key}}


async def find(web: SlackWeb, channel_id: str, letter: Waiting, thread_ts: str | None) -> str | None:
    """The ts of the message that carries the letter's key, or None. Raises `CannotLook`; `SlackError` for trouble.

    An answer is looked for in the channel too: it may have gone before the message that it answers.
    """
    oldest = f"{max(letter.at - _MARGIN, 0.0):.6f}"
    for place in (thread_ts, None) if thread_ts is not None else (None,):
        async for message in _messages(web, channel_id, oldest, place):
            carried = message.get("metadata")
            payload = carried.get("event_payload") if isinstance(carried, dict) else None
            if isinstance(payload, dict) and payload.get("key") == letter.key:
                return str(message.get("ts", ""))
    return None


async def _messages(
    web: SlackWeb, channel_id: str, oldest: str, thread_ts: str | None
) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    for _ in range(_PAGES):
        asked: dict[str, Any] = {"channel": channel_id, "include_all_metadata": True, "limit": _PAGE, "cursor": cursor}
        answer = await _ask(web, asked, oldest, thread_ts)
        for message in answer.get("messages") or ():
            if isinstance(message, dict):
                yield message
        more = answer.get("response_metadata")
        cursor = (more.get("next_cursor") if isinstance(more, dict) else None) or None
        if cursor is None:
            return


async def _ask(web: SlackWeb, asked: dict[str, Any], oldest: str, thread_ts: str | None) -> dict[str, Any]:
    try:
        if thread_ts is not None:
            return await web.call("conversations.replies", patience=0.0, ts=thread_ts, oldest=oldest, **asked)
        return await web.call("conversations.history", patience=0.0, oldest=oldest, **asked)
    except SlackError as error:
        if verdict(error) in (Verdict.LIMITED, Verdict.DOWN, Verdict.DOUBT):
            raise
        if verdict(error) is Verdict.THREAD:  # the message to answer is gone, and the answers with it
            return {}
        raise CannotLook(error.error) from error
