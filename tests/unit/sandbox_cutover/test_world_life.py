"""The world over time: the state file, colleagues at work, speed, and worlds of any size."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.cutover import EmbeddedCutover
from bot.sandbox.cutover.command import read_faults, table

from .conftest import People


async def test_the_state_file_brings_the_world_back(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    async with EmbeddedCutover("small", state=file) as cutover, aiohttp.ClientSession() as session:
        people = People(cutover, session)
        await people.begin()
        await people.press("ivan", "start", 2)
        cutover.clock.advance(500)
        before = (await people.get("dana", "runbooks/101/tasks?forecast=true")).data
    assert not list(tmp_path.glob("*.new"))
    async with EmbeddedCutover("small", state=file) as cutover, aiohttp.ClientSession() as session:
        people = People(cutover, session)
        after = (await people.get("dana", "runbooks/101/tasks?forecast=true")).data
        assert [each["attributes"]["stage"] for each in after] == [each["attributes"]["stage"] for each in before]
        assert (await people.press("ivan", "finish", 2)).stage == "complete"
    file.write_text("{}")
    with pytest.raises(ValueError, match="no saved world"):
        EmbeddedCutover("small", state=file)


async def test_colleagues_do_their_part_and_leave_the_visitors() -> None:
    async with EmbeddedCutover(speed=0.001) as cutover, aiohttp.ClientSession() as session:
        people = People(cutover, session)
        world = cutover.world
        runbook = world.runbooks["101"]
        visitors = [task for task in runbook.tasks.values() if task.visitor]
        assert 10 <= len(visitors) <= 14
        await people.begin()
        for _ in range(20):
            cutover.clock.advance(600)
            await cutover.tick()
        assert {task.stage for task in visitors} <= {"default", "startable"}
        assert {task.number for task in visitors if task.stage == "startable"} == {1, 2, 3}
        done = {task.number for task in runbook.tasks.values() if task.stage == "complete"}
        assert {4, 5, 6, 7} <= done
        for _ in range(40):  # a visitor who does what is left to them brings the run to its end
            for task in visitors:
                await people.done(task.number) if task.stage in ("startable", "in_progress") else None
            cutover.clock.advance(900)
            await cutover.tick()
        assert runbook.stage == "complete"
        assert any(stream.status == "green" for stream in runbook.streams.values())
        assert any(log.key == "stream.updated" for log in world.logs)


async def test_at_speed_the_world_moves_and_saves_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    async with EmbeddedCutover("small", speed=7200, state=file) as cutover, aiohttp.ClientSession() as session:
        people = People(cutover, session)
        await people.begin()
        async with asyncio.timeout(20):
            done: set[str] = set()
            while not {"101002", "101003"} <= done or not file.exists():
                listed = await people.get("rosa", "runbooks/101/tasks?stage=complete")
                done = {task["id"] for task in listed.data}
        assert "101001" not in done  # the visitor's
    assert b'"stage":"complete"' in file.read_bytes()


async def test_a_big_world_answers_pages_from_what_it_has_written() -> None:
    async with (
        EmbeddedCutover("generate:runbooks=2,tasks=1500,streams=5,seed=3") as cutover,
        aiohttp.ClientSession() as session,
    ):
        people = People(cutover, session)
        assert len(cutover.world.tasks) == 3000
        first = (await people.get("dana", "runbooks/1002/tasks?page[size]=100")).body
        assert first["meta"]["page"] == {"offset": 0, "limit": 100, "total": 1500}
        live = cutover.world.live["1002"]
        assert len(live.cache) == 100
        await people.begin("1002")
        runbook = cutover.world.runbooks["1002"]
        await people.get("dana", "runbooks/1002/tasks?page[size]=100")
        task = next(each for each in runbook.tasks.values() if each.stage == "startable")
        await people.patch("dana", f"runbooks/1002/tasks/{task.id}/start", {"meta": {"override": True}})
        kept = {tid for tid, written in live.cache.items() if any(key.startswith("plain") for key in written)}
        assert task.id not in kept  # only what changed is written anew
        assert len(kept) == 99


def test_unknown_worlds_are_named() -> None:
    with pytest.raises(ValueError, match="failover, small"):
        EmbeddedCutover(world="atlantis")


def test_fault_files_and_the_table_of_people(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text('{"faults": [{"do": {"delay": 2}}]}')
    assert read_faults(file) == [{"do": {"delay": 2}}]
    cutover = EmbeddedCutover(world="small")
    text = table(cutover)
    assert cutover.tokens["rosa"] in text
    assert "archived" in text
