"""Where a runbook is not named or the name fits several: a question first, nothing done, then the command goes on."""

from __future__ import annotations

from typing import Any

import pytest
from stage import DANA, FAILOVER, NETWORK, SAM, Stage

NAME, RETURN = "DC North to DC South fail-over", "DC South to DC North return"
EXPIRED = {"on": "api", "method": "views.open", "do": {"error": "expired_trigger_id"}}


def filled(**chosen: Any) -> dict[str, dict[str, Any]]:
    return {block_id: {"input": value} for block_id, value in chosen.items()}


async def choose(stage: Stage, words: str = "fail", user: str = DANA, channel: str = FAILOVER) -> str:
    """Type into the menu of runbooks and take the first; what came of it."""
    asked = stage.showing("pick.runbook", user, channel)
    found = await stage.slack.options(user, "pick.runbook", words, channel=channel, message_ts=asked["ts"])
    return await stage.click("pick.runbook", user, channel, value=found["options"][0]["value"])


async def press(stage: Stage, nth: int, user: str = DANA, channel: str = FAILOVER) -> str:
    """Press the nth Choose of the newest picker."""
    asked = stage.showing("pick.runbook", user, channel)
    buttons = [block for block in asked["blocks"] if "accessory" in block]
    return await stage.click("pick.runbook", user, channel, block_id=buttons[nth]["block_id"])


@pytest.mark.parametrize(
    "line", ["show", "streams", "start", "pause", "resume", "cancel", "status red Hot", "status", "edit"]
)
async def test_in_an_unlinked_channel_nothing_is_done_before_the_choice(stage: Stage, line: str) -> None:
    asked = len(stage.cutover.requests)
    said = await stage.command(f"/runbook {line}")
    assert "This channel is not linked to a runbook. Which one do you mean?" in said
    assert "Nothing is done until you choose." in said
    assert len(stage.cutover.requests) == asked
    assert stage.slack.screen(DANA)["views"] == []


async def test_the_menu_looks_for_what_is_typed_and_the_answer_takes_its_place(stage: Stage) -> None:
    await stage.command("/runbook streams")
    count = len(stage.messages())
    assert "Core switches" in await choose(stage)
    assert len(stage.messages()) == count
    assert "pick.runbook" not in repr(stage.messages())


async def test_a_status_keeps_its_colour_and_words_over_the_choice(stage: Stage) -> None:
    await stage.command('/runbook status amber "Disks" are <slow> & hot')
    assert f"{NAME} is amber now" in await choose(stage)
    (write,) = stage.writes()
    assert write.body["data"]["attributes"] == {"status": "amber", "status_message": '"Disks" are <slow> & hot'}


@pytest.mark.parametrize(("line", "form"), [("start", "start_runbook"), ("status", "status"), ("edit", "edit_runbook")])
async def test_a_form_opens_after_the_choice(stage: Stage, line: str, form: str) -> None:
    await stage.command(f"/runbook {line}")
    await choose(stage)
    assert stage.view()["callback_id"] == form
    assert NAME in stage.view_text()


async def test_a_run_is_paused_from_a_channel_that_is_not_linked(running: Stage) -> None:
    await running.command("/runbook pause", user=SAM, channel=NETWORK)
    await choose(running, user=SAM, channel=NETWORK)
    await running.submit(filled(message="Power"), user=SAM)
    assert running.cutover.world.runbook_named(NAME).stage == "paused"
    # Slack gives a form no address to answer to, and the bot is not in this channel: a direct message it is.
    direct = [m["text"] for shown in running.slack.screen(SAM)["channels"].values() for m in shown["messages"]]
    assert any("You paused this run" in text for text in direct)


async def test_an_ambiguous_name_is_asked_about_and_the_command_goes_on(stage: Stage) -> None:
    said = await stage.command("/runbook show dc")
    assert "Several runbooks fit. Which one?" in said
    assert said.index(NAME) < said.index(RETURN)
    assert RETURN in (await press(stage, 1)).splitlines()[0]


async def test_an_ambiguous_name_of_a_form_is_asked_about_and_then_the_form_opens(stage: Stage) -> None:
    said = await stage.command("/runbook start dc")
    assert "Several runbooks fit" in said
    assert "Choose in the message that just came" in stage.view_text()
    await stage.close()
    await press(stage, 1)
    assert stage.view()["callback_id"] == "start_runbook"
    assert RETURN in stage.view_text()
    await stage.submit()
    assert stage.cutover.world.runbook_named(RETURN).stage == "active"
    assert f"✅ {RETURN} is running." in stage.text()
    assert stage.cutover.world.runbook_named(NAME).stage == "planning"


async def test_a_choice_too_late_for_slack_says_so_and_can_be_made_again(stage: Stage) -> None:
    await stage.command("/runbook start dc")
    await stage.close()
    await stage.slack.order([EXPIRED])
    assert "took too long" in await press(stage, 0)
    assert stage.slack.screen(DANA)["views"] == []
    await stage.click("runbook.start")
    assert NAME in stage.view_text()


async def test_the_menu_marks_templates_and_leaves_out_what_is_archived(stage: Stage) -> None:
    await stage.command("/runbook show")
    asked = stage.last()
    found = await stage.slack.options(DANA, "pick.runbook", "", channel=FAILOVER, message_ts=asked["ts"])
    shown = {option["text"]["text"]: option["description"]["text"] for option in found["options"]}
    assert shown["Fail-over template"] == "📋 Template"
    assert shown["Release train 24.11"] == "▶️ Running"
    assert "Old branch migration" not in shown


async def test_the_menu_is_empty_rather_than_late_while_cutover_is_down(stage: Stage) -> None:
    await stage.command("/runbook show")
    asked = stage.last()
    stage.cutover.order([{"times": None, "do": {"status": 503}}])
    found = await stage.slack.options(DANA, "pick.runbook", "fail", channel=FAILOVER, message_ts=asked["ts"])
    assert found["in_time"]
    assert found["options"] == []


async def test_a_runbook_that_is_gone_when_it_is_chosen_is_a_sentence(stage: Stage) -> None:
    await stage.command("/runbook show dc")
    stage.cutover.world.runbooks.pop("101")
    assert "Cutover cannot find it" in await press(stage, 0)


async def test_words_too_long_to_keep_are_answered_with_what_to_do(stage: Stage) -> None:
    said = await stage.command("/runbook status red " + "long words " * 60)
    assert "too long to keep while you choose" in said
    assert stage.writes() == []
