"""A start that Cutover refuses: what stops it is listed apart from warnings, and the choices stay."""

from __future__ import annotations

from typing import Any

import pytest
from stage import DANA, SAM, Stage

from bot.sandbox.cutover import runs

NAME = "DC North to DC South fail-over"


def filled(**chosen: Any) -> dict[str, dict[str, Any]]:
    return {block_id: {"input": value} for block_id, value in chosen.items()}


def chosen(stage: Stage) -> dict[str, Any]:
    """What the inputs of the form hold, by block."""
    values = stage.view()["state"]["values"]
    found: dict[str, Any] = {}
    for block_id, inputs in values.items():
        (state,) = inputs.values()
        if "selected_options" in state:
            found[block_id] = [option["value"] for option in state["selected_options"]]
        else:
            found[block_id] = (state.get("selected_option") or {}).get("value") or state.get("value")
    return found


async def refuse(stage: Stage, *codes: str) -> None:
    """Cutover will refuse the next start with these codes."""
    errors = [{"code": code, "title": "No", "detail": "3 of them <!channel>"} for code in codes]
    stage.cutover.order([{"method": "PATCH", "path": "/start$", "do": {"status": 422, "body": {"errors": errors}}}])


async def test_warnings_are_listed_the_choices_stay_and_the_next_try_starts(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    flags = ["rebaseline", "disable_task_notify"]
    await stage.submit(filled(level="warning", comms="test", flags=flags))
    text = stage.view_text()
    assert "Nothing was changed" in text
    assert "Warnings" in text
    assert "Archived people in the runbook: 1" in text
    assert "Stops the start" not in text
    assert chosen(stage) == {
        "run_type": "rehearsal",
        "name": None,
        "comms": "test",
        "flags": flags,
        "level": "warning",
    }
    assert "To start all the same choose" in text
    await stage.submit(filled(level="error"))
    assert "is running" in stage.view_text()
    assert [write.body["meta"]["comms"] for write in stage.writes("/start$")] == ["test", "test"]


async def test_what_stops_a_start_stands_apart_from_warnings(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    await refuse(stage, "runbooks.start.late_tasks", "runbooks.start.invalid_fixed_end_tasks", "brand.new")
    await stage.submit()
    text = stage.view_text()
    stops, _, warnings = text.partition("Warnings")
    assert "Stops the start* (2)" in stops
    assert "Tasks without their due date: 3" in stops
    assert "brand.new" in stops
    assert "Tasks that should have started already: 3" in warnings
    assert "<!channel>" not in text
    assert "To start all the same" not in text


@pytest.mark.parametrize(
    ("runbook", "why"),
    [("Ransomware drill", "its event has not started"), ("Fail-over template", "A template cannot be run live")],
)
async def test_a_live_start_that_cutover_refuses_says_why(stage: Stage, runbook: str, why: str) -> None:
    await stage.command(f'/runbook start "{runbook}"')
    await stage.submit(filled(run_type="live", name=runbook))
    assert why in stage.view_text()
    assert chosen(stage)["run_type"] == "live"
    assert stage.cutover.world.runbook_named(runbook).stage == "planning"


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"code": "runbooks.start.frozen", "title": "No", "detail": "Change <freeze> until Monday"}]},
        {"errors": {"base": ["Change <freeze> until Monday"]}},
    ],
)
async def test_a_finding_that_the_bot_does_not_know_is_shown_in_cutovers_words(stage: Stage, body: Any) -> None:
    await stage.link()
    await stage.command("/runbook start")
    stage.cutover.order([{"method": "PATCH", "path": "/start$", "do": {"status": 422, "body": body}}])
    await stage.submit()
    assert "Cutover says: Change &lt;freeze&gt; until Monday" in stage.view_text()


async def test_a_refusal_without_a_reason_is_a_sentence_in_the_form(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    stage.cutover.order([{"method": "PATCH", "path": "/start$", "do": {"status": 422, "body": "<b>no</b>"}}])
    await stage.submit()
    text = stage.view_text()
    assert "gave no reason" in text
    assert "<b>" not in text


async def test_cutover_being_down_is_a_sentence_in_the_form(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    stage.cutover.order([{"path": "/runbooks/101", "times": None, "do": {"status": 503, "html": "<h1>Oops</h1>"}}])
    await stage.submit()
    assert "Cutover" in stage.view_text()
    assert "Oops" not in stage.view_text()
    assert stage.writes() == []


async def test_a_start_in_cutover_itself_at_the_same_moment_is_no_error(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    world = stage.cutover.world
    runs.start(world, world.runbook_named(NAME), world.person("mei"), run_type="rehearsal", comms="off")
    before = {"id": "101", "type": "runbook", "attributes": {"name": NAME, "stage": "planning", "status": "off"}}
    stage.cutover.order([{"method": "GET", "path": "/runbooks/101$", "do": {"status": 200, "body": {"data": before}}}])
    await stage.submit()
    assert "is running already, started in Cutover" in stage.view_text()


async def test_the_name_to_type_holds_for_a_forged_form_too(stage: Stage) -> None:
    """Sam's form never offered live; a client that sends it all the same is answered beside the field."""
    await stage.link()
    await stage.command("/runbook start", user=SAM)
    view = next(view for view in stage.slack._ws.views.stacks[SAM] if view["id"] == stage.view(SAM)["id"])
    kinds = next(block["element"] for block in view["blocks"] if block["block_id"] == "run_type")
    kinds["options"].append({"text": {"type": "plain_text", "text": "LIVE"}, "value": "live"})
    await stage.submit(filled(run_type="live"), user=SAM)
    assert NAME in stage.view(SAM)["errors"]["run_type"]
    assert stage.writes() == []


async def test_a_forged_live_start_with_the_name_is_refused(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start", user=SAM)
    view = next(view for view in stage.slack._ws.views.stacks[SAM] if view["id"] == stage.view(SAM)["id"])
    kinds = next(block["element"] for block in view["blocks"] if block["block_id"] == "run_type")
    kinds["options"].append({"text": {"type": "plain_text", "text": "LIVE"}, "value": "live"})
    typed = {"type": "plain_text_input", "action_id": "input"}
    view["blocks"].append(
        {"type": "input", "block_id": "name", "label": {"type": "plain_text", "text": "Name"}, "element": typed}
    )
    await stage.submit(filled(run_type="live", name=NAME), user=SAM)
    assert "Only operators may start a live run" in stage.view_text(SAM)
    assert stage.writes() == []


async def test_findings_are_not_lost_with_a_modal_that_was_closed_meanwhile(stage: Stage) -> None:
    await stage.link()
    await stage.command("/runbook start")
    stage.cutover.order([{"method": "GET", "path": "/runbooks/101$", "do": {"delay": 0.3}}])
    view_id = stage.view()["id"]
    await stage.slack.submit(DANA, view_id=view_id, values=filled(level="warning"))
    await stage.until(lambda: stage.view()["callback_id"] == "loading")
    await stage.close()
    await stage.settle()
    assert "Archived people in the runbook: 1" in stage.text()
    assert stage.cutover.world.runbook_named(NAME).stage == "planning"
