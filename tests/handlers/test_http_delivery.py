"""The most important cases of tasks once more with signed HTTP delivery instead of Socket Mode."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from stage import DANA, FAILOVER, SAM, Stage, open_stage
from task_steps import DECISION, FREEZE, ROLL, comments, menu, presses, reach, task_named


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[Stage]:
    """The fail-over, linked and started, with the bot behind HTTP; at the end Slack must have found no fault."""
    opened, stack = await open_stage(tmp_path, delivery="http")
    async with stack:
        await opened.run()
        yield opened
        assert not opened.slack.violations, opened.slack.violations
        slow = [one for one in opened.slack.envelopes if one.ack_ms is not None and one.ack_ms > 2000]
        assert not slow, slow


async def test_start_by_command_and_finish_by_button(http: Stage) -> None:
    assert "You started this" in await http.command("/task start roll")
    assert "You finished this" in await http.click("task.finish")
    assert [name for name, _ in presses(http)] == ["start", "finish"]


async def test_two_presses_are_one_write(http: Stage) -> None:
    await http.command("/task start roll")
    press = {"action_id": "task.finish", "channel": FAILOVER, "message_ts": http.showing("task.finish")["ts"]}
    await asyncio.gather(http.slack.click(DANA, **press), http.slack.click(DANA, **press))
    await http.settle()
    assert len(http.writes("/finish$")) == 1


async def test_two_people_are_one_write_and_the_second_is_told(http: Stage) -> None:
    await http.command("/task start roll")
    await asyncio.gather(
        http.slack.command(DANA, FAILOVER, "/task", "finish roll"),
        http.slack.command(SAM, FAILOVER, "/task", "finish roll"),
    )
    await http.settle()
    assert len(http.writes("/finish$")) == 1
    assert "Already finished by <@" in http.text(DANA) + http.text(SAM)


async def test_a_task_that_waits_is_refused_with_the_reason(http: Stage) -> None:
    assert "Waits for Back up core switch configuration" in await http.command('/task start "Go / no-go"')
    assert presses(http) == []


async def test_branches_are_chosen_in_a_form(http: Stage) -> None:
    reach(http, DECISION)
    await http.command(f'/task start "{DECISION}"')
    await http.click("task.finish_ask")
    chosen = task_named(http, "Stop payments and card services").id
    assert "branches" in (await http.submit())["errors"]
    await http.submit({"branches": {"input": [chosen]}})
    assert presses(http)[-1][1]["selected_successor_ids"] == [int(chosen)]


async def test_required_answers_are_asked_with_errors_beside_the_field(http: Stage) -> None:
    await http.command(f'/task start "{FREEZE}"')
    await http.click("task.start_ask")
    assert (await http.submit({"field.82": {"input": " "}}))["answer"]["errors"] == {"field.82": "An answer is needed."}
    await http.submit({"field.82": {"input": "CHG-1"}})
    assert task_named(http, FREEZE).answers["82"] == "CHG-1"


async def test_type_ahead_menus_are_answered(http: Stage) -> None:
    await http.command("/task start")
    asked = http.last()
    found = await http.slack.options(DANA, "pick.task", "roll", channel=FAILOVER, message_ts=asked["ts"])
    assert [one["text"]["text"] for one in found["options"]] == [ROLL]
    assert "You started this" in await http.click("pick.task", value=found["options"][0]["value"])


async def test_comments_by_command_and_form(http: Stage) -> None:
    await http.command("/task comment roll R&D <ok> @sam")
    assert comments(http, ROLL)[-1].startswith("<p>R&amp;D &lt;ok&gt; @Sam Reyes</p>")
    await http.command("/task comment roll")
    await http.submit({"text": {"input": "typed & kept"}})
    assert comments(http, ROLL)[-1].startswith("<p>typed &amp; kept</p>")


async def test_the_message_shortcut(http: Stage) -> None:
    ts = (await http.slack.message(SAM, FAILOVER, "Seen by all"))["ts"]
    await http.slack.shortcut(DANA, "comment_from_message", channel=FAILOVER, message_ts=ts)
    await http.settle()
    await http.submit()
    assert comments(http)[-1].startswith("<p>Sam Reyes in Slack:</p><p>Seen by all</p><p>https://")


async def test_skip_assign_and_edit_by_form(http: Stage) -> None:
    await http.command('/task show "back up core"')
    await http.click("task.more", value=menu(http, "Assign…", DANA))
    await http.submit({"people": {"input": [DANA]}})
    assert "✅ Assigned to Dana Okafor" in http.text()
    await http.command('/task edit "back up core"')
    await http.submit({"duration": {"input": "25"}})
    assert task_named(http, "Back up core switch configuration").duration == 1500
    await http.click("task.skip")
    await http.submit({"reason": {"input": "done"}})
    assert "You skipped this" in http.text()


async def test_pages_of_a_list_are_turned(http: Stage) -> None:
    await http.command("/task list")
    assert "Page 2 of 5" in await http.click("list.page")


async def test_every_command_is_acknowledged_before_cutover_answers(http: Stage) -> None:
    """Cutover is held back by order; the ack may not wait for it."""
    http.cutover.order([{"path": "/tasks", "times": None, "do": {"delay": 0.4}}])
    await http.command("/task start roll")
    commands = [one for one in http.slack.envelopes if one.ack_ms is not None][-1:]
    assert commands
    assert all(one.ack_ms is not None and one.ack_ms < 400 for one in commands)
    assert task_named(http, ROLL).stage == "in_progress"


async def test_what_was_acknowledged_is_handed_on_before_the_bot_ends(http: Stage) -> None:
    handed, go = http.bot.bolt.async_dispatch, asyncio.Event()

    async def late(request: Any) -> Any:
        await go.wait()
        return await handed(request)

    http.bot.bolt.async_dispatch = late  # type: ignore[method-assign]
    await http.slack.command(DANA, FAILOVER, "/task", "start roll")
    assert not http.bot.idle
    ends = asyncio.create_task(http.stop())
    await asyncio.wait({ends}, timeout=0.5)
    go.set()
    await ends
    assert "You started this" in http.text()
