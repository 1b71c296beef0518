"""Cutover answers with trouble: each is a sentence without Cutover's insides, and nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest
from fault_world import HTML, ROLL, effects, signatures, stage_of, still_works
from stage import Stage

WRITE = "/start$"
TROUBLE: list[tuple[int, dict[str, Any]]] = [
    (500, {"html": HTML}),
    (503, {}),
    (504, {"html": HTML}),
    (502, {"body": {}}),
]


@pytest.mark.parametrize(("status", "more"), TROUBLE)
async def test_a_read_is_tried_again_and_then_told(running: Stage, status: int, more: dict[str, Any]) -> None:
    running.cutover.order([{"method": "GET", "path": "/tasks", "times": 2, "do": {"status": status, **more}}])
    assert ROLL in await running.command("/task show roll")
    running.cutover.order([{"method": "GET", "path": "/core", "times": None, "do": {"status": status, **more}}])
    said = await running.command("/task show roll")
    assert f"internal error ({status})" in said
    assert "Secret" not in said
    assert effects(running) == []
    await still_works(running)


@pytest.mark.parametrize(("status", "more"), TROUBLE)
async def test_a_write_with_an_error_for_an_answer_is_looked_up(
    running: Stage, status: int, more: dict[str, Any]
) -> None:
    running.cutover.order([{"method": "PATCH", "path": WRITE, "do": {"status": status, **more}}])
    said = await running.command("/task start roll")
    assert "nothing was done" in said
    assert "Secret" not in said
    assert effects(running) == ["PATCH start"]
    assert "You started this" in await running.command("/task start roll")
    await still_works(running)


async def test_a_rate_limit_is_waited_out_and_the_write_sent_once_more(running: Stage) -> None:
    limit = {"status": 429, "headers": {"Retry-After": "2"}, "body": {"errors": [{"detail": "slow down"}]}}
    running.cutover.order([{"method": "PATCH", "path": WRITE, "do": limit}])
    assert "You started this" in await running.command("/task start roll")
    assert effects(running).count("PATCH start") == 2  # a 429 did certainly nothing
    assert stage_of(running) == "in_progress"
    assert len(signatures(running)) == 1


async def test_a_long_rate_limit_is_told_with_its_time(running: Stage) -> None:
    limit = {"status": 429, "headers": {"Retry-After": "40"}}
    running.cutover.order([{"path": WRITE, "times": None, "do": limit}])
    said = await running.command("/task start roll")
    assert "limiting how often" in said
    assert "40 s" in said or "1 min" in said, said
    assert stage_of(running) == "startable"
    running.clock.advance(60)
    await still_works(running)


async def test_a_card_that_cannot_be_read_does_not_make_a_start_undone(running: Stage) -> None:
    task = running.cutover.world.task_named(ROLL)
    task_type = {"path": "/task_types", "times": None, "do": {"status": 503}}
    running.cutover.order([task_type, {"path": r"/runbooks/\d+$", "times": None, "do": {"status": 503}}])
    said = await running.command(f"/task start {task.id}")
    assert "You started this" in said
    assert "Nothing was changed" not in said
    assert stage_of(running) == "in_progress"
    await still_works(running)


async def test_a_skip_whose_result_cannot_be_read_is_told_as_done(running: Stage) -> None:
    task = running.cutover.world.task_named(ROLL)
    running.cutover.order(
        [{"method": "GET", "path": f"/tasks/{task.id}$", "skip": 2, "times": 3, "do": {"status": 503}}]
    )
    said = await running.command(f"/task skip {task.id} not needed")
    assert "It was done" in said
    assert effects(running).count("PATCH skip") == 1
    assert stage_of(running) == "complete"
    await still_works(running)


async def test_a_signature_that_fails_is_added_later_once(running: Stage) -> None:
    running.cutover.order([{"method": "POST", "path": "/comments$", "do": {"cut": "before"}}])
    assert "You started this" in await running.command("/task start roll")
    assert signatures(running) == []
    running.clock.advance(30)
    await running.until(lambda: signatures(running))
    running.clock.advance(30)
    await still_works(running)
    assert len(signatures(running)) == 1


async def test_a_signature_that_may_be_there_is_not_added_twice(running: Stage) -> None:
    running.cutover.order([{"method": "POST", "path": "/comments$", "do": {"cut": "after"}}])
    await running.command("/task start roll")
    assert len(signatures(running)) == 1
    looks = len(running.cutover.requests)
    running.clock.advance(30)
    await running.until(lambda: any("comments" in seen.path for seen in running.cutover.requests[looks:]))
    await still_works(running)
    assert len(signatures(running)) == 1


async def test_unknown_is_said_and_settled_later(running: Stage) -> None:
    task = running.cutover.world.task_named(ROLL)
    read = {"method": "GET", "path": f"/tasks/{task.id}$", "skip": 1, "times": None, "do": {"status": 503}}
    running.cutover.order([{"method": "PATCH", "path": WRITE, "do": {"cut": "after"}}, read])
    said = await running.command("/task start " + task.id)
    assert "unknown whether this was done" in said
    assert "will tell you" in said
    again = await running.command("/task start roll")
    assert "503" in again or "no answer yet" in again, again
    assert effects(running).count("PATCH start") == 1
    running.cutover.forget_faults()
    running.clock.advance(30)
    await running.until(lambda: f"*{ROLL}* was started" in running.text())
    assert "Checked with Cutover" in running.text()
    await running.until(lambda: signatures(running))
    assert len(signatures(running)) == 1
    assert effects(running).count("PATCH start") == 1


async def test_unknown_that_did_not_happen_is_said_too(running: Stage) -> None:
    task = running.cutover.world.task_named(ROLL)
    read = {"method": "GET", "path": f"/tasks/{task.id}$", "skip": 1, "times": None, "do": {"status": 503}}
    running.cutover.order([{"method": "PATCH", "path": WRITE, "do": {"cut": "before"}}, read])
    assert "unknown whether" in await running.command("/task start " + task.id)
    running.cutover.forget_faults()
    running.clock.advance(30)
    await running.until(lambda: "did not happen" in running.text())
    assert "Repeat it if you still want it" in running.text() or "Repeat" in str(running.last()["blocks"])
    assert "You started this" in await running.command("/task start roll")


async def test_a_signature_that_failed_before_a_restart_is_added_after_it(running: Stage) -> None:
    running.cutover.order([{"method": "POST", "path": "/comments$", "do": {"cut": "before"}}])
    assert "You started this" in await running.command("/task start roll")
    await running.stop()
    assert signatures(running) == []
    await running.start()
    await running.until(lambda: signatures(running))
    await still_works(running)
    assert len(signatures(running)) == 1
