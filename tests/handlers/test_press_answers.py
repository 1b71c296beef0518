"""What Cutover answers to a press may lag behind, or name stages of its own: nobody is told that others must press."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from stage import Stage

ROLL = "Open the bridge and call the roll"


def _answer(stage: Stage, task_stage: str) -> dict[str, Any]:
    task = stage.cutover.world.task_named(ROLL)
    attributes = {"name": ROLL, "stage": task_stage, "start_requirements": "any_can_start"}
    return {"data": {"id": task.id, "type": "task", "attributes": attributes}}


async def test_an_answer_from_before_the_press_is_read_again(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    client = running.bot.client
    start = client.start_runbook_task

    async def behind(runbook_id: str, task_id: str, **more: Any) -> Any:
        before = await client.get_runbook_task(runbook_id, task_id)
        await start(runbook_id, task_id, **more)
        return before

    monkeypatch.setattr(client, "start_runbook_task", behind)
    said = await running.command("/task start roll")
    assert "You started this" in said
    assert "Running" in orjson.dumps(running.last()["blocks"]).decode()


async def test_a_start_that_cutover_has_yet_to_carry_out_is_told_so(running: Stage) -> None:
    taken = {"status": 200, "body": _answer(running, "startable")}
    running.cutover.order([{"method": "PATCH", "path": "/start$", "do": taken}])
    said = await running.command("/task start roll")
    assert "Cutover took it, and does not show this task as started yet" in said
    assert "thers have to press" not in said


async def test_a_stage_of_cutovers_own_after_the_press_is_a_start(running: Stage) -> None:
    taken = {"status": 200, "body": _answer(running, "dispatched")}
    running.cutover.order([{"method": "PATCH", "path": "/start$", "do": taken}])
    assert "You started this" in await running.command("/task start roll")
