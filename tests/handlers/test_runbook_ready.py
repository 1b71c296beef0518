"""The look ahead, held against what Cutover itself finds when the start is tried."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from stage import DANA, NETWORK, Stage

from bot.errors import Refused
from bot.plan import Readiness
from bot.sandbox.cutover.runbook import Runbook as Stored
from handlers.readiness import Checks
from handlers.runs import Runs

NAME = "DC North to DC South fail-over"
Change = Callable[[Stage, Stored], None]


def none(stage: Stage, book: Stored) -> None:
    """The world as it is."""


def due_before_start(stage: Stage, book: Stored) -> None:
    task = next(iter(book.tasks.values()))
    task.end_fixed = task.start_planned - 60


def fixed_in_the_past(stage: Stage, book: Stored) -> None:
    next(iter(book.tasks.values())).start_fixed = stage.cutover.world.now() - 3600


def nobody_in_the_team(stage: Stage, book: Stored) -> None:
    next(iter(book.teams.values())).people.clear()


def somebody_archived(stage: Stage, book: Stored) -> None:
    stage.cutover.world.person("noor").archived = True


def words_missing(stage: Stage, book: Stored) -> None:
    for task in book.tasks.values():
        task.message = ""


def nobody_to_tell(stage: Stage, book: Stored) -> None:
    for task in book.tasks.values():
        task.people.clear()
        task.teams.clear()


CHANGES: list[Change] = [
    none,
    due_before_start,
    fixed_in_the_past,
    nobody_in_the_team,
    somebody_archived,
    words_missing,
    nobody_to_tell,
]


async def look(stage: Stage) -> Readiness:
    bot = stage.bot
    runs = Runs(bot.client, bot.catalogue, bot.clock)
    checks = Checks(runs, bot.catalogue, bot.mentions, bot.web)
    return await checks.look(stage.cutover.world.runbook_named(NAME).id, "C0DCFAILOVR")


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
async def test_what_cutover_would_refuse_is_found_before(stage: Stage, change: Change) -> None:
    book = stage.cutover.world.runbook_named(NAME)
    change(stage, book)
    stage.cutover.world.live[book.id].cache.clear()
    found = {gap.code for gap in (await look(stage)).gaps}
    with pytest.raises(Refused) as refusal:
        await stage.bot.client.start_runbook(book.id, run_type="rehearsal", comms="off", validation_level="warning")
    theirs = {one.code for one in refusal.value.findings}
    ours = {code for code in found if code.startswith("runbooks.start.")}
    if "own.long_unowned" in found:
        ours.add("runbooks.start.unassigned_tasks")
    untold = {"runbooks.start.users_not_accepted", "runbooks.start.users_not_in_workspace"}
    if change is not somebody_archived:  # one is, but has no task, and the API tells no other participants
        untold.add("runbooks.start.archived_users")
    assert ours == theirs - untold
    assert not stage.writes("/start$")[1:]


async def test_gaps_have_the_way_to_mend_them(stage: Stage) -> None:
    await stage.link()
    said = await stage.command("/runbook ready")
    assert "Ready, with" in said
    assert "Tasks with nobody assigned: 1" in said
    assert "Planned start" in said
    assert "in 2" in said
    post = stage.showing("task.show")
    mend = next(block for block in post["blocks"] if "Sign off the access lists" in str(block))
    assert "Sign off the access lists" in await stage.click("task.show", value=mend["accessory"]["value"])
    book = stage.cutover.world.runbook_named(NAME)
    task = next(task for task in book.tasks.values() if task.name == "Sign off the access lists")
    task.people.append(stage.cutover.world.person("dana").id)
    stage.cutover.world.live[book.id].cache.clear()
    assert "nobody assigned" not in await stage.click("runbook.ready", message=post)


async def test_who_is_not_in_slack_and_not_in_the_channel_is_named(stage: Stage) -> None:
    stage.slack.change_user("U0NOOR00005", deleted=True)
    found = {gap.code: [name.raw for name in gap.names] for gap in (await look(stage)).gaps}
    assert found["own.no_account"] == ["Noor Haddad"]
    said = await stage.command(f"/runbook ready {NAME}", channel="G0EXECBRDG1")
    assert "not in this channel" not in said  # the bot is no member there and cannot know


async def test_a_run_under_way_is_not_looked_ahead_of(running: Stage) -> None:
    assert "has begun already" in await running.command("/runbook ready")


async def test_a_template_is_named_as_one(stage: Stage) -> None:
    said = await stage.command("/runbook ready Fail-over template", user=DANA, channel=NETWORK)
    assert "This is a template" in said
