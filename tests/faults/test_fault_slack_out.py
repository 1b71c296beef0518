"""Slack fails while the bot answers: the person still reads the answer, the channel is told once, truth stays truth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from fault_world import ROLL, HastyClock, effects, read, signatures, stage_of, still_works
from stage import DANA, FAILOVER, GENERAL, NETWORK, Stage, open_stage

from bot.blocks import say
from bot.slack import answer as answer_module


async def api(stage: Stage, method: str, do: dict[str, Any], times: int = 1, **more: Any) -> None:
    await stage.slack.order([{"on": "api", "method": method, "do": do, "times": times, **more}])


async def lost_urls(stage: Stage, do: dict[str, Any], times: int = 1) -> None:
    await stage.slack.order([{"on": "response_url", "do": do, "times": times}])


def calls(stage: Stage, method: str) -> int:
    return [call.method for call in stage.slack.calls].count(method)


@pytest.mark.parametrize(
    "do",
    [{"status": 404, "body": '{"ok":false}'}, {"status": 500, "body": "<html>"}, {"cut": "before"}, {"status": 410}],
)
async def test_a_response_url_that_fails_is_replaced(running: Stage, do: dict[str, Any]) -> None:
    await lost_urls(running, do)
    assert "You started this" in await running.command("/task start roll")
    assert calls(running, "chat.postEphemeral") == 1
    assert stage_of(running) == "in_progress"
    await still_works(running)


async def test_a_slow_response_url_is_given_up(running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_module, "_TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    await lost_urls(running, {"delay": 0.6})
    assert "You started this" in await running.command("/task start roll")
    assert effects(running).count("PATCH start") == 1
    await still_works(running)


async def test_where_the_bot_is_no_member_the_answer_comes_as_a_direct_message(running: Stage) -> None:
    await lost_urls(running, {"status": 404})
    await running.slack.command(DANA, NETWORK, "/cutover", "whoami")
    await running.settle()
    direct = [c for c in running.slack.screen(DANA)["channels"] if c.startswith("D")]
    assert any("You are" in str(m.get("text")) for c in direct for m in running.messages(DANA, c))
    await still_works(running)


async def test_a_card_that_cannot_be_redrawn_is_said(running: Stage) -> None:
    await running.command("/task start roll")
    await lost_urls(running, {"status": 500})
    said = await running.click("task.finish")
    assert "You finished this" in said
    assert effects(running).count("PATCH finish") == 1
    await still_works(running)


async def test_no_way_to_answer_at_all_is_logged_and_nothing_else(running: Stage) -> None:
    await lost_urls(running, {"status": 500})
    await api(running, "chat.postEphemeral", {"error": "channel_not_found"})
    await api(running, "chat.postMessage", {"error": "cannot_dm_bot"})
    await running.command("/task start roll")
    assert stage_of(running) == "in_progress"
    assert len(signatures(running)) == 1
    await still_works(running)


@pytest.mark.parametrize("word", ["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"])
async def test_a_form_that_came_too_late_offers_another_try(running: Stage, word: str) -> None:
    await running.command("/task show roll")
    await api(running, "views.open", {"error": word})
    said = await running.click("task.comment")
    assert "too long for Slack to open a form" in said
    await running.click("task.comment")
    assert "Add a comment" in running.view()["title"]["text"]
    assert effects(running) == []
    await still_works(running)


async def test_a_command_whose_form_came_too_late_says_to_type_it_again(running: Stage) -> None:
    await api(running, "views.open", {"error": "expired_trigger_id"})
    said = await running.command("/runbook create")
    assert "too long for Slack" in said
    assert "Type the command again" in str(running.last()["blocks"])
    await still_works(running)


@pytest.mark.parametrize("do", [{"status": 500, "body": "<html>"}, {"cut": "before"}, {"error": "internal_error"}])
async def test_a_form_that_slack_does_not_open_is_said(running: Stage, do: dict[str, Any]) -> None:
    await api(running, "views.open", do)
    said = await running.command("/runbook status")
    assert "Slack" in said
    assert running.slack.screen(DANA)["views"] == []
    await still_works(running)


@pytest.mark.parametrize("do", [{"status": 500, "body": "<html>"}, {"cut": "after"}, {"status": 429}])
async def test_a_form_is_drawn_at_the_second_try(running: Stage, do: dict[str, Any]) -> None:
    await api(running, "views.update", do)
    await running.command("/runbook status")
    assert any(block["type"] == "input" for block in running.view()["blocks"])
    await still_works(running)


async def test_a_form_that_cannot_be_drawn_is_said(running: Stage) -> None:
    await api(running, "views.update", {"status": 500, "body": "<html>"}, times=5)
    said = await running.command("/runbook status")
    assert "Slack could not show the form" in said
    await still_works(running)


@pytest.mark.parametrize("do", [{"error": "not_found"}, {"status": 500, "body": "x"}, {"cut": "before"}])
async def test_a_run_started_without_its_modal_is_told_all_the_same(linked: Stage, do: dict[str, Any]) -> None:
    await linked.command("/runbook start")
    await api(linked, "views.update", do, times=3)
    await linked.submit()
    await linked.until(lambda: "is running" in read(linked))
    assert "is running" in read(linked)
    assert "refused" not in read(linked)
    assert effects(linked).count("PATCH start") == 1
    await still_works(linked)


@pytest.fixture
async def starting(tmp_path: Path, clock: HastyClock) -> AsyncIterator[Stage]:
    """Two channels linked."""
    stage, stack = await open_stage(tmp_path, clock=clock)
    async with stack:
        await stage.link()
        await stage.link(channel=GENERAL)
        yield stage


async def announced(stage: Stage) -> None:
    """A letter to each of the two channels."""
    for channel in (FAILOVER, GENERAL):
        await stage.bot.outbox.put(f"news:{channel}", channel, say.note("The run has started"))


def posts(stage: Stage, channel: str = FAILOVER) -> int:
    return sum("The run has started" in str(m.get("text")) for m in stage.messages("U0TOM000006", channel))


@pytest.mark.parametrize(
    "do",
    [
        {"status": 429, "headers": {"Retry-After": "30"}},
        {"status": 500, "body": "<html>"},
        {"error": "internal_error"},
        {"cut": "before"},
    ],
)
async def test_an_announcement_waits_for_slack_and_others_do_not(starting: Stage, do: dict[str, Any]) -> None:
    await api(starting, "chat.postMessage", do, channel=FAILOVER)
    await announced(starting)
    await starting.until(lambda: posts(starting, GENERAL))
    assert posts(starting) == 0
    starting.clock.advance(31)
    await starting.until(lambda: posts(starting))
    starting.clock.advance(600)
    await still_works(starting)
    assert (posts(starting), posts(starting, GENERAL)) == (1, 1)


@pytest.mark.parametrize("word", ["not_in_channel", "is_archived", "channel_not_found"])
async def test_a_channel_that_refuses_for_good_holds_up_nobody(starting: Stage, word: str) -> None:
    await api(starting, "chat.postMessage", {"error": word}, channel=FAILOVER)
    await announced(starting)
    await starting.until(lambda: posts(starting, GENERAL))
    for _ in range(3):
        starting.clock.advance(600)
        await still_works(starting)
    assert posts(starting) == 0


async def test_an_announcement_survives_a_restart(starting: Stage) -> None:
    await api(starting, "chat.postMessage", {"status": 500, "body": "x"}, times=99, channel=FAILOVER)
    await announced(starting)
    await starting.until(lambda: posts(starting, GENERAL))
    await starting.stop()
    starting.slack.forget_faults()
    starting.clock.advance(60)
    await starting.start()
    await starting.until(lambda: posts(starting))
    assert (posts(starting), posts(starting, GENERAL)) == (1, 1)


async def test_a_link_whose_post_got_no_answer_can_be_tried_again(tmp_path: Path, clock: HastyClock) -> None:
    stage, stack = await open_stage(tmp_path, clock=clock)
    async with stack:
        await api(stage, "chat.postMessage", {"cut": "before"})
        assert "nothing was linked" in await stage.command("/cutover link fail-over")
        await stage.link()
        assert ROLL in await stage.command("/task list")


@pytest.mark.parametrize(
    "do", [{"cut": "after"}, {"status": 503, "body": "x"}, {"error": "internal_error"}, {"status": 429}]
)
async def test_a_link_that_slack_never_confirms_is_not_saved(
    tmp_path: Path, clock: HastyClock, do: dict[str, Any]
) -> None:
    stage, stack = await open_stage(tmp_path, clock=clock)
    async with stack:
        await api(stage, "chat.postMessage", do, times=99)
        said = await stage.command("/cutover link fail-over")
        assert "nothing was linked" in said
        assert "again in a moment" in said
        stage.slack.forget_faults()
        assert "linked to no runbook" in await stage.command("/cutover whoami")
        await stage.link()
        assert ROLL in await stage.command("/task list")


@pytest.mark.parametrize(
    "do", [{"status": 500, "body": "x"}, {"error": "user_not_found"}, {"status": 429}, {"cut": "after"}]
)
async def test_a_name_that_slack_does_not_tell_falls_back(
    tmp_path: Path, clock: HastyClock, do: dict[str, Any]
) -> None:
    stage, stack = await open_stage(tmp_path, clock=clock)
    async with stack:
        await api(stage, "users.info", do, times=99)
        await stage.run()
        assert "You started this" in await stage.command("/task start roll")
        (comment,) = signatures(stage)
        assert DANA in comment
        assert "dana" in comment.lower()


async def test_a_slow_name_does_not_hold_up_a_form(running: Stage) -> None:
    await running.stop()
    await running.start()
    await api(running, "users.info", {"delay": 2.0}, times=99)
    said = await running.command("/runbook status")
    assert "too long" not in said
    assert any(block["type"] == "input" for block in running.view()["blocks"])


@pytest.mark.parametrize(
    "do",
    [
        {"status": 500, "body": "x"},
        {"error": "invalid_auth"},
        {"cut": "before"},
        {"status": 200, "body": '{"ok":true}'},
    ],
)
async def test_a_bot_that_slack_does_not_know_yet_is_not_ready_and_then_is(running: Stage, do: dict[str, Any]) -> None:
    await running.stop()
    await api(running, "auth.test", do, times=2)
    before = calls(running, "auth.test")
    task = asyncio.create_task(running.start())
    await running.until(lambda: calls(running, "auth.test") > before)
    await running.until(lambda: running.bot.health_url)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{running.bot.health_url}/ready") as reply:
            assert reply.status == 503
            assert "auth.test" in (await reply.json())["problems"]["slack"]
        await running.until(lambda: running.clock.advance(6) or running.bot.team_id)
        await task
        async with session.get(f"{running.bot.health_url}/ready") as reply:
            assert reply.status == 200, await reply.text()
    await still_works(running)
