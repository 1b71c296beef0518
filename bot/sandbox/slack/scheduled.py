"""Messages to be posted later, on the sandbox's clock.

The one rule: a scheduled message with `metadata` is taken and never posted: a documented bug of Slack that a
bot must know.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.model import Channel
from bot.sandbox.slack.posting import Content, bot_body, post
from bot.sandbox.slack.workspace import Workspace

FARTHEST_SECONDS = 120 * 86_400
PER_FIVE_MINUTES = 30


@dataclass(slots=True)
class Waiting:
    """One message that waits for `post_at` (Unix seconds)."""

    id: str
    channel: Channel
    post_at: int
    created: int
    content: Content
    thread_ts: str | None
    task: asyncio.Task[None] | None = None


class Scheduled:
    """All waiting messages."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws
        self.waiting: dict[str, Waiting] = {}

    def clear(self) -> None:
        for entry in self.waiting.values():
            if entry.task is not None:
                entry.task.cancel()
        self.waiting.clear()

    def add(self, channel: Channel, post_at: int, content: Content, thread_ts: str | None) -> Waiting:
        """Codes: time_in_past, time_too_far, restricted_too_many."""
        now = self._ws.clock.now()
        if post_at <= now:
            raise SlackError("time_in_past")
        if post_at > now + FARTHEST_SECONDS:
            raise SlackError("time_too_far")
        window = post_at // 300
        near = [w for w in self.waiting.values() if w.channel is channel and w.post_at // 300 == window]
        if len(near) >= PER_FIVE_MINUTES:
            raise SlackError("restricted_too_many")
        entry = Waiting(self._ws.ids.new("Q"), channel, post_at, int(now), content, thread_ts)
        self.waiting[entry.id] = entry
        entry.task = self._ws.spawn(self._post_later(entry))
        return entry

    def drop(self, message_id: str, channel: str) -> None:
        """invalid_scheduled_message_id when it is not waiting there."""
        entry = self.waiting.get(message_id)
        if entry is None or entry.channel.id != channel:
            raise SlackError("invalid_scheduled_message_id")
        del self.waiting[message_id]
        if entry.task is not None:
            entry.task.cancel()

    async def _post_later(self, entry: Waiting) -> None:
        await self._ws.clock.until(entry.post_at)
        if self.waiting.pop(entry.id, None) is None or entry.content.metadata:
            return
        try:
            post(self._ws, entry.channel, bot_body(self._ws, entry.content), thread_ts=entry.thread_ts)
        except SlackError:
            # The thread is gone meanwhile; Slack drops the message without a word.
            return
