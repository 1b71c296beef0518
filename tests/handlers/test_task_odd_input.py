"""Odd input to /task: every one gets a clear sentence, nothing is done by halves, nothing pings anybody."""

from __future__ import annotations

import pytest
from stage import DANA, FAILOVER, Stage
from task_steps import ROLL, presses, task_named

NOWHERE = [
    "../../../etc/passwd",
    "101/../102/tasks/102001",
    "..%2f..%2f",
    "102001",
    "999999999999999999",
    "9" * 3000,
    "-1",
    "0",
    "1e9",
    "#3",
    "🚀" * 1000,
    "x" * 3900,
    "\u202etxet",
    "*",
    "%",
    "?",
    "'",
    "; DROP TABLE tasks",
    "{{7*7}}",
    "null",
    "<!channel>",
    "@here",
]


@pytest.mark.parametrize("typed", NOWHERE, ids=range(len(NOWHERE)))
@pytest.mark.parametrize("verb", ["start", "finish"])
async def test_what_names_no_task_is_answered_and_does_nothing(running: Stage, verb: str, typed: str) -> None:
    running.cutover.world.task_named('Drain <!channel> & "late" messages from the payments queue').name = "Drain"
    said = await running.command(f"/task {verb} {typed}")
    assert "Try part of its name" in said or "Give the task's id" in said or "Check the number" in said
    assert "Something went wrong" not in said
    assert presses(running) == []


@pytest.mark.parametrize("verb", ["start", "finish", "skip", "show", "comment", "assign", "edit", "list"])
async def test_a_quote_that_is_not_closed_is_told(running: Stage, verb: str) -> None:
    assert "A quote is not closed" in await running.command(f'/task {verb} "call the roll')
    assert presses(running) == []


@pytest.mark.parametrize("typed", ["“call the roll”", "«call the roll»", '"call the roll"', '"call\u00a0the roll"'])
async def test_what_phones_make_of_quotes_is_understood(running: Stage, typed: str) -> None:
    assert "You started this" in await running.command(f"/task start {typed}")


async def test_unknown_verbs_are_asked_back(running: Stage) -> None:
    assert "Did you mean `/task start`?" in await running.command("/task strat roll")
    assert "It knows: list, next, show" in await running.command("/task bogus")
    assert "needs a verb" in await running.command("/task")
    assert "You started this" in await running.command("/task  START   roll")


async def test_words_behind_a_quoted_name_are_told(running: Stage) -> None:
    said = await running.command('/task start "call the roll" now')
    assert "only `override` may stand" in said
    assert presses(running) == []


@pytest.mark.parametrize(
    "name",
    [
        "<!channel> & <@U0DANA00001> *bold* `code`",
        "he said \"go\" and 'left'",
        "بدّل مسارات الفروع \u202e now",
        "🚀" * 200,
        "word " * 800,
        ":boom: <https://evil.example|click>",
        "line\nbreak\ttab",
        "`" * 50,
    ],
    ids=["mention", "quotes", "rtl", "emoji", "4000", "link", "lines", "ticks"],
)
async def test_any_name_is_shown_literally_everywhere(running: Stage, name: str) -> None:
    """The fixture holds that Slack accepted all of it; here nothing in it may have become markup."""
    task = task_named(running, ROLL)
    task.name = name
    running.cutover.world.live["101"].touch(task, running.cutover.world.now())
    for line in (f"show {task.id}", "next", "list", "start bridge", f"start {task.id}", f"comment {task.id} ok"):
        said = await running.command(f"/task {line}")
        assert "Something went wrong" not in said
        assert not any(mark in said for mark in ("<!channel>", "<@U0DANA00001> *", "<https://evil"))
    await running.command(f"/task edit {task.id}")
    assert "Edit task" in repr(running.view()["title"])
    await running.close()
    assert "You finished this" in await running.command(f"/task finish {task.id}")


async def test_a_button_of_another_version_gets_a_sentence(running: Stage) -> None:
    await running.command("/task show roll")
    shown = running.cutover.world.task_named(ROLL)
    runbook = running.cutover.world.runbooks["101"]
    del runbook.tasks[shown.id]
    said = await running.click("task.refresh")
    assert "Cutover cannot find it" in said


async def test_a_card_of_a_task_that_is_gone_says_so_on_start_too(running: Stage) -> None:
    await running.command("/task show roll")
    card = running.last()
    runbook = running.cutover.world.runbooks["101"]
    del runbook.tasks[task_named(running, ROLL).id]
    await running.slack.click(DANA, action_id="task.start", channel=FAILOVER, message_ts=card["ts"])
    await running.settle()
    assert "Cutover cannot find it" in running.text()
    assert presses(running) == []


async def test_a_command_that_is_not_the_bots_is_told_so(stage: Stage) -> None:
    """The Slack app may have commands that this version does not know."""
    await stage.command("/task list")
    payload = {**stage.slack.envelopes[-1].payload, "command": "/tsk", "text": "", "trigger_id": "1.2.other"}
    await stage.bot.front.receive("command", payload)
    await stage.settle()
    assert "does not know /tsk" in stage.text()
    assert "/cutover help" in stage.text()


async def test_a_closed_form_is_acknowledged(stage: Stage) -> None:
    view = {"id": "V1", "type": "modal", "callback_id": "skip_task", "private_metadata": "{}"}
    closed = {"type": "view_closed", "team": {"id": "T0HARBOUR01"}, "user": {"id": DANA}, "view": view}
    reply = await stage.bot.front.receive("interactive", {**closed, "is_cleared": False, "api_app_id": "A"})
    assert (reply.status, reply.payload) == (200, None)
