"""Tells whoever looks that something changed: the page by WebSocket, a test through `until`.

The one rule: a notice says only what changed, never the content; the reader reads it again for the person it
looks as.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.sandbox.slack.errors import Json


class Live:
    """A tiny publish and subscribe; a reader that lags by a thousand notices loses the newest, it re-reads anyway."""

    _BACKLOG = 1000

    def __init__(self) -> None:
        self._readers: dict[asyncio.Queue[Json], str | None] = {}

    def publish(self, what: str, *, user: str | None = None, channel: str | None = None, ts: str | None = None) -> None:
        """`what` is message, view, home, toast, channel or traffic; `user` set means only that person sees it."""
        notice: Json = {"type": "changed", "what": what, "channel": channel, "ts": ts}
        for queue, reader in self._readers.items():
            if user is not None and reader is not None and user != reader:
                continue
            if queue.qsize() < self._BACKLOG:
                queue.put_nowait(notice)

    @contextmanager
    def reader(self, user: str | None = None) -> Iterator[asyncio.Queue[Json]]:
        """A queue of notices for one person, or for all when `user` is None."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._readers[queue] = user
        try:
            yield queue
        finally:
            del self._readers[queue]
