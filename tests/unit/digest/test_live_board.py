"""The live board: what runs, what blocks, who is next, when it ends; small and big, begun and over."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec
import pytest
from digest_world import NOW, TYPES, at, big, board, done, names, running, snapshot, task

from bot.blocks.fit import check
from bot.blocks.live_board import live_board, people_on_board
from bot.model import Ref
from bot.model.snapshot import StreamState
from bot.sandbox.slack.blockkit import check_message_blocks


def said(made: object) -> list[str]:
    """The board's text without the time tokens, by lines."""
    return re.sub(r"<!date\^\d+\^[^|]+\|([^>]+)>", r"\1", getattr(made, "text", "")).splitlines()


def test_it_answers_at_a_glance() -> None:
    lines = said(board(snapshot()))
    assert lines[:3] == [
        "DC North to DC South fail-over",
        "*▶️ Running* · 🧪 Rehearsal",
        "🟧 Amber: Replication is behind",
    ]
    assert lines[3] == "▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱  *3 of 15 done*, 1 of them skipped"
    assert lines[4] == "⚠️ *2 late* · 2 running · 2 can start · 8 waiting for others"
    assert lines[5].startswith("🏁 Forecast end 2026-11-21 01:55 UTC, 25 min later than planned (2026-11-21 01:30 UTC)")
    assert lines[6] == "🚩 Next milestone: Go or no-go, planned 23:10 UTC"
    assert lines[7] == "🕒 Started 21:40 UTC"


def test_what_is_late_stands_first_with_its_owner_and_time() -> None:
    tasks = (running(5, "On time", start_actual=at(-30)), running(4, "Slow one", is_late=True, assignees=("user:3",)))
    lines = said(board(snapshot(tasks=tasks)))
    first = lines.index("▶️ *Running* (2)") + 1
    assert lines[first] == "• #4 Slow one · Mei Lin · for 20 min, planned 15 min · ⚠️ *Late* by 5 min"
    assert lines[first + 1].startswith("• #5 On time")


def test_who_is_next_says_when_nobody_is() -> None:
    text = "\n".join(said(board(snapshot())))
    assert "• #7 Move the virtual address · nobody assigned · planned 22:35 UTC" in text


def test_more_than_fits_is_counted() -> None:
    tasks = tuple(running(n, f"Task {n}") for n in range(9))
    lines = said(board(snapshot(tasks=tasks)))
    assert "▶️ *Running* (9)" in lines
    assert sum(line.startswith("• #") for line in lines) == 6
    assert "• +3 more" in lines


def test_a_sub_stream_stands_below_its_stream() -> None:
    lines = said(board(snapshot()))
    network = next(i for i, line in enumerate(lines) if "*Network* 1 of 3" in line)
    assert "↳ Core switches 1 of 2" in lines[network + 1]


def test_streams_that_are_each_others_parent_are_still_shown() -> None:
    made = snapshot()
    odd = {"1": StreamState("1", "A", "red", parent_id="2"), "2": StreamState("2", "B", "red", parent_id="1")}
    text = board(msgspec.structs.replace(made, streams=odd)).text
    assert "*A*" in text
    assert "*B*" in text
    assert "In no stream 3 of 15" in text


def test_an_empty_stream_is_left_out_unless_it_has_a_status_or_a_stream_below() -> None:
    made = snapshot(tasks=(task(1, "A", "startable", "41"),))
    text = board(made).text
    assert "Applications" not in text
    assert "*Network* no tasks" in text, "Core switches lie in it"
    assert "*Database* no tasks · 🟧 Amber" in text


def test_before_the_run_only_streams_with_a_status_are_listed() -> None:
    text = board(snapshot(stage="planning", start_actual=None, start_planned=at(60))).text
    assert "Applications" not in text
    assert "*Database*" in text
    assert text.index("Planned start") < text.index("end")


def test_a_quiet_moment_is_said() -> None:
    assert "Nothing runs and nothing can start right now." in board(snapshot(tasks=(task(1, "Later"),))).text


def test_an_instance_that_does_not_tell_lateness_is_reckoned_by_the_plan() -> None:
    slow = running(1, "Slow", is_late=None, end_planned=at(-3))
    fine = running(2, "Fine", is_late=None, end_planned=at(3))
    lines = said(board(snapshot(tasks=(fine, slow))))
    assert any(line.startswith("⚠️ *1 late*") for line in lines)
    assert lines[lines.index("▶️ *Running* (2)") + 1].startswith("• #1 Slow")


def test_what_waits_behind_a_late_task_is_not_counted_as_late() -> None:
    behind = [task(number, f"Waits {number}", is_late=True, start_planned=at(-30)) for number in range(2, 9)]
    text = board(snapshot(tasks=(running(1, "Slow", is_late=True), *behind))).text
    assert "⚠️ *1 late*" in text


def test_a_run_that_is_over_says_how_long_it_took_and_lists_no_tasks() -> None:
    over = {"stage": "complete", "start_actual": at(-200), "end_actual": at(0), "end_planned": at(-30)}
    text = "\n".join(said(board(snapshot(tasks=(done(1, "A"),), **over))))
    assert "🏁 Ended 22:30 UTC, took 3 h 20 min, 30 min later than planned" in text
    assert "Next milestone" not in text
    assert "🏁 Final" in text


@pytest.mark.parametrize("stage", ["planning", "complete", "canceled", "paused"])
def test_what_can_start_is_offered_only_while_it_runs(stage: str) -> None:
    buttons = [one["action_id"] for one in board(snapshot(stage=stage)).blocks[-1]["elements"]]
    assert buttons == ["runbook.show"]


def test_a_stale_board_says_so_first() -> None:
    made = board(snapshot(), stale_since=NOW - timedelta(minutes=20))
    assert "Not up to date" in made.blocks[1]["text"]["text"]


def test_times_that_are_no_times_do_no_harm() -> None:
    odd = running(1, "Odd", start_actual="soon", end_planned="0000-99-99", start_planned="")
    assert check(board(snapshot(tasks=(odd,), end_forecast="tomorrow"))) == []


def test_it_names_the_people_it_shows_and_asks_for_no_others() -> None:
    assert people_on_board(snapshot(), NOW) == (Ref("user", "3"), Ref("runbook_team", "8"))
    assert len(people_on_board(big(), NOW)) == 1


def test_a_board_of_ten_thousand_tasks_fits_and_adds_up() -> None:
    made = board(big())
    assert check(made) == []
    assert check_message_blocks(list(made.blocks)) is None
    assert made.blocks[-1]["type"] == "actions"
    assert "*3,000 of 10,000 done*" in made.text
    assert "1,000 running · 1,000 can start · 5,000 waiting for others" in made.text
    shown = [int(number.replace(",", "")) for number in re.findall(r"(?m)^[▰▱]{10}  .*? ([\d,]+) of", made.text)]
    assert sum(shown) == 3_000, "the streams shown and the rest are all of them"
    assert re.search(r"Workstream 59.*\n.*Workstream 58", made.text), "red and amber stand first"
    late = [int(number) for number in re.findall(r"⚠️ (\d+) late", made.text)]
    assert f"⚠️ *{sum(late)} late*" in made.text


def test_the_longest_names_of_twenty_streams_fit() -> None:
    lanes = {str(n): StreamState(str(n), "w" * 300, "red", "r" * 900) for n in range(20)}
    tasks = tuple(running(n, "t" * 300, str(n % 20), is_late=True) for n in range(40))
    made = board(msgspec.structs.replace(snapshot(tasks=tasks), streams=lanes))
    assert check(made) == []
    assert made.blocks[-1]["type"] == "actions"
    assert (
        sum("www" in line for line in "\n".join(b["text"]["text"] for b in made.blocks if "text" in b).split("\n"))
        == 20
    )


def test_a_board_within_a_minute_is_the_same_message() -> None:
    made = snapshot()
    later = live_board(made, names(), NOW.replace(second=59), task_types=TYPES)
    assert later == board(made)
