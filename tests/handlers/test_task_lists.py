"""/task list and next: which tasks, in which order, by pages, and what a list says when it is empty."""

from __future__ import annotations

import re
from pathlib import Path

from stage import FAILOVER, GENERAL, GIL, MEI, SAM, Stage, open_stage


def heading(said: str) -> str:
    return said.splitlines()[0]


async def test_a_list_counts_all_tasks_and_shows_ten(running: Stage) -> None:
    said = await running.command("/task list")
    assert heading(said).startswith("*Tasks* (50) · DC North to DC South fail-over")
    assert "Rehearsal" in heading(said)
    assert "Page 1 of 5" in said
    assert len(running.last()["blocks"]) == 1 + 10 + 2


async def test_what_runs_stands_first_and_what_is_done_last(running: Stage) -> None:
    await running.command("/task start roll")
    await running.command("/task finish roll")
    names = (await running.command("/task list")).splitlines()
    assert names[1] == "Check replication health"
    assert "Open the bridge and call the roll" not in names
    said = await running.command("/task list roll")
    assert "✅ Done" in said


async def test_mine_has_what_comes_through_a_team(running: Stage) -> None:
    said = await running.command("/task list mine", user=MEI)
    assert heading(said).startswith("*Your tasks* (9)")
    assert "Take last full backup of the card ledger" in said, "hers through the team Database services"
    assert "Check replication health" in said
    assert "Open firewall rules" not in said


async def test_mine_of_somebody_without_tasks_is_empty_and_says_so(running: Stage) -> None:
    said = await running.command("/task list mine", user=GIL)
    assert "(0)" in said
    assert "Nothing here" in said


async def test_mine_without_a_cutover_user_names_the_way_out(running: Stage) -> None:
    running.cutover.world.person("sam").archived = True
    said = await running.command("/task list mine", user=SAM)
    assert "No Cutover user has your e-mail address" in said
    assert "/cutover whoami" in said


async def test_startable_running_and_late_hold_what_their_names_say(running: Stage) -> None:
    said = await running.command("/task list startable")
    assert "(4)" in heading(said)
    assert said.count("🟢 Can start") == 4
    running.cutover.clock.advance(150)
    await running.cutover.tick()
    assert "Check replication health" in await running.command("/task list running")
    assert "Nothing here" in await running.command("/task list late")


async def test_a_task_that_runs_too_long_is_late(running: Stage) -> None:
    await running.command("/task start roll")
    running.cutover.clock.advance(3 * 3600)
    await running.cutover.tick()
    said = await running.command("/task list late")
    assert "Open the bridge and call the roll" in said
    assert "⚠️ *Late*" in said


async def test_a_stream_brings_its_sub_streams(running: Stage) -> None:
    said = await running.command("/task list stream NETWORK")
    assert heading(said).startswith("*Stream Network* (8)")
    assert "· Core switches" in said
    said = await running.command('/task list stream "core switches"')
    assert "(2)" in heading(said)


async def test_a_mistyped_stream_is_asked_back_and_an_unknown_one_gets_the_way(running: Stage) -> None:
    assert "Did you mean Network?" in await running.command("/task list stream netwrk")
    assert "/runbook streams" in await running.command("/task list stream zzz")
    assert "Which stream?" in await running.command("/task list stream")


async def test_words_find_tasks_whatever_their_order_and_case(running: Stage) -> None:
    said = await running.command("/task list PAYMENT validate")
    assert "Validate a card payment" in said
    assert "(1)" in heading(said)
    assert "(0)" in heading(await running.command("/task list xyzzy"))


async def test_a_quoted_word_of_the_language_is_a_word(running: Stage) -> None:
    """`late` lists late tasks; a person who looks for the word itself can quote it."""
    assert "messages from the payments queue" in await running.command('/task list "late"')


async def test_words_behind_a_state_narrow_it_down(running: Stage) -> None:
    said = await running.command("/task list startable switch")
    assert heading(said).startswith("*Can start now with “switch”* (1)")
    assert "Back up core switch configuration" in said


async def test_pages_are_turned_in_place(running: Stage) -> None:
    await running.command("/task list")
    page = running.last()
    said = await running.click("list.page")
    assert "Page 2 of 5" in said
    assert running.last()["ts"] == page["ts"]
    assert "Page 3 of 5" in await running.click("list.page", value=turn(running, "Next page"))
    assert "Page 2 of 5" in await running.click("list.back", value=turn(running, "Previous page"))


def turn(stage: Stage, label: str) -> str:
    """The value of the paging button with this label."""
    found = re.search(rf"'text': '{label}'.*?'value': '(.*?)'", repr(stage.last()["blocks"]))
    assert found, label
    return found[1]


async def test_next_says_what_can_start_and_who_it_is_for(running: Stage) -> None:
    said = await running.command("/task next")
    assert "*Can start now* (4)" in said
    assert "Sam Reyes · Core switches" in said


async def test_a_channel_without_a_runbook_asks_which_and_then_lists(running: Stage) -> None:
    said = await running.command("/task list startable", channel=GENERAL)
    assert "not linked" in said
    message = running.showing("pick.runbook", channel=GENERAL)
    await running.slack.options("U0DANA00001", "pick.runbook", "fail-over", channel=GENERAL, message_ts=message["ts"])
    said = await running.click("pick.runbook", channel=GENERAL, value="101")
    assert "*Can start now* (4)" in said
    assert running.last(channel=GENERAL)["ts"] == message["ts"], "the question gives way to the answer"


async def test_an_unclosed_quote_is_told(running: Stage) -> None:
    assert "A quote is not closed" in await running.command('/task list "go')


async def test_a_hostile_name_is_shown_literally(running: Stage) -> None:
    said = await running.command("/task list drain")
    assert "&lt;!channel&gt; &amp;" in said
    assert "<!channel>" not in said
    assert "<!channel>" not in running.text(channel=FAILOVER)


async def test_what_can_start_is_a_button_of_the_runbook_too(running: Stage) -> None:
    await running.command("/runbook show")
    assert "*Can start now* (4)" in await running.click("runbook.next")


async def test_all_pages_together_hold_every_task_once(running: Stage) -> None:
    await running.command("/task list")
    seen: list[str] = []
    for page in range(1, 6):
        assert f"Page {page} of 5" in running.text()
        seen += [block["text"]["text"].split("\n")[0] for block in running.last()["blocks"] if "accessory" in block][
            :10
        ]
        if page < 5:
            await running.click("list.page", value=turn(running, "Next page"))
    assert "Next page" not in repr(running.last()["blocks"])
    assert len(seen) == len(set(seen)) == 50


async def test_an_instance_without_additions_lists_and_starts_too(tmp_path: Path) -> None:
    plain, stack = await open_stage(tmp_path, additions=False)
    async with stack:
        await plain.run()
        assert "*Can start now* (4)" in await plain.command("/task next")
        assert "You started this" in await plain.command("/task start roll")
        assert "owner not told" in plain.text()
        assert "(50)" in await plain.command("/task list")
        assert "Waits for Back up core" in await plain.command('/task show "Go / no-go"')
        assert not plain.slack.violations
