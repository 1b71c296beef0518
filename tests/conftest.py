"""Puts this folder on the path, so that every test can use `stage`; what tests of all folders share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import cluster as postgresql
import pytest
import structlog


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgresql.Cluster]:
    """A PostgreSQL server for this run. Without its binaries: a skip, and a failure in CI, which installs them."""
    if postgresql.binary("initdb") is None or postgresql.binary("pg_ctl") is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL's programs initdb and pg_ctl are missing: install the package postgresql")
        pytest.skip("PostgreSQL is not installed (initdb and pg_ctl are missing)")
    with postgresql.running() as one:
        yield one


@pytest.fixture(autouse=True)
def _log_is_nobody_s() -> Iterator[None]:
    """A test that configures the log writes to a stream that is closed with it."""
    yield
    structlog.reset_defaults()
