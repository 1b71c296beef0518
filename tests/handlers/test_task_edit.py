"""/task create and edit: only what a person changed is written, and never over somebody else's change."""

from __future__ import annotations

from typing import Any

import pytest
from stage import DANA, FAILOVER, GENERAL, SAM, Stage
from task_steps import ROLL, choice, field, fields, menu, task_named


def change(stage: Stage) -> Any:
    """What the newest change or creation of a task sent."""
    data = stage.writes("/tasks(/[0-9]+)?$")[-1].body["data"]
    return {
        **data.get("attributes", {}),
        **{key: one["data"]["id"] for key, one in data.get("relationships", {}).items()},
    }


async def test_a_task_is_created_with_what_was_typed(running: Stage) -> None:
    await running.command("/task create Check the <!channel> & R&D gate")
    assert field(running.view(), "name")["initial_value"] == "Check the <!channel> & R&D gate"
    assert field(running.view(), "stream")["initial_option"]["text"]["text"] == "Network"
    await running.submit({"duration": {"input": "1 h 20 min"}, "description": {"input": "two\nlines & <b>"}})
    assert "You created this" in running.text()
    assert "Check the &lt;!channel&gt; &amp; R&amp;D gate" in running.text()
    made = task_named(running, "Check the <!channel> & R&D gate")
    assert (made.duration, made.description, made.stage) == (4800, "two\nlines & <b>", "startable")


async def test_what_was_created_can_be_started_at_once(running: Stage) -> None:
    await running.command("/task create Quick check")
    await running.submit()
    assert "You started this" in await running.click("task.start")


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"name": {"input": "  "}}, {"name": "A task needs a name."}),
        ({"duration": {"input": "soon"}}, {"duration": "Write it like 45 min or 1 h 20 min."}),
        ({"duration": {"input": "5 min 5 min"}}, {"duration": "Write it like 45 min or 1 h 20 min."}),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(running: Stage, values: Any, errors: Any) -> None:
    await running.command("/task create Something")
    assert (await running.submit(values))["answer"]["errors"] == errors
    assert running.view()["errors"] == errors
    assert running.writes("/tasks") == []


async def test_due_before_it_may_start_is_an_error_beside_the_field(running: Stage) -> None:
    await running.command("/task edit roll")
    now = int(running.cutover.world.now())
    values = {"start_fixed": {"input": str(now + 900)}, "end_fixed": {"input": str(now + 90)}}
    assert (await running.submit(values))["answer"]["errors"] == {"end_fixed": "It is due before it may start."}


@pytest.mark.parametrize(
    ("typed", "seconds"), [("90", 5400), ("2h", 7200), ("1h 5m", 3900), ("30 s", 30), ("1 d", 86_400)]
)
async def test_durations_are_taken_as_people_write_them(running: Stage, typed: str, seconds: int) -> None:
    await running.command("/task edit roll")
    assert field(running.view(), "duration")["initial_value"] == "10 min"
    await running.submit({"duration": {"input": typed}})
    assert change(running) == {"duration": seconds}


async def test_only_what_was_changed_is_written(running: Stage) -> None:
    await running.command("/task edit roll")
    assert fields(running.view()) == [
        "name",
        "stream",
        "type",
        "duration",
        "level",
        "start_fixed",
        "end_fixed",
        "description",
    ]
    security = next(one for one in field(running.view(), "stream")["options"] if one["text"]["text"] == "Security")
    await running.submit({"stream": {"input": security["value"]}, "description": {"input": "Dial 1 & 2"}})
    assert change(running) == {"description": "Dial 1 & 2", "stream": security["value"]}
    assert "You saved this" in running.text()
    assert "· Security ·" in running.text()


async def test_nothing_changed_is_nothing_sent(running: Stage) -> None:
    await running.command("/task edit take last full backup")
    await running.submit()
    assert "Nothing was changed" in running.text()
    assert running.writes("/tasks") == []


async def test_a_fixed_time_is_set_and_taken_away(running: Stage) -> None:
    await running.command("/task edit wait for the replica")
    at = int(running.cutover.world.now()) + 9000
    await running.submit({"start_fixed": {"input": str(at)}})
    assert "🔒 Not before" in running.text()
    await running.command("/task edit wait for the replica")
    assert field(running.view(), "start_fixed")["initial_date_time"] == at
    await running.submit({"start_fixed": {"input": ""}})
    assert task_named(running, "Wait for the replica to catch up").start_fixed is None
    assert "🔒" not in running.text()


async def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(running: Stage) -> None:
    await running.command("/task edit roll")
    await running.command("/task edit roll", user=SAM)
    running.cutover.clock.advance(5)
    await running.submit({"name": {"input": "Sam was here"}}, user=SAM)
    await running.submit({"name": {"input": "Dana was here"}})
    assert "was changed meanwhile, so your changes were not saved" in running.text()
    assert task_named(running, "Sam was here")
    assert len(running.writes("/tasks")) == 1


async def test_a_type_archived_long_ago_is_kept_and_not_offered(running: Stage) -> None:
    await running.command("/task edit fax")
    assert "Fax" not in [one["text"]["text"] for one in field(running.view(), "type")["options"]]
    await running.submit({"description": {"input": "still here"}})
    assert change(running) == {"description": "still here"}


async def test_the_menu_of_a_card_opens_the_form(running: Stage) -> None:
    await running.command("/task show roll")
    await running.click("task.more", value=menu(running, "Edit…", DANA))
    assert field(running.view(), "name")["initial_value"] == ROLL
    await running.submit({"name": {"input": "Roll call & bridge"}})
    assert running.text().startswith("Roll call &amp; bridge\n✅ You saved this.")


async def test_without_a_task_or_with_several_a_choice_opens_the_form(running: Stage) -> None:
    assert "Which task do you want to edit?" in await running.command("/task edit")
    await running.slack.options(DANA, "pick.task", "", channel=FAILOVER, message_ts=running.last()["ts"])
    await running.click("pick.task", value=task_named(running, ROLL).id)
    assert field(running.view(), "name")["initial_value"] == ROLL
    await running.close()
    await running.command("/task edit core")
    await running.close()
    await running.click("pick.task", value=choice(running.last(), "Move core"))
    assert field(running.view(), "name")["initial_value"] == "Move core routes to DC South 🚀"


async def test_a_task_that_is_not_there_is_told_in_the_window(running: Stage) -> None:
    await running.command("/task edit zzzqqq")
    assert "No task of this runbook fits that" in running.view_text()


async def test_create_in_a_channel_without_a_runbook_asks_which_first(running: Stage) -> None:
    await running.command("/task create Extra check", channel=GENERAL)
    asked = running.last(channel=GENERAL)
    await running.slack.options(DANA, "pick.runbook", "", channel=GENERAL, message_ts=asked["ts"])
    await running.click("pick.runbook", channel=GENERAL, value="101")
    assert field(running.view(), "name")["initial_value"] == "Extra check"
    await running.submit()
    assert task_named(running, "Extra check").stage == "startable"


async def test_a_double_submit_creates_one_task(running: Stage) -> None:
    await running.command("/task create Only once")
    view_id = running.view()["id"]
    for _ in range(2):
        await running.slack.submit(DANA, view_id=view_id, wait=False)
    await running.until(lambda: running.writes("/tasks$"))
    await running.settle()
    assert len(running.writes("/tasks$")) == 1
