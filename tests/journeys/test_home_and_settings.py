"""The App Home, the settings of a channel and a digest, through the page, in a real Chromium."""

from __future__ import annotations

from person import RUNBOOK, Person
from playwright.async_api import Locator, expect

ROLL = "Open the bridge and call the roll"


async def opens_home(person: Person) -> Locator:
    """Click the app in the sidebar."""
    await person.page.get_by_test_id("app").click()
    home = person.page.get_by_test_id("home")
    await expect(home).to_contain_text("My tasks")
    return home


async def test_a_task_is_started_and_finished_from_home(running: Person) -> None:
    home = await opens_home(running)
    await expect(home).to_contain_text(ROLL)
    await expect(home).to_contain_text(RUNBOOK)
    row = home.get_by_test_id("block-section").filter(has_text=ROLL)
    await running.presses("Start", row)
    await expect(row).to_contain_text("Running")
    await running.presses("Finish", row)
    await expect(row).to_have_count(0)
    assert running.task(ROLL).stage == "complete"


async def test_what_the_channel_hears_is_set_in_a_form_that_says_what_is_wrong(running: Person) -> None:
    await running.types("/cutover watch")
    form = running.modal()
    await expect(form.get_by_label("Stream status")).to_be_checked()
    await form.get_by_label("Digest", exact=False).first.fill("every 2m")
    await running.submits()
    await expect(form).to_contain_text("too often")
    await form.get_by_label("Digest", exact=False).first.fill("every 30m")
    await form.get_by_label("Minutes that a task waits to be started", exact=False).fill("10")
    await running.submits()
    await expect(form).to_contain_text("Digest every 30m")
    await expect(form).to_contain_text("not started for 10 min")
    await running.closes()
    await running.types("/cutover digest")
    await running.reads("This channel gets a digest every 30 min")


async def test_a_digest_is_posted_where_everybody_reads_it(running: Person) -> None:
    await running.types("/cutover digest now")
    post = await running.reads("Digest ·", RUNBOOK)
    await expect(post).to_contain_text("of 50 done")
    await expect(post).to_contain_text("Next milestones")
