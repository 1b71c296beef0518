"""Rows of followed requests on both databases: one replica at a time, and all or nothing of each step."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from capy_rows import AT, OPEN, row
from store_fixtures import Opening

from bot.clock import ManualClock
from bot.errors import CapyError, CapyUnavailable
from bot.model.cutover_request import CutoverRequest, Preview
from bot.requests import rows
from bot.requests.rows import Followed
from bot.requests.run import Following
from bot.store import Database
from bot.store.tables import cutover_requests, letters


class Capy:
    """Lists what it is told to."""

    def __init__(self, *found: CutoverRequest) -> None:
        self.found, self.asked = list(found), 0
        self.trouble: CapyError | None = None

    async def requests(self, _: str) -> tuple[CutoverRequest, ...]:
        self.asked += 1
        if self.trouble:
            raise self.trouble
        return tuple(self.found)

    async def previews(self, _: str) -> tuple[Preview, ...] | None:
        return None


class NoDebts:
    async def pay(self, one: Followed) -> tuple[Followed, list[Any]]:
        return msgspec.structs.replace(one, debts=()), []


def following(database: Database, capydb: Any, clock: ManualClock, owner: str = "a") -> Following:
    debts: Any = NoDebts()
    return Following(capydb, database, debts, clock, owner, lambda: None)


async def put(database: Database, *more: Followed) -> None:
    for one in more:
        await database.write(lambda c, one=one: rows.begin(c, one, AT))  # type: ignore[misc]


async def keys(database: Database) -> list[str]:
    query = sa.select(letters.c.key).order_by(letters.c.id)
    return list(await database.read(lambda c: c.execute(query).scalars().all()))


async def test_one_reading_serves_all_rows_of_a_project_and_letters_are_kept_with_it(database: Database) -> None:
    clock, capydb = ManualClock(), Capy(OPEN)
    await put(database, row(), row(key="k2", mark="nobody"))
    wait = await following(database, capydb, clock).run_due()
    assert capydb.asked == 1
    assert await keys(database) == ["capydb:k:card:1"]
    kept = {one.key: one for one in await database.read(rows.all_of)}
    assert (kept["k"].request, kept["k2"].missed) == ("cut_1", 1)
    assert 0 < wait <= 5


async def test_begun_twice_is_one_row_and_an_adopted_one_stays(database: Database) -> None:
    await put(database, row(), row(ticket="another"))
    await database.write(lambda c: rows.adopt(c, "k", "cut_1", AT))
    await database.write(lambda c: rows.adopt(c, "k", "cut_2", AT))
    await database.write(lambda c: rows.adopt(c, "nobody", "cut_3", AT))
    (one,) = await database.read(rows.all_of)
    assert (one.request, one.ticket) == ("cut_1", "CHG1")


async def test_what_is_over_goes(database: Database) -> None:
    clock = ManualClock()
    capydb = Capy(in_state(OPEN, "rejected"))
    await put(database, row())
    await following(database, capydb, clock).run_due()
    assert await database.read(rows.all_of) == []
    assert await keys(database) == ["capydb:k:card:1"]


def in_state(one: CutoverRequest, status: str) -> CutoverRequest:
    return CutoverRequest(one.id, status, preview_id=one.preview_id, note=one.note)


async def test_whoever_lost_the_row_meanwhile_leaves_nothing_behind(database: Database, opening: Opening) -> None:
    """The wish is recorded by another replica while this one is reading."""
    clock, other = ManualClock(), await opening()

    class Slow(Capy):
        async def requests(self, project: str) -> tuple[CutoverRequest, ...]:
            await other.write(lambda c: rows.adopt(c, "k", "cut_1", AT))
            return await super().requests(project)

    await put(database, row())
    await following(database, Slow(OPEN), clock).run_due()
    assert await keys(database) == []
    await following(other, Capy(OPEN), clock, "b").run_due()
    assert await keys(database) == ["capydb:k:card:1"]


async def test_two_replicas_tell_each_thing_once(database: Database, opening: Opening) -> None:
    clock, other, capydb = ManualClock(), await opening(), Capy(OPEN)
    pair = [following(database, capydb, clock), following(other, capydb, clock, "b")]
    await put(database, row())
    for status in ("open", "acked", "in_progress", "completed"):
        capydb.found = [in_state(OPEN, status)]
        for one in pair:
            clock.advance(21)
            await one.run_due()
    told = await keys(database)
    assert sorted(set(told)) == sorted(told)
    assert [key for key in told if "card" not in key] == [
        f"capydb:k:{s}" for s in ("acked", "in_progress", "completed")
    ]


async def test_a_silent_capydb_leaves_the_row_for_later(database: Database) -> None:
    clock, capydb = ManualClock(), Capy(OPEN)
    capydb.trouble = CapyUnavailable("CapyDB cannot be reached.")
    await put(database, row())
    await following(database, capydb, clock).run_due()
    (one,) = await database.read(rows.all_of)
    assert one.silent_since == clock.unix()
    assert await keys(database) == []


async def test_a_row_of_another_version_holds_up_no_other(database: Database) -> None:
    odd = sa.insert(cutover_requests).values(key="odd", due_at=AT - 1, data='{"brand":"new"}')
    await database.write(lambda c: c.execute(odd) and None)
    await put(database, row())
    await following(database, Capy(OPEN), ManualClock()).run_due()
    assert [one.request for one in await database.read(rows.all_of)] == ["cut_1"]
