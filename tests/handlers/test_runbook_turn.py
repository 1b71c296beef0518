"""Pause, resume and cancel a run from Slack: who may, what is asked, what Cutover gets and what the channels read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from stage import DANA, FAILOVER, SAM, Stage, open_stage

from bot.sandbox.cutover import runs

NAME = "DC North to DC South fail-over"


def filled(**chosen: Any) -> dict[str, dict[str, Any]]:
    return {block_id: {"input": value} for block_id, value in chosen.items()}


def said(stage: Stage, words: str, channel: str = FAILOVER, user: str = DANA) -> list[str]:
    return [str(m["text"]) for m in stage.messages(user, channel) if words in str(m.get("text"))]


def state(stage: Stage) -> str:
    return str(stage.cutover.world.runbook_named(NAME).stage)


async def turn(stage: Stage, verb: str, user: str = DANA, **chosen: Any) -> None:
    await stage.command(f"/runbook {verb}", user=user)
    await stage.submit(filled(**chosen), user=user)


async def test_a_pause_is_sent_with_its_reason(running: Stage) -> None:
    await turn(running, "pause", message="Power <!here> & cooling", notify=["notify"])
    (write,) = running.writes("/pause$")
    assert write.body == {"meta": {"message": "Power <!here> & cooling", "notify": True}}
    assert said(running, "You paused this run")


async def test_a_run_can_be_paused_again_and_again(running: Stage) -> None:
    for verb in ("pause", "resume", "pause", "resume"):
        await turn(running, verb)
    assert [write.path.rsplit("/", 1)[1] for write in running.writes()] == ["pause", "resume", "pause", "resume"]
    assert state(running) == "active"


async def test_a_pause_submitted_twice_is_one_write(running: Stage) -> None:
    await running.command("/runbook pause")
    view_id = running.view()["id"]
    await asyncio.gather(*(running.slack.submit(DANA, view_id=view_id) for _ in range(2)))
    await running.settle()
    assert len(running.writes("/pause$")) == 1


async def test_the_second_to_pause_reads_who_was_first(running: Stage) -> None:
    await running.command("/runbook pause", user=SAM)
    await turn(running, "pause")
    await running.submit(user=SAM)
    assert said(running, f"Already paused by <@{DANA}> at", user=SAM)
    assert len(running.writes("/pause$")) == 1
    await running.command("/runbook pause")
    assert "Already paused by you at" in running.view_text()


async def test_what_was_done_in_cutover_itself_is_said_without_a_name(running: Stage) -> None:
    await running.command("/runbook pause")
    world = running.cutover.world
    runs.pause(world, world.runbook_named(NAME), world.person("mei"), "")
    await running.submit()
    assert said(running, "This runbook is paused already. Nothing was sent.")
    assert running.writes() == []


async def test_somebody_who_pauses_in_cutover_in_the_same_moment_is_no_error(running: Stage) -> None:
    await running.command("/runbook pause")
    world = running.cutover.world
    runs.pause(world, world.runbook_named(NAME), world.person("mei"), "")
    running.cutover.order([_shown_as("active")])
    await running.submit()
    assert said(running, "This runbook is paused already. Nothing was sent.")


def _shown_as(stage: str) -> dict[str, Any]:
    """The next look at the runbook still shows the stage of before."""
    attributes = {"name": NAME, "stage": stage, "status": "off"}
    data = {"id": "101", "type": "runbook", "attributes": attributes}
    return {"method": "GET", "path": "/runbooks/101$", "do": {"status": 200, "body": {"data": data}}}


@pytest.mark.parametrize(
    ("verb", "needs"), [("pause", "running"), ("resume", "paused"), ("cancel", "running or paused")]
)
async def test_a_runbook_in_planning_cannot_be_turned(stage: Stage, verb: str, needs: str) -> None:
    await stage.link()
    await stage.command(f"/runbook {verb}", user=SAM)
    assert f"Only a runbook that is {needs} can be" in stage.view_text(SAM)
    assert "submit" not in stage.view(SAM) or stage.view(SAM)["submit"] is None
    assert stage.writes() == []


async def test_cancel_needs_the_name_of_the_runbook_typed(running: Stage) -> None:
    await turn(running, "cancel", name="something else")
    assert NAME in running.view()["errors"]["name"]
    assert state(running) == "active"
    await running.submit(filled(name=f"{NAME} ", message="Wrong day"))
    assert state(running) == "canceled"
    assert said(running, "You canceled this run")


async def test_a_rehearsal_may_be_canceled_by_anybody(running: Stage) -> None:
    await turn(running, "cancel", user=SAM, name=NAME)
    assert state(running) == "canceled"


async def test_a_live_run_is_canceled_by_operators_only(stage: Stage) -> None:
    await stage.run("live")
    await stage.command("/runbook cancel", user=SAM)
    assert "Only operators may cancel a live run" in stage.view_text(SAM)
    await turn(stage, "cancel", name=NAME)
    assert state(stage) == "canceled"


async def test_a_cancel_form_of_somebody_who_is_no_operator_any_more_is_refused(stage: Stage) -> None:
    await stage.run("live")
    await stage.command("/runbook cancel")
    await stage.stop()
    stage.given["bot_operators"] = SAM
    await stage.start()
    await stage.submit(filled(name=NAME))
    assert "Only operators may cancel a live run" in stage.text()
    assert stage.writes() == []


async def test_a_live_run_is_paused_with_its_name_typed(stage: Stage) -> None:
    await stage.run("live")
    await turn(stage, "pause", name="no")
    assert NAME in stage.view()["errors"]["name"]
    await stage.submit(filled(name=NAME))
    assert state(stage) == "paused"


async def test_a_canceled_run_cannot_be_started_again(running: Stage) -> None:
    await turn(running, "cancel", name=NAME)
    await running.command("/runbook start")
    assert "is canceled, so it cannot be started" in running.view_text()


async def test_buttons_of_the_card_open_the_same_forms(running: Stage) -> None:
    await running.command("/runbook show")
    await running.click("runbook.pause")
    await running.submit()
    await running.until(lambda: said(running, "You paused this run"))
    await running.click("runbook.resume")
    await running.submit()
    assert state(running) == "active"


@pytest.fixture
async def plain(tmp_path: Path) -> AsyncIterator[Stage]:
    """A Cutover with the reference's endpoints only."""
    stage, stack = await open_stage(tmp_path, additions=False)
    async with stack:
        await stage.run()
        yield stage
        assert not stage.slack.violations


async def test_where_cutover_cannot_pause_the_person_is_told_and_the_button_goes(plain: Stage) -> None:
    await plain.command("/runbook show")
    await plain.click("runbook.pause")
    await plain.submit()
    assert "does not offer “pause runbook”" in plain.text()
    await plain.command("/runbook show")
    assert "runbook.pause" not in repr(plain.last()["blocks"])
    await plain.command("/runbook pause")
    assert "does not offer “pause runbook”" in plain.view_text()
    assert len(plain.writes("/pause$")) == 1
