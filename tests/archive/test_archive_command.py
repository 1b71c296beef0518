"""`cutover-bot archive ...` as a person or a script uses it: what it prints, and its exit status."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from archive_tools import Place
from click.testing import Result
from typer.testing import CliRunner

from bot.__main__ import cli


@pytest.fixture
def world() -> str:
    return "failover"


async def run(place: Place, *words: str, token: str = "") -> Result:
    """One command, in a thread of its own, as it has its own event loop."""
    given = {
        "CUTOVER_API_URL": place.cutover.url,
        "CUTOVER_API_TOKEN": token or place.cutover.tokens["bot"],
        "BOT_ARCHIVE_URL": place.url,
    }
    return await asyncio.to_thread(CliRunner().invoke, cli, ["archive", *words], env=given)


async def test_a_whole_archive_ends_with_zero_and_says_so(place: Place) -> None:
    first = await run(place, "sync")
    assert first.exit_code == 0
    assert "is complete" in first.stdout
    assert "Not offered by this Cutover: role." in first.stdout
    checked = await run(place, "verify")
    assert checked.exit_code == 0
    assert checked.stdout.startswith("The archive is whole.")
    told = await run(place, "status")
    assert "Now in Cutover: 4 comment" in told.stdout


async def test_an_archive_that_is_not_whole_ends_with_one_and_names_what_is_missing(place: Place) -> None:
    await run(place, "sync")
    place.cutover.order([{"path": "101/tasks", "times": None, "do": {"status": 403}}])
    second = await run(place, "sync")
    assert second.exit_code == 1
    assert "incomplete" in second.stdout
    assert "1 forbidden" in second.stdout
    checked = await run(place, "verify")
    assert checked.exit_code == 1
    assert "task 101: forbidden" in checked.stdout


async def test_what_cannot_run_ends_with_two_and_no_traceback(place: Place) -> None:
    for words, token, said in (
        (("sync",), "0" * 48, "does not accept the token"),
        (("sync", "--workspace", "nowhere"), "", "no workspace"),
        (("sync", "--stage", "sideways"), "", "no stage sideways"),
        (("as-of", "yesterday"), "", "is not a time"),
        (("history", "task", "no such task"), "", "has no task"),
        (("ship", "ftp:x"), "", "not a target"),
    ):
        result = await run(place, *words, token=token)
        assert (result.exit_code, said in result.stderr) == (2, True), (words, result.output)
        assert "Traceback" not in result.output
        assert place.cutover.tokens["bot"] not in result.output


async def test_without_an_archive_the_reading_commands_say_how_to_make_one(place: Place) -> None:
    for words in (("verify",), ("status",), ("as-of", "2026-11-20"), ("history", "task", "1"), ("ship", "csv:out")):
        result = await run(place, *words)
        assert (result.exit_code, "archive sync" in result.stderr) == (2, True)
    assert not place.path.exists()


async def test_reading_needs_no_cutover(place: Place) -> None:
    await run(place, "sync")
    given = {"BOT_ARCHIVE_URL": place.url, "CUTOVER_API_URL": "", "CUTOVER_API_TOKEN": ""}
    result = await asyncio.to_thread(CliRunner().invoke, cli, ["archive", "status"], env=given)
    assert result.exit_code == 0


async def test_missing_settings_are_named(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"BOT_ARCHIVE_URL": "mongo://x", "CUTOVER_API_URL": "", "CUTOVER_API_TOKEN": ""}
    result = await asyncio.to_thread(CliRunner().invoke, cli, ["archive", "sync"], env=given)
    assert result.exit_code == 2
    assert {"CUTOVER_API_URL", "CUTOVER_API_TOKEN", "BOT_ARCHIVE_URL"} <= set(result.stderr.replace(":", " ").split())


async def test_history_and_as_of_read_well_and_give_json(place: Place) -> None:
    await run(place, "sync")
    task = place.cutover.world.task_named("Check free capacity in DC South")
    place.rename(task.id, "Check both sites")
    await run(place, "sync")
    told = (await run(place, "history", "task", "check both", "--runbook", "101")).stdout
    assert f"task {task.id} below 101: Check both sites" in told
    assert "    name: Check free capacity in DC South -> Check both sites" in told
    lines = (await run(place, "history", "task", task.id, "--json")).stdout.splitlines()
    assert [json.loads(line)["op"] for line in lines] == ["insert", "update"]
    stood = (await run(place, "as-of", "2099-01-01", "--runbook", "101", "--json")).stdout.splitlines()
    assert any(json.loads(line)["payload"]["attributes"].get("name") == "Check both sites" for line in stood)
    assert "Check both sites" in (await run(place, "as-of", "2099-01-01", "--runbook", "101")).stdout


async def test_incremental_is_full_until_a_full_run_was_made(place: Place) -> None:
    assert "Run 1 is complete" in (await run(place, "sync", "--incremental")).stdout
    await run(place, "sync", "--incremental")
    told = (await run(place, "status")).stdout
    assert "Run 1 (full)" in told
    assert "Run 2 (incremental)" in told


async def test_ship_says_what_it_added(place: Place, tmp_path: Path) -> None:
    await run(place, "sync")
    for said in ("rows added", "nothing new"):
        assert said in (await run(place, "ship", f"jsonl:{tmp_path / 'out'}")).stdout
    assert f"Shipped to jsonl:{tmp_path / 'out'}: up to row" in (await run(place, "status")).stdout
