"""Kills, busy and broken Cutovers, moving rows, full disks: the log is intact and the next run makes it whole."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from archive_tools import Place, Quiet

from bot.archive import sync as syncing
from bot.archive.database import Database, open_archive
from bot.archive.errors import ArchiveError
from bot.archive.scope import Scope
from bot.archive.source import Source
from bot.archive.verify import verify
from bot.errors import BadInput, Unauthorised, Unavailable


@pytest.fixture
def world() -> str:
    return "generate:runbooks=12,tasks=120,streams=2"


async def whole(place: Place) -> None:
    assert place.history() == place.expected
    with place.reading() as database:
        assert verify(database).problems == []


def intact(place: Place) -> None:
    """Every row of the log is sound, and the tables follow from it, whatever became of the run."""
    with place.reading() as database:
        problems = verify(database).problems
    assert [one for one in problems if not one.startswith("Run ")] == []


async def started(place: Place) -> asyncio.subprocess.Process:
    given = {
        "CUTOVER_API_URL": place.cutover.url,
        "CUTOVER_API_TOKEN": place.cutover.tokens["bot"],
        "BOT_ARCHIVE_URL": place.url,
    }
    quiet = asyncio.subprocess.DEVNULL
    command = (sys.executable, "-m", "bot", "archive", "sync")
    return await asyncio.create_subprocess_exec(*command, env={**os.environ, **given}, stdout=quiet, stderr=quiet)


async def test_five_kills_at_random_moments_leave_an_exact_log(place: Place) -> None:
    place.cutover.order([{"times": None, "path": "/core/", "do": {"delay": 0.05}}])
    rng, kills = random.Random(7), 0
    while kills < 5:
        process = await started(place)
        enough, ended = place.cutover._seen + rng.randint(3, 16), asyncio.ensure_future(process.wait())
        while place.cutover._seen < enough and not ended.done():
            await asyncio.wait([ended], timeout=0.005)
        if not ended.done():
            os.kill(process.pid, signal.SIGKILL)
        kills += await ended == -signal.SIGKILL
    if place.path.exists() and place.ask("SELECT 1 FROM sqlite_master WHERE name='run'"):
        intact(place)
    place.cutover.forget_faults()
    outcome = await place.sync()
    assert place.ask("SELECT kind, id FROM change GROUP BY kind, id HAVING count(*) > 1") == []
    assert place.ask("SELECT count(*) FROM run WHERE status<>'complete'") == [(0,)]
    assert outcome.rows > 0
    await whole(place)


async def test_a_run_that_was_cut_off_asks_only_for_what_is_missing(place: Place) -> None:
    place.cutover.order([{"path": "1007/tasks", "times": None, "do": {"status": 401}}])
    with pytest.raises(Unauthorised):
        await place.sync()
    place.cutover.forget_faults()
    place.cutover.requests.clear()
    outcome = await place.sync()
    assert outcome.resumed
    assert outcome.skipped > 20
    assert len(place.cutover.requests) == outcome.requests < 60
    await whole(place)


async def test_one_in_fifty_refused_and_one_in_a_hundred_failing_changes_nothing(place: Place) -> None:
    rng = random.Random(11)
    busy = [{"path": "/core/", "skip": rng.randrange(90), "do": {"status": 429}} for _ in range(3)]
    failing = [{"path": "/core/", "skip": rng.randrange(90), "do": {"status": 503}} for _ in range(2)]
    place.cutover.order([*busy, *failing])
    outcome = await place.sync()
    assert outcome.status == "complete"
    assert {429, 503} <= {one.status for one in place.cutover.requests}
    await whole(place)


async def test_a_burst_of_refusals_slows_the_run_and_nothing_else(place: Place) -> None:
    place.cutover.order([{"path": "/core/", "skip": 20, "times": 15, "do": {"status": 429}}])
    outcome = await place.sync(connections=8)
    assert outcome.status == "complete"
    assert sum(one.status == 429 for one in place.cutover.requests) == 15
    await whole(place)


def moving(place: Place, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Whenever page 2 of a runbook's tasks is asked for, a task of page 1 goes: what follows moves up by one."""
    plain, left = place.cutover.faults.pick, {}

    def pick(method: str, path: str, person: str | None) -> Any:
        parts = path.split("/")
        if "tasks" in path and "page%5Bnumber%5D=2" in path and left.setdefault(parts[3], times):
            left[parts[3]] -= 1
            place.remove(next(iter(place.cutover.world.runbooks[parts[3]].tasks)))
        return plain(method, path, person)

    monkeypatch.setattr(place.cutover.faults, "pick", pick)


async def test_rows_that_move_between_pages_are_never_retired(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    await place.sync()
    with monkeypatch.context() as patch:
        moving(place, patch, 1)
        outcome = await place.sync()
    assert (outcome.status, outcome.changes["delete"]) == ("complete", 12)
    await whole(place)


async def test_a_list_that_never_stands_still_is_told_and_retires_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.sync()
    with monkeypatch.context() as patch:
        moving(place, patch, 99)
        outcome = await place.sync()
    assert (outcome.status, outcome.units["mismatch"], outcome.changes["delete"]) == ("incomplete", 12, 0)
    assert (await place.sync()).status == "complete"
    await whole(place)


async def test_a_runbook_archived_between_the_lists_is_gone_and_all_is_well(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.sync()
    plain = place.cutover.faults.pick

    def pick(method: str, path: str, person: str | None) -> Any:
        if "/1004/" in path:
            place.cutover.world.runbooks.pop("1004", None)
        return plain(method, path, person)

    monkeypatch.setattr(place.cutover.faults, "pick", pick)
    outcome = await place.sync()
    assert (outcome.status, outcome.units["gone"] > 0) == ("complete", True)
    await whole(place)
    assert place.ask("SELECT count(*) FROM head WHERE parent='1004' AND live=1") == [(0,)]


async def test_a_wrong_token_and_a_cutover_that_is_down_stop_the_run_at_once(place: Place) -> None:
    await place.sync()
    rows = place.ask("SELECT count(*) FROM change")
    wrong = Source(place.cutover.url, "0" * 48, "2022-02-22")
    with pytest.raises(Unauthorised):
        await syncing.sync(place.url, wrong, Scope(), Quiet())
    place.cutover.order([{"times": None, "do": {"cut": "before"}}])
    with pytest.raises(Unavailable):
        await place.sync()
    assert len(place.cutover.requests) < 400
    place.cutover.forget_faults()
    assert place.ask("SELECT count(*) FROM change") == rows
    with place.reading() as database:
        assert "not finished" in verify(database).problems[0]
    assert (await place.sync()).resumed
    await whole(place)


@pytest.mark.parametrize("scope", [Scope(workspace="nowhere"), Scope(folder="nowhere"), Scope(runbook_type="nowhere")])
async def test_a_filter_that_does_not_exist_is_an_error_that_names_what_there_is(place: Place, scope: Scope) -> None:
    with pytest.raises(BadInput, match="nowhere") as caught:
        await place.sync(scope)
    assert "Cutover shows" in caught.value.hint
    assert place.ask("SELECT status FROM run") == [("abandoned",)]
    assert place.ask("SELECT count(*) FROM change WHERE kind='runbook'") == [(0,)]


async def test_a_full_disk_is_a_sentence_and_the_run_goes_on_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small(url: str, **given: Any) -> Database:
        database = open_archive(url, **given)
        database.execute("PRAGMA max_page_count=75")
        return database

    with monkeypatch.context() as patch:
        patch.setattr(syncing, "open_archive", small)
        with pytest.raises(ArchiveError, match="no room"):
            await place.sync()
    assert 0 < place.ask("SELECT count(*) FROM change")[0][0] < 1600
    assert (await place.sync()).resumed
    await whole(place)


async def test_an_archive_of_a_newer_version_is_left_alone(place: Place) -> None:
    await place.sync()
    place.spoil("UPDATE meta SET value='99' WHERE key='schema'")
    before = place.path.read_bytes()
    with pytest.raises(ArchiveError, match="newer version"):
        await place.sync()
    assert place.path.read_bytes() == before


async def test_an_archive_of_another_cutover_is_left_alone(place: Place) -> None:
    await place.sync()
    place.spoil("UPDATE meta SET value='api.other.example' WHERE key='source'")
    with pytest.raises(ArchiveError, match=r"copy of api\.other\.example"):
        await place.sync()


async def test_a_file_that_is_no_archive_is_left_alone(place: Place) -> None:
    place.path.write_bytes(b"Dear diary, " * 200)
    with pytest.raises(ArchiveError, match="not an archive"):
        await place.sync()
    assert place.path.read_bytes().startswith(b"Dear diary")


async def test_a_folder_that_does_not_exist_is_a_sentence(place: Place, tmp_path: Path) -> None:
    place.url = f"sqlite:///{tmp_path / 'none' / 'a.db'}"
    with pytest.raises(ArchiveError, match="cannot be opened"):
        await place.sync()
