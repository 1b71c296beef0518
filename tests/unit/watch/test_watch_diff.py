"""The difference of two snapshots: complete, in order, and nothing where nothing is other."""

from __future__ import annotations

import msgspec
from hypothesis import given
from watch_world import AT, LATER, book, snapshot, snapshots, stream, task

from bot.model.changes import (
    Change,
    ForecastMoved,
    RunbookStageChanged,
    RunbookStatusChanged,
    StreamStatusChanged,
    TaskBecameLate,
    TaskEdited,
    TaskMoved,
    TaskRemoved,
)
from bot.model.snapshot import Snapshot, TaskState
from bot.watch.diff import crept, diff


@given(snapshots)
def test_nothing_differs_from_itself(one: Snapshot) -> None:
    assert diff(one, one) == []
    assert diff(one, msgspec.convert(msgspec.to_builtins(one), Snapshot)) == []


@given(snapshots, snapshots)
def test_who_applies_the_changes_has_the_new_state(old: Snapshot, new: Snapshot) -> None:
    got = apply(old, diff(old, new))
    assert set(got.tasks) == set(new.tasks)
    assert {k: _shown(t) for k, t in got.tasks.items()} == {k: _shown(t) for k, t in new.tasks.items()}
    assert (got.runbook.stage, got.runbook.status) == (new.runbook.stage, new.runbook.status)
    for key, now in new.streams.items():
        if key in old.streams or now.status != "off":
            assert (got.streams[key].status, got.streams[key].status_message) == (now.status, now.status_message)


def apply(old: Snapshot, changes: list[Change]) -> Snapshot:
    runbook, streams, tasks = old.runbook, dict(old.streams), dict(old.tasks)
    for change in changes:
        match change:
            case RunbookStageChanged(_, now) | RunbookStatusChanged(_, now) | ForecastMoved(_, now):
                runbook = now
            case StreamStatusChanged(_, stream):
                streams[stream.id] = stream
            case TaskMoved(_, task) | TaskEdited(_, task) | TaskBecameLate(task):
                tasks[task.id] = task
            case TaskRemoved(task):
                tasks.pop(task.id, None)
    return Snapshot(runbook, streams, tasks, old.read_at)


def _shown(one: TaskState) -> TaskState:
    return msgspec.structs.replace(one, updated_at=None, is_late=bool(one.is_late and one.stage != "complete"))


def test_every_kind_of_change_is_seen_once() -> None:
    old = snapshot(task("1"), task("2", "in_progress"), task("3"), task("4"), runbook=book(stage="planning"))
    new = snapshot(
        task("1", "startable"),
        task("2", "in_progress", is_late=True),
        task("3", name="Renamed"),
        runbook=book(stage="active", status="red", end_forecast=AT),
        streams=(stream("s1", status="amber"), stream("s2"), stream("s9", status="green")),
    )
    kinds = sorted(type(change).__name__ for change in diff(old, new))
    expected = [RunbookStageChanged, RunbookStatusChanged, ForecastMoved, StreamStatusChanged, StreamStatusChanged]
    expected += [TaskMoved, TaskBecameLate, TaskEdited, TaskRemoved]
    assert kinds == sorted(kind.__name__ for kind in expected)


def test_a_moment_of_change_alone_is_no_change() -> None:
    assert diff(snapshot(task("1")), snapshot(task("1", updated_at=LATER))) == []


def test_a_forecast_that_creeps_is_no_news() -> None:
    old = snapshot(runbook=book(end_forecast=AT))
    assert diff(old, snapshot(runbook=book(end_forecast="2026-11-20T22:00:59.000Z"))) == []
    assert diff(old, snapshot(runbook=book(end_forecast="2026-11-20T22:01:00.000Z"))) != []


def test_what_only_creeps_is_told_from_what_changed() -> None:
    old = book(end_forecast=AT)
    assert crept(old, book(end_forecast="2026-11-20T22:00:59.000Z"))
    assert not crept(old, book(end_forecast=LATER))
    assert not crept(old, book(end_forecast="2026-11-20T22:00:59.000Z", status="red"))
    assert not crept(old, old)


def test_a_new_stream_without_status_is_no_news() -> None:
    assert diff(snapshot(), snapshot(streams=(stream("s1"), stream("s2"), stream("s3")))) == []


def test_a_task_that_ends_late_is_not_called_late() -> None:
    old = snapshot(task("1", "in_progress", is_late=False))
    new = snapshot(task("1", "complete", completion_type="complete_normal", is_late=True))
    assert [type(change) for change in diff(old, new)] == [TaskMoved]


def test_changes_come_in_the_order_they_happened_and_causes_first() -> None:
    old = snapshot(task("1", "in_progress"), task("2"), task("3", "in_progress"))
    new = snapshot(
        task("1", "complete", end_actual=LATER, updated_at=LATER),
        task("2", "startable", updated_at=LATER),
        task("3", "complete", end_actual=AT),
        streams=(stream("s1", status="amber", status_updated_at="2026-11-20T22:02:00.000Z"), stream("s2")),
    )
    told = [change.new.id for change in diff(old, new)]
    assert told == ["3", "s1", "1", "2"]
