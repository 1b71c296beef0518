"""Which channels follow which runbooks. The one rule: a channel that stops following has no board that looks alive."""

from __future__ import annotations

from bot.clock import Clock
from bot.outbox.outbox import Outbox, put_all
from bot.store import Database, Link, Links
from bot.watch import rows
from bot.watch.telling import Telling


class Following:
    """Remembers the links of the last look."""

    def __init__(self, database: Database, links: Links, telling: Telling, outbox: Outbox, clock: Clock) -> None:
        self._database = database
        self._links = links
        self._telling = telling
        self._outbox = outbox
        self._clock = clock
        self._known: dict[tuple[str, str], Link] = {}

    async def look(self) -> tuple[set[str], set[str]]:
        """The runbooks that got a channel since the last look, and those that nobody follows any more.

        Raises `StoreUnavailable`."""
        told = (link for link in self._links.all() if not self._links.withheld(link))
        links = {(link.runbook_id, link.channel_id): link for link in told}
        before, self._known = self._known, links
        for place in before.keys() - links.keys():
            await self._leave(before[place])
        begun = {runbook_id for runbook_id, _ in links.keys() - before.keys()}
        return begun, {runbook_id for runbook_id, _ in before} - {runbook_id for runbook_id, _ in links}

    async def _leave(self, link: Link) -> None:
        standing = await self._database.read(lambda c: rows.standing(c, link.runbook_id, [link.channel_id]))
        letters, now = self._telling.left(link, standing[link.channel_id]), self._clock.unix()
        if letters:
            await self._database.write(lambda c: put_all(c, letters, now))
            self._outbox.wake()
