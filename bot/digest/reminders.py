"""What a channel asked to be reminded of. The one rule: pure; one moment gives the same keys, a key is said once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from bot.digest.summary import status_told
from bot.model import RunbookStage, TaskStage
from bot.model.hearing import Hearing
from bot.model.progress import moment, with_children
from bot.model.reminder import Reminder, ReminderKind
from bot.model.snapshot import Snapshot, TaskState

_ORDER = {kind: place for place, kind in enumerate(ReminderKind)}


def wants_reminders(hearing: Hearing) -> bool:
    """Whether any reminder is switched on."""
    return any((hearing.remind_startable, hearing.remind_overdue, hearing.remind_due, hearing.remind_status))


def ready_since(snapshot: Snapshot, known: Mapping[str, float], now: datetime) -> dict[str, float]:
    """Since when (Unix) each startable task is: as known before, else now. Cutover does not tell."""
    if snapshot.runbook.stage != RunbookStage.ACTIVE:
        return {}  # in a pause nobody can start anything: the time begins anew with the resuming
    found = (key for key, task in snapshot.tasks.items() if task.stage == TaskStage.STARTABLE)
    return {key: known.get(key, now.timestamp()) for key in found}


def reminders(snapshot: Snapshot, hearing: Hearing, now: datetime, ready: Mapping[str, float]) -> list[Reminder]:
    """All that is due now, said before or not; `ready` is what `ready_since` told. Most urgent kind first."""
    if snapshot.runbook.stage != RunbookStage.ACTIVE or not wants_reminders(hearing):
        return []
    found = list(_of_status(snapshot, hearing, now))
    wanted = with_children(snapshot, hearing.streams) if hearing.streams is not None else None
    for task in snapshot.tasks.values():
        if task.stage != TaskStage.COMPLETE and (wanted is None or task.stream_id in wanted):
            found += _of_task(task, hearing, now, ready)
    return sorted(found, key=lambda one: (_ORDER[one.kind], one.at, one.key))


def _of_task(task: TaskState, hearing: Hearing, now: datetime, ready: Mapping[str, float]) -> Iterator[Reminder]:
    """At most one of each kind."""
    if hearing.remind_due and task.end_fixed:
        end = moment(task.end_fixed)
        if end is not None and now >= end - timedelta(minutes=hearing.remind_due):
            yield _reminder(ReminderKind.DUE, task, end)
    if hearing.remind_overdue and task.stage == TaskStage.IN_PROGRESS:
        end = expected_end(task)
        if end is not None and now >= end + timedelta(minutes=hearing.remind_overdue):
            yield _reminder(ReminderKind.OVERDUE, task, end)
    if hearing.remind_startable and task.stage == TaskStage.STARTABLE and task.id in ready:
        since = datetime.fromtimestamp(ready[task.id], UTC)
        if now >= since + timedelta(minutes=hearing.remind_startable):
            yield _reminder(ReminderKind.STARTABLE, task, since)


def expected_end(task: TaskState) -> datetime | None:
    """The planned end; of a task that began late, its start and the planned time: nobody is nagged for the past."""
    planned, began = moment(task.end_planned), moment(task.start_actual)
    full = began + timedelta(seconds=task.duration) if began is not None and task.duration else None
    return max((one for one in (planned, full) if one is not None), default=None)


def _reminder(kind: ReminderKind, task: TaskState, at: datetime) -> Reminder:
    return Reminder(f"{kind}:{task.id}:{int(at.timestamp())}", kind, at, task)


def _of_status(snapshot: Snapshot, hearing: Hearing, now: datetime) -> Iterator[Reminder]:
    """Again after each further span, as long as nobody says anything."""
    told = status_told(snapshot.runbook)
    if not hearing.remind_status or told is None:
        return
    times = int((now - told) / timedelta(minutes=hearing.remind_status))
    if times >= 1:
        yield Reminder(f"{ReminderKind.STATUS}:{int(told.timestamp())}:{times}", ReminderKind.STATUS, told)
