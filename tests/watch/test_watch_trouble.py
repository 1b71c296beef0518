"""What the watch does when Cutover is down, half there, slow to like us, or when the bot itself comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from stage import GENERAL
from watching import RUNBOOK, Watching, open_watching

from bot.model.hearing import Kind

DOWN = {"path": "runbooks/101", "method": "GET", "times": None, "do": {"status": 503}}


async def fail(watching: Watching, polls: int) -> None:
    for _ in range(polls):
        await watching.poll(70)


async def test_when_cutover_is_down_there_is_one_notice_and_one_of_recovery(watching: Watching) -> None:
    watching.stage.cutover.order([DOWN])
    await fail(watching, 2)
    assert watching.telling("No news of") == []
    await fail(watching, 4)
    assert len(watching.telling("No news of")) == 1
    assert "Not up to date" in watching.board()
    watching.stage.cutover.forget_faults()
    await fail(watching, 2)
    assert len(watching.telling("is seen again")) == 1
    assert "Not up to date" not in watching.board()
    assert len(watching.telling("No news of")) == 1


async def test_what_changed_meanwhile_is_told_after_the_recovery(watching: Watching) -> None:
    watching.stage.cutover.order([DOWN])
    await fail(watching, 3)
    watching.colleague("mei", "status", stream="Database", status="red")
    watching.stage.cutover.forget_faults()
    await fail(watching, 1)
    told = [n for n, text in enumerate(watching.posts()) if "seen again" in text or "*Database*: off → red" in text]
    assert len(told) == 2
    assert "seen again" in watching.posts()[told[0]]


@pytest.mark.parametrize("how", ["truncated", "html", "empty", "loop", "nulls"])
async def test_a_broken_page_announces_nothing_and_removes_nothing(tmp_path: Path, how: str) -> None:
    async with open_watching(tmp_path, world="generate:runbooks=1,tasks=250", words="generated") as watching:
        before = watching.posts()
        watching.stage.cutover.order([{"path": "tasks", "times": None, "do": {"break_page": 2, "how": how}}])
        await watching.poll(1_000)  # a sweep is due
        await watching.poll(10)
        assert watching.posts() == before
        watching.stage.cutover.forget_faults()
        await watching.poll(70)
        assert watching.posts() == before


async def test_a_limit_slows_the_watch_and_leaves_the_rest_to_commands(watching: Watching) -> None:
    watching.stage.cutover.order(
        [{"path": "streams", "times": 1, "do": {"status": 429, "headers": {"Retry-After": "1"}}}]
    )
    await watching.poll(5)
    watching.stage.cutover.requests.clear()
    await watching.poll(3)
    assert watching.reads == []
    await watching.poll(6)
    assert watching.reads != []
    assert watching.telling("No news of") == []


async def test_a_restart_goes_on_where_it_was_without_repeating(watching: Watching) -> None:
    watching.colleague("mei", "status", stream="Database", status="amber")
    await watching.see()
    watching.colleague("mei", "status", stream="Database", status="red")
    watching.watch = watching.new_watch("second")
    await watching.see()
    await watching.see()
    assert len(watching.telling("*Database*: off → amber")) == 1
    assert len(watching.telling("*Database*: amber → red")) == 1


async def test_two_replicas_tell_it_once(watching: Watching) -> None:
    other = watching.new_watch("other")
    for status in ("amber", "red", "green"):
        watching.colleague("mei", "status", stream="Database", status=status)
        watching.clock.advance(5)
        await watching.watch.poll_due()
        await other.poll_due()
        watching.clock.advance(5)
        await other.poll_due()
    await watching.delivered()
    assert len(watching.telling("*Database*")) == 3


async def test_an_unlinked_runbook_is_not_polled(watching: Watching) -> None:
    await watching.stage.command("/cutover unlink")
    watching.stage.cutover.requests.clear()
    await watching.poll(1_000)
    assert watching.reads == []


async def test_a_second_channel_gets_its_board_at_the_next_poll(watching: Watching) -> None:
    await watching.stage.link(channel="C0GENERAL01")
    await watching.see()
    assert "DC North" in watching.board("C0GENERAL01")


async def test_without_a_board_wanted_there_is_none(watching: Watching) -> None:
    await watching.hear("C0DCFAILOVR", kinds=(Kind.STREAM_STATUS,))
    before = watching.board()
    watching.colleague("mei", "status", stream="Database", status="red")
    await watching.see()
    await watching.poll(30)
    assert watching.board() == before


async def test_a_runbook_that_is_gone_is_said_once_and_asked_for_seldom(watching: Watching) -> None:
    watching.stage.cutover.order([{**DOWN, "do": {"status": 404}}])
    await fail(watching, 5)
    (notice,) = watching.telling("No news of")
    assert "not" in notice
    watching.stage.cutover.requests.clear()
    await watching.poll(10)
    assert watching.reads == []
    assert RUNBOOK


async def test_the_archive_hears_of_what_is_new_and_of_what_nobody_is_told(watching: Watching) -> None:
    """A first reading may hold more than the archive has; a comment or a description moves `updated_at` alone."""
    heard: list[str] = []
    watch = watching.new_watch("fresh")
    watch.changed = heard.append
    watching.watch = watch
    world = watching.stage.cutover.world
    task = next(iter(world.runbooks[RUNBOOK].tasks.values()))
    await watching.see()
    heard.clear()
    before = len(watching.posts())
    watching.stage.cutover.clock.advance(1)
    task.description = "Use the other bridge"
    world.live[RUNBOOK].touch(task, world.now())
    await watching.see()
    assert (heard, len(watching.posts())) == ([RUNBOOK], before)
    await watching.see()
    assert heard == [RUNBOOK]


async def test_the_archive_hears_of_a_first_reading(planned: Watching) -> None:
    heard: list[str] = []
    planned.watch.changed = heard.append
    await planned.stage.link("return", channel=GENERAL)
    await planned.poll(5)
    (other,) = {link.runbook_id for link in planned.stage.bot.links.all()} - {RUNBOOK}
    assert heard == [other]
