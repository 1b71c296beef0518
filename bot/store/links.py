"""Which channel follows which runbook. The one rule: one runbook a channel, and a link exists only once it works.

A runbook is watched while a channel is linked to it: its row in `watches` comes and goes in the same transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from bot.clock import Clock
from bot.model import Text
from bot.model.hearing import Hearing, decode_hearing, encode_hearing
from bot.store.bell import ring
from bot.store.database import Database
from bot.store.sql import inserting
from bot.store.tables import counters, links, watches

T = TypeVar("T")
_COUNTER: Final = "links"
_REFRESH: Final = 2.0


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
    hearing: Hearing = field(default_factory=Hearing)


class Links:
    """All links, kept in memory; every change is on disk before it counts. What other replicas change comes with
    `refresh`, which costs one small read where nothing changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], Link] = {}
        self._version = -1
        self.saved: Callable[[str], None] = lambda runbook_id: None
        """Hears of the runbook of each new link."""
        self.followed: Callable[[], None] = lambda: None
        """Hears that another replica changed links, once they are known here."""
        self.withheld: Callable[[Link], bool] = lambda link: False
        """Whether a channel may not read of its runbook now: the policy's word, asked at each post."""
        self._woken = asyncio.Event()
        self._coming: dict[tuple[str, str], Link] = {}

    async def load(self) -> None:
        """Read all links; call once at start."""
        version, known = await self._database.read(_all)
        if version >= self._version:  # else a change of our own came in between
            self._version, self._known = version, known

    async def refresh(self) -> None:
        """Read them again if another replica changed them."""
        if await self._database.read(_version) != self._version:
            await self.load()
            self.followed()

    def wake(self) -> None:
        """Another replica changed something: look at once."""
        self._woken.set()

    async def follow(self, clock: Clock) -> None:
        """Keep up with other replicas until cancelled; ends at once where there can be none."""
        while self._database.shared:
            await clock.rest(_REFRESH, self._woken)
            self._woken.clear()
            await self.refresh()

    def of(self, team_id: str, channel_id: str) -> Link | None:
        """The link of a channel, for commands there: also one that is just being made."""
        place = (team_id, channel_id)
        return self._coming.get(place) or self._known.get(place)

    @contextlib.contextmanager
    def coming(self, link: Link) -> Iterator[None]:
        """While it is proved and saved: whoever sees the post that proves it may type a command at once."""
        place = (link.team_id, link.channel_id)
        self._coming[place] = link
        try:
            yield
        finally:
            self._coming.pop(place, None)

    def all(self) -> tuple[Link, ...]:
        """Every link."""
        return tuple(self._known.values())

    def channels(self, runbook_id: str) -> tuple[Link, ...]:
        """The links through which this runbook is told of."""
        known = self._known.values()
        return tuple(link for link in known if link.runbook_id == runbook_id and not self.withheld(link))

    async def save(self, link: Link) -> None:
        """Bind, replacing what the channel followed before.

        What the channel hears stays as it was set, unless `link` brings its own; streams belong to one runbook only.
        """
        where = _place(link.team_id, link.channel_id)

        def unit(connection: sa.Connection) -> Link:
            before = connection.execute(sa.select(links).where(where)).mappings().first()
            kept = link
            if before is not None and link.hearing == Hearing():
                heard = decode_hearing(before["hearing"])
                other = before["runbook_id"] != link.runbook_id
                kept = replace(link, hearing=_without_streams(heard) if other else heard)
            row = _row(kept)
            insert = inserting(connection)(links).values(row)
            connection.execute(insert.on_conflict_do_update(index_elements=["team_id", "channel_id"], set_=row))
            watch = inserting(connection)(watches).values(runbook_id=link.runbook_id, due_at=0.0)
            connection.execute(watch.on_conflict_do_nothing(index_elements=["runbook_id"]))
            _stop_watching(connection)
            return kept

        kept = await self._change(unit)
        self._known[link.team_id, link.channel_id] = kept
        self.saved(link.runbook_id)

    async def set_hearing(self, team_id: str, channel_id: str, hearing: Hearing) -> Link | None:
        """Keep what the channel wants to hear; the link as it is now, None without one."""
        change = sa.update(links).where(_place(team_id, channel_id)).values(hearing=encode_hearing(hearing))
        changed = await self._change(lambda c: c.execute(change).rowcount == 1)
        known = self._known.get((team_id, channel_id))
        if not changed or known is None:
            return None
        self._known[team_id, channel_id] = heard = replace(known, hearing=hearing)
        return heard

    async def remove(self, team_id: str, channel_id: str) -> Link | None:
        """Unbind; the link that was there, if any."""

        def unit(connection: sa.Connection) -> None:
            connection.execute(sa.delete(links).where(_place(team_id, channel_id)))
            _stop_watching(connection)

        await self._change(unit)
        return self._known.pop((team_id, channel_id), None)

    async def _change(self, unit: Callable[[sa.Connection], T]) -> T:
        """Run `unit` and count the change. Counting first lets only one replica at a time change links."""

        def counted(connection: sa.Connection) -> tuple[int, T]:
            first = inserting(connection)(counters).values(name=_COUNTER, value=1)
            raised = first.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
            connection.execute(raised)
            ring(connection, "links")
            return _version(connection), unit(connection)

        version, value = await self._database.write(counted)
        if version == self._version + 1:  # nobody else changed anything in between
            self._version = version
        return value


def _place(team_id: str, channel_id: str) -> sa.ColumnElement[bool]:
    return (links.c.team_id == team_id) & (links.c.channel_id == channel_id)


def _row(link: Link) -> dict[str, Any]:
    row = {one.name: getattr(link, one.name) for one in fields(link)}
    # PostgreSQL holds no NUL in a text.
    return {**row, "runbook_name": link.runbook_name.raw.replace("\0", ""), "hearing": encode_hearing(link.hearing)}


def _link(row: sa.RowMapping) -> Link:
    return Link(**{**row, "runbook_name": Text(row["runbook_name"]), "hearing": decode_hearing(row["hearing"])})


def _all(connection: sa.Connection) -> tuple[int, dict[tuple[str, str], Link]]:
    found = connection.execute(sa.select(links)).mappings()
    return _version(connection), {(row["team_id"], row["channel_id"]): _link(row) for row in found}


def _version(connection: sa.Connection) -> int:
    found = connection.execute(sa.select(counters.c.value).where(counters.c.name == _COUNTER)).scalar()
    return int(found or 0)


def _stop_watching(connection: sa.Connection) -> None:
    linked = sa.select(links.c.runbook_id)
    connection.execute(sa.delete(watches).where(watches.c.runbook_id.not_in(linked)))


def _without_streams(hearing: Hearing) -> Hearing:
    kept = {name: getattr(hearing, name) for name in Hearing.__struct_fields__}
    return Hearing(**{**kept, "streams": None})
