"""A wish on its way. The one rule: whatever may be repeated on purpose carries its own `once`."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from bot.clock import Clock
from bot.identity import Actor
from bot.journal import Intent


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants it and from where. `origin`: kind, channel. `once`: the delivery or view, for what may be repeated."""

    actor: Actor
    origin: Mapping[str, str]
    once: str

    @property
    def channel_id(self) -> str:
        """Where it was asked for; empty when that is no channel."""
        return self.origin.get("channel", "")

    def intent(
        self,
        clock: Clock,
        verb: str,
        runbook_id: str,
        task_id: str = "",
        *,
        seen: str = "",
        once: bool = False,
        wish: Mapping[str, Any] | None = None,
    ) -> Intent:
        """The record of this wish for one target."""
        return Intent(
            id=uuid.uuid4().hex,
            at=clock.unix(),
            team_id=self.actor.team_id,
            user_id=self.actor.user_id,
            user_name=self.actor.name,
            verb=verb,
            runbook_id=runbook_id,
            task_id=task_id,
            seen=seen,
            origin=self.origin,
            wish=wish or {},
            once=self.once if once else "",
        )


class Locks:
    """One lock per runbook or task: presses on the same thing wait for each other, others do not."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, runbook_id: str, task_id: str = "") -> AsyncIterator[None]:
        lock = self._locks.setdefault((runbook_id, task_id), asyncio.Lock())
        async with lock:
            yield
