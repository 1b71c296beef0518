"""A night with digests: a database, a clock moved by hand, and what the watch would have read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from digest_world import NOW, names, snapshot

from bot.blocks.message import Message
from bot.charts import Kind as ChartKind
from bot.charts import Sheet
from bot.clock import ManualClock
from bot.digest.countdown import Countdown
from bot.digest.picture import Pictures
from bot.digest.readings import Reading, Readings
from bot.digest.run import Digests
from bot.digest.work import Work
from bot.model import Ref, Runbook, Task, TaskType, Text
from bot.model.hearing import Hearing
from bot.model.snapshot import Snapshot
from bot.plan import Readiness, Run, Staff, readiness, run_of
from bot.slack.files import Upload
from bot.store import Database, Link, Links
from bot.store.tables import letters, schedules, watches
from bot.watch.ends import Ends
from bot.watch.rows import pack

TEAM, CHANNEL = "T0HARBOUR01", "C0DCFAILOVR"


class Names:
    """The catalogue and the mentions, as far as digests ask them."""

    async def names(self, people: Iterable[Ref], runbook_id: str) -> dict[Ref, Text]:
        return names()

    async def task_types(self) -> tuple[TaskType, ...]:
        return ()

    async def of(self, people: Iterable[Ref]) -> dict[Ref, str]:
        return {Ref("user", "3"): "U0MEI000003"}


class Kept(Readings):
    """There is no Cutover here: what the watch has read is all there is."""

    async def fresh(self, runbook_id: str) -> Reading:
        found = await self.of(runbook_id)
        assert found is not None
        return found


class Planned:
    """The run as Cutover tells it when asked: one task that nobody has, and a start."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock, self.start, self.stage = clock, NOW, "planning"
        self.tasks = True
        self.trouble: Exception | None = None
        self.checked: list[str] = []

    async def look(self, runbook_id: str) -> Run:
        if self.trouble is not None:
            raise self.trouble
        book = Runbook(id=runbook_id, name=Text("DC North"), stage=self.stage, start_planned=self.start)
        task = Task(id="405", runbook_id=runbook_id, name=Text("Drain"), stage="default", assignees=(), duration=60)
        return run_of(book, [task] if self.tasks else [], self.clock.unix())

    async def check(self, runbook_id: str, channel: str) -> Readiness:
        self.checked.append(channel)
        return readiness(await self.look(runbook_id), Staff())


class Painter:
    """Paints nothing."""

    async def paint(self, sheet: Sheet, kind: ChartKind) -> bytes:
        return f"{kind} of {sheet.title}".encode()


class Shelf:
    """Slack's files: what was uploaded, and what was shown in which channel under which words."""

    def __init__(self) -> None:
        self.uploaded: list[str] = []
        self.shown: list[tuple[str, str, str]] = []
        self.trouble: Exception | None = None
        self.upload_trouble: Exception | None = None

    async def upload(self, files: Sequence[Upload]) -> list[str]:
        if self.upload_trouble is not None:
            raise self.upload_trouble
        self.uploaded += [one.data.decode() for one in files]
        return [f"F{len(self.uploaded)}"]

    async def show(self, channel: str, ids: Sequence[str], files: Sequence[Upload], message: Message) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.shown.append((channel, files[0].alt, message.text))


class Night:
    """`digests` is one replica, `replica()` another on the same database; times are minutes after half past ten."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock(NOW)
        self.links = Links(database)
        self.cutover, self.studio, self.files = Planned(self.clock), Painter(), Shelf()
        self.digests = self.replica("one")
        self.woken = 0

    async def begin(self) -> None:
        await self.links.load()
        await self.links.save(self.link())
        await self.reads(snapshot())

    def link(self, channel: str = CHANNEL, runbook: str = "101") -> Link:
        return Link(TEAM, channel, runbook, Text("DC North"), "U0DANA00001", NOW.timestamp(), "1.1")

    def replica(self, owner: str, database: Database | None = None, links: Links | None = None) -> Digests:
        """With a `database` of its own it stands for another process."""
        client: Any = None
        stand_in: Any = Names()
        studio: Any = self.studio
        files: Any = self.files
        store = database or self.database
        readings = Kept(store, client, self.clock)
        work = Work(readings, stand_in, self.clock, stand_in, Ends(store))
        countdown = Countdown(readings, self.cutover.check, self.clock)
        pictures = Pictures(self.cutover.look, studio, files, store, self.clock)
        return Digests(store, links or self.links, work, countdown, pictures, self.clock, owner, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    async def reads(self, made: Snapshot, *, stale_since: float | None = None, runbook: str = "101") -> None:
        """The watch has read this now."""
        values = {"snapshot": pack(made), "read_at": self.clock.unix(), "stale_since": stale_since}
        query = sa.update(watches).where(watches.c.runbook_id == runbook).values(values)
        await self.database.write(lambda c: c.execute(query))

    async def hears(self, channel: str = CHANNEL, **wish: Any) -> None:
        """The channel's settings from now on."""
        link = self.links.of(TEAM, channel)
        assert link is not None
        await self.digests.save(link, msgspec.convert({"timezone": "UTC", **wish}, Hearing))
        await self.digests.run_due()

    async def passes(self, minutes: float, step: float = 1.0) -> None:
        """Time goes by; each minute what is due is worked off."""
        for _ in range(int(minutes / step)):
            self.clock.advance(step * 60)
            await self.digests.run_due()

    async def leases_end(self) -> None:
        """Whoever stood still has lost what it claimed (PostgreSQL's leases go by its own clock)."""
        await self.database.write(lambda c: c.execute(sa.update(schedules).values(lease_until=0.0)))

    async def leased(self) -> bool:
        """Whether somebody works on something just now."""
        query = sa.select(sa.func.count()).where(schedules.c.lease_owner.is_not(None))
        return bool(await self.database.read(lambda c: c.execute(query).scalar_one()))

    async def posts(self, channel: str = CHANNEL) -> list[str]:
        """The texts of all letters to the channel, in order."""
        query = sa.select(letters.c.body).where(letters.c.channel_id == channel).order_by(letters.c.id)
        rows = await self.database.read(lambda c: c.execute(query).scalars().all())
        return [json.loads(body)["text"] for body in rows]

    async def sent(self) -> None:
        """The sender has posted all that waited."""
        await self.database.write(lambda c: c.execute(sa.update(letters).values(state="sent", message_ts="1.2")))

    async def rows(self) -> dict[str, float]:
        """When each row is due."""
        query = sa.select(schedules.c.key, schedules.c.due_at)
        found = await self.database.read(lambda c: c.execute(query).all())
        return {str(key): float(due) for key, due in found}
