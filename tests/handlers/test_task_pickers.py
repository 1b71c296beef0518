"""Which task was meant: menus, choices, did-you-mean, type-ahead; nothing happens before the choice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from stage import DANA, FAILOVER, GENERAL, SAM, Stage, open_stage
from task_steps import ROLL, choice, presses, reach, task_named

from bot.sandbox.cutover.load import task_id


async def offered(stage: Stage, query: str, user: str = DANA) -> list[dict[str, Any]]:
    """What the newest task menu offers for what is typed."""
    message = stage.showing("pick.task", user)
    found = await stage.slack.options(user, "pick.task", query, channel=FAILOVER, message_ts=message["ts"])
    options: list[dict[str, Any]] = found["options"]
    return options


def names(options: list[dict[str, Any]]) -> list[str]:
    return [one["text"]["text"] for one in options]


@pytest.mark.parametrize(
    ("verb", "question"),
    [
        ("show", "Which task do you want to see?"),
        ("start", "Which task do you want to start?"),
        ("finish", "Which task do you want to finish?"),
        ("skip", "Which task do you want to skip?"),
        ("assign", "Which task do you want to assign?"),
        ("comment", "Which task is the comment about?"),
        ("edit", "Which task do you want to edit?"),
        ("start override", "Which task do you want to start?"),
    ],
)
async def test_a_missing_task_is_asked_for(running: Stage, verb: str, question: str) -> None:
    said = await running.command(f"/task {verb} " if verb != "start override" else '/task start "" override')
    assert question in said
    assert "Nothing is done until you choose" in said
    assert presses(running) == []


async def test_the_menu_offers_first_what_the_verb_can_do(running: Stage) -> None:
    await running.command("/task start")
    first = names(await offered(running, ""))
    assert len(first) == 50
    assert set(first[:4]) == {
        ROLL,
        "Confirm change freeze in both sites",
        "Back up core switch configuration",
        "Check free capacity in DC South",
    }
    await running.command("/task finish")
    assert names(await offered(running, ""))[0] == "Check replication health"


async def test_the_menu_finds_by_words_by_id_and_not_by_nonsense(running: Stage) -> None:
    await running.command("/task start")
    assert names(await offered(running, "SWITCH core")) == ["Back up core switch configuration"]
    assert names(await offered(running, task_id("101", 1))) == [ROLL]
    assert names(await offered(running, "zzzqqq")) == []
    assert names(await offered(running, "x" * 300)) == []


async def test_what_was_chosen_in_the_menu_is_started_in_its_place(running: Stage) -> None:
    await running.command("/task start")
    asked = running.last()
    await offered(running, "roll")
    said = await running.click("pick.task", value=task_named(running, ROLL).id)
    assert "You started this" in said
    assert running.last()["ts"] == asked["ts"]


async def test_override_is_kept_while_one_chooses(running: Stage) -> None:
    task = reach(running, "Everybody ready on the bridge")
    await running.command('/task start "ready" override')
    assert task.stage == "in_progress"
    await running.command("/task finish core override")
    await running.click("pick.task", value=choice(running.last(), "Back up core"))
    assert "does not run yet" in running.text()


async def test_at_most_a_hundred_are_offered_and_the_whole_runbook_is_searched(tmp_path: Path) -> None:
    big, stack = await open_stage(tmp_path, world="generate:tasks=2500")
    async with stack:
        await big.link("generated")
        last = list(big.cutover.world.runbooks["1001"].tasks.values())[-1]
        last.name = "The very last one"
        await big.command("/task start")
        assert len(await offered(big, "")) == 100
        assert names(await offered(big, "very last")) == ["The very last one"]
        assert names(await offered(big, "last VERY")) == ["The very last one"]
        assert not big.slack.violations


async def test_several_fits_are_offered_with_their_state(running: Stage) -> None:
    said = await running.command("/task start core")
    assert "Several tasks fit. Which one?" in said
    assert "Back up core switch configuration · 🟢 Can start" in said
    assert presses(running) == []
    said = await running.click("pick.task", value=choice(running.last(), "Back up core"))
    assert "You started this" in said


async def test_more_fits_than_buttons_are_counted(running: Stage) -> None:
    said = await running.command("/task show a")
    assert "Several tasks fit" in said
    assert "more: add a word to narrow it down" in said
    assert sum("accessory" in block for block in running.last()["blocks"]) == 8


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("bakup core", "Back up core switch configuration"),
        ("promot databse", "Promote DC South database cluster"),
        ("fierwall rules", "Open firewall rules for DC South"),
        ("switch pubic dns", "Switch public DNS"),
    ],
)
async def test_a_slip_is_asked_back_and_never_acted_on(running: Stage, typed: str, meant: str) -> None:
    said = await running.command(f"/task start {typed}")
    assert said.startswith(f"Did you mean one of these?\n{meant}")
    assert presses(running) == []


async def test_a_whole_name_wins_over_parts(running: Stage) -> None:
    """`Release the change freeze` is also a part of `Stand down and release the change freeze`."""
    assert (await running.command("/task show release the change freeze")).startswith("Release the change freeze\n")


async def test_a_channel_without_a_runbook_asks_which_and_goes_on(running: Stage) -> None:
    await running.command("/task start call the roll", channel=GENERAL)
    asked = running.last(channel=GENERAL)
    await running.slack.options(DANA, "pick.runbook", "fail-over", channel=GENERAL, message_ts=asked["ts"])
    said = await running.click("pick.runbook", channel=GENERAL, value="101")
    assert "You started this" in said
    assert running.last(channel=GENERAL)["ts"] == asked["ts"]


async def test_a_name_with_quotes_inside_survives_the_choice_of_a_runbook(running: Stage) -> None:
    name = 'Drain <!channel> & "late" messages'
    await running.command(f"/task show {name}", channel=GENERAL)
    asked = running.last(channel=GENERAL)
    await running.slack.options(DANA, "pick.runbook", "", channel=GENERAL, message_ts=asked["ts"])
    said = await running.click("pick.runbook", channel=GENERAL, value="101")
    assert said.startswith('Drain &lt;!channel&gt; &amp; "late" messages from the payments queue')


async def test_somebody_elses_menu_is_not_shown_to_others(running: Stage) -> None:
    await running.command("/task start")
    assert "Which task" not in running.text(SAM)


async def test_the_menu_stays_empty_when_cutover_is_down(running: Stage) -> None:
    await running.command("/task start")
    running.cutover.order([{"path": "/tasks", "times": None, "do": {"status": 503}}])
    assert await offered(running, "roll") == []
    running.cutover.forget_faults()
    assert names(await offered(running, "roll")) == [ROLL]
