"""Find runbooks and look at them: lists, pages, the card, streams; nothing here writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from stage import DANA, FAILOVER, SAM, Stage, open_stage

from bot.sandbox.cutover import runs

NAME = "DC North to DC South fail-over"


def lines(text: str) -> list[str]:
    return text.splitlines()


async def test_a_list_has_running_first_templates_last_and_nothing_archived(stage: Stage) -> None:
    said = await stage.command("/runbook list")
    assert lines(said)[:2] == ["*Runbooks* (8)", "Release train 24.11"]
    assert lines(said)[-2:] == ["Fail-over template", "📝 Planning · template"]
    assert "Old branch migration" not in said
    assert "Project Lighthouse" not in said  # private: hidden from the bot's account


async def test_words_narrow_the_list_and_the_linked_one_is_marked(stage: Stage) -> None:
    await stage.link()
    said = await stage.command("/runbook list fail-over")
    assert lines(said)[0] == "*Runbooks* (2)"
    assert "📝 Planning · 🔗 linked here" in said
    assert said.count("linked here") == 1


async def test_words_that_fit_nothing_say_so(stage: Stage) -> None:
    assert "No runbook fits." in await stage.command("/runbook list zzzzqqq")


async def test_a_long_list_has_pages_that_turn_in_place(stage: Stage) -> None:
    world = stage.cutover.world
    book = world.runbook_named("Quarterly restore test")
    for number in range(14):
        copy = await stage.command(f"/runbook create Copy {number:02}")
        assert copy == ""
        await stage.submit({"workspace": {"input": book.workspace_id}})
    first = await stage.command("/runbook list copy")
    assert "*Runbooks* (14)" in first
    assert "Page 1 of 2" in first
    pages = len(stage.messages())
    second = await stage.click("list.page")
    assert "Page 2 of 2" in second
    assert len(stage.messages()) == pages
    assert first.count("Copy ") == 10
    assert second.count("Copy ") == 4
    assert "Page 1 of 2" in await stage.click("list.back")


async def test_a_button_of_the_list_shows_the_runbook(stage: Stage) -> None:
    await stage.command("/runbook list release")
    assert "Release train 24.11\n*▶️ Running*" in await stage.click("runbook.show")


@pytest.mark.parametrize("words", ["101", "fail-over", "“DC North to DC South fail-over”", '"NORTH to dc south fail"'])
async def test_a_runbook_is_found_by_id_or_part_of_its_name(stage: Stage, words: str) -> None:
    assert lines(await stage.command(f"/runbook show {words}"))[0] == NAME


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("../../core/users", "That is not a runbook"),
        ("1" * 30, "No runbook has a number with 30 digits"),
        ('"open quote', "A quote is not closed"),
        ("x" * 3900, "No runbook fits that"),
        ("nothing like it", "No runbook fits that"),
        ("104", "does not let this account do that"),
    ],
)
async def test_names_that_are_none_are_answered_with_a_sentence(stage: Stage, words: str, why: str) -> None:
    assert why in await stage.command(f"/runbook show {words}")
    assert stage.writes() == []


async def test_the_card_in_planning_offers_start_and_no_pause(stage: Stage) -> None:
    await stage.link()
    said = await stage.command("/runbook show")
    assert "Planned start" in said
    assert "waiting for others" not in said
    shown = repr(stage.last()["blocks"])
    assert "runbook.start" in shown
    assert "runbook.pause" not in shown


async def test_the_card_of_a_run_says_what_runs_and_who_can_start(running: Stage) -> None:
    said = await running.command("/runbook show", user=SAM)
    assert "*▶️ Running* · 🧪 Rehearsal" in said
    assert "1 running · 4 can start" in said
    assert "Back up core switch configuration · Sam Reyes" in said


async def test_refresh_redraws_the_card_in_place(running: Stage) -> None:
    await running.command("/runbook show")
    count = len(running.messages())
    await running.command("/task start roll")
    assert "2 running · 3 can start" in await running.click("runbook.refresh")
    assert len(running.messages()) == count + 1


async def test_the_card_of_a_canceled_run_offers_nothing_to_start(running: Stage) -> None:
    world = running.cutover.world
    runs.cancel(world, world.runbook_named(NAME), world.person("dana"), "")
    said = await running.command("/runbook show")
    assert "*⏹️ Canceled*" in said
    assert "can start" not in said.casefold()
    assert "running" not in said.casefold()


async def test_streams_show_rag_and_progress(running: Stage) -> None:
    said = await running.command("/runbook streams")
    assert "Business validation · ▱▱▱▱▱▱▱▱▱▱ 0 of 12" in said
    assert "Database · ▱▱▱▱▱▱▱▱▱▱ 0 of 7 · 1 running" in said
    assert running.writes() == []


async def test_a_hostile_name_is_shown_literally(stage: Stage) -> None:
    stage.cutover.world.runbook_named(NAME).name = "<!channel> *bold* <@U0SAM000002> & \u202eevil " + "n" * 4000
    said = await stage.command("/runbook show 101")
    assert "<!channel>" not in said
    assert "<@U0SAM000002>" not in said
    await stage.command("/runbook list")


async def test_cutover_being_down_is_a_sentence(stage: Stage) -> None:
    await stage.link()
    stage.cutover.order([{"times": None, "do": {"status": 503, "html": "<h1>Bad gateway</h1>"}}])
    said = await stage.command("/runbook show")
    assert "Cutover" in said
    assert "gateway" not in said


def old_card(action: str) -> list[dict[str, Any]]:
    text = {"type": "plain_text", "text": "Old"}
    value = '{"v":0,"r":"101"}'
    return [{"type": "actions", "elements": [{"type": "button", "action_id": action, "text": text, "value": value}]}]


@pytest.mark.parametrize("action", ["runbook.show", "runbook.start", "runbook.pause", "runbook.status", "list.page"])
async def test_a_button_of_another_version_asks_for_a_fresh_card(stage: Stage, action: str) -> None:
    await stage.link()
    await stage.bot.web.call("chat.postMessage", channel=FAILOVER, text="Old", blocks=old_card(action))
    assert "older version of the bot" in await stage.click(action)
    assert stage.slack.screen(DANA)["views"] == []


async def test_a_button_that_is_gone_says_so(stage: Stage) -> None:
    await stage.bot.web.call("chat.postMessage", channel=FAILOVER, text="Old", blocks=old_card("runbook.gone"))
    assert "not known any more" in await stage.click("runbook.gone")


@pytest.fixture
async def plain(tmp_path: Path) -> AsyncIterator[Stage]:
    """Signed HTTP, and a Cutover with the reference's endpoints only."""
    stage, stack = await open_stage(tmp_path, additions=False, delivery="http")
    async with stack:
        yield stage
        assert not stage.slack.violations


async def test_a_plain_cutover_over_http_shows_the_same(plain: Stage) -> None:
    await plain.link()
    assert NAME in await plain.command("/runbook show")
    assert "Business validation" in await plain.command("/runbook streams")
