"""Why, what it blocks, the path and what if, over the fail-over of the embedded Cutover."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from stage import DANA, FAILOVER, Json, Stage, open_stage

from bot.cutover.states import runbook_state
from bot.plan import EndMove, run_of
from bot.watch.ends import Ends
from handlers.runs import Runs


async def test_why_names_the_chain_and_the_task_to_push_on(running: Stage) -> None:
    said = await running.command("/task why Stop payments")
    assert "It waits for Go / no-go decision" in said
    assert "Push on Check replication health" in said
    assert "The chain to it" in said


async def test_why_of_a_task_that_can_start(running: Stage) -> None:
    assert "Nothing holds it: it can start now" in await running.command("/task why roll")


async def test_why_while_the_run_has_not_begun(stage: Stage) -> None:
    await stage.link()
    assert "has not begun" in await stage.command("/task why roll")


async def test_blocks_tells_what_waits_and_the_milestones(running: Stage) -> None:
    said = await running.command('/task blocks "Stop payments and card services"')
    assert "tasks in" in said
    assert "Applications are down" in said
    assert "Milestones behind it" in said


async def test_the_path_ends_where_the_run_ends(running: Stage) -> None:
    said = await running.command("/runbook path")
    assert "Critical path" in said
    assert "Cutover's forecast" in said
    assert "🔴 none" in said


async def test_what_if_moves_the_end_and_writes_nothing(running: Stage) -> None:
    writes = len(running.writes())
    said = await running.command('/runbook whatif "Stop payments and card services" +30m')
    assert "takes 30 min longer" in said
    assert "30 min later" in said
    assert "Nothing was changed" in said
    assert len(running.writes()) == writes


async def test_what_if_a_task_is_skipped(running: Stage) -> None:
    said = await running.command('/runbook whatif "Take last full backup of the card ledger" skip')
    assert "Take last full backup of the card ledger is skipped" in said
    assert "earlier" in said
    assert "Streams that end at another time" in said


async def filled(stage: Stage, *rows: tuple[str, str]) -> Json:
    """The form with these tasks (part of the name, chosen in the type-ahead) and changes."""
    await stage.command("/runbook whatif")
    values: Json = {}
    asked = [block["block_id"] for block in stage.view()["blocks"] if block["type"] == "input"]
    for (name, change), task, amount in zip(rows, asked[::2], asked[1::2], strict=False):
        found = await stage.slack.options(DANA, "pick.task", name, view_id=stage.view()["id"], block_id=task)
        if name:
            values[task] = {"pick.task": found["options"][0]["value"]}
        values[amount] = {"input": change}
    return await stage.submit(values)


async def test_several_changes_by_the_form(running: Stage) -> None:
    writes = len(running.writes())
    await filled(running, ("Stop payments", "+30m"), ("Drain", "-5 min"), ("Quiet period", "skip"))
    said = running.view_text()
    assert "Stop payments and card services takes 30 min longer" in said
    assert "takes 5 min shorter" in said
    assert "Quiet period for in-flight payments is skipped" in said
    assert "15 min later" in said
    assert "Milestones that move" in said
    assert "Nothing was changed" in said
    assert len(running.writes()) == writes


@pytest.mark.parametrize(
    ("row", "error"),
    [(("Drain", "soon"), "For example +30m"), (("Drain", ""), "For example"), (("", "+30m"), "Choose")],
)
async def test_a_slip_in_the_form_is_told_beside_its_field(running: Stage, row: tuple[str, str], error: str) -> None:
    await filled(running, ("Stop payments", "+30m"), row)
    assert error in repr(running.view()["errors"])


async def test_the_path_leads_to_what_if(running: Stage) -> None:
    await running.command("/runbook path")
    await running.slack.click(DANA, action_id="whatif.open", channel=FAILOVER, message_ts=running.last()["ts"])
    await running.settle()
    assert "it is only computed" in running.view_text()


async def test_what_if_without_an_amount_is_asked_back(running: Stage) -> None:
    assert "By how much?" in await running.command("/runbook whatif Stop payments")


async def test_an_instance_with_nothing_but_the_reference_is_enough(tmp_path: Path) -> None:
    opened, stack = await open_stage(tmp_path, additions=False)
    async with stack:
        await opened.link()
        said = await opened.command("/runbook path")
    assert "Critical path" in said
    assert "owner not told" in said


@pytest.mark.parametrize("run_type", ["rehearsal", "live"])
async def test_the_end_is_the_one_that_cutover_forecasts(stage: Stage, run_type: str) -> None:
    await stage.run(run_type)
    stage.cutover.clock.advance(1500)
    await stage.cutover.tick()
    world = stage.cutover.world
    bot = stage.bot
    runs = Runs(bot.client, bot.catalogue, bot.clock)
    told = await runs.read(world.runbook_named("DC North to DC South fail-over").id)
    run = run_of(told.runbook, told.tasks.values(), world.now(), told.streams, told.types)
    assert told.runbook.end_forecast is not None
    assert run.plan.end == pytest.approx(told.runbook.end_forecast.timestamp(), abs=1)


async def test_the_card_of_the_run_marks_what_decides_the_end(running: Stage) -> None:
    said = await running.command("/runbook show")
    marked = [line for line in said.splitlines() if "decides the end" in line]
    path = await running.command("/runbook path")
    assert marked
    assert all(line.partition("•")[2].partition(" · ")[0].strip() in path for line in marked)


async def test_the_path_tells_how_the_end_moved_and_who_is_behind_it(running: Stage) -> None:
    assert "The end" not in await running.command("/runbook path")  # nobody has watched so far
    bot, unix = running.bot, running.cutover.world.now()
    link = bot.links.of("T0HARBOUR01", FAILOVER)
    assert link is not None
    run = await Runs(bot.client, bot.catalogue, bot.clock).read(link.runbook_id)
    (roll,) = [task for task in run.tasks.values() if "call the roll" in task.name.raw]
    ends, book = Ends(bot.database), runbook_state(run.runbook)
    await ends.add(book, EndMove(unix + 1, run.plan.end - 720))
    said = await running.command("/runbook path")
    assert "The end moved 12 min later since" in said.replace("*", "")
    assert "because of" not in said
    await ends.add(book, EndMove(unix + 2, run.plan.end, "task", roll.id))
    said = await running.command("/runbook path")
    assert f"because of {roll.name.raw}" in re.sub(r"because of #\d+ ", "because of ", said)


async def test_the_path_says_since_when_the_end_is_known(running: Stage) -> None:
    bot = running.bot
    link = bot.links.of("T0HARBOUR01", FAILOVER)
    assert link is not None
    run = await Runs(bot.client, bot.catalogue, bot.clock).read(link.runbook_id)
    await Ends(bot.database).add(
        runbook_state(run.runbook), EndMove(running.cutover.world.now() + 600, run.plan.end - 90)
    )
    said = await running.command("/runbook path")
    assert "The end moved 1 min later since the bot began to watch it at" in said.replace("*", "")
