"""The audit trail: everything that was wanted, refused and done comes in once, whatever happens in between."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import sqlalchemy as sa
import structlog
from audit_tools import DANA, Office
from cluster import Cluster

from bot.journal import Journal, OutcomeKind
from bot.journal.chain import Trail
from bot.store import Database
from bot.store.tables import audit, audit_waiting, intents


async def test_a_wish_and_its_outcome_are_two_rows_that_name_everything(office: Office) -> None:
    one = await office.press()
    await office.written()
    intent, outcome = await office.rows()
    assert (intent["what"], intent["id"], intent["user"], intent["verb"]) == ("intent", one.id, DANA.user_id, one.verb)
    assert intent["origin"] == {"kind": "command", "as": "own:7", "allowed": "operator"}
    assert (outcome["what"], outcome["id"], outcome["state"], outcome["note"]) == ("outcome", one.id, "done", "Started")
    assert outcome["at"] > intent["at"]
    assert (await office.check()).problems == []


async def test_nothing_comes_in_twice(office: Office) -> None:
    await office.press()
    await office.written()
    assert await office.trail.append() == 0
    assert len(await office.rows()) == 2


async def test_an_outcome_that_comes_later_is_a_row_of_its_own(office: Office) -> None:
    one = await office.press(OutcomeKind.UNKNOWN)
    await office.written()
    office.journal.settle(one, _outcome(office))
    await office.written()
    assert [row.get("state") for row in await office.rows()] == [None, "unknown", "done"]
    assert (await office.check()).problems == []


async def test_a_refusal_and_a_connection_are_on_record(office: Office) -> None:
    office.journal.note("refused", DANA, office.clock.unix(), {"right": "run_live", "why": "Only operators may."})
    await office.written()
    (row,) = await office.rows()
    assert (row["what"], row["user"], row["right"]) == ("refused", DANA.user_id, "run_live")
    assert await office.trail.append() == 0


async def test_what_a_crash_left_comes_with_the_next_start(office: Office) -> None:
    await office.press()
    await office.press(None)
    await office.journal.flush()
    office.trail = office.other()
    await office.written()
    assert [row["what"] for row in await office.rows()] == ["intent", "outcome", "intent"]
    assert (await office.check()).problems == []


async def test_each_bot_has_a_chain_and_its_first_row_names_the_others(office: Office) -> None:
    second = office.other()
    await office.press()
    await office.written()
    await office.press()
    await office.written(second)
    await office.press()
    await office.written()
    begin = await office.row(1, second.writer)
    assert office.trail.writer in begin["body"]
    report = await office.check()
    assert report.problems == []
    assert len(report.heads) == 2
    assert report.rows == 8


async def test_two_bots_at_once_write_everything_once(office: Office) -> None:
    trails = [office.other() for _ in range(3)]
    for _ in range(40):
        await office.press()
    await office.journal.flush()
    await asyncio.gather(*(office.written(trail) for trail in trails))
    ids = [row["id"] for row in await office.rows() if row["what"] == "intent"]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 40
    assert (await office.check()).problems == []


async def test_more_than_a_batch_comes_in_whole(office: Office) -> None:
    wishes = [office.wish() for _ in range(1203)]
    await asyncio.gather(*(office.journal.begin(one) for one in wishes))
    await office.written()
    assert len({row["id"] for row in await _all(office)}) == 1203
    assert (await office.check()).problems == []


async def test_text_of_any_kind_keeps_its_hash(office: Office) -> None:
    await office.press(wish={"content": "\x00 \ud7ff ünïcode 👩‍🚒 'quotes\" \\ \n <!channel>"}, verb="task.comment")
    await office.written()
    assert (await office.check()).problems == []


async def test_it_follows_by_itself_and_costs_nothing_while_nothing_happens(office: Office) -> None:
    running = asyncio.create_task(office.trail.run())
    await office.press()
    while len(await office.rows()) < 2:
        office.clock.advance(1)
        await asyncio.sleep(0.001)
    reads = 0
    read = office.database.read

    async def counted(unit: Any) -> Any:
        nonlocal reads
        reads += 1
        return await read(unit)

    office.database.read = counted  # type: ignore[method-assign]
    for _ in range(50):
        office.clock.advance(10)
        await asyncio.sleep(0.001)  # a read goes through a thread
    assert reads <= 3, "what was under way, and one look more: nothing goes round and round"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_database_that_fails_for_a_while_is_waited_out(office: Office) -> None:
    await office.press()
    write, failures = office.database.write, [1, 1]

    async def failing(unit: Any) -> Any:
        if failures:
            failures.pop()
            from bot.errors import StoreUnavailable

            raise StoreUnavailable("gone")
        return await write(unit)

    await office.journal.flush()
    office.database.write = failing  # type: ignore[method-assign]
    running = asyncio.create_task(office.trail.run())
    while not office.clock._sleepers:
        await asyncio.sleep(0)
    assert len(failures) == 1, "it rests between two attempts"
    while len(await office.rows()) < 2:
        office.clock.advance(5)
        await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not failures


async def test_without_keys_the_chain_stands_as_well(office: Office) -> None:
    await office.press()
    await office.written(Trail(office.database, Journal(office.database), office.clock))
    report = await office.check()
    assert report.problems == []
    assert "without a key" in report.notes[0]


def _outcome(office: Office) -> Any:
    from bot.journal import Outcome

    office.clock.advance(60)
    return Outcome(OutcomeKind.DONE, office.clock.unix())


async def _all(office: Office) -> list[dict[str, Any]]:
    query = sa.select(audit.c.seq, audit.c.body).where(audit.c.seq > 1)
    found = await office.database.read(lambda c: c.execute(query).mappings().all())
    import json

    return [json.loads(row["body"]) for row in found]


async def test_the_head_comes_into_the_log_now_and_then(office: Office) -> None:
    with structlog.testing.capture_logs() as logged:
        for seconds in (599, 1, 599):
            office.clock.advance(seconds - 0.25)  # and a quarter until its outcome
            await office.press()
            await office.written()
    (line,) = [one for one in logged if one["event"] == "audit_head"]
    assert line["head"].split(":")[1] == "5", "the second time: ten minutes after the start, and not before"
    assert (await office.check(line["head"])).problems == []


async def test_what_happens_within_a_second_comes_in_together(office: Office) -> None:
    await office.press()
    await office.journal.flush()
    running = asyncio.create_task(office.trail.run())
    while len(await office.rows()) < 2 or not office.clock._sleepers:  # it gathers, and no longer looks for more
        await asyncio.sleep(0)
    await office.press()
    await office.journal.flush()
    for _ in range(20):
        assert len(await office.rows()) == 2
    while len(await office.rows()) < 4:
        office.clock.advance(1)
        await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_latest_come_newest_first_with_what_just_happened(office: Office) -> None:
    first, second = await office.press(), await office.press(None)
    office.journal.note("linked", DANA, office.clock.unix() + 5, {"channel": "C1"})
    found = await office.trail.latest(10)
    assert [(one["what"], one.get("id", "")) for one in found] == [
        ("linked", ""),
        ("intent", second.id),
        ("outcome", first.id),
        ("intent", first.id),
    ]
    assert [one["what"] for one in await office.trail.latest(1)] == ["linked"]


async def test_the_latest_hold_what_was_noted_just_now(office: Office) -> None:
    office.journal.note("linked", DANA, office.clock.unix(), {"channel": "C1"})
    assert [one["what"] for one in await office.trail.latest(10)] == ["linked"]


async def test_a_bot_does_not_wait_for_another_that_is_just_appending(cluster: Cluster) -> None:
    url = await cluster.fresh()
    mine, theirs = Database(url), Database(url)
    await mine.open()
    await theirs.open()
    office = Office(mine)
    taken = await office.press(None)
    await office.written()
    office.journal.settle(taken, _outcome(office))
    office.journal.note("linked", DANA, office.clock.unix(), {"channel": "C1"})
    await office.journal.flush()
    held, go = threading.Event(), threading.Event()

    def appending(connection: sa.Connection) -> None:
        for table in (intents, audit_waiting):
            connection.execute(sa.select(table).with_for_update()).all()
        held.set()
        go.wait(30)

    other = asyncio.create_task(theirs.write(appending))
    try:
        await asyncio.to_thread(held.wait, 30)
        assert await asyncio.wait_for(office.trail.append(), 15) == 0, "all there is the other one has"
        fresh = await office.press(None)
        assert await asyncio.wait_for(office.trail.append(), 15) == 1
        assert (await office.rows())[-1]["id"] == fresh.id
    finally:
        go.set()
        await other
    await office.written()
    assert [row["what"] for row in await office.rows()] == ["intent", "intent", "outcome", "linked"]
    assert (await office.check()).problems == []
    await mine.close()
    await theirs.close()
