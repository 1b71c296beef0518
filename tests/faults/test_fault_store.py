"""The bot's own database fails: reading goes on, nothing that changes Cutover is begun, and both come back."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
from fault_world import ROLL, HastyClock, effects, read, stage_of, still_works
from stage import SAM, Stage, open_stage

from bot.errors import StoreUnavailable
from bot.store import Database

WRITES = ("/task start roll", "/task comment roll hello", "/task skip roll why not", "/runbook status red late")


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Another program holds the write lock."""
    other = sqlite3.connect(stage.folder / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def broken(stage: Stage, pragma: str) -> None:
    """Make every write of the bot's connection fail, as a read-only or full disk does."""
    await stage.bot.database.write(lambda c: c.connection.driver_connection.execute(pragma))  # type: ignore[union-attr]


@pytest.fixture
async def impatient(tmp_path: Path, clock: HastyClock) -> AsyncIterator[Stage]:
    """A bot whose database gives up at once instead of after five seconds."""
    stage, stack = await open_stage(tmp_path, clock=clock)
    async with stack:
        await stage.run()
        await broken(stage, "PRAGMA busy_timeout=50")
        yield stage
        assert not stage.slack.violations


async def test_a_read_only_database_refuses_writes_with_a_sentence(running: Stage) -> None:
    await broken(running, "PRAGMA query_only=ON")
    for line in WRITES:
        said = await running.command(line)
        assert "database" in said, said
        assert "Nothing was done" in said, said
    assert effects(running) == []
    assert stage_of(running) == "startable"
    assert ROLL in await running.command("/task show roll")
    assert ROLL in await running.command("/task list")
    assert "database" in await running.bot.problems()


async def test_a_locked_database_refuses_writes_and_recovers(impatient: Stage) -> None:
    with locked(impatient):
        said = await impatient.command("/task start roll")
        assert "Nothing was done" in said
        assert impatient.slack.envelopes[-1].in_time
        assert ROLL in await impatient.command("/task show roll")
        assert "Nothing was done" in await impatient.command("/cutover unlink")
    assert effects(impatient) == []
    assert "You started this" in await impatient.command("/task start roll")
    assert await impatient.bot.problems() == {}
    await still_works(impatient)


async def test_a_database_that_hangs_does_not_hold_up_the_ack(running: Stage) -> None:
    with locked(running):
        done = await running.slack.command(SAM, "C0DCFAILOVR", "/task", "show roll")
        assert done["ok"], done
        assert running.slack.envelopes[-1].in_time
        await running.settle()
        assert ROLL in running.text(SAM)
    await still_works(running)


async def test_a_full_disk_refuses_writes_and_recovers(running: Stage) -> None:
    await broken(running, "PRAGMA max_page_count=1")  # no page more than there are

    def fill(size: int) -> None:
        text = "x" * size
        rows = [("INSERT INTO inbox (key,kind,received_at,body) VALUES (hex(randomblob(20)),'x',0,?)", (text,))]
        rows.append(
            (
                "INSERT INTO intents (id,key,at,team_id,user_id,user_name,verb,runbook_id,origin,wish,state)"
                " VALUES (hex(randomblob(16)),hex(randomblob(20)),0,'','',?,'task.start','1','{}','{}','done')",
                (text,),
            )
        )

        def unit(connection: sa.Connection) -> None:
            for statement, values in rows:
                connection.connection.driver_connection.execute(statement, values)  # type: ignore[union-attr]

        fills.append(unit)

    fills: list = []
    for size in (2000, 500, 50, 1):
        for _ in range(200):
            fill(size)
            try:
                await running.bot.database.write(fills[-1])
            except StoreUnavailable:
                break
    said = await running.command("/task start roll")
    assert "Nothing was done" in said, said
    assert ROLL in await running.command("/task show roll")
    await broken_is_mended(running)
    assert "You started this" in await running.command("/task start roll")
    assert effects(running).count("PATCH start") == 1


async def broken_is_mended(stage: Stage) -> None:
    await broken(stage, "PRAGMA max_page_count=1000000")


async def test_an_outcome_that_could_not_be_kept_is_settled_later(running: Stage) -> None:
    """The disk fails between the effect and its outcome."""
    settle = running.bot.journal.settle

    def failing(*_: object) -> None:
        running.bot.journal.settle = settle  # type: ignore[method-assign]

    running.bot.journal.settle = failing  # type: ignore[method-assign]
    assert "You started this" in await running.command("/task start roll")
    running.clock.advance(30)
    await running.until(lambda: "was started" in read(running))
    assert effects(running).count("PATCH start") == 1
    assert not await running.bot.journal.open()


async def test_a_database_that_is_none_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"this is no database at all, but a text of some length" * 100)
    with pytest.raises(StoreUnavailable, match="database"):
        await Database(f"sqlite:///{tmp_path / 'bot.db'}").open()


async def test_metrics_and_health_answer_while_the_database_is_gone(impatient: Stage) -> None:
    with locked(impatient):
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{impatient.bot.health_url}/live") as reply:
                assert reply.status == 200
            async with session.get(f"{impatient.bot.health_url}/ready") as reply:
                assert reply.status == 503
                assert "database" in (await reply.json())["problems"]
            async with session.get(f"{impatient.bot.health_url}/metrics") as reply:
                assert reply.status == 200
