"""The database: a unit is on disk or never happened, whatever goes wrong around it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ground_tools import until

from bot.errors import StoreUnavailable
from bot.store import Database
from bot.store import database as database_module
from bot.store.indexes import metadata
from bot.store.migrate import HEAD
from bot.store.tables import links


def row(channel: str = "C1", **given: Any) -> dict[str, Any]:
    fixed = {"team_id": "T1", "channel_id": channel, "runbook_id": "1", "runbook_name": "Fail-over"}
    return {**fixed, "linked_by": "U1", "linked_at": 1.0, "message_ts": "1.1", **given}


def add(channel: str = "C1") -> Any:
    return lambda connection: connection.execute(sa.insert(links).values(row(channel)))


def count(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(links)).scalar_one())


def on_disk(folder: Path) -> int:
    """What another process would find."""
    with sqlite3.connect(folder / "bot.db") as connection:
        return int(connection.execute("SELECT count(*) FROM links").fetchone()[0])


async def test_a_write_is_on_disk_when_it_returns(database: Database, tmp_path: Path) -> None:
    await database.write(add())
    assert on_disk(tmp_path) == 1


async def test_many_writes_at_once_all_come_through(database: Database) -> None:
    await asyncio.gather(*(database.write(add(f"C{number}")) for number in range(200)))
    assert await database.read(count) == 200


async def test_waiting_units_share_one_commit(database: Database) -> None:
    commits: list[str] = []
    raw: Any = await database.write(lambda connection: connection.connection.driver_connection)
    raw.set_trace_callback(lambda statement: commits.append(statement) if statement == "COMMIT" else None)
    held, go = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(_connection: sa.Connection) -> None:
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result(5)

    first = asyncio.create_task(database.write(slow))
    await held.wait()
    others = [asyncio.create_task(database.write(add(f"C{number}"))) for number in range(20)]
    await until(lambda: database._jobs.qsize() == 20)
    go.set()
    await asyncio.gather(first, *others)
    raw.set_trace_callback(None)
    assert len(commits) == 2
    assert await database.read(count) == 20


async def test_a_unit_that_fails_takes_no_other_with_it(database: Database) -> None:
    def half(connection: sa.Connection) -> None:
        connection.execute(sa.insert(links).values(row("C9")))
        raise ValueError("this unit is broken")

    results = await asyncio.gather(
        database.write(add("C1")), database.write(half), database.write(add("C2")), return_exceptions=True
    )
    assert isinstance(results[1], ValueError)
    assert await database.read(count) == 2


async def test_a_unit_that_fails_alone_leaves_nothing(database: Database) -> None:
    await database.write(add())
    with pytest.raises(StoreUnavailable):
        await database.write(add())
    assert await database.read(count) == 1


async def test_a_write_soon_comes_with_the_next_write(database: Database, tmp_path: Path) -> None:
    database.write_soon(add("C1"))
    assert await database.read(count) == 0
    await database.write(add("C2"))
    assert on_disk(tmp_path) == 2


async def test_a_quick_write_leaves_what_was_put_off_to_the_next(database: Database, tmp_path: Path) -> None:
    database.write_soon(add("C1"))
    await database.write(add("C2"), quick=True)
    assert on_disk(tmp_path) == 1
    await database.write(add("C3"))
    assert on_disk(tmp_path) == 3


@pytest.mark.parametrize("ends", [False, True])
async def test_beside_others_and_at_the_end_a_quick_write_leaves_nothing(tmp_path: Path, ends: bool) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await database.open()
    held, free = threading.Event(), threading.Event()
    work = [asyncio.create_task(database.write(lambda _: (held.set(), free.wait(5))))]
    await asyncio.to_thread(held.wait, 5)  # what comes now is one transaction
    database.write_soon(add("C1"))
    work.append(asyncio.create_task(database.write(add("C2"), quick=True)))
    work.append(asyncio.create_task(database.close() if ends else database.write(add("C3"))))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(*work)
    assert on_disk(tmp_path) == (2 if ends else 3)
    await database.close()


async def test_what_was_put_off_is_committed_though_nothing_else_is_written(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_SOON", 0.0)
    database.write_soon(add())
    while on_disk(tmp_path) == 0:
        await asyncio.sleep(0)


async def test_what_a_transaction_took_along_needs_none_of_its_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_SOON", 0.0)
    begun, transact = [], database._writing.transact
    monkeypatch.setattr(database._writing, "transact", lambda work: begun.append(work) or transact(work))
    database.write_soon(add("C1"))
    database._jobs.put(None)
    assert database._thread is not None
    database._thread.join()  # the writer ends before the loop can look at the timer: whatever that puts is left over
    later = asyncio.Event()
    asyncio.get_running_loop().call_later(0.0, later.set)
    await later.wait()
    assert (len(begun), database._jobs.empty()) == (1, True)


async def test_closing_commits_what_was_put_off(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await database.open()
    database.write_soon(add())
    await database.close()
    assert on_disk(tmp_path) == 1


async def test_a_write_after_the_end_is_refused_with_a_sentence(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await database.open()
    ends = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    for ask in (database.write(add()), database.read(count)):
        with pytest.raises(StoreUnavailable, match="closed"):
            await asyncio.wait_for(ask, 5)
    await ends
    with pytest.raises(StoreUnavailable, match="closed"):
        await database.read(count)


async def test_reading_is_not_held_up_by_a_write(database: Database) -> None:
    held, go = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(connection: sa.Connection) -> None:
        add("C1")(connection)
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result(5)

    writing = asyncio.create_task(database.write(slow))
    await held.wait()
    assert await database.read(count) == 0
    go.set()
    await writing
    assert await database.read(count) == 1


async def test_reading_cannot_change_anything(database: Database) -> None:
    await database.read(add())
    assert await database.read(count) == 0


def pages(limit: str) -> Any:
    """The disk is full: SQLite may not grow beyond so many pages."""
    return lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={limit}").scalar_one()


async def test_a_full_disk_is_a_sentence_and_then_it_goes_on(database: Database) -> None:
    def big(connection: sa.Connection) -> None:
        connection.execute(sa.insert(links).values(row(runbook_name="x" * 300_000)))

    await database.write(pages("1"))
    with pytest.raises(StoreUnavailable, match="database") as caught:
        await database.write(big)
    assert "Nothing was done" in caught.value.hint
    assert await database.read(count) == 0
    await database.write(pages("1000000"))
    await database.write(big)
    assert await database.read(count) == 1


async def test_marks_survive_a_disk_that_was_full_for_a_moment(database: Database) -> None:
    def big(connection: sa.Connection) -> None:
        connection.execute(sa.insert(links).values(row(runbook_name="x" * 300_000)))

    await database.write(pages("1"))
    database.write_soon(big)
    with pytest.raises(StoreUnavailable):
        await asyncio.gather(database.write(big), database.flush())
    await database.write(pages("1000000"))
    await database.flush()
    assert await database.read(count) == 1


async def test_a_locked_file_is_a_sentence(tmp_path: Path, database: Database) -> None:
    await database.write(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout=1").all())
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="OperationalError"):
        await database.write(add())
    other.execute("ROLLBACK")
    other.close()
    await database.write(add())
    assert await database.read(count) == 1


@pytest.mark.parametrize("where", ["a folder", "below a file", "not a database"])
async def test_a_place_that_cannot_be_used_is_a_sentence_and_closing_still_works(tmp_path: Path, where: str) -> None:
    taken = tmp_path / "taken"
    taken.write_bytes(b"these bytes are no database" * 100)
    path = {"a folder": tmp_path, "below a file": taken / "bot.db", "not a database": taken}[where]
    database = Database(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable, match="database"):
        await database.open()
    await database.close()
    assert taken.read_bytes() == b"these bytes are no database" * 100


async def test_an_empty_file_gets_the_whole_schema(tmp_path: Path) -> None:
    (tmp_path / "bot.db").touch()
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await database.open()
    found = await database.read(_schema)
    await database.close()
    memory = sa.create_engine("sqlite://")
    with memory.connect() as connection:
        metadata.create_all(connection)
        wanted = _schema(connection)
    memory.dispose()
    assert found == wanted


async def test_a_database_of_the_first_version_opens_with_its_rows(tmp_path: Path) -> None:
    first = Path(__file__).parent / "first_version.sql"
    with sqlite3.connect(tmp_path / "bot.db") as connection:
        connection.executescript(first.read_text())
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await database.open()
    assert await database.read(count) == 1
    stamp = await database.read(lambda c: c.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
    await database.close()
    assert stamp == HEAD


async def test_a_database_of_a_later_version_is_refused_untouched(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await database.open()
    await database.write(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num='9999'"))
    await database.close()
    again = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    with pytest.raises(StoreUnavailable, match="newer version") as caught:
        await again.open()
    assert "BOT_DATABASE_URL" in caught.value.hint
    await again.close()


def _schema(connection: sa.Connection) -> dict[str, Any]:
    """Tables, columns and indexes, without Alembic's own."""
    seen = sa.inspect(connection)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"], bool(c["primary_key"])) for c in seen.get_columns(table)],
            sorted((str(i["name"]), tuple(i["column_names"])) for i in seen.get_indexes(table)),
            sorted(tuple(u["column_names"]) for u in seen.get_unique_constraints(table)),
        )
        for table in seen.get_table_names()
        if table != "alembic_version"
    }
