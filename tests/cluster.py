"""A throw-away PostgreSQL for one test run, from the binaries of this machine, never as root.

Reached by a socket in its own folder. `CLUSTER_MISSING` says why there is none; in CI that is a failure.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from bot.store import Database
from bot.store.migrate import HEAD

_QUICK = ("fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=60", "listen_addresses=")
"""Machines do not fail in tests, programs do; so nothing needs to reach the disk."""
_STATE: LiteralString = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()),
       (SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace)
"""
_NUMBERS = itertools.count(1)


def binary(name: str) -> str | None:
    """Where a program of PostgreSQL is; Debian keeps some of them out of the path."""
    found = shutil.which(name)
    places = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4].split(".")[0])
    )
    return found or (str(places[-1]) if places else None)


class Cluster:
    """A running server. `fresh()` makes an empty database that is already migrated, `empty()` one that is not."""

    def __init__(self, folder: Path, port: int = 5432) -> None:
        self.folder = folder
        self._port = port
        self._template = self._tables = ""
        self._given: list[str] = []
        self._free: list[str] = []

    def url(self, name: str) -> str:
        return f"postgresql://tester@/{name}?host={self.folder}"

    def run(self, statement: str, database: str = "postgres") -> list[Any]:
        """One statement outside of any transaction; its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def empty(self, template: str = "template0") -> str:
        """The URL of a new database."""
        name = f"bot_{next(_NUMBERS)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    async def fresh(self) -> str:
        """The URL of a database with the whole schema and nothing in it: a new one, or one that was given back."""
        while self._free:
            name = self._free.pop()
            if self._emptied(name):
                self._given.append(name)
                return self.url(name)
        url = await self._new()
        self._given.append(_name(url))
        return url

    def give_back(self) -> None:
        """The test is over: what `fresh` gave may be given again. To make a new one takes 30 times as long."""
        self._free += self._given
        self._given = []

    def _emptied(self, name: str) -> bool:
        """False where somebody is still connected, or the schema is not as it was."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            others, tables = connection.execute(_STATE).fetchone() or (1, "")
            if others or tables != self._tables:
                return False
            if connection.execute("SELECT version_num FROM alembic_version").fetchall() != [(HEAD,)]:
                return False
            for table in tables.split():
                if table != "alembic_version":
                    connection.execute(f'DELETE FROM "{table}"')  # our own names
            connection.execute("SELECT setval(c.oid, 1, false) FROM pg_class c WHERE relkind = 'S'")
        return True

    async def _new(self) -> str:
        if not self._template:
            url = self.empty()
            database = Database(url)
            await database.open()
            await database.close()
            self._template = _name(url)
            with psycopg.connect(url) as connection:
                self._tables = (connection.execute(_STATE).fetchone() or (0, ""))[1]
        return self.empty(self._template)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


@contextlib.contextmanager
def running(settings: tuple[str, ...] = _QUICK) -> Iterator[Cluster]:
    """Start, hand over, stop and remove. `settings`: what the server is told, in place of what suits tests."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _nobody()
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        _as(
            user, folder, "initdb", "-D", "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"
        )
        options = " ".join(f"-c {one}" for one in (*settings, f"unix_socket_directories={folder}"))
        _as(user, folder, "pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")
        try:
            yield Cluster(folder)
        finally:
            _as(user, folder, "pg_ctl", "-D", "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _nobody() -> pwd.struct_passwd | None:
    """Whom to be: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("there is no ordinary user to run PostgreSQL as")


def _as(user: pwd.struct_passwd | None, folder: Path, name: str, *arguments: str) -> None:
    who: dict[str, Any] = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    program = binary(name)
    assert program is not None
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(folder)}
    with (folder / "said").open("ab") as said:
        done = subprocess.run([program, *arguments], cwd=folder, env=environment, stdout=said, stderr=said, **who)
    if done.returncode:
        told = [path.read_text(errors="replace") for path in (folder / "said", folder / "log") if path.exists()]
        raise RuntimeError(f"{name}: " + "\n".join(told)[-2000:])
