"""With whose eyes something is looked at. The one rule: who has connected the own Cutover account sees what Cutover
shows to them, and nothing that only the bot's account may see.

For everybody else the bot's account looks, so callers show only what such people are told anyway: what is linked to
a channel they are in, and their own tasks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.cutover.cache import TimedCache
from bot.errors import BotError, CutoverError, Forbidden, NotFound, Unauthorised
from bot.identity import Acting
from bot.identity.policy import Actor
from bot.model import Text

_KEEP: Final = 60.0
_MOST: Final = 5_000
_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Sight:
    """`own`: it is the person's client, not the bot's. `problem`: why the person's own cannot be used now."""

    client: CutoverClient
    own: bool
    problem: str = ""


class Eyes:
    """What one may see is remembered for a minute."""

    def __init__(self, acting: Acting, clock: Clock) -> None:
        self._acting = acting
        self._seen: TimedCache[tuple[str, str], bool] = TimedCache(clock, _KEEP, _MOST)

    async def of(self, team_id: str, user_id: str) -> Sight:
        """The eyes of this person."""
        service = self._acting.service
        try:
            client = await self._acting.reader(Actor(team_id, user_id, Text()))
        except BotError as error:
            return Sight(service, False, error.sentence)
        return Sight(client, client is not service)

    async def seen(self, sight: Sight, user_id: str, runbook_ids: Collection[str]) -> frozenset[str]:
        """Those of the runbooks that Cutover shows to the person; all where the bot looks for them."""
        if not sight.own:
            return frozenset(runbook_ids)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def look(runbook_id: str) -> bool:
            async with gate:
                return await _is_shown(sight.client, runbook_id)

        ids = sorted(runbook_ids)
        found = await asyncio.gather(*(self._seen.get((user_id, one), partial(look, one)) for one in ids))
        return frozenset(one for one, shown in zip(ids, found, strict=True) if shown)


async def _is_shown(client: CutoverClient, runbook_id: str) -> bool:
    """A Cutover that cannot tell now hides nothing that was visible a moment ago."""
    try:
        await client.get_runbook(runbook_id)
    except (Forbidden, NotFound, Unauthorised):
        return False
    except CutoverError:
        return True
    return True
