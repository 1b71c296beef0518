"""Which channel follows which runbook. The one rule: one runbook a channel, and a link exists only once it works."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa

from bot.model import Text
from bot.store.database import Database
from bot.store.sql import inserting
from bot.store.tables import links


@dataclass(frozen=True, slots=True)
class Link:
    """A channel bound to a runbook. `message_ts`: the post that proved the bot may write there; `linked_at` Unix."""

    team_id: str
    channel_id: str
    runbook_id: str
    runbook_name: Text
    linked_by: str
    linked_at: float
    message_ts: str


class Links:
    """All links, read once and kept in memory; every change is on disk before it counts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], Link] = {}

    async def load(self) -> None:
        """Read all links; call once at start."""
        rows = await self._database.read(lambda c: c.execute(sa.select(links)).mappings().all())
        self._known = {
            (row["team_id"], row["channel_id"]): Link(**{**row, "runbook_name": Text(row["runbook_name"])})
            for row in rows
        }

    def of(self, team_id: str, channel_id: str) -> Link | None:
        """The link of a channel."""
        return self._known.get((team_id, channel_id))

    def channels(self, runbook_id: str) -> tuple[Link, ...]:
        """All links to a runbook."""
        return tuple(link for link in self._known.values() if link.runbook_id == runbook_id)

    async def save(self, link: Link) -> None:
        """Bind, replacing what the channel followed before."""
        row = {**asdict(link), "runbook_name": link.runbook_name.raw}
        rest = {name: value for name, value in row.items() if name not in ("team_id", "channel_id")}
        place = ["team_id", "channel_id"]
        await self._database.write(
            lambda c: c.execute(inserting(c)(links).values(row).on_conflict_do_update(index_elements=place, set_=rest))
        )
        self._known[link.team_id, link.channel_id] = link

    async def remove(self, team_id: str, channel_id: str) -> Link | None:
        """Unbind; the link that was there, if any."""
        where = (links.c.team_id == team_id) & (links.c.channel_id == channel_id)
        await self._database.write(lambda c: c.execute(sa.delete(links).where(where)))
        return self._known.pop((team_id, channel_id), None)
