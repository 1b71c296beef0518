"""Reminders: when each is due, when it is not, and that its key stays the same until something changes."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from digest_world import NOW, at, big, names, running, snapshot, task

from bot.blocks.fit import check
from bot.blocks.reminder_post import ReminderView, people_in_reminders, reminder_post
from bot.digest.reminders import expected_end, ready_since, reminders, wants_reminders
from bot.model import Ref
from bot.model.hearing import Hearing
from bot.model.reminder import Reminder, ReminderKind
from bot.model.snapshot import Snapshot, TaskState

EARLIER = NOW.timestamp() - 600


def due(made: Snapshot, minutes: float = 0, ready: dict[str, float] | None = None, **wish: object) -> list[Reminder]:
    return reminders(made, msgspec.convert(wish, Hearing), NOW + timedelta(minutes=minutes), ready or {})


def only(*tasks: TaskState, **changes: object) -> Snapshot:
    return snapshot(tasks=tasks, status_updated_at=at(0), **changes)


def test_nothing_is_asked_for_by_default() -> None:
    assert not wants_reminders(Hearing())
    assert due(snapshot()) == []


def test_startable_for_n_minutes_counts_from_when_it_was_first_seen() -> None:
    made = only(task(6, "Promote", "startable"))
    ready = ready_since(made, {}, NOW)
    assert ready == {"406": NOW.timestamp()}
    assert due(made, 9.9, ready, remind_startable=10) == []
    (one,) = due(made, 10, ready_since(made, ready, NOW + timedelta(minutes=10)), remind_startable=10)
    assert (one.kind, one.task and one.task.id) == (ReminderKind.STARTABLE, "406")
    assert due(made, 50, ready, remind_startable=10)[0].key == one.key, "said once, not every minute"


def test_a_task_that_was_waiting_again_begins_anew() -> None:
    ready = {"406": EARLIER}
    assert ready_since(only(task(6, "Promote")), ready, NOW) == {}
    assert ready_since(only(task(6, "Promote", "startable"), stage="paused"), ready, NOW) == {}
    again = ready_since(only(task(6, "Promote", "startable")), {}, NOW)
    assert again == {"406": NOW.timestamp()}


def test_past_the_planned_end() -> None:
    made = only(running(4, "Stop", start_actual=at(-60), end_planned=at(-10)))
    assert due(made, -0.1, remind_overdue=10) == []
    (one,) = due(made, remind_overdue=10)
    assert one.kind is ReminderKind.OVERDUE
    assert due(made, 60, remind_overdue=10)[0].key == one.key


def test_a_task_that_began_late_gets_its_planned_time() -> None:
    late = running(4, "Stop", start_actual=at(-5), end_planned=at(-120), duration=900)
    assert expected_end(late) == NOW + timedelta(minutes=10)
    assert due(only(late), remind_overdue=1) == []
    assert expected_end(running(4, "Stop", end_planned=None, duration=None)) is None


@pytest.mark.parametrize("stage", ["default", "startable", "in_progress"])
def test_due_dates_are_told_before_they_pass_whatever_the_task_does(stage: str) -> None:
    made = only(task(9, "Report", stage, end_fixed=at(30)))
    assert due(made, 0.9, remind_due=29) == []
    (one,) = due(made, 1, remind_due=29)
    assert (one.kind, one.at) == (ReminderKind.DUE, NOW + timedelta(minutes=30))
    moved = only(task(9, "Report", stage, end_fixed=at(31)))
    assert due(moved, 5, remind_due=29)[0].key != one.key, "another date is another reminder"


def test_what_is_done_is_not_reminded_of() -> None:
    made = only(task(9, "Report", "complete", end_fixed=at(1)))
    assert due(made, remind_due=60, remind_overdue=1, remind_startable=1) == []


def test_an_old_status_is_asked_about_again_and_again() -> None:
    made = snapshot(tasks=(), status_updated_at=at(-30))
    assert due(made, -0.1, remind_status=30) == []
    keys = [due(made, minutes, remind_status=30)[0].key for minutes in (0, 29, 30, 60)]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert due(snapshot(tasks=(), status_updated_at=at(1)), 2, remind_status=30) == []


@pytest.mark.parametrize("stage", ["planning", "paused", "complete", "canceled"])
def test_only_a_run_under_way_reminds(stage: str) -> None:
    made = snapshot(stage=stage, status_updated_at=at(-500))
    wish = {"remind_startable": 1, "remind_overdue": 1, "remind_due": 60, "remind_status": 1}
    assert due(made, ready={"406": EARLIER}, **wish) == []


def test_only_streams_that_are_listened_to_with_their_sub_streams() -> None:
    tasks = (task(1, "A", "startable", "41"), task(2, "B", "startable", "5"))
    found = due(only(*tasks), ready={"401": EARLIER, "402": EARLIER}, remind_startable=5, streams=["4"])
    assert [one.task.id for one in found if one.task] == ["401"]


def test_a_thousand_at_once_are_one_message_that_fits() -> None:
    made = big()
    ready = dict.fromkeys(made.tasks, EARLIER)
    found = due(made, ready=ready, remind_startable=5)
    assert len(found) == 1_000
    post = reminder_post(ReminderView(made.runbook, found, NOW, names()))
    assert check(post) == []
    assert "• +994 more" in post.text
    assert people_in_reminders(found) == (Ref("user", "3"),)
