"""Cutover takes its time: Slack is answered at once, forms open before Cutover is asked, menus come in time."""

from __future__ import annotations

import asyncio

import pytest
from fault_world import ROLL, effects, held, still_works
from stage import DANA, FAILOVER, IVAN, SAM, Stage

from handlers import patience


async def test_a_command_is_acknowledged_before_cutover_answers(either: Stage) -> None:
    async with held(either, "/tasks") as gate:
        done = await either.slack.command(DANA, FAILOVER, "/task", "start roll")
        envelope = either.slack.envelopes[-1]
        assert envelope.acked
        assert envelope.in_time
        await either.until(lambda: gate.arrived)
        assert not either.bot.idle
        assert done["ok"], done
    await either.settle()
    assert "You started this" in either.text()
    await still_works(either)


async def test_a_button_is_acknowledged_while_the_write_hangs(either: Stage) -> None:
    await either.command("/task start roll")
    card = either.showing("task.finish")
    async with held(either, "/finish$", "PATCH", after=True) as gate:
        await either.slack.click(DANA, action_id="task.finish", channel=FAILOVER, message_ts=card["ts"])
        assert either.slack.envelopes[-1].acked
        await either.until(lambda: gate.arrived)
        assert ROLL in await _show_while_it_hangs(either)
    await either.settle()
    assert "You finished this" in str(either.messages())
    assert effects(either).count("PATCH finish") == 1


async def _show_while_it_hangs(stage: Stage) -> str:
    """Somebody else's command, answered while the other one hangs."""
    before = len(stage.messages(SAM))
    await stage.slack.command(SAM, FAILOVER, "/task", "show roll")
    await stage.until(lambda: len(stage.messages(SAM)) > before)
    return stage.text(SAM)


FORMS = ["/runbook start", "/runbook pause", "/runbook status", "/runbook edit", "/runbook create", "/runbook comment"]


async def test_a_form_opens_as_a_loading_view_before_cutover_is_asked(running: Stage) -> None:
    for line in (*FORMS, "/task comment roll", "/task edit roll", "/task create"):
        name, _, text = line.partition(" ")
        async with held(running, "/core/") as gate:
            await running.slack.command(DANA, FAILOVER, name, text)
            await running.until(lambda gate=gate: gate.arrived)
            assert "One moment" in running.view_text(), line
        await running.settle()
        assert "One moment" not in running.view_text(), line
        await running.close()
        await still_works(running)


async def test_the_form_of_a_button_opens_as_a_loading_view(running: Stage) -> None:
    await running.command("/task show roll")
    async with held(running, "/core/") as gate:
        card = running.showing("task.comment")
        await running.slack.click(DANA, action_id="task.comment", channel=FAILOVER, message_ts=card["ts"])
        await running.until(lambda: gate.arrived)
        assert "One moment" in running.view_text()
    await running.settle()
    assert "One moment" not in running.view_text()


async def test_a_form_closed_while_it_loads_is_let_go(running: Stage) -> None:
    async with held(running, "/core/") as gate:
        await running.slack.command(DANA, FAILOVER, "/runbook", "edit")
        await running.until(lambda: gate.arrived)
        await running.close()
    await running.settle()
    assert running.slack.screen(DANA)["views"] == []
    await still_works(running)


async def test_the_start_of_a_run_is_acknowledged_with_a_loading_view(linked: Stage) -> None:
    await linked.command("/runbook start")
    async with held(linked, "/start$", "PATCH") as gate:
        done = await linked.slack.submit(DANA, view_id=linked.view()["id"], values={})
        assert done["answer"]["response_action"] == "update"
        await linked.until(lambda: gate.arrived)
        assert "One moment" in linked.view_text()
    await linked.settle()
    assert "One moment" not in linked.view_text()


async def test_a_result_whose_modal_was_closed_is_said(linked: Stage) -> None:
    await linked.command("/runbook start")
    refusal = {"errors": [{"code": "already_actioned", "detail": "no"}]}
    linked.cutover.order([{"method": "PATCH", "path": "/start$", "do": {"status": 422, "body": refusal}}])
    async with held(linked, "/start$", "PATCH") as gate:
        await linked.slack.submit(DANA, view_id=linked.view()["id"], values={})
        await linked.until(lambda: gate.arrived)
        linked.cutover.order([{"path": "/core/runbooks/", "do": {"status": 503}, "times": None}])
        await linked.close()
    await linked.settle()
    assert "Cutover" in linked.text()
    await still_works(linked)


async def test_a_menu_is_answered_empty_when_cutover_is_slow(running: Stage) -> None:
    await running.command("/task start")
    menu = running.showing("pick.task")
    async with held(running, "/tasks"):
        found = await running.slack.options(DANA, "pick.task", "roll", channel=FAILOVER, message_ts=menu["ts"])
    assert found["options"] == []
    assert running.slack.envelopes[-1].in_time
    assert running.slack.envelopes[-1].ack_ms < 2_100
    found = await running.slack.options(DANA, "pick.task", "roll", channel=FAILOVER, message_ts=menu["ts"])
    assert [option["text"]["text"] for option in found["options"]], found


async def test_one_slow_person_holds_up_nobody_else(running: Stage) -> None:
    await running.command("/task start roll")
    async with held(running, "/finish$", "PATCH") as gate:
        await asyncio.gather(
            running.slack.command(DANA, FAILOVER, "/task", "finish roll"),
            running.slack.command(SAM, FAILOVER, "/task", "finish roll"),
        )
        await running.until(lambda: gate.arrived)
        before = len(running.messages(IVAN))
        await running.slack.command(IVAN, FAILOVER, "/task", "list running")
        await running.until(lambda: len(running.messages(IVAN)) > before)
        assert ROLL in running.text(IVAN)
    await running.settle()
    assert effects(running).count("PATCH finish") == 1


WORD = "This takes long"


async def test_who_waits_reads_so_once_and_then_the_answer(either: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SECONDS", 0.0)
    async with held(either, "/tasks") as gate:
        await either.slack.command(DANA, FAILOVER, "/task", "start roll")
        await either.until(lambda: gate.arrived and WORD in either.text())
        assert WORD not in either.text(SAM)
    await either.settle()
    assert "You started this" in either.text()
    assert sum(WORD in message["text"] for message in either.messages()) == 1
    assert effects(either).count("PATCH start") == 1


async def test_an_answer_in_time_comes_alone(running: Stage) -> None:
    await running.command("/task show roll")
    assert WORD not in str(running.messages())
