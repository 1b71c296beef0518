"""Planned and forecast times: one pass along the graph, over the changed part only.

Planned: start is the latest planned end of the predecessors (R37), never before a fixed start; end adds the
duration (R38).
Forecast: the same with what really happened so far and `now` as the floor of everything still open. Times in
seconds (UTC).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from .live import Live
from .runbook import Runbook, Task

if TYPE_CHECKING:
    from .world import World

REFRESH = 1.0  # world seconds for which a forecast that only aged is still good
COARSE = 10.0  # the same for runbooks with more than MANY tasks, where every second would move thousands
MANY = 500


def seconds(world: World, task: Task) -> int:
    """Planned length of a task; without its own the default of its type counts (R36)."""
    return world.task_types[task.type_id].default_duration if task.duration is None else task.duration


def base(runbook: Runbook) -> float:
    """Planned start of the runbook, scheduled or not."""
    return runbook.start_planned if runbook.start_scheduled is None else runbook.start_scheduled


def _spread(live: Live, seeds: Iterable[str], compute: Callable[[Task], bool], variant: str = "") -> None:
    tasks, rank = live.runbook.tasks, live.rank
    queued = {tid for tid in seeds if tid in tasks}
    heap = [(rank[tid], tid) for tid in queued]
    heapify(heap)
    while heap:
        tid = heappop(heap)[1]
        if not compute(tasks[tid]):
            continue
        live.stale(tid, variant)
        for successor in live.successors[tid]:
            if successor not in queued:
                queued.add(successor)
                heappush(heap, (rank[successor], successor))


def replan(world: World, runbook: Runbook, seeds: Iterable[str] | None = None) -> None:
    """Recompute planned times from these tasks on (all when None)."""
    live, tasks, floor = world.live[runbook.id], runbook.tasks, base(runbook)

    def compute(task: Task) -> bool:
        start = max((tasks[pid].end_planned for pid in task.predecessors), default=floor)
        if task.start_fixed is not None:
            start = max(start, task.start_fixed)
        end = start + seconds(world, task)
        changed = (start, end) != (task.start_planned, task.end_planned)
        task.start_planned, task.end_planned = start, end
        if changed:
            live.dirty.add(task.id)
        return changed

    _spread(live, list(tasks) if seeds is None else seeds, compute)
    live.revision += 1


def reforecast(world: World, runbook: Runbook, now: float) -> None:
    """Bring the forecast up to `now`; cheap when nothing changed."""
    live = world.live[runbook.id]
    step = REFRESH if len(runbook.tasks) <= MANY else COARSE
    if step == COARSE:
        now = math.ceil(now / step) * step
    aged = runbook.stage in ("active", "paused") and now - live.forecast_at >= step
    if not live.dirty and not aged:
        return
    running = runbook.start_actual is not None
    floor = base(runbook) if not running else now

    def compute(task: Task) -> bool:
        start, end = _forecast(world, runbook, task, floor)
        changed = (start, end) != (task.start_forecast, task.end_forecast)
        task.start_forecast, task.end_forecast = start, end
        return changed

    # what stands free moves along with the time: open tasks, those held by a fixed start, in a pause any
    moving = set(runbook.tasks) if runbook.stage == "paused" else live.open | live.timed
    _spread(live, live.dirty | moving, compute, "forecast")
    live.dirty.clear()
    live.forecast_at = now


def _forecast(world: World, runbook: Runbook, task: Task, floor: float) -> tuple[float, float]:
    if task.stage == "complete":
        end = task.end_actual if task.end_actual is not None else floor
        return (task.start_actual if task.start_actual is not None else end), end
    length = seconds(world, task)
    if task.start_actual is not None:
        return task.start_actual, max(task.start_actual + length, floor)
    start = max((runbook.tasks[pid].end_forecast for pid in task.predecessors), default=floor)
    start = max(start, floor)
    if task.start_fixed is not None and runbook.run_type != "rehearsal":
        start = max(start, task.start_fixed)  # fixed starts hold in live runs only
    return start, start + length


def ends(world: World, runbook: Runbook, now: float) -> tuple[float | None, float | None]:
    """Planned and forecast end of the runbook; None where it has no tasks."""
    if not runbook.tasks:
        return None, None
    live = world.live[runbook.id]
    reforecast(world, runbook, now)
    stamp = (live.revision, live.forecast_at)
    kept = live.memo.get("ends")
    if kept is None or kept[0] != stamp:
        every = runbook.tasks.values()
        found = (max(t.end_planned for t in every), max(t.end_forecast for t in every))
        live.memo["ends"] = kept = (stamp, found)
    return kept[1][0], kept[1][1]


def shift_fixed(world: World, runbook: Runbook, delta: float, now: float) -> None:
    """Move fixed starts and due dates by `delta` seconds (R22, R29)."""
    if not delta:
        return
    live = world.live[runbook.id]
    for task in runbook.tasks.values():
        if task.start_fixed is None and task.end_fixed is None:
            continue
        task.start_fixed = None if task.start_fixed is None else task.start_fixed + delta
        task.end_fixed = None if task.end_fixed is None else task.end_fixed + delta
        live.touch(task, now)


def stream_spans(world: World, runbook: Runbook, now: float) -> dict[str, tuple[float, float, float, float]]:
    """Planned start and end, forecast start and end of each stream that has tasks."""
    live = world.live[runbook.id]
    reforecast(world, runbook, now)
    stamp = (live.revision, live.forecast_at)
    kept = live.memo.get("streams")
    if kept is None or kept[0] != stamp:
        spans: dict[str, tuple[float, float, float, float]] = {}
        for t in runbook.tasks.values():
            a, b, c, d = spans.get(t.stream_id, (t.start_planned, t.end_planned, t.start_forecast, t.end_forecast))
            spans[t.stream_id] = (
                min(a, t.start_planned),
                max(b, t.end_planned),
                min(c, t.start_forecast),
                max(d, t.end_forecast),
            )
        live.memo["streams"] = kept = (stamp, spans)
    found: dict[str, tuple[float, float, float, float]] = kept[1]
    return found
