"""A small cache with a time to live. The one rule: one thing is asked for once at a time; errors are not kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from bot.clock import Clock

K = TypeVar("K")
V = TypeVar("V")


class TimedCache(Generic[K, V]):
    """Keeps at most `most` values for `seconds`; the least recently used go first."""

    def __init__(self, clock: Clock, seconds: float, most: int) -> None:
        self._clock, self._seconds, self._most = clock, seconds, most
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._under_way: dict[K, asyncio.Task[V]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        """The value kept, or what `load` gives. Callers meeting here share one `load` and its error."""
        kept = self._kept.get(key)
        if kept is not None and self._clock.monotonic() < kept[0]:
            self._kept.move_to_end(key)
            return kept[1]
        running = self._under_way.get(key)
        if running is None:
            running = asyncio.ensure_future(self._load(key, load))
            self._under_way[key] = running
            running.add_done_callback(_retrieved)
        # Shielded: one impatient caller must not cancel the answer of the others.
        return await asyncio.shield(running)

    def has(self, key: K) -> bool:
        """Whether `get` would answer at once."""
        kept = self._kept.get(key)
        return kept is not None and self._clock.monotonic() < kept[0]

    def keep(self, key: K, value: V) -> None:
        """Put a value in that was read on the way."""
        self._kept[key] = (self._clock.monotonic() + self._seconds, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self, key: K) -> None:
        """Read `key` anew next time."""
        self._kept.pop(key, None)

    async def _load(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        try:
            value = await load()
            self.keep(key, value)
            return value
        finally:
            del self._under_way[key]


def _retrieved(task: asyncio.Task[V]) -> None:
    """An error nobody waits for any more is looked at here, so that asyncio does not complain about it later."""
    if not task.cancelled():
        task.exception()
