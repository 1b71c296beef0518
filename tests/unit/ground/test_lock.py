"""One process a SQLite file: the second is told so, and the place is free again however the first ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.errors import StoreUnavailable
from bot.store.lock import alone

HOLD = (
    "import sys; from bot.store.lock import alone\nwith alone(sys.argv[1]): print('held', flush=True); sys.stdin.read()"
)


def test_the_second_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'bot.db'}"
    for _ in range(2):
        with alone(url), pytest.raises(StoreUnavailable, match=r"Another bot is running with the database bot\.db"):
            alone(url).__enter__()
    with contextlib.suppress(RuntimeError), alone(url):
        raise RuntimeError
    with alone(url), alone(f"sqlite:///{tmp_path / 'other.db'}"):
        pass


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://somewhere/bot"])
def test_what_is_no_file_is_not_locked(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with alone(url), alone(url):
        assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_nothing_locked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreUnavailable):
            alone(url).__enter__()
        os.kill(other.pid, signal.SIGKILL)
    with alone(url):
        pass


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot write beside its database"):
        alone(f"sqlite:///{tmp_path / 'file' / 'bot.db'}").__enter__()


def test_the_command_says_so_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    monkeypatch.chdir(tmp_path)
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "CUTOVER_API_TOKEN": "t"}
    for name, value in {**given, "CUTOVER_API_URL": "http://127.0.0.1:1", "BOT_DATABASE_URL": url}.items():
        monkeypatch.setenv(name, value)
    with alone(url):
        done = CliRunner().invoke(cli, ["run"])
    assert done.exit_code == 2
    assert done.stderr.strip().splitlines()[-1] == (
        "Another bot is running with the database bot.db. "
        "End that one, or give each its own BOT_DATABASE_URL; several bots together need PostgreSQL."
    )
    assert not (tmp_path / "bot.db").exists()


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot write beside its database"):
        alone(f"sqlite:///{tmp_path / 'file' / 'bot.db'}").__enter__()


def test_a_drive_that_cannot_lock_is_told_of_and_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr("fcntl.flock", refuse)
    with structlog.testing.capture_logs() as lines, alone(f"sqlite:///{tmp_path / 'bot.db'}"):
        assert [line["event"] for line in lines] == ["database_not_locked"]
