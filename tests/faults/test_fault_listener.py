"""A bug in the bot, or a listener that hangs: a sentence with a reference, a log line, and nothing else breaks."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from fault_world import ROLL, effects, held, read, signatures, stage_of, still_works
from stage import DANA, FAILOVER, SAM, Stage

from bot import app as app_module
from bot.actions import EditActions, RunbookActions, TaskActions
from bot.blocks import say
from bot.cutover import CutoverClient
from bot.outbox import Outbox
from handlers.cards import Cards

SORRY = re.compile(r"Something went wrong inside the bot \(reference ([0-9a-f]{8})\)")


async def boom(*_: Any, **__: Any) -> Any:
    raise KeyError("a bug with xoxb-secret in it")


async def test_a_bug_in_a_command(
    either: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(TaskActions, "start", boom)
        said = await either.command("/task start roll")
    found = SORRY.search(said)
    assert found
    assert "secret" not in said
    assert "before you repeat it" in said
    assert found[1] in capsys.readouterr().out
    assert either.slack.envelopes[-1].in_time
    assert effects(either) == []
    await still_works(either)


async def test_a_bug_behind_a_button_leaves_the_card(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await running.command("/task start roll")
    with monkeypatch.context() as patch:
        patch.setattr(TaskActions, "finish", boom)
        assert SORRY.search(await running.click("task.finish"))
    assert "You finished this" in await running.click("task.finish")
    await still_works(running)


async def test_a_bug_while_a_form_loads_ends_the_loading(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(CutoverClient, "get_runbook", boom)
        await running.command("/runbook status")
    assert SORRY.search(running.view_text())
    assert "One moment" not in running.view_text()
    await running.close()
    await still_works(running)


async def test_a_bug_behind_a_form(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await running.command("/task create")
    with monkeypatch.context() as patch:
        patch.setattr(EditActions, "create", boom)
        done = await running.submit({"name": {"input": "Check it"}})
    assert done["ok"], done
    assert SORRY.search(read(running))
    await still_works(running)


async def test_a_bug_while_a_run_starts_ends_the_loading(linked: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await linked.command("/runbook start")
    with monkeypatch.context() as patch:
        patch.setattr(RunbookActions, "start", boom)
        await linked.submit()
    assert SORRY.search(linked.view_text())
    assert effects(linked) == []
    await still_works(linked)


async def test_a_bug_in_a_menu_is_an_empty_menu(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await running.command("/task start")
    menu = running.showing("pick.task")
    with monkeypatch.context() as patch:
        patch.setattr(CutoverClient, "within", lambda *_: 1 / 0)
        found = await running.slack.options(DANA, "pick.task", "", channel=FAILOVER, message_ts=menu["ts"])
    assert found["options"] == []
    assert running.slack.envelopes[-1].in_time
    await still_works(running)


async def test_a_bug_after_the_effect_does_not_undo_it(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Cards, "task", boom)
        said = await running.command("/task start roll")
    assert SORRY.search(said)
    assert "Look at the task in Cutover" in said
    assert stage_of(running) == "in_progress"
    assert len(signatures(running)) == 1
    assert "You started this already" in await running.command("/task start roll")
    await still_works(running)


async def test_a_hanging_listener_holds_up_nobody(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    never, begun = asyncio.Event(), asyncio.Event()

    async def hang(*_: Any, **__: Any) -> None:
        begun.set()
        await never.wait()

    with monkeypatch.context() as patch:
        patch.setattr(TaskActions, "start", hang)
        await running.slack.command(DANA, FAILOVER, "/task", "start roll")
        await begun.wait()
    before = len(running.messages(SAM))
    await running.slack.command(SAM, FAILOVER, "/task", "show roll")
    await running.until(lambda: len(running.messages(SAM)) > before)
    assert ROLL in running.text(SAM)
    never.set()
    await running.settle()
    await still_works(running)


async def test_background_work_that_fails_begins_again(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await running.stop()
    outbox = Outbox
    failing = [KeyError("a bug"), KeyError("again")]
    run = outbox.run

    async def sometimes(self: Any) -> None:
        if failing:
            raise failing.pop()
        await run(self)

    monkeypatch.setattr(outbox, "run", sometimes)
    await running.start()
    await running.until(lambda: running.clock.advance(6) or not failing)
    await running.bot.outbox.put("news", FAILOVER, say.note("The run has started"))
    await running.until(lambda: running.clock.advance(6) or "The run has started" in read(running, SAM))
    await still_works(running)


async def test_what_hangs_at_the_end_is_left_to_the_next_start(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "DRAIN_SECONDS", 0.2)
    async with held(running, "/tasks") as gate:
        await running.slack.command(DANA, FAILOVER, "/task", "start roll")
        await running.until(lambda: gate.arrived)
        await running.stop()
    assert effects(running) == []
    await running.start()
    await running.until(lambda: "You started this" in read(running))
    await still_works(running)
    assert effects(running).count("PATCH start") == 1


async def test_too_much_at_once_is_refused_with_a_sentence(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.guard._MOST_AT_ONCE", 3)
    async with held(running, "/tasks") as gate:
        for number in range(4):
            await running.slack.command(DANA, FAILOVER, "/task", f"list {number}")
        await running.until(lambda: gate.arrived == 3)
        await running.until(lambda: "very busy" in read(running))
    await running.settle()
    assert read(running).count("very busy") == 1
    await still_works(running)


async def test_one_person_s_flood_is_slowed_down_and_others_are_served(
    running: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.shares.MOST", 3)
    async with held(running, "/tasks/.*") as gate:
        for number in range(10):
            await running.slack.command(DANA, FAILOVER, "/task", f"show 10100{number}")
        await running.until(lambda: gate.arrived and read(running).count("Slow down") == 7)
        await running.slack.command(SAM, FAILOVER, "/cutover", "help")
        await running.until(lambda: "/task start" in read(running, SAM))
    await running.settle()
    assert read(running).count("Slow down") == 7
    await still_works(running)
