"""Lists of a big run come from what the watch read a moment ago, and never miss what was just done from Slack."""

from __future__ import annotations

from pathlib import Path

from watching import Watching, open_watching

WORLD = "generate:runbooks=1,tasks=1100,streams=4"


def pages(watching: Watching) -> int:
    """Pages of the task list that were asked for since the last look."""
    found = [path for path in watching.reads if path.endswith("/tasks")]
    watching.stage.cutover.requests.clear()
    return len(found)


async def test_a_big_run_is_listed_without_asking_again(tmp_path: Path) -> None:
    async with open_watching(tmp_path, world=WORLD, words="generated") as watching:
        stage = watching.stage
        task = next(one for one in stage.cutover.world.runbooks["1001"].tasks.values() if one.stage == "startable")
        pages(watching)
        said = await stage.command("/task list")
        assert "*Tasks* (1100)" in said
        assert "Page 1 of 110" in said
        assert task.name in await stage.command("/task list startable")
        assert "*Stream Stream 2* (275)" in await stage.command('/task list stream "Stream 2"')
        assert pages(watching) == 0

        await stage.command(f"/task start {task.id}")
        pages(watching)
        assert task.name in await stage.command("/task list running")
        assert pages(watching) > 0

        watching.clock.advance(60)
        assert "*Tasks* (1100)" in await stage.command("/task list")
        assert pages(watching) == 11


async def test_what_is_small_or_old_or_not_read_is_asked_for(tmp_path: Path) -> None:
    async with open_watching(tmp_path) as watching:
        pages(watching)
        await watching.stage.command("/task list")
        assert pages(watching) > 0
