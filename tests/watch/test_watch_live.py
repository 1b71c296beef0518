"""The watch on its own: woken by Cutover's webhooks and by presses, late tasks, and very much at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web
from stage import DANA
from watching import EVERYTHING, ROLL, RUNBOOK, Watching, open_watching

from bot.sandbox.cutover import runs
from bot.sandbox.cutover.events import Sender
from bot.watch.events import PATH, Events


@asynccontextmanager
async def going(watching: Watching) -> AsyncIterator[None]:
    """The watch's own loop."""
    task = asyncio.create_task(watching.watch.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def hooked(watching: Watching, secret: str = "hook-s3cret") -> AsyncIterator[Sender]:
    """Cutover posts its events to the bot's door."""
    app = web.Application()
    Events("hook-s3cret", watching.watch.hear).add_to(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sender = Sender(f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}", secret)
    sender.listen(watching.stage.cutover.world)
    await sender.start()
    try:
        yield sender
    finally:
        await sender.close()
        await runner.cleanup()


async def test_a_webhook_brings_the_news_though_no_poll_is_due(watching: Watching) -> None:
    async with going(watching), hooked(watching) as sender:
        watching.colleague("mei", "status", stream="Database", status="red")
        await watching.stage.until(lambda: watching.telling("*Database*: off → red"))
        assert sender.sent == [("stream.updated", 204)]


async def test_who_did_it_in_cutover_is_named_and_not_pinged(watching: Watching) -> None:
    await watching.hear(kinds=EVERYTHING)
    async with going(watching), hooked(watching):
        watching.colleague("dana", "start", task=ROLL, override=True)
        await watching.stage.until(lambda: "Started by Dana Okafor" in "".join(watching.telling(ROLL)))
        watching.colleague("dana", "finish", task=ROLL, override=True)
        await watching.stage.until(lambda: "Finished by Dana Okafor" in "".join(watching.telling(ROLL)))
    assert f"<@{DANA}>" not in "".join(watching.posts()[1:])


async def test_a_webhook_with_another_secret_wakes_nobody(watching: Watching) -> None:
    async with going(watching), hooked(watching, "wrong") as sender:
        watching.stage.cutover.requests.clear()
        watching.colleague("mei", "status", stream="Database", status="red")
        await sender.idle()
        assert sender.sent == [("stream.updated", 401)]
        assert watching.reads == []


async def test_without_webhooks_the_next_poll_brings_it(watching: Watching) -> None:
    async with going(watching):
        watching.colleague("mei", "status", stream="Database", status="red")
        watching.clock.advance(6)
        await watching.stage.until(lambda: watching.telling("*Database*: off → red"))


async def test_a_hundred_events_are_few_polls(watching: Watching) -> None:
    async with going(watching), hooked(watching) as sender:
        watching.stage.cutover.requests.clear()
        for n in range(100):
            watching.colleague("mei", "status", stream="Database", status="red" if n % 2 else "amber")
        await sender.idle()
        watching.clock.advance(6)
        await watching.stage.until(lambda: watching.telling("red"))
        assert sum(path.endswith(f"runbooks/{RUNBOOK}") for path in watching.reads) <= 10


async def test_a_task_that_runs_over_its_time_is_late_once(watching: Watching) -> None:
    watching.colleague("dana", "start", task=ROLL, override=True)
    await watching.see()
    await watching.poll(86_400)
    await watching.poll(600)
    late = [text for text in watching.telling("*Late*") if ROLL in text]
    assert len(late) == 1


async def test_five_thousand_changes_are_one_post(tmp_path: Path) -> None:
    world = "generate:runbooks=1,tasks=5000"
    async with open_watching(tmp_path, world=world, words="generated") as watching:
        runbook = watching.stage.cutover.world.runbooks["1001"]
        waiting = [task for task in runbook.tasks.values() if task.stage == "default"]
        before = watching.posts()
        watching.stage.cutover.clock.advance(5)
        for number, task in enumerate(waiting):
            task.stage = "complete" if number < 3_000 else "in_progress"
            task.completion_type = "complete_normal" if number < 3_000 else None
            watching.stage.cutover.world.live["1001"].touch(task, watching.stage.cutover.world.now())
        await watching.poll(10)
        (post,) = [text for text in watching.posts() if text not in before]
        assert f"{len(waiting):,} changes at once" in post
        assert f"{len(waiting) - 3_000:,} started · 3,000 finished" in post


async def test_in_a_pause_the_pause_is_behind_it(watching: Watching) -> None:
    for pause in (False, True):
        if pause:
            world = watching.stage.cutover.world
            runs.pause(world, world.runbooks[RUNBOOK], world.person("dana"), "")
        for seconds in (15, 900 if pause else 15):
            watching.stage.cutover.clock.advance(seconds)
            await watching.stage.cutover.tick()
            await watching.poll(seconds)
            await watching.watch._telling.outlooks.settle()
    assert "while the run was paused" in await watching.stage.command("/runbook path")


async def test_the_board_marks_what_decides_the_end_and_tells_what_moved_it(watching: Watching) -> None:
    async def later(seconds: float) -> None:
        watching.stage.cutover.clock.advance(seconds)
        await watching.stage.cutover.tick()
        await watching.poll(seconds)
        await watching.watch._telling.outlooks.settle()

    await later(15)
    await later(15)
    path = await watching.stage.command("/runbook path")
    marked = [line for line in watching.board().splitlines() if "decides the end" in line]
    assert marked
    assert all(line.partition("•")[2].partition(" · ")[0].strip() in path for line in marked)
    await later(1500)
    await later(15)
    assert "The end moved" in watching.board()
    assert "because of" in watching.board()
