"""In which order changes are told that happened in the same moment: causes before effects, the end of a run last."""

from __future__ import annotations

import pytest
from watch_world import AT, LATER, book, snapshot, stream, task

from bot.model.snapshot import Snapshot
from bot.watch.diff import diff

BETWEEN = "2026-11-20T22:01:00.000Z"


def told(old: Snapshot, new: Snapshot) -> list[str]:
    """Each change as its kind and what it is about."""
    names = []
    for change in diff(old, new):
        about = getattr(change, "new", None) or getattr(change, "task", None) or getattr(change, "old", None)
        names.append(f"{type(change).__name__} {getattr(about, 'id', '')}")
    return names


@pytest.mark.parametrize(
    ("stage", "first", "last"),
    [("active", ["RunbookStageChanged 101"], []), ("complete", [], ["RunbookStageChanged 101"])],
)
def test_of_one_moment_the_start_comes_first_and_the_end_last(stage: str, first: list[str], last: list[str]) -> None:
    old = snapshot(*(task(str(number), "startable") for number in range(1, 6)), runbook=book(stage="planning"))
    new = snapshot(
        task("5", "startable", name="Edited", updated_at=AT),
        task("4", "default", updated_at=AT),
        task("3", "in_progress", start_actual=AT),
        task("2", "complete", end_actual=AT),
        task("1", "complete", end_actual=AT),
        runbook=book(stage=stage, status="red", status_updated_at=AT, updated_at=AT, end_actual=AT),
        streams=(stream("s1", status="amber", status_updated_at=AT), stream("s2")),
    )
    in_between = ["RunbookStatusChanged 101", "StreamStatusChanged s1", "TaskMoved 2", "TaskMoved 1"]
    in_between += ["TaskMoved 3", "TaskMoved 4", "TaskEdited 5"]
    assert told(old, new) == [*first, *in_between, *last]


def test_numbers_decide_among_tasks_of_one_moment() -> None:
    old = snapshot(task("a", number=9), task("b", number=7), task("c", number=8))
    new = snapshot(task("a", "startable", number=9), task("b", "startable", number=7), task("c", "startable", number=8))
    assert told(old, new) == ["TaskMoved b", "TaskMoved c", "TaskMoved a"]


def test_what_carries_no_moment_was_seen_now_and_comes_last() -> None:
    old = snapshot(task("1"), task("2"), task("3"), runbook=book(end_forecast=AT))
    new = snapshot(
        task("1", "startable", updated_at=None),
        task("2", "startable", updated_at=LATER),
        runbook=book(end_forecast=LATER),
    )
    found = told(old, new)
    assert found[0] == "TaskMoved 2"
    assert set(found[1:]) == {"TaskMoved 1", "TaskRemoved 3", "ForecastMoved 101"}
    assert found[1] == "TaskMoved 1", "what moved before what only was noticed"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"stage": "in_progress", "start_actual": AT, "updated_at": LATER}, {"name": "New", "updated_at": BETWEEN}),
        ({"stage": "complete", "end_actual": AT, "updated_at": LATER}, {"name": "New", "updated_at": BETWEEN}),
        ({"stage": "in_progress", "start_actual": None, "updated_at": AT}, {"name": "New", "updated_at": LATER}),
        ({"stage": "complete", "end_actual": None, "updated_at": AT}, {"name": "New", "updated_at": LATER}),
    ],
)  # fmt: skip
def test_a_task_moved_when_it_began_or_ended_and_else_when_it_was_changed(one: dict, other: dict) -> None:  # type: ignore[type-arg]
    old = snapshot(task("1"), task("2"))
    assert told(old, snapshot(task("2", **other), task("1", **one))) == ["TaskMoved 1", "TaskEdited 2"]


def test_late_and_late_no_more() -> None:
    late, in_time = task("1", "in_progress", is_late=True), task("1", "in_progress", is_late=False)
    unknown = task("1", "in_progress")
    assert told(snapshot(in_time), snapshot(late)) == ["TaskBecameLate 1"]
    assert told(snapshot(unknown), snapshot(late)) == ["TaskBecameLate 1"]
    assert told(snapshot(late), snapshot(late)) == []
    assert told(snapshot(late), snapshot(in_time)) == ["TaskEdited 1"]
    assert told(snapshot(in_time), snapshot(unknown)) == []
    assert told(snapshot(), snapshot(late)) == ["TaskMoved 1", "TaskBecameLate 1"]


@pytest.mark.parametrize(
    ("stage", "ended", "changed"), [("complete", AT, LATER), ("canceled", AT, LATER), ("active", LATER, AT)]
)
def test_a_run_ended_when_it_ended_and_began_when_it_was_changed(stage: str, ended: str, changed: str) -> None:
    old = snapshot(task("1"), runbook=book(stage="paused"))
    new = snapshot(
        task("1", name="New", updated_at=BETWEEN), runbook=book(stage=stage, end_actual=ended, updated_at=changed)
    )
    assert told(old, new) == ["RunbookStageChanged 101", "TaskEdited 1"]


def test_what_has_no_moment_is_told_by_its_kind_and_then_by_its_number() -> None:
    old = snapshot(task("1", "in_progress", number=1), task("2", number=2), runbook=book(end_forecast=AT))
    new = snapshot(
        task("1", "in_progress", number=1, is_late=True),
        task("2", number=2, name="New", updated_at=None),
        runbook=book(end_forecast=LATER),
    )
    assert told(old, new) == ["TaskEdited 2", "ForecastMoved 101", "TaskBecameLate 1"]


def test_a_task_without_a_number_comes_before_the_first() -> None:
    old = snapshot(task("a", number=1), task("b"))
    assert told(old, snapshot(task("a", "startable", number=1), task("b", "startable"))) == [
        "TaskMoved b",
        "TaskMoved a",
    ]


def test_as_many_gone_as_stay_and_as_many_new() -> None:
    old = snapshot(task("stays"), task("goes"))
    new = snapshot(task("stays"), task("comes", number=1), task("comes too", number=2))
    assert told(old, new) == ["TaskMoved comes", "TaskMoved comes too", "TaskRemoved goes"]
