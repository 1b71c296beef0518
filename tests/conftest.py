"""Puts this folder on the path, so that every test can use `stage`; what tests of all folders share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import cluster as postgresql
import pytest
import structlog

_RUNNING: list[postgresql.Cluster] = []


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Half of a test's time is waiting for sockets, disks and processes: two workers keep a core busy."""
    return 2 * (os.cpu_count() or 1)


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
def _log_is_nobody_s() -> Iterator[None]:
    """A test that configures the log writes to a stream that is closed with it."""
    yield
    structlog.reset_defaults()
