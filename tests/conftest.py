"""Puts this folder on the path, so that every test can use `stage`; what tests of all folders share."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any

import cluster as postgresql
import pytest
import structlog
from aiohttp import web_app
from xdist.scheduler import LoadScopeScheduling

_RUNNING: list[postgresql.Cluster] = []


def pytest_configure() -> None:
    """Worlds are big and live as long as a test: to search them for garbage all the time is a tenth of the work."""
    gc.set_threshold(50_000, 20, 50)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Half of a test's time is waiting for sockets, disks and processes: two workers keep a core busy."""
    return 2 * (os.cpu_count() or 1)


class Together(LoadScopeScheduling):
    """One worker for what shares something dear: one browser, files that are parsed once, a server that counts.

    Not by `--dist loadgroup`: under pytest 9 its marks have no effect.
    """

    def _split_scope(self, nodeid: str) -> str:
        name, _, _ = nodeid.partition("::")
        if name.startswith(("tests/browser/", "tests/journeys/")):
            return "a browser"
        return name if name.startswith(("tests/contract/", "tests/test_architecture")) else nodeid


def pytest_itemcollected(item: pytest.Item) -> None:
    """Schemathesis tells endpoints apart by the item's name only, and xdist by its id: it would run one of them."""
    _, bracket, parameters = item.name.partition("[")
    if bracket and item.id.params is None:
        item._id = item.id.with_params(parameters.removesuffix("]"))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgresql.Cluster]:
    """A PostgreSQL server for this run. Without its binaries: a skip, and a failure in CI, which installs them."""
    if postgresql.binary("initdb") is None or postgresql.binary("pg_ctl") is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL's programs initdb and pg_ctl are missing: install the package postgresql")
        pytest.skip("PostgreSQL is not installed (initdb and pg_ctl are missing)")
    with postgresql.running() as one:
        _RUNNING.append(one)
        yield one
        _RUNNING.clear()


@pytest.fixture(autouse=True)
def _databases_are_given_back() -> Iterator[None]:
    """Set up before all others and ended after them, when nobody is connected any more."""
    yield
    for one in _RUNNING:
        one.give_back()


@pytest.fixture(autouse=True)
def _worlds_are_let_go() -> Iterator[None]:
    """aiohttp remembers the middlewares of the last thousand applications, and each of ours holds a whole world."""
    yield
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(autouse=True)
def _log_is_nobody_s() -> Iterator[None]:
    """A test that configures the log writes to a stream that is closed with it."""
    yield
    structlog.reset_defaults()
