"""Cutover answers 200 and yet nothing sensible: broken pages are told, odd ones lived with, none goes on for ever."""

from __future__ import annotations

from typing import Any

import pytest
from fault_world import ROLL, effects, signatures, stage_of, still_works
from stage import DANA, FAILOVER, Stage

READABLE = ["repeat", "shrink", "numbers", "strange", "loop", "circle"]
UNREADABLE = ["truncated", "html", "empty"]
LINES = ("/task list", "/task next", "/runbook show", "/task start backup tape")


def spoil(stage: Stage, how: str, path: str = "/core/", method: str = "GET", times: int | None = None) -> None:
    stage.cutover.order([{"method": method, "path": path, "times": times, "do": {"break_page": 1, "how": how}}])


@pytest.mark.parametrize("how", UNREADABLE)
async def test_an_answer_that_cannot_be_read_is_told(running: Stage, how: str) -> None:
    spoil(running, how)
    for line in LINES:
        said = await running.command(line)
        assert "Cutover" in said, (line, said)
        assert "went wrong inside" not in said, (line, said)
        assert "<html" not in said
    assert effects(running) == []
    await still_works(running)


@pytest.mark.parametrize("how", [*READABLE, "nulls", "foreign"])
async def test_an_odd_answer_never_becomes_a_bug_or_a_wrong_write(running: Stage, how: str) -> None:
    spoil(running, how)
    for line in LINES:
        said = await running.command(line)
        assert said, line
        assert "went wrong inside" not in said, (line, said)
    assert effects(running) == []
    asked = {seen.path for seen in running.cutover.requests if "elsewhere" in seen.path}
    assert not asked
    running.clock.advance(600)  # names and types are remembered for five minutes, odd ones too
    await still_works(running)


async def test_a_link_to_another_host_is_refused_with_a_sentence(running: Stage) -> None:
    spoil(running, "foreign", "/tasks")
    said = await running.command("/task list")
    assert "another" in said, said
    await still_works(running)


async def test_a_list_that_goes_round_comes_to_an_end(running: Stage) -> None:
    spoil(running, "loop", "/tasks")
    before = len(running.cutover.requests)
    assert ROLL in await running.command("/task list")
    assert len(running.cutover.requests) - before < 12
    await still_works(running)


@pytest.mark.parametrize("how", UNREADABLE)
async def test_a_start_whose_answer_cannot_be_read_is_looked_up(running: Stage, how: str) -> None:
    spoil(running, how, "/start$", "PATCH", 1)
    assert "You started this" in await running.command("/task start roll")
    assert effects(running).count("PATCH start") == 1
    assert stage_of(running) == "in_progress"
    assert len(signatures(running)) == 1
    await still_works(running)


@pytest.mark.parametrize("how", ["nulls", "strange", "html", "truncated", "empty"])
async def test_a_menu_with_a_broken_page_is_empty_or_right(running: Stage, how: str) -> None:
    await running.command("/task start")
    menu = running.showing("pick.task")
    spoil(running, how)
    found = await running.slack.options(DANA, "pick.task", "roll", channel=FAILOVER, message_ts=menu["ts"])
    assert isinstance(found["options"], list), found
    assert running.slack.envelopes[-1].in_time
    await still_works(running)


@pytest.mark.parametrize("how", [*UNREADABLE, "nulls", "strange"])
async def test_a_form_with_a_broken_page_is_a_sentence_or_a_form(running: Stage, how: str) -> None:
    spoil(running, how)
    await running.command("/runbook edit")
    view: dict[str, Any] = running.view()
    assert "One moment" not in repr(view["blocks"])
    assert "went wrong inside" not in repr(view["blocks"])
    await running.close()
    await still_works(running)


async def test_a_redirect_is_not_followed(running: Stage) -> None:
    away = {"status": 302, "headers": {"Location": "https://elsewhere.example/login"}}
    running.cutover.order([{"path": "/core/", "times": None, "do": away}])
    said = await running.command("/task list")
    assert "another host" in said, said
    await still_works(running)
