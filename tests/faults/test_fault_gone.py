"""Things that are not there: Cutover itself, the token's right, the runbook, additions to the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fault_world import ROLL, HastyClock, effects, read, still_works
from stage import DANA, FAILOVER, Stage, open_stage

from bot.sandbox.cutover import EmbeddedCutover, runs

NAME = "DC North to DC South fail-over"


async def test_cutover_is_down_at_the_start_and_comes_later(tmp_path: Path, clock: HastyClock) -> None:
    stage, stack = await open_stage(tmp_path, clock=clock)
    async with stack:
        port = int(stage.cutover.url.rsplit(":", 1)[1])
        await stage.stop()
        await stage.cutover.__aexit__()
        await stage.start()
        said = await stage.command("/cutover link fail-over")
        assert "Cutover cannot be reached" in said
        assert "Nothing was changed" in said
        assert await stage.bot.problems() == {}
        async with EmbeddedCutover(port=port) as later:
            stage.cutover = later
            stage.given["cutover_api_token"] = later.tokens["bot"]
            await stage.run()
            assert "You started this" in await stage.command("/task start roll")


async def test_cutover_goes_away_in_the_middle_and_comes_back(running: Stage) -> None:
    port = int(running.cutover.url.rsplit(":", 1)[1])
    card = await running.command("/task show roll")
    assert ROLL in card
    await running.cutover.__aexit__()
    for line in ("/task start roll", "/task list", "/runbook show", "/task comment roll hello", "/runbook list"):
        assert "cannot be reached" in await running.command(line), line
    assert "cannot be reached" in await running.click("task.start")
    async with EmbeddedCutover(port=port) as later:
        running.cutover = later
        assert await running.command("/runbook list")


DENIED = [(401, "does not accept the token"), (403, "does not let this account do that")]


@pytest.mark.parametrize(("status", "sentence"), DENIED)
async def test_a_refused_token_is_told_and_never_tried_again(running: Stage, status: int, sentence: str) -> None:
    running.cutover.order([{"path": "/core", "times": None, "do": {"status": status, "body": {"errors": []}}}])
    before = len(running.cutover.requests)
    assert sentence in await running.command("/task start roll")
    assert len(running.cutover.requests) == before + 1
    await still_works(running)


@pytest.mark.parametrize(("status", "sentence"), DENIED)
async def test_a_right_lost_between_read_and_write(running: Stage, status: int, sentence: str) -> None:
    running.cutover.order([{"method": "PATCH", "path": "/start$", "do": {"status": status, "body": {"errors": []}}}])
    assert sentence in await running.command("/task start roll")
    assert effects(running) == ["PATCH start"]
    assert "You started this" in await running.command("/task start roll")
    await still_works(running)


async def test_a_token_revoked_in_cutover_itself(running: Stage) -> None:
    bot = running.cutover.world.person("bot")
    bot.archived = True
    said = await running.command("/task start roll")
    assert "does not accept the token" in said
    assert running.cutover.tokens["bot"] not in said
    bot.archived = False
    await still_works(running)


async def test_a_runbook_that_was_deleted_meanwhile(running: Stage) -> None:
    await running.command("/task show roll")
    running.cutover.order(
        [{"path": "/core/runbooks/101", "times": None, "do": {"status": 404, "body": {"errors": []}}}]
    )
    for said in (
        await running.command("/task start roll"),
        await running.command("/task list"),
        await running.command("/runbook show"),
        await running.click("task.start"),
    ):
        assert "cannot find it" in said, said
        assert "archived, deleted, or hidden" in said
    assert effects(running) == []
    await still_works(running)


async def test_a_task_that_was_deleted_while_its_card_stood_there(running: Stage) -> None:
    await running.command("/task show roll")
    book = running.cutover.world.runbook_named(NAME)
    task = running.cutover.world.task_named(ROLL)
    kept = book.tasks.pop(task.id)
    assert "cannot find it" in await running.click("task.start")
    book.tasks[task.id] = kept
    assert effects(running) == []
    await still_works(running)


async def test_a_run_that_was_cancelled_meanwhile(running: Stage) -> None:
    await running.command("/task start roll")
    card = running.showing("task.finish")
    world = running.cutover.world
    runs.cancel(world, world.runbook_named(NAME), world.person("dana"), "")
    said = await running.click("task.finish", message=card)
    assert "The runbook was canceled." in said
    assert "Start it first" not in said
    assert world.task_named(ROLL).stage != "complete"
    assert ROLL in await running.command("/task show roll")


async def test_a_version_of_the_api_that_is_refused(tmp_path: Path, clock: HastyClock) -> None:
    stage, stack = await open_stage(tmp_path, clock=clock, cutover_api_version="2031-01-01")
    async with stack:
        said = await stage.command("/runbook list")
        assert "version" in said.lower(), said
        assert (await stage.command("/cutover help")).startswith("`/")


@pytest.fixture
async def bare(tmp_path: Path, clock: HastyClock) -> AsyncIterator[Stage]:
    """A Cutover with what the reference has and nothing else."""
    stage, stack = await open_stage(tmp_path, clock=clock, additions=False)
    async with stack:
        await stage.link()
        yield stage
        assert not stage.slack.violations, stage.slack.violations


async def test_without_additions_what_is_missing_is_a_sentence(bare: Stage) -> None:
    await bare.run()
    task = bare.cutover.world.task_named(ROLL)
    assert "does not offer “skip runbook task”" in await bare.command(f"/task skip {task.id} no need")
    assert "does not show task numbers" in await bare.command("/task show #1")
    for turn in ("pause", "cancel"):
        await bare.command(f"/runbook {turn}")
        title = bare.view()["title"]["text"]
        if any(block["type"] == "input" for block in bare.view()["blocks"]):
            values = {"name": {"input": NAME}} if turn == "cancel" else {}
            await bare.submit(values)
        else:
            await bare.close()
        assert f"does not offer “{turn} runbook”" in read(bare) + title, turn
    assert task.stage == "startable"


async def test_without_additions_the_main_job_goes_on(bare: Stage) -> None:
    said = await bare.command("/task assign roll @sam")
    assert "does not tell who is assigned" in said
    await bare.run()
    assert "You started this" in await bare.command("/task start roll")
    assert "You finished this" in await bare.click("task.finish")
    assert ROLL in await bare.command("/task list roll")
    card = bare.showing("task.comment")
    await bare.slack.click(DANA, action_id="task.comment", channel=FAILOVER, message_ts=card["ts"])
    await bare.settle()
    await bare.submit({"text": {"input": "hello"}})
    assert "The comment is on" in read(bare)
