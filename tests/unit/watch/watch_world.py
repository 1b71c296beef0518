"""Small snapshots for tests of watching, and strategies that make many."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bot.model.snapshot import RunbookState, Snapshot, StreamState, TaskState

AT = "2026-11-20T22:00:00.000Z"
LATER = "2026-11-20T22:05:00.000Z"


def book(**more: Any) -> RunbookState:
    return RunbookState(**{"id": "101", "name": "Fail-over", "stage": "active", "run_type": "rehearsal", **more})


def stream(key: str, **more: Any) -> StreamState:
    return StreamState(**{"id": key, "name": f"Stream {key}", **more})


def task(key: str, stage: str = "default", **more: Any) -> TaskState:
    return TaskState(**{"id": key, "name": f"Task {key}", "stage": stage, "stream_id": "s1", "updated_at": AT, **more})


def snapshot(*tasks: TaskState, runbook: RunbookState | None = None, streams: Any = (), at: float = 0.0) -> Snapshot:
    lanes = streams or (stream("s1"), stream("s2"))
    return Snapshot(runbook or book(), {s.id: s for s in lanes}, {t.id: t for t in tasks}, at)


_texts = st.text(max_size=5)
_times = st.one_of(st.none(), st.sampled_from([AT, LATER, "", "nonsense", "2026-11-20T22:00:30Z"]))
_tasks = st.builds(
    TaskState,
    id=st.sampled_from([str(n) for n in range(12)]),
    name=_texts,
    stage=st.sampled_from(["default", "startable", "in_progress", "complete", "quantum"]),
    stream_id=st.sampled_from([None, "s1", "s2"]),
    assignees=st.one_of(st.none(), st.just(()), st.just(("user:1",))),
    completion_type=st.sampled_from([None, "complete_normal", "complete_skipped"]),
    end_actual=_times,
    start_actual=_times,
    is_late=st.sampled_from([None, True, False]),
    number=st.sampled_from([None, 1, 2]),
    updated_at=_times,
)
_streams = st.builds(
    StreamState,
    id=st.sampled_from(["s1", "s2", "s3"]),
    name=_texts,
    status=st.sampled_from(["off", "red", "amber", "green"]),
    status_message=_texts,
    status_updated_at=_times,
)
_books = st.builds(
    RunbookState,
    id=st.just("101"),
    name=_texts,
    stage=st.sampled_from(["planning", "active", "paused", "complete", "odd"]),
    status=st.sampled_from(["off", "red"]),
    status_message=_texts,
    end_forecast=_times,
    updated_at=_times,
)
snapshots = st.builds(
    lambda runbook, streams, tasks: Snapshot(runbook, {s.id: s for s in streams}, {t.id: t for t in tasks}, 0.0),
    _books,
    st.lists(_streams, max_size=4),
    st.lists(_tasks, max_size=12),
)
