"""The connection to Cutover is cut before or after a write took effect: at most one effect, and the truth is told."""

from __future__ import annotations

from typing import Any

import pytest
from fault_world import ROLL, effects, signatures, stage_of, still_works
from stage import Stage


def cut(stage: Stage, when: str, path: str, method: str = "PATCH", **more: Any) -> None:
    stage.cutover.order([{"method": method, "path": path, "do": {"cut": when}, **more}])


async def test_start_cut_after_the_effect_is_found_done_by_looking(either: Stage) -> None:
    cut(either, "after", "/start$")
    said = await either.command("/task start roll")
    assert "You started this" in said
    assert effects(either).count("PATCH start") == 1
    assert len(signatures(either)) == 1
    await still_works(either)


async def test_start_cut_before_the_effect_is_told_as_not_done(either: Stage) -> None:
    cut(either, "before", "/start$")
    said = await either.command("/task start roll")
    assert "nothing was done" in said
    assert "Try again" in said
    assert effects(either) == ["PATCH start"]
    assert stage_of(either) == "startable"
    assert "You started this" in await either.command("/task start roll")
    assert effects(either).count("PATCH start") == 2
    await still_works(either)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_finish_by_button(running: Stage, when: str) -> None:
    await running.command("/task start roll")
    cut(running, when, "/finish$")
    said = await running.click("task.finish")
    assert ("You finished this" if when == "after" else "nothing was done") in said
    assert effects(running).count("PATCH finish") == 1
    assert stage_of(running) == ("complete" if when == "after" else "in_progress")
    await still_works(running)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_skip(running: Stage, when: str) -> None:
    cut(running, when, "/skip$")
    said = await running.command("/task skip roll not needed today")
    assert ("You skipped this" if when == "after" else "nothing was done") in said
    assert effects(running).count("PATCH skip") == 1
    assert (stage_of(running) == "complete") is (when == "after")
    await still_works(running)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_comment(running: Stage, when: str) -> None:
    cut(running, when, "/comments$", "POST")
    said = await running.command("/task comment roll bridge is open")
    assert ("The comment is on" if when == "after" else "nothing was done") in said
    assert len(signatures(running, "bridge is open")) == (1 if when == "after" else 0)
    assert effects(running).count("POST comments") == 1
    await still_works(running)


async def test_the_same_comment_an_hour_ago_is_no_proof_for_the_lost_one(running: Stage) -> None:
    assert "The comment is on" in await running.command("/task comment roll still waiting")
    running.cutover.clock.advance(3600)
    running.clock.advance(3600)
    cut(running, "before", "/comments$", "POST")
    said = await running.command("/task comment roll still waiting")
    assert "nothing was done" in said
    assert len(signatures(running, "still waiting")) == 1
    await still_works(running)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_assign(running: Stage, when: str) -> None:
    path = f"/tasks/{running.cutover.world.task_named(ROLL).id}$"
    cut(running, when, path)
    said = await running.command("/task assign roll @sam")
    assert len([one for one in effects(running) if one.startswith("PATCH")]) == 1
    assert ("nothing was done" in said) is (when == "before"), said
    sam = running.cutover.world.person("sam").id
    assert (sam in repr(running.cutover.world.task_named(ROLL))) is (when == "after")
    await still_works(running)
