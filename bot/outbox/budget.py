"""How much may be sent now. The one rule: Slack's documented limits are kept here, a 429 is the exception.

Source: docs.slack.dev/apis/web-api/rate-limits. chat.postMessage about one a second a channel with short bursts and
several hundred a minute a workspace; chat.update is Tier 3, 50 a minute for the whole workspace.
"""

from __future__ import annotations

from collections import deque
from typing import Final

_BURST: Final = 5
_POSTS: Final = 240
_UPDATES: Final = 45
_URGENT: Final = 15
"""Of the updates a minute, so many are kept for answers to presses."""
_STEP: Final = 60.0 / (_UPDATES - _URGENT)
_FORGET: Final = 60.0


class Window:
    """At most `count` in any `seconds`. Times are the caller's, in seconds."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count, self._seconds = count, seconds
        self._taken: deque[float] = deque()

    def free_at(self, now: float, kept: int = 0) -> float:
        """When one may be taken so that `kept` are left for others; not after `now` when it may be now."""
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        over = len(self._taken) - (self._count - kept)
        return now if over < 0 else self._taken[over] + self._seconds

    def take(self, now: float) -> None:
        """Count one."""
        self._taken.append(now)

    @property
    def idle(self) -> bool:
        return not self._taken


class Budget:
    """What one workspace allows this process: posts by channel and in all, updates in all."""

    def __init__(self) -> None:
        self._channels: dict[str, Window] = {}
        self._posts = Window(_POSTS, 60.0)
        self._updates = Window(_UPDATES, 60.0)
        self._turns: dict[str, float] = {}
        self._held_until = 0.0

    def post_at(self, channel_id: str, now: float) -> float:
        """When this channel may get a post; `now` if at once."""
        known = self._channels.get(channel_id)
        return max(known.free_at(now) if known else now, self._posts.free_at(now))

    def posted(self, channel_id: str, now: float) -> None:
        """One post was sent."""
        if len(self._channels) > 500:
            for name, known in list(self._channels.items()):
                known.free_at(now)
                if known.idle:
                    del self._channels[name]
        self._channels.setdefault(channel_id, Window(_BURST, float(_BURST))).take(now)
        self._posts.take(now)

    def update_at(self, channel_id: str, now: float, *, urgent: bool) -> float:
        """When a message of this channel may be updated. Those that must wait get turns, so that all come to theirs."""
        if urgent:
            return max(self._updates.free_at(now), self._held_until)
        free = max(self._updates.free_at(now, _URGENT), self._held_until)
        self._turns = {name: at for name, at in self._turns.items() if at > now - _FORGET}
        ahead = [at for name, at in self._turns.items() if name != channel_id]
        turn = self._turns.get(channel_id)
        if free <= now and (not ahead or (turn is not None and turn <= now)):
            return now
        if turn is None or turn <= now:
            turn = self._turns[channel_id] = max([free, *(at + _STEP for at in ahead)])
        return max(turn, free)

    def updated(self, channel_id: str, now: float) -> None:
        """One update was sent."""
        self._turns.pop(channel_id, None)
        self._updates.take(now)

    def no_updates_before(self, when: float) -> None:
        """Slack said so for the whole workspace."""
        self._held_until = max(self._held_until, when)
