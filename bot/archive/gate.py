"""How many requests are under way. The one rule: when Cutover says "too many", the archive makes room for people.

The bot's commands share the token's limit. A 429 halves the archive's connections; fifty answers give one back.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

_STEADY = 50


class Gate:
    """`async with gate:` around each request; `slow_down` after a 429."""

    def __init__(self, connections: int) -> None:
        self.most = self.allowed = max(1, connections)
        self.requests = 0
        self._under_way = 0
        self._steady = 0
        self._waiting: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> None:
        while self._under_way >= self.allowed:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self._under_way += 1
        self.requests += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._under_way -= 1
        self._steady += 1
        if self._steady >= _STEADY and self.allowed < self.most:
            self.allowed, self._steady = self.allowed + 1, 0
        self._wake()

    def slow_down(self) -> None:
        """Cutover refused a request for being one too many."""
        self.allowed, self._steady = max(1, self.allowed // 2), 0

    def _wake(self) -> None:
        free = self.allowed - self._under_way
        while free > 0 and self._waiting:
            turn = self._waiting.pop(0)
            if not turn.done():
                turn.set_result(None)
                free -= 1
