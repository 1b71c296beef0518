"""Set a runbook's RAG status by command and by form: what is written and what the channels read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from stage import DANA, Stage

NAME = "DC North to DC South fail-over"
EXPIRED = {"on": "api", "method": "views.open", "do": {"error": "expired_trigger_id"}}


def filled(**chosen: Any) -> dict[str, dict[str, Any]]:
    return {block_id: {"input": value} for block_id, value in chosen.items()}


def sent(stage: Stage) -> list[dict[str, Any]]:
    return [write.body["data"]["attributes"] for write in stage.writes("/runbooks/101$")]


async def test_colour_and_reason_are_written(stage: Stage) -> None:
    await stage.link()
    said = await stage.command("/runbook status amber Disk array <!here> & *slow*")
    assert f"{NAME} is amber now" in said
    assert sent(stage) == [{"status": "amber", "status_message": "Disk array <!here> & *slow*"}]


@pytest.mark.parametrize("colour", ["off", "RED", "Amber", "green"])
async def test_each_colour_is_known_in_any_case(stage: Stage, colour: str) -> None:
    await stage.link()
    await stage.command(f"/runbook status {colour}")
    assert sent(stage) == [{"status": colour.lower(), "status_message": ""}]


@pytest.mark.parametrize(
    ("typed", "hint"), [("grene", "Did you mean `green`?"), ("purple", "One of: green, amber, red, off.")]
)
async def test_another_colour_is_refused_with_the_ones_there_are(stage: Stage, typed: str, hint: str) -> None:
    await stage.link()
    said = await stage.command(f"/runbook status {typed} because")
    assert "That is no RAG status." in said
    assert hint in said
    assert sent(stage) == []


async def test_a_wrong_colour_is_refused_before_anybody_is_asked_which_runbook(stage: Stage) -> None:
    assert "That is no RAG status." in await stage.command("/runbook status grene because")


async def test_the_form_starts_with_what_is_set_now(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook status red Power lost")
    await stage.command("/runbook status")
    elements = {b["block_id"]: b["element"] for b in stage.view()["blocks"] if b["type"] == "input"}
    assert elements["status"]["initial_option"]["value"] == "red"
    assert elements["message"]["initial_value"] == "Power lost"
    await stage.submit(filled(status="green", message="Power is back\nin both sites"))
    assert sent(stage)[-1] == {"status": "green", "status_message": "Power is back\nin both sites"}


async def test_a_status_form_sent_twice_is_one_write(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook status")
    press = {"view_id": stage.view()["id"], "values": filled(status="green")}
    await asyncio.gather(stage.slack.submit(DANA, **press), stage.slack.submit(DANA, **press))
    await stage.settle()
    assert len(sent(stage)) == 1


async def test_the_button_of_the_card_opens_the_form(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook show")
    await stage.click("runbook.status")
    await stage.submit(filled(status="red"))
    assert sent(stage) == [{"status": "red", "status_message": ""}]


async def test_when_slack_had_no_time_for_the_form_a_button_opens_it_again(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook show")
    await stage.slack.order([EXPIRED])
    assert "took too long" in await stage.click("runbook.status")
    await stage.click("runbook.status")
    assert stage.view()["callback_id"] == "status"


async def test_what_cutover_refuses_is_told_and_can_be_tried_again(stage: Stage) -> None:
    await stage.link()
    stage.cutover.order([{"method": "PATCH", "path": "/runbooks/101$", "do": {"status": 403}}])
    assert "does not let this account" in await stage.command("/runbook status red")
    await stage.command("/runbook status green")
    assert [one["status"] for one in sent(stage)] == ["red", "green"]


async def test_a_status_whose_answer_was_lost_is_looked_up_not_repeated(stage: Stage) -> None:
    await stage.link()
    stage.cutover.order([{"method": "PATCH", "path": "/runbooks/101$", "do": {"cut": "after"}}])
    assert "is red now" in await stage.command("/runbook status red Power lost")
    assert len(sent(stage)) == 1
