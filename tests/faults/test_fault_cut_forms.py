"""The connection is cut while a form's wish is written: one effect at most, and what linked channels read is true."""

from __future__ import annotations

from typing import Any

import pytest
from fault_world import effects, read, still_works
from stage import DANA, FAILOVER, Stage

NAME = "DC North to DC South fail-over"
WHEN = pytest.mark.parametrize("when", ["before", "after"])


def cut(stage: Stage, when: str, path: str, method: str) -> None:
    stage.cutover.order([{"method": method, "path": path, "do": {"cut": when}}])


def filled(**chosen: Any) -> dict[str, dict[str, Any]]:
    return {block_id: {"input": value} for block_id, value in chosen.items()}


def book(stage: Stage) -> Any:
    return stage.cutover.world.runbook_named(NAME)


def told(stage: Stage, words: str) -> int:
    """How many posts of the channel, seen by everybody, hold these words."""
    return sum(words in str(m.get("text")) for m in stage.messages("U0TOM000006", FAILOVER))


@WHEN
async def test_the_start_of_a_run(linked: Stage, when: str) -> None:
    await linked.command("/runbook start")
    cut(linked, when, "/start$", "PATCH")
    await linked.submit()
    assert effects(linked).count("PATCH start") == 1
    assert book(linked).stage == ("active" if when == "after" else "planning")
    if when == "after":
        assert "is running" in linked.view_text()
    else:
        assert "nothing was done" in linked.view_text()
    await still_works(linked)


@WHEN
async def test_a_pause(running: Stage, when: str) -> None:
    await running.command("/runbook pause")
    cut(running, when, "/pause$", "PATCH")
    await running.submit()
    assert effects(running).count("PATCH pause") == 1
    assert book(running).stage == ("paused" if when == "after" else "active")
    assert ("You paused this run" if when == "after" else "nothing was done") in read(running)
    await still_works(running)


@WHEN
async def test_a_status(running: Stage, when: str) -> None:
    cut(running, when, "/runbooks/101$", "PATCH")
    said = await running.command("/runbook status red Switches are late")
    assert [one for one in effects(running) if one.startswith("PATCH")] == ["PATCH 101"]
    assert book(running).status == ("red" if when == "after" else "off")
    assert ("is red now" if when == "after" else "nothing was done") in said
    await still_works(running)


@WHEN
async def test_a_new_task(running: Stage, when: str) -> None:
    await running.command("/task create")
    cut(running, when, "/tasks$", "POST")
    await running.submit(filled(name="Check the generators"))
    made = [task for task in book(running).tasks.values() if task.name == "Check the generators"]
    assert len(made) == (1 if when == "after" else 0)
    assert effects(running).count("POST tasks") == 1
    assert ("You created this" if when == "after" else "nothing was done") in read(running)
    await still_works(running)


@WHEN
async def test_a_new_runbook(running: Stage, when: str) -> None:
    await running.command("/runbook create Spare run")
    cut(running, when, "/runbooks$", "POST")
    await running.submit()
    made = [one for one in running.cutover.world.runbooks.values() if one.name == "Spare run"]
    assert len(made) == (1 if when == "after" else 0)
    assert effects(running).count("POST runbooks") == 1
    assert ("is created" if when == "after" else "nothing was done") in read(running)
    await still_works(running)


async def test_a_form_submitted_again_after_a_lost_answer_is_one_effect(running: Stage) -> None:
    await running.command("/task create")
    view_id = running.view()["id"]
    cut(running, "after", "/tasks$", "POST")
    await running.slack.order([{"on": "delivery", "kind": "interactive", "do": {"duplicate": 2}}])
    await running.slack.submit(DANA, view_id=view_id, values=filled(name="Check the generators"))
    await running.settle()
    assert effects(running).count("POST tasks") == 1
    await still_works(running)
