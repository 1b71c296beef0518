"""What a newcomer does in the first ten minutes, through the page, in a real Chromium."""

from __future__ import annotations

import asyncio

from browser_tools import SAM
from person import RUNBOOK, OpenPerson, Person
from playwright.async_api import expect

ROLL, FREEZE, SWITCHES = (
    "Open the bridge and call the roll",
    "Confirm change freeze in both sites",
    "Back up core switch configuration",
)
CAPACITY, VOLUMES, BACKUP = (
    "Check free capacity in DC South",
    "Snapshot all storage volumes",
    "Take last full backup of the card ledger",
)


async def test_the_channel_is_linked_and_the_fail_over_started_as_a_rehearsal(dana: Person) -> None:
    await dana.links()
    await dana.starts_the_rehearsal()
    assert dana.demo.cutover.world.runbook_named(RUNBOOK).run_type == "rehearsal"


async def test_three_tasks_by_button_and_two_by_command(running: Person) -> None:
    await running.time_passes(minutes=5)  # the automated check before the backup ends by itself
    await running.types("/task next")
    for name in (ROLL, SWITCHES, CAPACITY):
        start = running.page.get_by_role("button", name="Start", exact=True)
        row = running.page.get_by_test_id("block-section").filter(has_text=name, has=start).last
        await running.presses("Start", row)
        card = await running.reads(name, "You started this")
        await running.presses("Finish", card)
        await running.reads(name, "You finished this")
    for name in (VOLUMES, BACKUP):
        await running.types(f"/task start {name}")
        await running.reads(name, "You started this")
        await running.types(f"/task finish {name}")
        await running.reads(name, "You finished this")
    assert {running.task(name).stage for name in (ROLL, SWITCHES, CAPACITY, VOLUMES, BACKUP)} == {"complete"}
    assert len(running.writes("start")) == len(running.writes("finish")) == 5


async def test_a_comment_by_the_shortcut_on_a_message(running: Person) -> None:
    await running.types("Core backups are on the *jump host*")
    message = await running.reads("Core backups are on the jump host")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await running.page.get_by_test_id("message-shortcut").filter(has_text="Add to runbook comments").click()
    await running.submits()
    await expect(running.modal()).to_have_count(0)
    runbook = running.demo.cutover.world.runbook_named(RUNBOOK)
    await running.demo.slack.until(lambda: "<b>jump host</b>" in running.comments(runbook.id)[-1])
    said = running.comments(runbook.id)[-1]
    assert "Dana Okafor" in said
    assert "/archives/C0DCFAILOVR/p" in said


async def test_a_task_that_waits_is_refused_with_what_it_waits_for(running: Person) -> None:
    await running.types('/task start "Go / no-go"')
    card = await running.reads("This task cannot start yet")
    await expect(card).to_contain_text(SWITCHES)
    assert running.writes("start") == []


async def test_a_double_click_on_finish_is_one_write(running: Person) -> None:
    await running.types("/task start roll")
    card = await running.reads(ROLL, "You started this")
    await card.get_by_role("button", name="Finish", exact=True).dblclick()
    await running.reads(ROLL, "You finished this")
    await running.settles()
    await expect(running.messages("Nothing was sent")).to_have_count(0)
    assert len(running.writes("finish")) == 1


async def test_two_people_finish_at_once_and_the_second_is_told_who(running: Person, open_person: OpenPerson) -> None:
    sam = await open_person(SAM)
    for person in (running, sam):
        await person.types("/task start roll")
        await person.reads(ROLL, "Running")
    await asyncio.gather(running.presses("Finish"), sam.presses("Finish"))
    await running.settles()
    won, lost = (running, sam) if await running.messages(ROLL, "You finished this").count() else (sam, running)
    await won.reads(ROLL, "You finished this")
    await lost.reads(ROLL, "Already finished by", won.name)
    assert len(running.writes("finish")) == 1
