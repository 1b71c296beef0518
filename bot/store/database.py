"""One writer, many units. The one rule: nothing here blocks the event loop, and a unit commits or never happened.

Units are plain functions over a SQLAlchemy connection. A writer thread takes all that wait and commits them together
(group commit): under load many commands share one sync to disk. Each unit runs in a savepoint of its own, so one that
fails does not take the others with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.errors import StoreUnavailable

T = TypeVar("T")
Unit = Callable[[sa.Connection], T]
_Job = tuple[Unit[Any], "asyncio.Future[Any] | None", "asyncio.AbstractEventLoop | None"]
_Result = tuple[_Job, Any, BaseException | None]
_BATCH = 64
_MOST_PUT_OFF = 10_000
_CLOSED = "The bot's database is closed."
_SOON = 0.2


class Database:
    """A SQLite file (WAL, full sync) behind one writer thread and one reader thread.

    `open` migrates; `write` and `read` raise `StoreUnavailable` when the disk fails, and after `close`. Without a file
    (`sqlite://`) there is one connection only, so reading queues with the writing.
    """

    def __init__(self, url: str) -> None:
        location = make_url(url).database or ":memory:"
        self._path = location
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._engine = _engine(location)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="store-read")
        self._thread: threading.Thread | None = None
        self._writer: sa.Connection | None = None
        self._lazy: list[Unit[Any]] = []
        self._lock = threading.Lock()

    async def open(self) -> None:
        """Create or migrate the schema, then start the writer. Raises `StoreUnavailable` with the reason."""
        await asyncio.to_thread(self._prepare)
        self._thread = threading.Thread(target=self._work, name="store-write", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Commit what waits and let go of the file."""
        thread, self._thread = self._thread, None  # from here on nobody queues behind the end
        if thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(thread.join)
        self._reader.shutdown()
        self._engine.dispose()

    async def write(self, unit: Unit[T]) -> T:
        """Run `unit` in a transaction; returns once it is on disk."""
        if self._thread is None:
            raise StoreUnavailable(_CLOSED)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._jobs.put((unit, done, loop))
        return await done

    def write_soon(self, unit: Unit[Any]) -> None:
        """Run `unit` with the next transaction, at most 0.2 s later; for marks whose loss does no harm."""
        with self._lock:
            self._lazy.append(unit)
            first = len(self._lazy) == 1
        if first:  # where nothing else is written meanwhile, an empty unit carries it
            with contextlib.suppress(RuntimeError):
                loop = asyncio.get_running_loop()
                loop.call_later(_SOON, self._jobs.put, (_nothing, None, None))

    async def flush(self) -> None:
        """Commit what `write_soon` collected."""
        await self.write(_nothing)

    async def read(self, unit: Unit[T]) -> T:
        """Run `unit` on the reader's connection; what it changes is undone."""
        if self._thread is None:
            raise StoreUnavailable(_CLOSED)
        if self._path == ":memory:":
            return await self.write(unit)
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._read, unit)

    def _read(self, unit: Unit[T]) -> T:
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                try:
                    return unit(connection)
                finally:
                    connection.exec_driver_sql("ROLLBACK")
        except sa.exc.DBAPIError as error:
            raise _unavailable(error) from error

    def _prepare(self) -> None:
        from bot.store.migrate import migrate

        try:
            if self._path != ":memory:":
                Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            with self._engine.connect() as connection:
                migrate(connection)
        except (sa.exc.DBAPIError, OSError) as error:
            raise _unavailable(error) from error

    def _work(self) -> None:
        try:
            self._take_jobs()
        finally:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _take_jobs(self) -> None:
        stopping = False
        while not stopping:
            jobs: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                jobs.append(job)
                if len(jobs) >= _BATCH or self._jobs.empty():
                    break
                job = self._jobs.get()
            stopping = job is None
            with self._lock:
                lazy, self._lazy = self._lazy, []
            self._commit(lazy, jobs)

    def _commit(self, lazy: list[Unit[Any]], jobs: list[_Job]) -> None:
        """Run all and commit once; each job is told its own result only after the commit."""
        everything = [*((unit, None, None) for unit in lazy), *jobs]
        try:
            results = self._transact(everything) if everything else []
        except Exception as error:
            if lazy:  # what may wait must not harm what may not; the disk may be well again later
                with self._lock:
                    self._lazy = (lazy + self._lazy)[:_MOST_PUT_OFF]
                self._commit([], jobs)
                return
            failure = _unavailable(error) if isinstance(error, sa.exc.DBAPIError | sqlite3.Error) else error
            results = [(job, None, failure) for job in jobs]
        for (_, done, loop), value, told in results:
            if done is not None and loop is not None:
                with contextlib.suppress(RuntimeError):  # its event loop has ended: nobody waits any more
                    loop.call_soon_threadsafe(_tell, done, value, told)

    def _transact(self, jobs: list[_Job]) -> list[_Result]:
        """BEGIN and COMMIT go straight to the driver: the connection's own are made anew for each transaction."""
        if self._writer is None:
            self._writer = self._engine.connect()
        raw: Any = self._writer.connection.driver_connection
        raw.execute("BEGIN IMMEDIATE")
        try:
            results = [_run(self._writer, job, alone=len(jobs) == 1) for job in jobs]
            raw.execute("COMMIT")
        except BaseException:
            if raw.in_transaction:  # a full disk may have ended it already
                raw.execute("ROLLBACK")
            raise
        return results


def _run(connection: sa.Connection, job: _Job, *, alone: bool) -> _Result:
    if alone:
        return job, job[0](connection), None
    connection.exec_driver_sql("SAVEPOINT unit")
    try:
        value = job[0](connection)
    except Exception as error:
        connection.exec_driver_sql("ROLLBACK TO unit")
        connection.exec_driver_sql("RELEASE unit")
        wrapped = _unavailable(error) if isinstance(error, sa.exc.DBAPIError) else error
        return job, None, wrapped
    connection.exec_driver_sql("RELEASE unit")
    return job, value, None


def _nothing(_connection: sa.Connection) -> None:
    """A unit that only carries what waits."""


def _tell(done: asyncio.Future[Any], value: Any, failure: BaseException | None) -> None:
    if done.done():
        return
    if failure is None:
        done.set_result(value)
    else:
        done.set_exception(failure)


def _engine(location: str) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{location}",
        connect_args={"check_same_thread": False, "timeout": 5.0, "isolation_level": None},
        isolation_level="AUTOCOMMIT",  # we say BEGIN IMMEDIATE and COMMIT ourselves: the driver's own rules differ
        poolclass=sa.pool.StaticPool if location == ":memory:" else sa.pool.QueuePool,
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _unavailable(error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"The bot cannot use its database ({type(getattr(error, 'orig', error)).__name__}).")
