"""/task assign: by mention, address, menu and form; what Cutover ignored is told; nothing is guessed."""

from __future__ import annotations

import pytest
from stage import DANA, GIL, MEI, SAM, Stage
from task_steps import FREEZE, ROLL, menu, task_named


def assigned(stage: Stage, name: str = FREEZE) -> list[str]:
    people = stage.cutover.world.people
    return [people[one].key for one in task_named(stage, name).people]


async def open_form(stage: Stage) -> None:
    await stage.command("/task show roll")
    await stage.click("task.more", value=menu(stage, "Assign…", DANA))


@pytest.mark.parametrize(
    ("who", "added"),
    [
        ("@sam", ["sam"]),
        ("me", ["dana"]),
        ("Mei.Lin@harbour.example", ["mei"]),
        ("@sam mei.lin@harbour.example me @sam", ["sam", "mei", "dana"]),
    ],
)
async def test_people_are_added_by_mention_by_address_and_as_me(running: Stage, who: str, added: list[str]) -> None:
    said = await running.command(f"/task assign confirm change {who}")
    assert "✅ Assigned to" in said
    assert assigned(running) == ["ivan", *added]
    assert running.writes("/tasks/")[-1].body["meta"] == {"delete_excluded_assignees": False}


async def test_who_is_no_participant_is_told(running: Stage) -> None:
    said = await running.command(f'/task assign "{FREEZE}" @gil')
    assert "Cutover ignored Gil Tan: no participant of this runbook" in said
    assert "✅ Assigned" not in said
    said = await running.command(f'/task assign "{FREEZE}" @gil @mei')
    assert "✅ Assigned to Mei Lin" in said
    assert "ignored Gil Tan" in said
    assert assigned(running) == ["ivan", "mei"]


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("nobody@harbour.example", "not known in Cutover by that e-mail address"),
        ("lena.fox@harbour.example", "not known in Cutover by that e-mail address"),
        ("@cutover", "not known in Cutover by that e-mail address"),
        ("@nobody", "names nobody in this workspace"),
        ("sam please", "names nobody in this workspace"),
    ],
)
async def test_somebody_unknown_changes_nothing(running: Stage, who: str, sentence: str) -> None:
    assert sentence in await running.command(f'/task assign "{FREEZE}" {who}')
    assert running.writes("/tasks/") == []


async def test_without_a_person_a_menu_asks(running: Stage) -> None:
    assert "Who should do it?" in await running.command(f"/task assign {FREEZE}")
    assert "✅ Assigned to Mei Lin" in await running.click("pick.person", value=MEI)
    assert assigned(running) == ["ivan", "mei"]


async def test_without_a_task_a_menu_asks_and_the_person_is_kept(running: Stage) -> None:
    assert "Which task do you want to assign?" in await running.command("/task assign @sam")
    asked = running.last()
    await running.slack.options(DANA, "pick.task", "freeze", channel="C0DCFAILOVR", message_ts=asked["ts"])
    said = await running.click("pick.task", value=task_named(running, FREEZE).id)
    assert "✅ Assigned to Sam Reyes" in said
    assert running.last()["ts"] == asked["ts"]


async def test_the_form_shows_who_has_it_and_adds_several(running: Stage) -> None:
    await open_form(running)
    assert "Now: Dana Okafor" in running.view_text()
    await running.submit({"people": {"input": [SAM, MEI, GIL]}})
    assert "✅ Assigned to Sam Reyes, Mei Lin." in running.text()
    assert "ignored Gil Tan" in running.text()
    assert assigned(running, ROLL) == ["dana", "sam", "mei"]


async def test_the_form_can_take_the_task_from_everybody_else(running: Stage) -> None:
    await open_form(running)
    await running.submit({"people": {"input": [MEI]}, "others": {"input": ["replace"]}})
    assert assigned(running, ROLL) == ["mei"]
    assert "👤 Mei Lin" in running.text()


async def test_one_unknown_person_in_the_form_stops_all(running: Stage) -> None:
    await open_form(running)
    await running.submit({"people": {"input": [MEI, "U0CUTOVERBT"]}, "others": {"input": ["replace"]}})
    assert "Nothing was changed" in running.text()
    assert "<@U0CUTOVERBT>" in running.text()
    assert assigned(running, ROLL) == ["dana"]


async def test_an_instance_that_hides_assignees_does_not_claim_them(running: Stage) -> None:
    running.cutover.additions = False
    said = await running.command(f'/task assign "{FREEZE}" @sam')
    assert "✅ Assigned" not in said
