"""Slack's deliveries go wrong: repeated, dropped, over a connection that breaks. One effect, one answer."""

from __future__ import annotations

import asyncio

import pytest
from fault_world import ROLL, effects, held, read, signatures, stage_of, still_works
from stage import DANA, FAILOVER, Stage

from bot.slack import socket as socket_module

SLASH = "slash_commands"


async def doubled(stage: Stage, kind: str = "interactive", times: int = 2) -> None:
    await stage.slack.order([{"on": "delivery", "kind": kind, "do": {"duplicate": times}}])


async def reset(stage: Stage) -> None:
    """Cut the connection and wait for the next one."""
    before = connections(stage)
    await stage.slack.order([{"on": "socket", "do": {"reset": True}}])
    await stage.until(lambda: set(connections(stage)) - set(before))
    await stage.until(stage.bot.socket.connected.is_set)


def connections(stage: Stage) -> list[object]:
    return list(stage.slack._ws.delivery.sockets.connections)


async def test_a_command_delivered_three_times_is_one_effect_and_one_answer(either: Stage) -> None:
    await doubled(either, SLASH)
    said = await either.command("/task start roll")
    await either.settle()
    assert said.count("You started this") == 1
    assert read(either).count("You started this") == 1
    assert effects(either).count("PATCH start") == 1
    assert len(signatures(either)) == 1
    await still_works(either)


async def test_a_repeated_command_that_may_be_repeated_on_purpose_is_one_comment(either: Stage) -> None:
    await doubled(either, SLASH)
    await either.command("/task comment roll hello there")
    assert len(signatures(either, "hello there")) == 1
    await either.command("/task comment roll hello there")
    assert len(signatures(either, "hello there")) == 2
    await still_works(either)


async def test_a_button_delivered_twice(either: Stage) -> None:
    await either.command("/task start roll")
    await doubled(either)
    assert "You finished this" in await either.click("task.finish")
    assert effects(either).count("PATCH finish") == 1
    await still_works(either)


async def test_a_submission_delivered_twice_is_answered_the_same(either: Stage) -> None:
    await either.command("/task create")
    view = either.view()
    await doubled(either)
    done = await either.slack.submit(DANA, view_id=view["id"], values={"name": {"input": "Check it"}})
    assert done["ok"], done
    await either.settle()
    await either.until(lambda: all(attempt.ack_ms is not None for attempt in either.slack.envelopes[-1].attempts))
    assert effects(either).count("POST tasks") == 1
    assert read(either).count("You created this") == 1
    await still_works(either)


async def test_the_start_of_a_run_delivered_twice_is_one_start(linked: Stage) -> None:
    await linked.command("/runbook start")
    await doubled(linked)
    await linked.submit()
    await still_works(linked)
    assert effects(linked).count("PATCH start") == 1


async def test_a_shortcut_delivered_twice_opens_one_form(running: Stage) -> None:
    sent = await running.slack.message(DANA, FAILOVER, "Power is back")
    ts = sent.get("ts") or sent["message"]["ts"]
    await doubled(running)
    await running.slack.shortcut(DANA, "comment_from_message", channel=FAILOVER, message_ts=ts)
    await running.settle()
    assert len(running.slack.screen(DANA)["views"]) == 1
    assert "Power is back" in running.view_text()
    assert [call.method for call in running.slack.calls].count("views.open") == 1


async def test_a_repeat_that_comes_while_the_first_is_at_work_waits_for_nothing(running: Stage) -> None:
    async with held(running, "/start$", "PATCH") as gate:
        await doubled(running, SLASH, 3)
        await running.slack.command(DANA, FAILOVER, "/task", "start roll")
        await running.until(lambda: gate.arrived)
        envelope = running.slack.envelopes[-1]
        await running.until(lambda: len([a for a in envelope.attempts if a.ack_ms is not None]) == 4)
    await running.settle()
    assert effects(running).count("PATCH start") == 1


async def test_a_repeat_after_a_restart_is_known(running: Stage) -> None:
    await running.command("/task comment roll hello there")
    payload = running.slack.envelopes[-1].payload
    await running.stop()
    await running.start()
    before = len(running.messages())
    reply = await running.bot.front.receive("command", payload)
    await running.settle()
    assert reply.status == 200
    assert len(running.messages()) == before
    assert len(signatures(running, "hello there")) == 1
    await still_works(running)


async def test_a_dropped_delivery_leaves_nothing_half_done(running: Stage) -> None:
    await running.slack.order([{"on": "delivery", "kind": SLASH, "do": {"drop": True}}])
    typing = asyncio.create_task(running.slack.command(DANA, FAILOVER, "/task", "start roll"))
    await running.until(lambda: len(running.slack.envelopes) > 1 and not running.slack.envelopes[-1].attempts)
    await running.until(lambda: running.slack.clock.advance(1) or typing.done())
    assert not running.slack.envelopes[-1].acked
    assert effects(running) == []
    assert stage_of(running) == "startable"
    await still_works(running)


async def test_a_connection_reset_between_commands(running: Stage) -> None:
    for _ in range(3):
        await reset(running)
        assert ROLL in await running.command("/task show roll")
    await still_works(running)


async def test_a_reset_while_commands_arrive_is_one_effect_each(running: Stage) -> None:
    async with held(running, "/tasks") as gate:
        lines = ["start roll", "comment roll hello there", "list", "show roll"]
        typing = [asyncio.create_task(running.slack.command(DANA, FAILOVER, "/task", line)) for line in lines]
        await running.until(lambda: gate.arrived)
        await running.slack.order([{"on": "socket", "do": {"reset": True}}])
        await asyncio.gather(*typing)
    await running.settle()
    assert effects(running).count("PATCH start") == 1
    assert len(signatures(running, "hello there")) == 1
    await running.until(running.bot.socket.connected.is_set)
    await still_works(running)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_refresh_while_commands_arrive_loses_none(running: Stage, reason: str) -> None:
    first = connections(running)
    await running.slack.order([{"on": "socket", "do": {"disconnect": reason}}])
    for _ in range(5):
        assert ROLL in await running.command("/task show roll")
    await running.until(lambda: set(connections(running)) - set(first))
    running.slack.clock.advance(30)
    assert all(envelope.in_time for envelope in running.slack.envelopes)
    await still_works(running)


async def test_silence_is_noticed_and_a_new_connection_opened(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_module, "_PING_SECONDS", 0.2)
    await reset(running)
    assert ROLL in await running.command("/task show roll")
    await running.slack.order([{"on": "socket", "do": {"silence": 60}}])
    await running.until(lambda: not running.bot.socket.connected.is_set())
    assert "socket" in await running.bot.problems()
    running.slack.clock.advance(61)
    running.clock.advance(31)
    await running.until(running.bot.socket.connected.is_set)
    await still_works(running)


FRAMES = ["{nope", "[1,2]", "null", '{"type":"unheard_of","envelope_id":"x1","payload":{}}', '{"envelope_id":5}', "{}"]


async def test_a_frame_that_is_no_envelope_does_no_harm(running: Stage) -> None:
    for frame in (*FRAMES, "x" * 300_000):
        await running.slack.order([{"on": "socket", "do": {"send": frame}}])
        await still_works(running)


async def test_a_socket_address_that_is_refused_for_a_while(running: Stage) -> None:
    opening = {"on": "api", "method": "apps.connections.open"}
    orders = [{**opening, "do": {"status": 500, "body": "<html>"}}, {**opening, "do": {"error": "internal_error"}}]
    limit = {**opening, "do": {"status": 429, "headers": {"Retry-After": "2"}}}
    await running.slack.order([*orders, limit, {"on": "socket", "do": {"reset": True}}])
    await running.until(lambda: [call.method for call in running.slack.calls].count("apps.connections.open") >= 5)
    await running.until(running.bot.socket.connected.is_set)
    await still_works(running)
