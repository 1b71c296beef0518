"""What a channel is told: only what it listens to, in order, once, and not fifty times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from watch_world import AT, LATER, book, snapshot, stream, task

from bot.model import Ref, Text
from bot.model.hearing import Hearing, Kind, Thread
from bot.model.snapshot import Snapshot, TaskState
from bot.outbox.letter import Letter
from bot.watch.diff import diff
from bot.watch.fanout import fanout, people_named
from bot.watch.news import RUN, STATUS, Doer, Listener, News, slot
from bot.watch.quiet import is_quiet
from bot.watch.start_lists import start_list, touched

ALL = tuple(Kind)
NOW = datetime(2026, 11, 20, 22, 6, tzinfo=UTC)
SAM = Ref("user", "402")


def tell(
    old: Snapshot, new: Snapshot, hearing: Hearing | None = None, *, standing: Any = (), **more: Any
) -> list[Letter]:
    settings = {"names": {SAM: Text("Sam Reyes")}, "mentions": {SAM: "U0SAM000002"}, "now": NOW, **more}
    news = News(old, new, diff(old, new), **settings)
    return fanout(news, Listener("C1", hearing or Hearing(), frozenset(standing)))


def texts(letters: list[Letter]) -> list[str]:
    return [str(letter.message.text) for letter in letters]


def test_a_stream_status_says_from_what_to_what_why_since_when_and_what_is_behind() -> None:
    lanes = (stream("s1", name="Database", status="green"), stream("s2"))
    now = (stream("s1", name="Database", status="amber", status_message="Slow", status_updated_at=LATER), stream("s2"))
    busy = task("1", "in_progress", name="Copy", start_actual=AT, end_planned=AT, is_late=True, duration=60)
    (letter,) = tell(snapshot(busy, streams=lanes), snapshot(busy, streams=now))
    said = letter.message.text
    assert "*Database*: green → amber" in said
    for part in ("Slow", "since <!date^", "Behind it", "Copy", "for 6 min, planned 1 min", "*Late*"):
        assert part in said


def test_what_runs_in_a_green_stream_is_not_behind_it() -> None:
    lanes, now = (stream("s1", status="off"),), (stream("s1", status="green"),)
    busy = task("1", "in_progress", name="Copy", start_actual=AT)
    (letter,) = tell(snapshot(busy, streams=lanes), snapshot(busy, streams=now))
    assert "Under way:" in letter.message.text
    assert "Behind it" not in letter.message.text


def test_a_status_that_flapped_within_one_interval_is_one_post_or_none() -> None:
    old = snapshot(streams=(stream("s1", status="green"),))
    assert tell(old, snapshot(streams=(stream("s1", status="green", status_updated_at=LATER),))) == []
    assert len(tell(old, snapshot(streams=(stream("s1", status="red", status_updated_at=LATER),)))) == 1


def test_a_channel_hears_of_its_streams_only() -> None:
    lanes = (stream("s1"), stream("s2", parent_id="s1"), stream("s3"))
    reds = tuple(msgspec.structs.replace(one, status="red") for one in lanes)
    told = tell(snapshot(streams=lanes), snapshot(streams=reds), Hearing(streams=("s1",)))
    assert [one for text in texts(told) for one in ("s1", "s2", "s3") if f"Stream {one}" in text] == ["s1", "s2"]
    old, new = (
        snapshot(task("1"), task("2", stream_id="s3")),
        snapshot(task("1"), task("2", "startable", stream_id="s3")),
    )
    assert tell(old, new, Hearing(streams=("s1",))) == []


def test_a_task_that_can_start_names_its_people_once_and_has_its_buttons() -> None:
    (letter,) = tell(snapshot(task("1")), snapshot(task("1", "startable", assignees=("user:402",))))
    assert letter.message.text.count("<@U0SAM000002>") == 1
    assert "task.start" in repr(letter.message.blocks)
    assert letter.slot == slot(book(), "task", "1")


def test_without_mentions_people_are_named_only() -> None:
    old, new = snapshot(task("1")), snapshot(task("1", "startable", assignees=("user:402",)))
    (letter,) = tell(old, new, Hearing(mentions=False))
    assert "<@" not in letter.message.text
    assert "Sam Reyes" in letter.message.text


def test_nobody_is_pinged_for_what_they_did() -> None:
    before = snapshot(task("1", "in_progress"), task("2"))
    after = snapshot(
        task("1", "complete", end_actual=LATER, assignees=("user:402",)),
        task("2", "startable", assignees=("user:402",)),
    )
    told = tell(before, after, Hearing(kinds=ALL), doers={"1": Doer(Text("Sam Reyes"), "U0SAM000002")})
    assert "by Sam Reyes" in texts(told)[0]
    assert all("<@" not in text for text in texts(told))


def test_a_task_has_one_message_that_moves_with_it() -> None:
    place = slot(book(), "task", "1")
    old, new = snapshot(task("1", "startable")), snapshot(task("1", "in_progress", start_actual=LATER))
    assert tell(old, new) == []
    (edit,) = tell(old, new, standing=[place])
    assert (edit.slot, "Running" in edit.message.text) == (place, True)
    (post,) = tell(old, new, Hearing(kinds=ALL))
    assert post.slot == place
    (gone,) = tell(old, snapshot(), standing=[place])
    assert "no longer" in gone.message.text


def test_several_tasks_at_once_are_one_list() -> None:
    many = [task(str(n)) for n in range(6)]
    told = tell(snapshot(*many), snapshot(*(msgspec.structs.replace(t, stage="startable") for t in many)))
    assert len(told) == 1
    assert "6 tasks can start" in told[0].message.text
    assert repr(told[0].message.blocks).count("'task.start'") == 6


def test_a_list_follows_its_tasks_so_that_no_button_is_left_over() -> None:
    waiting = [task(str(n)) for n in range(12)]
    ready = [msgspec.structs.replace(one, stage="startable", assignees=("user:402",)) for one in waiting]
    (post,) = tell(snapshot(*waiting), snapshot(*ready))
    moved = [task("0", "in_progress", start_actual=LATER), task("1", "complete", end_actual=LATER), *ready[2:]]
    (edit,) = tell(snapshot(*ready), snapshot(*moved), standing=[post.slot])
    assert edit.slot == post.slot
    assert "10 of 12 tasks can still start" in edit.message.text
    assert "Running" in edit.message.text
    assert repr(edit.message.blocks).count("'task.start'") == 8
    assert people_named(snapshot(*moved), diff(snapshot(*ready), snapshot(*moved)), [post.slot]) == (SAM,)
    assert tell(snapshot(*moved), snapshot(*moved[:11], task("11", "complete")), standing=[post.slot]) == []
    over = snapshot(*ready, runbook=book(stage="canceled"))
    edits = [one for one in tell(snapshot(*ready), over, standing=[post.slot]) if one.slot == post.slot]
    assert ["'task.start'" in repr(one.message.blocks) for one in edits] == [False]


def test_the_same_tasks_later_are_another_list() -> None:
    tasks = [task(str(n), "startable") for n in range(5)]
    one, two = (start_list(book(), tasks, at) for at in (1.0, 2.0))
    assert one.slot != two.slot
    assert list(touched(book(), [one.slot, "101/plan/board", "102/plan/list/1/1/0"], [])) == []


@given(st.lists(st.text("0123456789abc-,/", min_size=1, max_size=40), min_size=1, max_size=15, unique=True))
def test_a_slot_names_as_many_tasks_as_fit_and_no_other(ids: list[str]) -> None:
    tasks = [task(key, "startable") for key in ids]
    made = start_list(book(), tasks, 1_795_000_000.123)
    assert len(made.slot) <= 200
    assert set(made.task_ids) <= set(ids)
    turned = diff(snapshot(runbook=book(stage="paused")), snapshot())
    assert list(touched(book(), [made.slot], turned)) == [made]


def test_when_the_run_turns_open_tasks_get_other_buttons() -> None:
    place = slot(book(), "task", "1")
    one, paused = task("1", "startable"), book(stage="paused", updated_at=LATER)
    edits = [one for one in tell(snapshot(one), snapshot(one, runbook=paused), standing=[place]) if one.slot == place]
    assert ["'task.start'" in repr(edit.message.blocks) for edit in edits] == [False]


def test_nothing_can_start_while_the_run_stands_still() -> None:
    paused = book(stage="paused")
    assert tell(snapshot(task("1"), runbook=paused), snapshot(task("1", "startable"), runbook=paused)) == []


def test_late_tasks_are_one_post_and_one_that_begins_late_is_not_told_twice() -> None:
    old = snapshot(task("1", "in_progress"), task("2", "startable"), task("3"))
    new = snapshot(
        task("1", "in_progress", is_late=True),
        task("2", "startable", is_late=True),
        task("3", "startable", is_late=True),
    )
    told = texts(tell(old, new))
    assert ["Can start" in told[0], "2 tasks are late" in told[1], len(told)] == [True, True, 2]


def test_stage_and_status_name_who_and_why() -> None:
    old, new = book(stage="active"), book(stage="paused", updated_at=LATER, status="red", status_message="Smoke")
    doers = {RUN: Doer(Text("Dana Okafor"), "U1", Text("Fire alarm")), STATUS: Doer(Text("Mei Lin"), "U2")}
    told = texts(tell(snapshot(runbook=old), snapshot(runbook=new), doers=doers))
    assert any("Dana Okafor paused *Fail-over*" in text and "Fire alarm" in text for text in told)
    assert any("off → red" in text and "Mei Lin" in text and "Smoke" in text for text in told)


def big(stage: str, count: int = 5_000, **more: Any) -> list[TaskState]:
    return [task(str(n), stage, stream_id=f"s{n % 2 + 1}", **more) for n in range(count)]


def test_five_thousand_changes_are_one_post_with_exact_counts() -> None:
    new = [*big("complete", 3_000), *big("startable")[3_000:]]
    for hearing in (Hearing(), Hearing(kinds=ALL)):
        (letter,) = tell(snapshot(*big("default")), snapshot(*new), hearing)
        for part in (
            "5,000 changes",
            "3,000 finished",
            "2,000 can start",
            "*Stream s1*: 1,500 finished · 1,000 can start",
        ):
            assert part in letter.message.text


def test_a_burst_still_edits_the_messages_that_stand() -> None:
    place = slot(book(), "task", "7")
    told = tell(snapshot(*big("startable", 60)), snapshot(*big("complete", 60)), standing=[place])
    assert [letter.slot for letter in told] == ["", place]


def test_more_posts_than_a_reader_takes_are_one_summary_with_the_statuses() -> None:
    lanes = [stream(f"s{n}") for n in range(12)]
    told = tell(snapshot(streams=lanes), snapshot(streams=[msgspec.structs.replace(s, status="red") for s in lanes]))
    assert len(told) == 1
    assert "12 changes at once" in told[0].message.text
    assert told[0].message.text.count("off → red") == 12


def test_a_thread_per_stream_has_its_root_before_its_first_post() -> None:
    hearing = Hearing(thread=Thread.STREAM)
    old, new = (
        snapshot(task("1"), task("2", stream_id="s2")),
        [task("1", "startable"), task("2", "startable", stream_id="s2")],
    )
    told = tell(old, snapshot(*new), hearing)
    roots = {letter.slot: n for n, letter in enumerate(told) if "Tasks of the stream" in letter.message.text}
    assert len(roots) == 2
    for n, letter in enumerate(told):
        assert not letter.thread_slot or roots[letter.thread_slot] < n
    again = tell(old, snapshot(*new), hearing, standing=list(roots))
    assert all(letter.thread_slot for letter in again)


def test_a_thread_per_run_hangs_on_the_post_of_its_start() -> None:
    old = snapshot(task("1"), runbook=book(stage="planning"))
    new = snapshot(task("1", "startable"), runbook=book(start_actual=AT))
    told = tell(old, new, Hearing(thread=Thread.RUN))
    assert [letter.slot for letter in told] == [slot(new.runbook, "run"), slot(new.runbook, "task", "1")]
    assert told[1].thread_slot == told[0].slot


def test_in_quiet_hours_only_red_and_the_runs_own_turns_are_posted_and_messages_still_move() -> None:
    quiet = Hearing(kinds=ALL, quiet_from="22:00", quiet_to="06:00", timezone="UTC")
    place = slot(book(stage="paused"), "task", "3")
    old = snapshot(task("1"), task("2"), task("3", "startable"))
    new = snapshot(
        task("1", "startable"),
        task("2", "in_progress"),
        task("3", "in_progress"),
        runbook=book(stage="paused", status="amber"),
        streams=(stream("s1", status="red"), stream("s2", status="amber")),
    )
    told = tell(old, new, quiet, standing=[place])
    assert ["paused" in texts(told)[0], "off → red" in texts(told)[1], told[2].slot == place, len(told)] == [
        True
    ] * 3 + [3]


def test_quiet_hours_are_local_and_go_over_midnight() -> None:
    night = Hearing(quiet_from="22:00", quiet_to="06:00", timezone="Asia/Tokyo")
    assert is_quiet(night, None, datetime(2026, 11, 20, 13, 0, tzinfo=UTC))
    assert not is_quiet(night, None, datetime(2026, 11, 20, 21, 0, tzinfo=UTC))
    by_book = msgspec.structs.replace(night, timezone="")
    assert is_quiet(by_book, "Asia/Tokyo", datetime(2026, 11, 20, 13, 0, tzinfo=UTC))
    assert not is_quiet(by_book, "Not/There", datetime(2026, 11, 20, 13, 0, tzinfo=UTC))
    assert not is_quiet(Hearing(quiet_from="09:00", quiet_to="09:00"), None, NOW)


def test_the_same_change_has_the_same_key_and_the_same_state_again_another() -> None:
    old, new = snapshot(task("1"), at=1.0), snapshot(task("1", "startable"), at=2.0)
    keys = [[letter.key for letter in tell(old, new, now=now)] for now in (NOW, datetime(2026, 11, 21, tzinfo=UTC))]
    assert keys[0] == keys[1]
    assert [letter.key for letter in tell(snapshot(task("1"), at=3.0), new)] != keys[0]
