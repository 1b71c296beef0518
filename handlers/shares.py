"""Each person's share of the bot. The one rule: whoever asks for very much at once holds up nobody else."""

from __future__ import annotations

from collections import Counter
from typing import Final

from bot.errors import BotError

MOST: Final = 64
"""Of one person under way at once; nobody types or presses that much."""


class Shares:
    """Counts what is under way for whom."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()

    def enter(self, user_id: str) -> None:
        self._under_way[user_id] += 1

    def leave(self, user_id: str) -> None:
        self._under_way[user_id] -= 1
        if not self._under_way[user_id]:
            del self._under_way[user_id]

    def check(self, user_id: str) -> None:
        """Raises `BotError` when this person has too much under way."""
        if self._under_way[user_id] > MOST:
            raise BotError("Slow down: this was not done.", "Very much of yours is under way. Wait for the answers.")
