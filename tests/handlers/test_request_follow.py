"""What becomes of a request, told where it was asked for: card, posts, comments, the task, the list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from capydb_stage import SOUTH, TASK, CapyStage, open_capydb
from stage import DANA, SAM

ROLL = "Open the bridge and call the roll"
LIFE = (("acknowledge", "taken up"), ("promote", "in progress"), ("complete", "completed"))


@pytest.fixture
async def capy(tmp_path: Path) -> AsyncIterator[CapyStage]:
    async with open_capydb(tmp_path) as made:
        yield made


async def from_task(capy: CapyStage, finish: bool = False) -> None:
    """Dana asks for it from the card of a task that she has started."""
    await capy.stage.run()
    await capy.stage.command(f"/task start {ROLL}")
    await capy.stage.click("task.request")
    await capy.choose()
    await capy.fill(**({"finish": ["finish"]} if finish else {}))
    await capy.look()


async def test_progress_is_posted_once_and_the_card_follows(capy: CapyStage) -> None:
    await capy.ask()
    await capy.look()
    assert "waiting for an operator" in capy.card()
    for do, words in LIFE:
        capy.operator(do)
        await capy.look()
        await capy.look()
        assert words in capy.card()
        assert len(capy.said(words)) == 2  # the card, and one post
    assert "Backup of production before it: bkp_" in capy.card()
    assert len(capy.said("Database cutover\n")) == 1


async def test_the_task_gets_a_comment_for_each_state_and_stays_open(capy: CapyStage) -> None:
    await from_task(capy)
    for do, _ in LIFE:
        capy.operator(do)
        await capy.look()
        await capy.look()
    told = capy.comments()
    assert [words in one for words, one in zip(("requested", *(w for _, w in LIFE)), told, strict=True)] == [True] * 4
    assert "Ticket: CHG0041877." in told[0]
    assert "Backup of production before it: bkp_" in told[-1]
    assert "Dana Okafor (U0DANA00001)" in told[-1]
    assert capy.stage.cutover.world.task_named(ROLL).stage == "in_progress"
    assert f"Task {ROLL}" in capy.card()


async def test_the_task_is_finished_where_dana_chose_so(capy: CapyStage) -> None:
    await from_task(capy, finish=True)
    assert "which is finished when this completes" in capy.card()
    for do, _ in LIFE:
        capy.operator(do)
        await capy.look()
    assert len(capy.stage.writes(r"/finish$")) == 1
    assert capy.stage.cutover.world.task_named(ROLL).stage == "complete"


async def test_a_task_that_cannot_be_finished_is_told(capy: CapyStage) -> None:
    await capy.stage.run()
    await capy.stage.command(f"/task show {TASK}")  # it waits for others, so it does not run
    await capy.stage.click("task.request")
    await capy.choose()
    await capy.fill(finish=["finish"])
    for do, _ in LIFE:
        capy.operator(do)
        await capy.look()
    assert len(capy.said("was not finished")) == 1
    assert "This task does not run yet" in capy.said("was not finished")[0]


async def test_a_rejection_is_told_with_its_reason(capy: CapyStage) -> None:
    await from_task(capy)
    capy.operator("reject", "The backup is <too> old.")
    await capy.look()
    assert "The backup is &lt;too&gt; old." in capy.card()
    assert len(capy.said("⛔ *Database cutover* · rejected")) == 1
    assert "Reason: The backup is &lt;too&gt; old." in capy.comments()[-1]
    await capy.stage.command("/cutover request dc-south")  # the preview is free again
    assert "will be *replaced*" in capy.stage.view_text()


async def test_an_unknown_state_is_shown_as_it_is(capy: CapyStage) -> None:
    await capy.ask()
    await capy.look()
    capy.opened[0].status = "half_way"
    await capy.look()
    assert "❔ half_way" in capy.card()


async def test_a_preview_about_to_expire_warns_and_a_vanished_request_is_said(capy: CapyStage) -> None:
    await capy.stage.command("/cutover request short")
    await capy.fill(ticket="CHG1")
    await capy.look()
    assert len(capy.said("expires in")) == 1
    assert "<@U0DANA00001>, you asked for it." in capy.said("expires in")[0]
    world = capy.capydb.world
    world.delete(world.projects["prj_ledger"], "prv_ledger_short")
    for _ in range(4):
        await capy.look()
    assert len(capy.said("not listed by CapyDB any more")) == 2
    assert await capy.stage.bot.requests.followed() == {}


async def test_the_list_tells_state_age_requester_ticket_and_notes(capy: CapyStage) -> None:
    assert "CapyDB cutover requests of Card ledger: 0" in await capy.stage.command("/cutover requests")
    await capy.ask(note="After the *storage* switch.")
    capy.operator("acknowledge", "Looking at it.")
    world = capy.capydb.world
    key = world.keys["capy_live_harbour_all"]
    world.open(key, world.projects["prj_ledger"], "prv_ledger_old", "by hand", "")
    said = await capy.stage.command("/cutover requests")
    assert "Card ledger: 2" in said
    for words in ("ledger-dc-south", "taken up", "by <@U0DANA00001>", " ago", "CHG0041877", "Operator: Looking at it."):
        assert words in said
    assert "by api key key_all" in said
    assert "no ticket reference" in said
    assert "Note: by hand" in said
    assert "cutover-bot-" not in said
    narrowed = await capy.stage.command("/cutover requests acked", SAM)
    assert "Card ledger with “acked”: 1" in narrowed.replace("of ", "")
    await capy.stage.click("request.open")
    assert "Choose a preview" in capy.stage.view_text()


async def test_a_long_list_is_cut_and_says_so(capy: CapyStage) -> None:
    world = capy.capydb.world
    project, key = world.projects["prj_ledger"], world.keys[capy.capydb.key]
    for number in range(12):
        world.reject(world.open(key, project, SOUTH, f"try {number}", "CHG1"), "no")
    world.open(key, project, SOUTH, "the last", "CHG1")
    said = await capy.stage.command("/cutover requests", DANA)
    assert "Card ledger: 13" in said
    assert "+5 older or finished ones" in said
    assert said.index("the last") < said.index("try 11") < said.index("try 5")
