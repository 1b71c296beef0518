"""What a task asks before it starts or finishes: branches, required fields, the result of a validation."""

from __future__ import annotations

from typing import Any

from stage import DANA, FAILOVER, SAM, Stage
from task_steps import CARD_PAYMENT, DECISION, FREEZE, STOP, comments, field, fields, presses, reach, task_named


async def start(stage: Stage, name: str) -> None:
    reach(stage, name)
    assert "You started this" in await stage.command(f'/task start "{name}"')


def saved(stage: Stage) -> list[Any]:
    """The answers that were saved, write by write."""
    found = [seen.body["data"].get("attributes", {}) for seen in stage.writes("/tasks/[0-9]+$")]
    return [one["custom_field_values"] for one in found if "custom_field_values" in one]


async def test_branches_are_asked_for_and_none_is_chosen_beforehand(running: Stage) -> None:
    await start(running, DECISION)
    await running.click("task.finish_ask")
    menu = field(running.view(), "branches")
    assert [one["text"]["text"] for one in menu["options"]] == ["Stand down and release the change freeze", STOP]
    assert "initial_options" not in menu
    assert (await running.submit())["errors"] == {"branches": "Please complete this required field."}
    assert [name for name, _ in presses(running)] == ["start"]


async def test_the_branches_chosen_go_on_as_numbers_and_the_rest_is_abandoned(running: Stage) -> None:
    await start(running, DECISION)
    await running.click("task.finish_ask")
    await running.submit({"branches": {"input": [task_named(running, STOP).id]}})
    assert f"You finished this. Goes on with {STOP}." in running.text()
    chosen = int(task_named(running, STOP).id)
    assert presses(running)[-1] == ("finish", {"override": True, "selected_successor_ids": [chosen]})
    assert task_named(running, STOP).stage == "startable"
    assert task_named(running, "Stand down and release the change freeze").completion_type == "complete_abandoned"


async def test_a_command_or_a_list_does_not_finish_past_the_branches(running: Stage) -> None:
    await start(running, DECISION)
    assert "asks something before it can finish" in await running.command(f'/task finish "{DECISION}"')
    await running.command("/task list running")
    assert f"{DECISION} asks something" in await running.click("task.finish", message=running.last())
    assert [name for name, _ in presses(running)] == ["start"]
    assert task_named(running, DECISION).stage == "in_progress"


async def test_only_the_field_that_cutover_named_is_asked(running: Stage) -> None:
    await start(running, STOP)
    assert "asks something before it can finish" in await running.command(f'/task finish "{STOP}"')
    await running.click("task.finish_ask")
    assert fields(running.view()) == ["field.84"]
    assert running.view()["title"]["text"] == "Finish task"


async def test_answers_of_many_are_saved_as_a_list_before_the_finish(running: Stage) -> None:
    await start(running, STOP)
    await running.command(f'/task finish "{STOP}"')
    await running.click("task.finish_ask")
    await running.submit({"field.84": {"input": ["1"]}})
    assert "You finished this" in running.text()
    assert saved(running) == [[{"custom_field_id": "84", "value": ["Cards"]}]]
    assert [name for name, _ in presses(running)][-2:] == [task_named(running, STOP).id, "finish"]


async def test_a_text_of_spaces_is_no_answer(running: Stage) -> None:
    await start(running, "Wait for the replica to catch up")
    await running.command("/task finish wait for the replica")
    await running.click("task.finish_ask")
    answered = await running.submit({"field.83": {"input": "   "}})
    assert answered["answer"]["errors"] == {"field.83": "An answer is needed."}
    assert running.slack.screen(DANA)["views"][-1]["errors"] == {"field.83": "An answer is needed."}
    await running.submit({"field.83": {"input": "20 & falling"}})
    assert saved(running) == [[{"custom_field_id": "83", "value": "20 & falling"}]]
    assert "You finished this" in running.text()


async def test_a_card_that_meets_the_question_offers_the_form(running: Stage) -> None:
    await start(running, STOP)
    await running.click("task.finish")
    assert "asks something before it can finish" in running.text()
    await running.click("task.finish_ask")
    assert fields(running.view()) == ["field.84"]


async def test_a_start_asks_too_where_cutover_wants_an_answer(running: Stage) -> None:
    assert "asks something before it can start" in await running.command(f'/task start "{FREEZE}"')
    await running.click("task.start_ask")
    assert running.view()["title"]["text"] == "Start task"
    assert fields(running.view()) == ["field.82"]
    await running.submit({"field.82": {"input": "CHG-4711"}})
    assert "You started this" in running.text()
    assert saved(running) == [[{"custom_field_id": "82", "value": "CHG-4711"}]]
    assert task_named(running, FREEZE).stage == "in_progress"


async def test_start_on_a_list_asks_beside_the_list(running: Stage) -> None:
    await running.command("/task list startable freeze")
    listing = running.last()
    assert f"{FREEZE} asks something" in await running.click("task.start")
    assert running.last()["ts"] != listing["ts"]


async def test_a_validation_asks_for_its_result_and_keeps_the_comment(running: Stage) -> None:
    await start(running, CARD_PAYMENT)
    await running.click("task.finish_ask")
    assert fields(running.view()) == ["result", "comment"]
    assert [one["value"] for one in field(running.view(), "result")["options"]] == ["pass", "fail", "not_tested"]
    assert "result" in (await running.submit())["errors"]
    await running.submit({"result": {"input": "fail"}, "comment": {"input": "PIN pad <broken> & slow"}})
    assert "You finished this. Result: ❌ Fail." in running.text()
    assert "You finished this" in running.text()
    assert saved(running) == [[{"custom_field_id": "81", "value": "Fail"}]]
    said = comments(running, CARD_PAYMENT)[-1]
    assert said.startswith("<p>PIN pad &lt;broken&gt; &amp; slow</p>")
    assert f"Added from Slack by Dana Okafor ({DANA})" in said


async def test_an_instance_without_the_field_does_not_ask_for_a_result(running: Stage) -> None:
    del running.cutover.world.custom_fields["81"]
    await start(running, CARD_PAYMENT)
    await running.click("task.finish_ask")
    assert "result" not in fields(running.view())
    await running.submit()
    assert "You finished this" in running.text()


async def test_a_field_nobody_knows_of_leaves_every_question_open(running: Stage) -> None:
    """Cutover may word its refusal in a way that names no field: then all of them are offered, none is forced."""
    await start(running, STOP)
    world = running.cutover.world
    running.cutover.order(
        [
            {
                "path": "/finish$",
                "times": 1,
                "do": {
                    "status": 422,
                    "body": {"errors": [{"code": "missing_custom_field_value", "detail": "Eine Antwort fehlt"}]},
                },
            }
        ]
    )
    await running.command(f'/task finish "{STOP}"')
    await running.click("task.finish_ask")
    shown = {block["block_id"]: block.get("optional") for block in running.view()["blocks"] if "element" in block}
    assert shown == {"field.81": True, "field.83": True, "field.84": True}
    await running.submit({"field.84": {"input": ["0", "3"]}})
    assert world.task_named(STOP).answers["84"] == ["Payments", "Mobile"]
    assert "You finished this" in running.text()


async def test_a_form_of_a_task_that_somebody_finished_says_so(running: Stage) -> None:
    await start(running, DECISION)
    card = running.showing("task.finish_ask")
    task_named(running, DECISION).people.append(running.cutover.world.person("bot").id)
    await running.command("/task show decision", user=SAM)
    await running.click("task.finish_ask", user=SAM)
    await running.submit({"branches": {"input": [task_named(running, STOP).id]}}, user=SAM)
    await running.click("task.finish_ask", message=card)
    assert "✅ Done" in running.view_text()
    assert len(running.writes("/finish$")) == 1


async def test_two_forms_of_one_task_are_one_finish(running: Stage) -> None:
    await start(running, STOP)
    task_named(running, STOP).people.append(running.cutover.world.person("bot").id)
    for user in (SAM, DANA):
        await running.command(f'/task finish "{STOP}"', user=user)
        await running.click("task.finish_ask", user=user)
    await running.submit({"field.84": {"input": ["1"]}}, user=SAM)
    await running.submit({"field.84": {"input": ["2"]}}, user=DANA)
    assert "You finished this" in running.text(SAM, FAILOVER)
    assert f"Already finished by <@{SAM}>" in running.text(DANA, FAILOVER)
    assert task_named(running, STOP).answers["84"] == ["Cards"]
