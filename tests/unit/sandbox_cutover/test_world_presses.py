"""Buttons in the fail-over: who may press, what everybody and the same person mean, branches, questions, links."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import People


def stage(people: People, number: int, runbook: str = "101") -> str:
    return people.cutover.world.runbooks[runbook].tasks[f"{runbook}{number:03d}"].stage


async def test_a_task_is_started_once_and_the_second_press_is_told(failover: People) -> None:
    await failover.begin()
    first = await failover.press("sam", "start", 3)
    assert (first.status, first.stage) == (200, "in_progress")
    assert (await failover.press("sam", "start", 3)).codes == ["task.already_started"]
    assert (await failover.press("sam", "finish", 3)).stage == "complete"
    assert (await failover.press("sam", "finish", 3)).codes == ["task.not_finishable"]
    assert (await failover.press("sam", "start", 3)).codes == ["task.already_started"]


async def test_only_assignees_press_and_admins_override(failover: People) -> None:
    await failover.begin()
    assert (await failover.press("mei", "start", 3)).codes == ["task.user_not_assigned"]
    assert (await failover.press("dana", "start", 3)).codes == ["task.user_not_assigned"]
    assert (await failover.press("bot", "start", 3)).codes == ["task.user_not_assigned"]
    refused = await failover.press("mei", "start", 3, override=True)
    assert (refused.status, refused.codes) == (403, ["unauthorized"])
    assert (await failover.press("rosa", "start", 3)).status == 403
    assert (await failover.press("gil", "start", 3)).status == 403
    assert (await failover.press("bot", "start", 3, override=True)).stage == "in_progress"


async def test_everybody_must_start(failover: People) -> None:
    await failover.begin()
    await failover.done(1, 2)
    assert (await failover.press("sam", "start", 9)).stage == "startable"
    assert (await failover.press("sam", "start", 9)).codes == ["task.user_already_started"]
    assert (await failover.press("mei", "start", 9)).stage == "startable"
    assert (await failover.press("ivan", "start", 9)).stage == "in_progress"
    assert (await failover.press("mei", "start", 9)).codes == ["task.already_started"]


async def test_the_starter_must_end(failover: People) -> None:
    await failover.begin()
    await failover.patch(
        "dana",
        "runbooks/101/tasks/101003",
        {"data": {"type": "task", "attributes": {"end_requirements": "same_must_end"}}}
        | {
            "data": {
                "type": "task",
                "attributes": {"end_requirements": "same_must_end"},
                "relationships": {"assignees": {"data": [{"id": "403", "type": "user"}]}},
            }
        },
    )
    assert (await failover.press("sam", "start", 3)).stage == "in_progress"
    assert (await failover.press("mei", "finish", 3)).codes == ["task.same_must_finish"]
    assert (await failover.press("sam", "finish", 3)).stage == "complete"


async def test_everybody_must_end(failover: People) -> None:
    body = {
        "data": {
            "type": "task",
            "attributes": {"end_requirements": "all_must_end"},
            "relationships": {"assignees": {"data": [{"id": "403", "type": "user"}]}},
        }
    }
    await failover.patch("dana", "runbooks/101/tasks/101003", body)
    await failover.begin()
    assert (await failover.press("mei", "start", 3)).stage == "in_progress"
    assert (await failover.press("mei", "finish", 3)).stage == "in_progress"
    assert (await failover.press("mei", "finish", 3)).codes == ["task.user_already_finished"]
    assert (await failover.press("sam", "finish", 3)).stage == "complete"


async def test_a_waiting_task_cannot_start_even_by_override(failover: People) -> None:
    await failover.begin()
    assert (await failover.press("dana", "start", 9, override=True)).codes == ["task.not_startable"]
    assert (await failover.press("sam", "finish", 3)).codes == ["task.not_finishable"]


async def to_the_decision(people: People) -> None:
    await people.begin()
    people.cutover.clock.advance(300)
    await people.cutover.tick()  # the automated check of the database runs by itself
    await people.done(1, 2, 3, 4, 6, 7, 9)
    assert stage(people, 10) == "startable"


async def test_branches_not_selected_are_abandoned_all_the_way(failover: People) -> None:
    await to_the_decision(failover)
    await failover.press("dana", "start", 10)
    bad = await failover.press("dana", "finish", 10, selected_successor_ids=[101049])
    assert bad.codes == ["inclusion"]
    await failover.press("dana", "finish", 10, selected_successor_ids=[101013])
    tasks = failover.cutover.world.runbooks["101"].tasks
    assert [tasks[f"1010{n}"].completion_type for n in (11, 12)] == ["complete_abandoned"] * 2
    assert stage(failover, 13) == "startable"
    assert stage(failover, 50) == "default"  # 12 is abandoned, 49 still leads here


async def test_the_other_branch_ends_the_run_early(failover: People) -> None:
    await to_the_decision(failover)
    await failover.press("dana", "start", 10)
    await failover.press("dana", "finish", 10, selected_successor_ids=[101011])
    await failover.done(8, 11, 12)
    await failover.press("dana", "start", 50)
    runbook = failover.cutover.world.runbooks["101"]
    assert runbook.stage == "complete"
    assert {t.stage for t in runbook.tasks.values()} == {"complete"}


async def test_without_a_choice_all_branches_go_on(failover: People) -> None:
    await to_the_decision(failover)
    await failover.done(10)
    assert (stage(failover, 11), stage(failover, 13)) == ("startable", "startable")


def answer(name: str, value: Any) -> dict[str, Any]:
    return {"data": {"type": "task", "attributes": {"custom_field_values": [{"name": name, "value": value}]}}}


async def test_questions_come_before_start_and_finish(failover: People) -> None:
    await failover.begin()
    refused = await failover.press("ivan", "start", 2)
    assert refused.codes == ["missing_custom_field_value"]
    assert refused.body["errors"][0]["source"]["parameter"] == "Change ticket"
    assert (await failover.patch("ivan", "runbooks/101/tasks/101002", answer("Change ticket", "CHG1"))).status == 200
    started = await failover.press("ivan", "start", 2)
    assert started.stage == "in_progress"
    assert started.data["attributes"]["custom_field_values"] == [
        {"custom_field_id": "82", "name": "Change ticket", "value": "CHG1"}
    ]


async def test_validation_wants_its_result_from_the_list(small: People) -> None:
    await small.begin()
    await small.done(1, 2, 3, 4)
    await small.press("tom", "start", 5)
    assert (await small.press("tom", "finish", 5)).codes == ["missing_custom_field_value"]
    assert (await small.patch("tom", "runbooks/101/tasks/101005", answer("Validation result", "Maybe"))).codes == [
        "inclusion"
    ]
    assert (await small.patch("mei", "runbooks/101/tasks/101005", answer("Validation result", "Pass"))).status == 422
    assert (await small.patch("tom", "runbooks/101/tasks/101005", answer("Validation result", "Pass"))).status == 200
    assert (await small.press("tom", "finish", 5)).stage == "complete"


async def test_a_milestone_is_done_by_one_press_and_ends_the_run(small: People) -> None:
    await small.begin()
    await small.done(1, 2, 3, 4, 5)
    pressed = await small.press("dana", "start", 6)
    assert (pressed.stage, pressed.data["attributes"]["completion_type"]) == ("complete", "complete_normal")
    assert (await small.get("dana", "runbooks/101")).stage == "complete"


async def test_skip_needs_a_reason_and_keeps_it_as_a_comment(small: People) -> None:
    await small.begin()
    path = "runbooks/101/tasks/101001"
    assert (await small.patch("dana", f"{path}/skip", {"meta": {}})).status == 400
    assert (await small.patch("dana", f"{path}/skip", {"meta": {"comment": " "}})).codes == ["blank"]
    skipped = await small.patch("dana", f"{path}/skip", {"meta": {"comment": "not <i>needed</i><img src=x>"}})
    assert (skipped.status, skipped.body) == (204, None)
    task = (await small.get("dana", path)).data["attributes"]
    assert (task["completion_type"], task["comments_count"]) == ("complete_skipped", 1)
    comments = await small.get("dana", "runbooks/101/comments?task_id=101001")
    assert [c["attributes"]["content"] for c in comments.data] == ["not <i>needed</i>"]


@pytest.mark.parametrize(("who", "status"), [("sam", 200), ("tom", 200), ("rosa", 403), ("dana", 200)])
async def test_an_unassigned_task_is_for_whoever_takes_part(small: People, who: str, status: int) -> None:
    small.cutover.world.runbooks["101"].tasks["101004"].people.clear()
    await small.begin()
    await small.done(1, 2, 3)
    assert (await small.press(who, "start", 4)).status == status


async def test_a_linked_task_runs_its_child_in_a_live_run(failover: People) -> None:
    world = failover.cutover.world
    tasks = world.runbooks["101"].tasks
    child = world.runbooks[str(tasks["101018"].child_id)]
    assert (child.source_runbook_id, child.is_template, child.stage) == ("201", False, "planning")
    for tid, task in tasks.items():  # only what leads to the linked task, so that the way there is short
        task.start_fixed = None
        if tid != "101018":
            task.predecessors = []
    tasks["101018"].predecessors = []
    world.live["101"].rebuild()
    await failover.begin(run_type="live")
    await failover.press("noor", "start", 18)
    assert (child.stage, child.run_type) == ("active", "live")
    for task in child.tasks.values():
        await failover.patch("noor", f"runbooks/{child.id}/tasks/{task.id}/start")
        task.answers["81"] = "Pass"
        await failover.patch("noor", f"runbooks/{child.id}/tasks/{task.id}/finish")
    assert child.stage == "complete"
    assert (tasks["101018"].stage, tasks["101018"].completion_type) == ("complete", "complete_auto")


async def test_a_refused_start_forgets_its_choice(failover: People) -> None:
    task = failover.cutover.world.runbooks["101"].tasks["101010"]
    task.asks, task.predecessors = ["82"], []
    failover.cutover.world.live["101"].rebuild()
    await failover.begin()
    refused = await failover.press("dana", "start", 10, selected_successor_ids=[101011])
    assert refused.codes == ["missing_custom_field_value"]
    assert task.selected is None
