"""Start a runbook from Slack: the form, what it sends, who may do it live, and what everybody reads."""

from __future__ import annotations

import asyncio
from typing import Any

from stage import DANA, FAILOVER, GENERAL, SAM, Stage

NAME = "DC North to DC South fail-over"
EXPIRED = {"on": "api", "method": "views.open", "do": {"error": "expired_trigger_id"}}


def field(stage: Stage, block_id: str, user: str = DANA) -> dict[str, Any]:
    """The input of this block of the modal on top."""
    found: dict[str, Any] = next(b["element"] for b in stage.view(user)["blocks"] if b["block_id"] == block_id)
    return found


def choices(stage: Stage, block_id: str, user: str = DANA) -> list[str]:
    return [option["value"] for option in field(stage, block_id, user)["options"]]


def filled(**chosen: Any) -> dict[str, dict[str, Any]]:
    return {block_id: {"input": value} for block_id, value in chosen.items()}


def posts(stage: Stage, channel: str, words: str) -> list[str]:
    return [m["text"] for m in stage.messages(DANA, channel) if words in str(m.get("text"))]


async def test_the_form_presets_a_harmless_rehearsal(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    assert field(stage, "run_type")["initial_option"]["value"] == "rehearsal"
    assert field(stage, "comms")["initial_option"]["value"] == "off"
    assert field(stage, "level")["initial_option"]["value"] == "error"
    assert "initial_options" not in field(stage, "flags")
    assert stage.writes() == []


async def test_a_rehearsal_is_started(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    await stage.submit()
    assert [write.method for write in stage.writes()] == ["PATCH"]
    assert "is running" in stage.view_text()
    assert stage.cutover.world.runbook_named(NAME).run_type == "rehearsal"


async def test_every_option_of_the_form_reaches_cutover(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    flags = ["rebaseline", "shift_fixed_times", "disable_task_notify"]
    chosen = filled(run_type="live", name=NAME, comms="test", flags=flags, level="warning")
    await stage.submit(chosen)
    (write,) = stage.writes("101/start$")
    assert write.body["meta"] == {
        "run_type": "live",
        "comms": "test",
        "validation_level": "warning",
        **dict.fromkeys(flags, True),
    }


async def test_the_form_is_loading_before_cutover_is_asked(stage: Stage) -> None:
    await stage.link()
    stage.cutover.order([{"path": "/runbooks/101", "do": {"delay": 0.3}}])
    before = len(stage.cutover.requests)
    await stage.slack.command(DANA, FAILOVER, "/runbook", "start")
    loading = await stage.until(lambda: stage.view())
    assert loading["callback_id"] == "loading"
    await stage.until(lambda: stage.view()["callback_id"] == "start_runbook")
    assert len(stage.cutover.requests) == before + 1
    await stage.settle()


async def test_an_expired_trigger_asks_cutover_nothing_and_offers_to_try_again(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook show")
    await stage.slack.order([EXPIRED])
    before = len(stage.cutover.requests)
    said = await stage.click("runbook.start")
    assert "took too long" in said
    assert len(stage.cutover.requests) == before
    await stage.click("runbook.start")  # the newest such button is now "Try again"
    assert stage.view()["callback_id"] == "start_runbook"


async def test_an_expired_trigger_of_a_command_offers_the_button_where_the_runbook_is_known(stage: Stage) -> None:
    await stage.slack.order([EXPIRED])
    assert "Type the command again" in await stage.command("/runbook start fail-over")
    await stage.link()
    await stage.slack.order([EXPIRED])
    await stage.command("/runbook start")
    await stage.click("runbook.start")
    assert stage.view()["callback_id"] == "start_runbook"


async def test_live_is_not_offered_to_somebody_who_is_no_operator(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start", user=SAM)
    assert choices(stage, "run_type", SAM) == ["rehearsal"]
    assert "Live starts are for the bot's operators" in stage.view_text(SAM)


async def test_a_live_form_of_somebody_who_is_no_operator_any_more_is_refused(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    await stage.stop()
    stage.given["bot_operators"] = SAM
    await stage.start()
    await stage.submit(filled(run_type="live", name=NAME))
    assert "Only operators may start a live run" in stage.view_text()
    assert stage.writes() == []


async def test_live_needs_the_name_of_the_runbook_typed(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    await stage.submit(filled(run_type="live"))
    assert NAME in stage.view()["errors"]["name"]
    await stage.submit(filled(run_type="live", name="another runbook"))
    assert NAME in stage.view()["errors"]["name"]
    assert stage.writes() == []
    await stage.submit(filled(run_type="live", name="  dc north to DC SOUTH  fail-over "))
    assert stage.cutover.world.runbook_named(NAME).run_type == "live"


async def test_a_form_submitted_twice_is_one_start(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    view_id = stage.view()["id"]
    await asyncio.gather(stage.slack.submit(DANA, view_id=view_id), stage.slack.submit(DANA, view_id=view_id))
    await stage.settle()
    assert len(stage.writes("101/start$")) == 1


async def test_the_second_to_start_reads_who_was_first_and_when(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start", user=SAM)
    await stage.command("/runbook start")
    await stage.submit(user=SAM)
    await stage.submit()
    assert f"is running already, started by <@{SAM}> at" in stage.view_text()
    assert len(stage.writes("101/start$")) == 1
    await stage.close()
    await stage.command("/runbook start")
    assert f"is running already, started by <@{SAM}> at" in stage.view_text()


async def test_a_form_closed_while_it_loads_is_simply_gone(stage: Stage) -> None:
    await stage.link()
    count = len(stage.messages())
    stage.cutover.order([{"path": "/runbooks/101", "do": {"delay": 0.3}}])
    await stage.slack.command(DANA, FAILOVER, "/runbook", "start")
    await stage.until(lambda: stage.view())
    await stage.close()
    await stage.settle()
    assert stage.slack.screen(DANA)["views"] == []
    assert len(stage.messages()) == count
    await stage.command("/runbook start")
    assert stage.view()["callback_id"] == "start_runbook"


async def test_a_form_closed_instead_of_sent_changes_nothing(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    await stage.close()
    await stage.settle()
    assert stage.writes() == []
    assert stage.cutover.world.runbook_named(NAME).stage == "planning"


async def test_started_from_elsewhere_the_answer_has_buttons_to_go_on(stage: Stage) -> None:
    await stage.link(channel=GENERAL)
    await stage.command("/runbook start fail-over")
    await stage.submit()
    assert f"✅ {NAME} is running." in stage.text()
    assert "Check replication health" not in stage.text()
    assert "Open the bridge and call the roll" in await stage.click("runbook.next")


async def test_where_no_channel_is_linked_none_is_said_to_be_told(stage: Stage) -> None:
    await stage.command("/runbook start fail-over")
    await stage.submit()
    assert "is running." in stage.view_text()
    assert "Linked channels" not in stage.view_text()
