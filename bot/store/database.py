"""One writer, many units. The one rule: nothing here blocks the event loop, and a unit commits or never happened.

Units are plain functions over a SQLAlchemy connection. A writer thread takes all that wait and commits them together
(group commit): under load many commands share one sync to disk. Each unit runs in a savepoint of its own, so one that
fails does not take the others with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from bot.errors import StoreUnavailable
from bot.store.engines import connect_to, is_memory, notified
from bot.store.session import Session

T = TypeVar("T")
Unit = Callable[[sa.Connection], T]


class _Job(NamedTuple):
    unit: Unit[Any]
    done: asyncio.Future[Any] | None = None
    loop: asyncio.AbstractEventLoop | None = None
    quick: bool = False


_Result = tuple[_Job, Any, BaseException | None]
_BATCH = 64
_MOST_PUT_OFF = 10_000
_CLOSED = "The bot's database is closed."
_SOON = 0.2


class Database:
    """SQLite (WAL, full sync) or PostgreSQL behind one writer thread and one reader thread.

    `open` migrates; `write` and `read` raise `StoreUnavailable` when the database fails, and after `close`. Without a
    file (`sqlite://`) there is one connection only, so reading queues with the writing. `shared`: other replicas may
    use it too, so a unit may run again and must not keep what it saw anywhere but in its result.
    """

    def __init__(self, url: str) -> None:
        self._engine, self._kind = connect_to(url)
        self._memory = is_memory(url)
        self.shared = self._kind.shared
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reading = Session(self._engine, self._kind)
        self._writing = Session(self._engine, self._kind)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="store-read")
        self._thread: threading.Thread | None = None
        self._lazy: list[Unit[Any]] = []
        self._carried = 0
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
        self._reading.close()
        self._engine.dispose()

    async def write(self, unit: Unit[T], *, quick: bool = False) -> T:
        """Run `unit` in a transaction; returns once it is on disk. `quick`: what was put off waits for the next one."""
        if self._thread is None:
            raise StoreUnavailable(_CLOSED)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(unit, done, loop, quick))
        return await done

    def write_soon(self, unit: Unit[Any]) -> None:
        """Run `unit` with the next transaction, at most 0.2 s later; for marks whose loss does no harm."""
        with self._lock:
            self._lazy.append(unit)
            first, carried = len(self._lazy) == 1, self._carried
        if first:
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop().call_later(_SOON, self._carry, carried)

    def _carry(self, carried: int) -> None:
        """Commit what was put off, unless a transaction took it along: under load there is always one that does."""
        if carried == self._carried:
            self._jobs.put(_Job(_nothing))

    async def flush(self) -> None:
        """Commit what `write_soon` collected."""
        await self.write(_nothing)

    async def read(self, unit: Unit[T]) -> T:
        """Run `unit` on the reader's connection; what it changes is undone."""
        if self._thread is None:
            raise StoreUnavailable(_CLOSED)
        if self._memory:
            return await self.write(unit)
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._read, unit)

    async def listen(self, channel: str) -> AsyncGenerator[str, None]:
        """What other replicas notify on a channel of PostgreSQL; first an empty text, once it listens.

        Raises `StoreUnavailable` when the connection is lost.
        """
        try:
            async with aclosing(notified(self._engine, channel)) as notices:
                async for text, process in notices:
                    if not process or process != self._writing.process:
                        yield text
        except (self._kind.error, OSError) as error:
            raise _unavailable(error) from error

    def _read(self, unit: Unit[T]) -> T:
        try:
            return self._reading.transact(unit, reading=True)
        except (sa.exc.DBAPIError, self._kind.error) as error:
            raise _unavailable(error) from error

    def _prepare(self) -> None:
        from bot.store.migrate import migrate

        try:
            if not self._memory and not self.shared:
                Path(self._engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
            with self._engine.connect() as connection:
                migrate(connection, self._kind)
        except (sa.exc.DBAPIError, self._kind.error, OSError) as error:
            raise _unavailable(error) from error

    def _work(self) -> None:
        try:
            self._take_jobs()
        finally:
            self._writing.close()

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
            only_quick = bool(jobs) and not stopping and all(one.quick for one in jobs)
            self._commit([] if only_quick else self._take_lazy(), jobs)

    def _take_lazy(self) -> list[Unit[Any]]:
        with self._lock:
            lazy, self._lazy = self._lazy, []
            self._carried += 1
        return lazy

    def _commit(self, lazy: list[Unit[Any]], jobs: list[_Job]) -> None:
        """Run all and commit once; each job is told its own result only after the commit."""
        everything = [*map(_Job, lazy), *jobs]
        try:
            results = self._writing.transact(lambda c: self._run_all(c, everything)) if everything else []
        except Exception as error:
            if lazy:  # what may wait must not harm what may not; the disk may be well again later
                with self._lock:
                    self._lazy = (lazy + self._lazy)[:_MOST_PUT_OFF]
                self._commit([], jobs)
                return
            failure = self._told(error)
            results = [(job, None, failure) for job in jobs]
        for job, value, told in results:
            if job.done is not None and job.loop is not None:
                with contextlib.suppress(RuntimeError):  # its event loop has ended: nobody waits any more
                    job.loop.call_soon_threadsafe(_tell, job.done, value, told)

    def _run_all(self, connection: sa.Connection, jobs: list[_Job]) -> list[_Result]:
        if len(jobs) == 1:
            return [(jobs[0], jobs[0].unit(connection), None)]
        return [self._run(connection, job) for job in jobs]

    def _run(self, connection: sa.Connection, job: _Job) -> _Result:
        """One of several, in a savepoint of its own."""
        raw: Any = connection.connection.driver_connection
        raw.execute("SAVEPOINT unit")
        try:
            value = job.unit(connection)
        except Exception as error:
            if self._kind.again(error) or self._kind.lost(raw):  # it is no fault of this unit
                raise
            raw.execute("ROLLBACK TO unit")
            raw.execute("RELEASE unit")
            return job, None, self._told(error)
        raw.execute("RELEASE unit")
        return job, value, None

    def _told(self, error: Exception) -> Exception:
        return _unavailable(error) if isinstance(error, sa.exc.DBAPIError | self._kind.error) else error


def _nothing(_connection: sa.Connection) -> None:
    """A unit that only carries what waits."""


def _tell(done: asyncio.Future[Any], value: Any, failure: BaseException | None) -> None:
    if done.done():
        return
    if failure is None:
        done.set_result(value)
    else:
        done.set_exception(failure)


def _unavailable(error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"The bot cannot use its database ({type(getattr(error, 'orig', error)).__name__}).")
