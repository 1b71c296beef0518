"""From a task to a new production database, through the page: asked for, taken up, carried out; and turned down."""

from __future__ import annotations

from person import Person
from playwright.async_api import expect

TASK = "Open the bridge and call the roll"


async def operator_goes_on(person: Person, minutes: float = 5) -> None:
    """CapyDB's operator takes the next step, and the bot reads it now rather than in five seconds."""
    demo = person.demo
    demo.cutover.clock.advance(minutes * 60)
    demo.capydb.operator.tick()
    await demo.bot.database.write(lambda c: c.exec_driver_sql("UPDATE cutover_requests SET due_at = 0"))
    demo.bot.following.wake()


async def asks_from_the_task(person: Person, preview: str) -> None:
    """Press the button on the card and choose the preview. Time goes by from here on: posts keep a distance."""
    person.demo.cutover.clock.run_at(60.0)
    await person.types(f"/task show {TASK}")
    card = await person.reads(TASK, "Request database cutover")
    await person.presses("Request database cutover", card)
    await person.chooses(person.modal().get_by_test_id("static_select"), preview)
    await person.submits()
    await expect(person.modal()).to_contain_text(
        f"The production data of Card ledger will be replaced by preview {preview}"
    )
    await expect(person.modal().get_by_label("Ticket reference")).to_have_value("CHG0041877")


async def test_a_database_cutover_from_the_task_to_its_end(running: Person) -> None:
    await running.types(f"/task start {TASK}")
    await running.reads(TASK, "You started this")
    await asks_from_the_task(running, "ledger-dc-south")
    await running.modal().get_by_label("Finish the task when the cutover is completed").check()
    await running.page.get_by_test_id("modal-submit").dblclick()
    await expect(running.modal()).to_contain_text("Requested: preview ledger-dc-south → production of Card ledger")
    await running.closes()
    await running.reads("Database cutover", "requested, waiting for an operator", "CHG0041877")
    for words in ("taken up by an operator", "in progress", "completed"):
        await operator_goes_on(running)
        await running.reads("Database cutover ·", words)
        card = await running.reads("Database cutover", words, "CapyDB cut_")
    await expect(card).to_contain_text("Backup of production before it: bkp_")
    await running.demo.slack.until(lambda: running.task(TASK).stage == "complete")
    told = [one for one in running.comments("101") if "CapyDB" in one]
    assert ["bkp_" in one for one in told] == [False, False, False, True]
    assert len(running.demo.capydb.world.requests) == 1  # the form was sent twice


async def test_a_rejected_one_says_why(running: Person) -> None:
    await asks_from_the_task(running, "ledger-last-week")
    await running.submits()
    await expect(running.modal()).to_contain_text("Requested: preview ledger-last-week")
    await running.closes()
    await running.reads("Database cutover", "requested, waiting for an operator")
    await operator_goes_on(running)
    await running.reads("Database cutover ·", "taken up")
    await operator_goes_on(running)
    await running.reads("Database cutover ·", "rejected", "restore test of this preview failed")
    await running.types("/cutover requests")
    await running.reads("CapyDB cutover requests of Card ledger: 1", "ledger-last-week · ⛔ rejected", "@Dana Okafor")
    await running.demo.slack.until(lambda: "restore test" in running.comments("101")[-1])
    assert running.task(TASK).stage == "startable"
