"""Start and finish tasks by command and button: what a person reads, and what reaches Cutover."""

from __future__ import annotations

import asyncio

from stage import DANA, FAILOVER, SAM, Stage


async def test_a_task_is_started_by_command_and_finished_by_button(running: Stage) -> None:
    said = await running.command("/task start roll")
    assert "You started this" in said
    assert "You finished this" in await running.click("task.finish")
    assert [write.path.rsplit("/", 1)[-1] for write in running.writes("tasks")] == ["start", "finish"]
    assert running.cutover.world.task_named("Open the bridge and call the roll").stage == "complete"


async def test_a_comment_in_cutover_names_the_person(running: Stage) -> None:
    await running.command("/task start roll")
    comments = [write.body["data"]["attributes"]["content"] for write in running.writes("comments")]
    assert len(comments) == 1
    assert "Started" in comments[0]
    assert "Dana Okafor" in comments[0]
    assert DANA in comments[0]


async def test_pressing_finish_twice_is_one_write(running: Stage) -> None:
    await running.command("/task start roll")
    card = running.showing("task.finish")
    press = {"action_id": "task.finish", "channel": FAILOVER, "message_ts": card["ts"]}
    await asyncio.gather(running.slack.click(DANA, **press), running.slack.click(DANA, **press))
    await running.settle()
    assert len(running.writes("/finish$")) == 1


async def test_two_people_at_once_are_one_write_and_the_second_is_told_who(running: Stage) -> None:
    await running.command("/task start roll")
    await asyncio.gather(
        running.slack.command(DANA, FAILOVER, "/task", "finish roll"),
        running.slack.command(SAM, FAILOVER, "/task", "finish roll"),
    )
    await running.settle()
    assert len(running.writes("/finish$")) == 1
    texts = running.text(DANA) + running.text(SAM)
    assert "You finished this" in texts
    assert "Already finished by <@" in texts


async def test_a_task_that_waits_is_refused_with_what_it_waits_for(running: Stage) -> None:
    said = await running.command('/task start "Go / no-go"')
    assert "cannot start yet" in said
    assert "Back up core switch configuration" in said
    assert running.writes("tasks") == []


async def test_somebody_who_is_no_operator_does_not_override(running: Stage) -> None:
    said = await running.command("/task start back up core", user=SAM)
    assert "only the people assigned" in said
    assert "ask an operator" in said
    assert ["override" in repr(write.body) for write in running.writes("/start$")] == [False]
    assert running.cutover.world.task_named("Back up core switch configuration").stage == "startable"
