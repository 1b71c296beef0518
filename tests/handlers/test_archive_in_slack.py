"""The archive from Slack: what is in it, a run now, and the past of a task."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from stage import SAM, open_stage


@pytest.fixture
def at(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'archive.db'}"


async def test_before_the_first_run_it_says_how_to_begin(tmp_path: Path, at: str) -> None:
    stage, stack = await open_stage(tmp_path, bot_archive_url=at)
    async with stack:
        await stage.link()
        assert "There is no archive yet" in await stage.command("/cutover archive status")
        assert "There is no archive yet" in await stage.command("/cutover archive history call the roll")


async def test_a_run_from_slack_and_what_is_in_it_then(tmp_path: Path, at: str) -> None:
    stage, stack = await open_stage(tmp_path, bot_archive_url=at)
    async with stack:
        told = await stage.command("/cutover archive sync")
        assert "is being brought up to date" in told
        assert "is complete" in told
        assert "The archive is up to date" in told
        assert "Now in Cutover: 4 comment" in await stage.command("/cutover archive")
        assert "nothing changed" in await stage.command("/cutover archive sync")
        assert not stage.slack.violations


async def test_the_past_of_a_task_is_for_everybody_who_sees_the_task(tmp_path: Path, at: str) -> None:
    stage, stack = await open_stage(tmp_path, bot_archive_url=at)
    async with stack:
        await stage.link()
        await stage.command("/cutover archive sync")
        task = next(one for one in stage.cutover.world.tasks.values() if "call the roll" in one.name)
        task.name = "Open the bridge <!channel> and call the roll"
        stage.cutover.world.live["101"].touch(task, task.updated_at + 60)
        await stage.command("/cutover archive sync")
        told = await stage.command("/cutover archive history call the roll", user=SAM)
        assert "newest first" in told
        blocks = repr(stage.last(SAM)["blocks"])
        assert "Open the bridge and call the roll" in blocks
        assert "&lt;!channel&gt;" in blocks
        assert "<!channel>" not in blocks
        assert blocks.index("changed") < blocks.index("first seen")


async def test_several_tasks_that_fit_are_a_choice(tmp_path: Path, at: str) -> None:
    stage, stack = await open_stage(tmp_path, bot_archive_url=at)
    async with stack:
        await stage.link()
        await stage.command("/cutover archive sync")
        assert "Several tasks fit" in await stage.command("/cutover archive history payments")
        first = next(block["accessory"] for block in stage.last()["blocks"] if "accessory" in block)
        assert "newest first" in await stage.click("pick.task", value=first["value"])


@pytest.mark.parametrize("line", ["status", "sync"])
async def test_the_whole_is_for_administrators(tmp_path: Path, at: str, line: str) -> None:
    stage, stack = await open_stage(tmp_path, bot_archive_url=at)
    async with stack:
        assert "Only operators may see or run the archive" in await stage.command(f"/cutover archive {line}", user=SAM)
        assert not (tmp_path / "archive.db").exists()


async def test_an_unknown_word_names_the_three_there_are(tmp_path: Path, at: str) -> None:
    stage, stack = await open_stage(tmp_path, bot_archive_url=at)
    async with stack:
        assert "status" in await stage.command("/cutover archive delete everything")


async def test_what_the_bot_sees_change_is_archived_at_once(tmp_path: Path, at: str) -> None:
    stage, stack = await open_stage(tmp_path, watching=True, bot_archive_url=at, bot_archive_live=True)
    async with stack:
        await stage.command("/cutover archive sync")
        await stage.run()
        await stage.command("/task start call the roll")
        with closing(sqlite3.connect(tmp_path / "archive.db")) as archive:
            sql = "SELECT stage FROM tasks WHERE name='Open the bridge and call the roll'"
            await stage.until(lambda: archive.execute(sql).fetchone() == ("in_progress",))
            assert archive.execute("SELECT mode FROM run WHERE run_id=2").fetchone() == ("live",)
