"""With a token connected a person's wish is carried out as that person, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from connect_steps import connect, linked_stage, rows
from stage import DANA, IVAN, MEI, SAM, Stage
from task_steps import EVERYBODY, ROLL, comments, presses, reach, task_named

from bot.identity.vault import make_key

RUNBOOK = "DC North to DC South fail-over"


@pytest.fixture
async def linked(tmp_path: Path) -> AsyncIterator[Stage]:
    async with linked_stage(tmp_path) as stage:
        yield stage


def assign(stage: Stage, name: str, *people: str) -> None:
    task_named(stage, name).people[:] = [stage.cutover.world.person(one).id for one in people]


def writers(stage: Stage, pattern: str = "/tasks/") -> list[str | None]:
    return [seen.person for seen in stage.writes(pattern)]


async def test_a_press_is_the_persons_own_without_override_and_without_a_comment(linked: Stage) -> None:
    assign(linked, ROLL, "sam")
    await connect(linked)
    assert "You started this" in await linked.command("/task start roll", user=SAM)
    assert "You finished this" in await linked.command("/task finish roll", user=SAM)
    assert writers(linked) == ["sam", "sam"]
    assert [meta for _, meta in presses(linked)] in ([None, None], [{}, {}])
    assert comments(linked, ROLL) == []


async def test_who_is_not_assigned_is_refused_even_as_an_operator(linked: Stage) -> None:
    assign(linked, ROLL, "sam")
    await connect(linked, DANA)
    said = await linked.command("/task start roll")
    assert "you are not among them" in said
    assert task_named(linked, ROLL).stage == "startable"
    assert "You started this" in await linked.command("/task start roll override")
    assert writers(linked) == ["dana", "dana"]


async def test_everyone_must_start_is_pressed_by_each_of_them(linked: Stage) -> None:
    task = reach(linked, EVERYBODY)
    assign(linked, EVERYBODY, "sam", "ivan")
    await connect(linked, SAM)
    await connect(linked, IVAN)
    assert "Counted. Others have to press too" in await linked.command("/task start everybody", user=SAM)
    said = await linked.command("/task start everybody", user=SAM)
    assert "You have pressed already. Others have to press too" in said
    assert "✅ Sam Reyes · ⬜ Ivan Petrov" in said
    assert "✅ Sam Reyes · ⬜ Ivan Petrov" in await linked.command("/task why everybody")
    assert task.stage == "startable"
    assert "You started this" in await linked.command("/task start everybody", user=IVAN)
    assert task.stage == "in_progress"
    assert set(writers(linked)) == {"sam", "ivan"}


async def test_who_started_it_finishes_it(linked: Stage) -> None:
    name = "Promote DC South database cluster"
    task = reach(linked, name)
    assign(linked, name, "sam", "mei")
    await connect(linked, SAM)
    await connect(linked, MEI)
    await linked.command("/task start promote", user=SAM)
    assert "Only the person who started this task" in await linked.command("/task finish promote", user=MEI)
    await linked.command("/task finish promote", user=SAM)
    assert task.stage == "complete"


async def test_a_comment_is_the_persons_own(linked: Stage) -> None:
    await connect(linked)
    await linked.command("/task comment roll all are here", user=SAM)
    await linked.command("/runbook comment going well", user=SAM)
    made = linked.cutover.world.comments["101"][-2:]
    assert {one.author_id for one in made} == {linked.cutover.world.person("sam").id}
    assert not any("Slack" in one.content for one in made)
    assert [row["proven"] for row in await rows(linked)] == [True]


async def test_a_skip_and_a_status_are_the_persons_own(linked: Stage) -> None:
    await connect(linked, DANA)
    await linked.command("/task skip roll nobody is there")
    assert comments(linked, ROLL) == ["nobody is there"]
    await linked.command("/runbook status amber slow network")
    assert writers(linked, r"/runbooks/101$|/skip$") == ["dana", "dana"]


async def test_with_somebody_elses_token_the_first_comment_ends_the_connection(linked: Stage) -> None:
    assert "Connected as" in await connect(linked, SAM, linked.cutover.tokens["mei"])
    said = await linked.command("/runbook comment who am I", user=SAM)
    assert "is not yours" in said
    assert [row["sealed"] for row in await rows(linked)] == [None]


async def test_a_refused_token_stops_everything_and_nobody_else_does_it(linked: Stage) -> None:
    assign(linked, ROLL)
    await connect(linked)
    linked.cutover.world.person("sam").archived = True
    for line in (
        "/task start roll",
        "/task comment roll hello",
        "/runbook status red",
        "/task assign roll mei.lin@harbour.example",
    ):
        said = await linked.command(line, user=SAM)
        assert "does not accept your own token any more" in said, line
        assert "/cutover connect" in said
    assert linked.writes("") == [one for one in linked.writes("") if one.person != "bot"]
    assert task_named(linked, ROLL).stage == "startable"
    await linked.command("/cutover disconnect", user=SAM)
    assert "You started this" in await linked.command("/task start roll", user=SAM)


async def test_a_token_revoked_between_the_look_and_the_press_changes_nothing(linked: Stage) -> None:
    assign(linked, ROLL, "sam")
    await connect(linked)
    linked.cutover.order([{"method": "PATCH", "do": {"status": 401}}])
    assert "does not accept your own token" in await linked.command("/task start roll", user=SAM)
    assert "You started this" in await linked.command("/task start roll", user=SAM)


async def test_a_restart_with_the_same_keys_keeps_people_connected(linked: Stage) -> None:
    assign(linked, ROLL, "sam")
    await connect(linked)
    await linked.stop()
    await linked.start()
    assert "You started this" in await linked.command("/task start roll", user=SAM)
    assert writers(linked) == ["sam"]


async def test_an_old_key_still_opens_and_the_new_one_seals(linked: Stage) -> None:
    assign(linked, ROLL, "sam")
    old, new = linked.given["bot_encryption_keys"], make_key("k2")
    await connect(linked)
    await linked.stop()
    linked.given["bot_encryption_keys"] = f"{new},{old}"
    await linked.start()
    await linked.command("/task start roll", user=SAM)
    linked.given["bot_encryption_keys"] = new
    await linked.stop()
    await linked.start()
    assert "You finished this" in await linked.command("/task finish roll", user=SAM)
    assert writers(linked) == ["sam", "sam"]


@pytest.mark.parametrize("key_id", [None, "k1", "other"])
async def test_without_the_right_key_the_bot_does_not_act_instead(linked: Stage, key_id: str | None) -> None:
    assign(linked, ROLL)
    await connect(linked)
    await linked.stop()
    linked.given["bot_encryption_keys"] = make_key(key_id) if key_id else None
    await linked.start()
    said = await linked.command("/task start roll", user=SAM)
    assert "cannot be opened" in said or "no longer has" in said
    assert presses(linked) == []
    assert "You started this" in await linked.command("/task start roll", user=IVAN), "the others work on"


async def test_without_keys_and_without_anybody_connected_it_works_as_ever(linked: Stage) -> None:
    await linked.stop()
    linked.given["bot_encryption_keys"] = None
    await linked.start()
    assert "You started this" in await linked.command("/task start roll")
    assert set(writers(linked)) == {"bot"}


async def test_service_mode_off_leaves_writing_to_connected_people(tmp_path: Path) -> None:
    async with linked_stage(tmp_path, bot_service_mode="off") as stage:
        assign(stage, ROLL, "sam")
        said = await stage.command("/task start roll", user=SAM)
        assert "everybody acts with their own" in said
        assert "/cutover connect" in said
        assert presses(stage) == []
        assert ROLL in await stage.command("/task list", user=SAM)
        await connect(stage)
        assert "You started this" in await stage.command("/task start roll", user=SAM)


@pytest.mark.parametrize(("run_type", "done"), [("rehearsal", True), ("live", False)])
async def test_service_mode_for_rehearsals_only(tmp_path: Path, run_type: str, done: bool) -> None:
    async with linked_stage(tmp_path, run_type, bot_service_mode="rehearsal") as stage:
        assign(stage, ROLL)
        said = await stage.command("/task start roll")
        assert ("You started this" in said) is done
        assert ("In a live run everybody acts" in said) is not done
        assert bool(presses(stage)) is done


async def test_in_service_mode_who_cannot_press_is_told_to_connect(linked: Stage) -> None:
    said = await linked.command("/task start roll", user=SAM)
    assert "the bot's own user is not among them" in said
    assert "/cutover connect" in said
