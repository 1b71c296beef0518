"""What only PostgreSQL does: deadlocks, lost connections, several replicas that migrate at once."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from cluster import Cluster
from store_tools import add, channels

from bot.errors import StoreUnavailable
from bot.settings import SettingsError, load
from bot.store import Database
from bot.store.claims import claim
from bot.store.engines import connect_to
from bot.store.indexes import metadata
from bot.store.migrate import HEAD
from bot.store.tables import links, watches


@pytest.fixture
async def url(cluster: Cluster) -> str:
    return await cluster.fresh()


def backend(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def stamp(connection: sa.Connection) -> str:
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def touch(channel: str) -> Any:
    return sa.update(links).where(links.c.channel_id == channel).values(message_ts="2.2")


async def test_replicas_that_start_at_once_migrate_once(cluster: Cluster) -> None:
    url = cluster.empty()
    replicas = [Database(url) for _ in range(4)]
    await asyncio.gather(*(one.open() for one in replicas))
    assert [await one.read(stamp) for one in replicas] == [HEAD] * 4
    for one in replicas:
        await one.close()


async def test_the_schema_is_what_the_tables_say(cluster: Cluster, database: Database) -> None:
    def seen(connection: sa.Connection) -> dict[str, Any]:
        look = sa.inspect(connection)
        return {
            table: (
                [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(table)],
                look.get_pk_constraint(table)["constrained_columns"],
                sorted(
                    (str(i["name"]), str(i["column_names"]), str(i["dialect_options"])) for i in look.get_indexes(table)
                ),
            )
            for table in look.get_table_names()
            if table != "alembic_version"
        }

    plain = sa.create_engine(cluster.empty().replace("postgresql:", "postgresql+psycopg:"))
    with plain.begin() as connection:
        metadata.create_all(connection)
        wanted = seen(connection)
    plain.dispose()
    assert await database.read(seen) == wanted


async def test_a_later_version_is_refused_untouched(url: str, database: Database) -> None:
    await database.write(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num='9999'"))
    later = Database(url)
    with pytest.raises(StoreUnavailable, match="newer version"):
        await later.open()
    await later.close()
    assert await database.read(stamp) == "9999"


async def test_a_server_that_is_not_there_is_a_sentence(cluster: Cluster) -> None:
    for url in (
        cluster.url("nowhere"),
        f"postgresql://x@/y?host={cluster.folder}/none",
        "postgresql://x@127.0.0.1:1/y",
    ):
        database = Database(url)
        with pytest.raises(StoreUnavailable, match="cannot use its database"):
            await database.open()
        await database.close()


async def test_a_connection_lost_between_two_writes_is_not_noticed(cluster: Cluster, database: Database) -> None:
    writing, reading = await database.write(backend), await database.read(backend)
    for one in (writing, reading):
        cluster.run(f"SELECT pg_terminate_backend({one}, 5000)")
    await database.write(add("C1"))
    assert await database.read(channels) == ["C1"]


async def test_a_connection_lost_before_the_commit_runs_the_unit_again(cluster: Cluster, database: Database) -> None:
    killed: list[int] = []

    def unit(connection: sa.Connection) -> None:
        add("C1")(connection)
        if not killed:
            killed.append(backend(connection))
            cluster.run(f"SELECT pg_terminate_backend({killed[0]}, 5000)")
        add("C2")(connection)

    others = [database.write(add(f"D{number}")) for number in range(3)]
    await asyncio.gather(database.write(unit), *others)
    assert killed
    assert await database.read(channels) == ["C1", "C2", "D0", "D1", "D2"]


async def test_what_may_be_committed_is_not_run_again(cluster: Cluster, database: Database) -> None:
    runs: list[int] = []

    def unit(connection: sa.Connection) -> None:
        add("C1")(connection)
        runs.append(backend(connection))
        cluster.run(f"SELECT pg_terminate_backend({runs[-1]}, 5000)")

    with pytest.raises(StoreUnavailable):
        await database.write(unit)
    assert len(runs) == 1
    await database.write(add("C2"))
    assert await database.read(channels) == ["C2"]


async def test_of_two_replicas_that_lock_each_other_out_both_come_through(url: str, database: Database) -> None:
    await database.write(add("C1"))
    await database.write(add("C2"))
    other = Database(url)
    await other.open()
    both_hold = threading.Barrier(2)

    def crossing(first: str, second: str) -> Any:
        tries: list[str] = []

        def unit(connection: sa.Connection) -> int:
            tries.append(first)
            connection.execute(touch(first))
            if len(tries) == 1:
                both_hold.wait(5)
            connection.execute(touch(second))
            return len(tries)

        return unit

    tries = await asyncio.gather(database.write(crossing("C1", "C2")), other.write(crossing("C2", "C1")))
    await other.close()
    assert max(tries) > 1, "they did not meet"


async def test_a_lock_that_is_never_given_is_a_sentence(url: str, cluster: Cluster, database: Database) -> None:
    await database.write(add("C1"))
    other = Database(url)
    await other.open()
    held, go = threading.Event(), threading.Event()

    def hold(connection: sa.Connection) -> None:
        connection.execute(touch("C1"))
        held.set()
        go.wait(10)

    holding = asyncio.create_task(other.write(hold))
    await asyncio.to_thread(held.wait, 5)
    await database.write(lambda c: c.exec_driver_sql("SET lock_timeout = '20ms'"))
    with pytest.raises(StoreUnavailable):
        await database.write(lambda c: c.execute(touch("C1")))
    go.set()
    await holding
    await other.close()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"])
async def test_every_spelling_of_the_url_is_taken(cluster: Cluster, scheme: str) -> None:
    database = Database(cluster.empty().replace("postgresql:", f"{scheme}:"))
    await database.open()
    assert database.shared
    assert await database.read(channels) == []
    await database.close()


async def test_rows_that_another_replica_is_just_claiming_are_left_to_it(url: str, database: Database) -> None:
    other, loop = Database(url), asyncio.get_running_loop()
    await other.open()
    await database.write(lambda c: c.execute(sa.insert(watches), [{"runbook_id": key, "due_at": 1.0} for key in "ab"]))

    def taking(name: str) -> Any:
        return lambda c: [row["runbook_id"] for row in claim(c, watches, name, 2.0, 60, 1)]

    def slowly(connection: sa.Connection) -> Any:
        mine = taking("one")(connection)
        return mine, asyncio.run_coroutine_threadsafe(other.write(taking("two")), loop).result(5)

    assert await database.write(slowly) == (["a"], ["b"])
    await other.close()


@pytest.mark.parametrize(
    "given",
    [
        "postgresql://bot:secret@db.example:5432/bot",
        "postgres://bot@/bot?host=/run/pg",
        "postgresql+asyncpg://h/bot?ssl=require",
    ],
)
def test_the_settings_take_it(given: str) -> None:
    known = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1", "cutover_api_url": "https://x.example"}
    assert load(_env_file=None, cutover_api_token="t", bot_database_url=given, **known).bot_database_url == given


@pytest.mark.parametrize("given", ["postgresql://", "postgresql://host", "postgresql://host/", "postgresql:///a b"])
def test_the_settings_refuse_half_of_one(given: str) -> None:
    known = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1", "cutover_api_url": "https://x.example"}
    with pytest.raises(SettingsError, match="postgresql://user"):
        load(_env_file=None, cutover_api_token="t", bot_database_url=given, **known)


def test_the_words_of_another_driver_for_tls_are_understood() -> None:
    engine, _ = connect_to("postgresql+asyncpg://h/bot?ssl=require")
    assert dict(engine.url.query) == {"sslmode": "require"}
    assert engine.dialect.driver == "psycopg"
