"""A person at the page: what they type, press and read. The one rule: waits are for what shows, never for time."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from browser_tools import DANA, SAM
from playwright.async_api import Locator, Page, expect

from bot.demo import Demo
from bot.sandbox.cutover import engine
from bot.sandbox.cutover.runbook import Task

OpenPerson = Callable[..., Awaitable["Person"]]
RUNBOOK = "DC North to DC South fail-over"


class Person:
    """One window of one person."""

    def __init__(self, page: Page, demo: Demo, user: str) -> None:
        self.page, self.demo, self.user = page, demo, user

    async def types(self, line: str) -> None:
        """Type into the composer and send it."""
        await self.page.get_by_test_id("composer").fill(line)
        await self.page.keyboard.press("Enter")

    def messages(self, *texts: str) -> Locator:
        """The messages that show all these words."""
        found = self.page.get_by_test_id("message")
        for text in texts:
            found = found.filter(has_text=text)
        return found

    async def reads(self, *texts: str) -> Locator:
        """Wait until a message shows all these words; the newest such."""
        found = self.messages(*texts).last
        await expect(found).to_be_visible()
        return found

    async def presses(self, name: str, inside: Locator | None = None) -> None:
        """Press the newest button of this name."""
        await (inside or self.page).get_by_role("button", name=name, exact=True).last.click()

    async def chooses(self, menu: Locator, option: str, typed: str = "") -> None:
        """Open a menu, type ahead if need be, and take the option."""
        await menu.click()
        if typed:
            await self.page.keyboard.type(typed)
        await self.page.get_by_test_id("option").filter(has_text=option).click()

    def modal(self) -> Locator:
        return self.page.get_by_test_id("modal")

    async def submits(self) -> None:
        await self.page.get_by_test_id("modal-submit").click()

    async def closes(self) -> None:
        """Close the modal on top; there is none then."""
        await self.page.keyboard.press("Escape")
        await expect(self.modal()).to_have_count(0)

    # ---- the way in
    async def links(self) -> None:
        await self.types("/cutover link fail-over")
        await self.reads("linked this channel to", RUNBOOK)

    async def starts_the_rehearsal(self) -> None:
        await self.types("/runbook start")
        await expect(self.modal().get_by_label("Rehearsal")).to_be_checked()
        await self.submits()
        await expect(self.modal()).to_contain_text("is running")
        await self.closes()
        await self.reads("Rehearsal", "started", RUNBOOK)

    # ---- what it came to
    @property
    def name(self) -> str:
        return {DANA: "Dana Okafor", SAM: "Sam Reyes"}[self.user]

    async def settles(self) -> None:
        """Until the bot has answered everything that reached it."""
        await self.demo.slack.until(lambda: self.demo.bot.idle)

    async def time_passes(self, minutes: float) -> None:
        """World time goes on; what is due by then happens."""
        self.demo.cutover.clock.advance(minutes * 60)
        await self.demo.cutover.tick()

    async def brings_to_start(self, name: str) -> None:
        """Everybody else has done, in Cutover, all that comes before this task."""
        world, wanted = self.demo.cutover.world, self.task(name)
        runbook = next(one for one in world.runbooks.values() if wanted.id in one.tasks)
        before = list(wanted.predecessors)
        for one in before:  # grows while it is read
            before += [other for other in runbook.tasks[one].predecessors if other not in before]
        rank = world.live[runbook.id].rank
        for one in sorted(before, key=lambda each: rank[each]):
            if runbook.tasks[one].stage != "complete":
                engine.finish(world, runbook, runbook.tasks[one], "complete_normal", world.now(), "")
        assert wanted.stage == "startable", wanted.stage

    def comments(self, runbook_id: str) -> list[str]:
        """Comments in Cutover (HTML), oldest first."""
        return [comment.content for comment in self.demo.cutover.world.comments[runbook_id]]

    def writes(self, verb: str) -> list[Any]:
        """Presses of this verb on tasks that reached Cutover, oldest first."""
        ended = re.compile(rf"/tasks/[^/]+/{verb}$")
        return [seen for seen in self.demo.cutover.requests if seen.method == "PATCH" and ended.search(seen.path)]

    def task(self, name: str) -> Task:
        """The task as Cutover has it."""
        return self.demo.cutover.world.task_named(name)
