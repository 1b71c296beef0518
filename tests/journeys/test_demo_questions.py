"""Where the run asks a person something: findings, answers, branches, results. Through the page, in a real Chromium."""

from __future__ import annotations

from person import RUNBOOK, Person
from playwright.async_api import expect

ROLL, FREEZE, DECISION = (
    "Open the bridge and call the roll",
    "Confirm change freeze in both sites",
    "Go / no-go decision",
)


async def test_findings_are_read_before_the_run_is_started_all_the_same(dana: Person) -> None:
    await dana.links()
    await dana.types("/runbook start")
    form = dana.modal()
    await dana.chooses(form.get_by_text("Errors stop the start"), "Any finding stops")
    await dana.submits()
    await expect(form).to_contain_text("Nothing was changed")
    await expect(form).to_contain_text("Tasks with nobody assigned: 1")
    await dana.chooses(form.get_by_text("Any finding stops"), "warnings pass")
    await dana.submits()
    await expect(form).to_contain_text("is running")
    await dana.closes()
    await dana.reads("Rehearsal", "started", RUNBOOK)


async def test_a_task_that_asks_before_it_starts(running: Person) -> None:
    await running.types(f"/task start {FREEZE}")
    await running.presses("Answer and start")
    await running.modal().get_by_label("Change ticket").fill("CHG0042")
    await running.submits()
    await running.reads(FREEZE, "You started this")
    assert list(running.task(FREEZE).answers.values()) == ["CHG0042"]
    assert running.task(FREEZE).stage == "in_progress"


async def test_the_decision_asks_which_way_to_go_on(running: Person) -> None:
    await running.brings_to_start(DECISION)
    await running.types("/task start go / no-go")
    await running.presses("Finish", await running.reads(DECISION, "You started this"))
    form = running.modal()
    await expect(form.get_by_role("checkbox", checked=True)).to_have_count(0)
    await running.submits()
    await expect(form.get_by_test_id("field-error")).to_be_visible()
    await form.get_by_label("Stop payments and card services").check()
    await running.submits()
    await running.reads(DECISION, "You finished this")
    assert running.task("Stop payments and card services").stage == "startable"
    assert running.task("Stand down and release the change freeze").completion_type == "complete_abandoned"
    assert len(running.writes("finish")) == 1


async def test_a_validation_task_wants_its_result(running: Person) -> None:
    name = "Validate a card payment"
    await running.brings_to_start(name)
    await running.types(f"/task start {name}")
    await running.presses("Finish", await running.reads(name, "You started this"))
    await running.modal().get_by_label("Pass").check()
    await running.submits()
    await running.reads(name, "You finished this")
    assert list(running.task(name).answers.values()) == ["Pass"]


async def test_a_task_is_found_by_typing_part_of_its_name(running: Person) -> None:
    await running.types("/task show")
    await running.chooses(running.page.get_by_text("Type part of the task's name"), "Run synthetic payments", "synth")
    await running.reads("Run synthetic payments", "Waits for")
