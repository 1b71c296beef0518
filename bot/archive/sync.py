"""A run of the archive from settings to outcome. The one rule: the event loop never waits for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

import aiohttp

from bot.archive import runs, schema, typed, views
from bot.archive.crawl import Crawl, Outcome, Progress
from bot.archive.database import Database, open_archive
from bot.archive.gate import Gate
from bot.archive.incremental import Incremental
from bot.archive.log import Log
from bot.archive.reading import Reader
from bot.archive.runs import FULL, INCREMENTAL, LIVE
from bot.archive.scope import Scope
from bot.archive.source import Source
from bot.archive.units import Units
from bot.clock import Clock
from bot.cutover import CutoverClient, Transport
from bot.errors import BadInput, BotError

T = TypeVar("T")
DEADLINE: Final = 120.0
"""Seconds for one request with its waits: nobody is waiting for the answer, so a long pause is sat out."""
MORE_WORKERS: Final = 3
"""Units in hand beyond the connections: some are being compared while others are read."""


class Task(NamedTuple):
    """What a run is to do."""

    scope: Scope
    mode: str
    api_version: str
    connections: int
    action_logs: bool


class Hand:
    """The one thread that owns the database."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="archive")

    async def __call__(self, do: Callable[..., T], *arguments: Any) -> T:
        """Do it there."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, do, *arguments)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


@asynccontextmanager
async def reaching(source: Source, clock: Clock, connections: int) -> AsyncIterator[CutoverClient]:
    """A client with a session of its own."""
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        transport = Transport(
            source.url,
            source.token,
            api_version=source.api_version,
            core_url=source.core_url,
            session=session,
            clock=clock,
            deadline=DEADLINE,
        )
        yield CutoverClient(transport, clock)


async def sync(
    url: str,
    source: Source,
    scope: Scope,
    progress: Progress,
    *,
    clock: Clock | None = None,
    connections: int = 4,
    mode: str = FULL,
    sweep_hours: float | None = None,
) -> Outcome:
    """Bring the archive at `url` up to date. An incremental run becomes a full one when none is `sweep_hours` young.

    `live` reads only the runbooks of `scope` (ids) and their lists, tasks as far as they are new.

    Errors: `ArchiveError` (disk, schema, busy), `BadInput` (unknown workspace), `Unauthorised`, `Unavailable`. The run
    then stays open; the next one of the same scope goes on where it stopped.
    """
    clock, hand = clock or Clock(), Hand()
    try:
        database = await hand(_open, url, source.host)
        try:
            async with reaching(source, clock, connections) as client:
                if mode == INCREMENTAL and sweep_hours is not None:
                    mode = await hand(runs.due, database, clock, scope.text(), sweep_hours)
                task = Task(scope, mode, source.api_version, connections, source.action_logs)
                return await _run(database, hand, client, task, progress, clock)
        finally:
            await hand(database.close)
    finally:
        hand.close()


def _open(url: str, host: str) -> Database:
    database = open_archive(url, write=True)
    try:
        schema.prepare(database, host)
        typed.create(database)
        views.create(database)
    except BaseException:
        database.close()
        raise
    return database


async def _run(
    database: Database, hand: Hand, client: CutoverClient, task: Task, progress: Progress, clock: Clock
) -> Outcome:
    log = await hand(Log, database, clock.now)
    live = task.mode == LIVE
    begin = partial(runs.begin_live, log, clock) if live else partial(runs.begin, log, clock, task.mode)
    run = await hand(begin, task.scope.text(), task.api_version)
    gate = Gate(task.connections)
    outcome = Outcome(run.id, run.resumed)
    reader = Reader(client, gate)
    newest = None if task.mode == FULL else Incremental(reader, log, hand)
    units = Units(reader, log, clock, hand, newest)
    crawl = Crawl(units, run, task.scope, progress, outcome, task.connections + MORE_WORKERS)
    crawl.action_logs = task.action_logs
    crawl.before_lists = newest.prove if newest is not None else None
    try:
        await (crawl.runbooks() if live else crawl.everything())
    except BadInput as problem:
        await hand(runs.abandon, database, run, problem.sentence)
        raise
    except BotError as problem:
        await hand(runs.interrupted, database, run, gate.requests, problem.sentence)
        raise
    await hand(typed.refresh, database)
    outcome.requests = gate.requests
    outcome.status = await hand(runs.finish, log, clock, run, gate.requests)
    return outcome
