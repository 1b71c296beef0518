"""Is a run ready to start? Cutover's own start checks done ahead, and some of ours. The one rule: what is not told is
not a gap.

The codes are those that Cutover would refuse the start with (`runbooks.start.*`, error list of its reference), so that
its words and ours are the same; what Cutover does not check has a code of `Own`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from bot.model import Person, RunbookTeam, Task, Text
from bot.plan.run import Run

LONG: Final = 3600
"""Seconds from which a task without an owner is worth its own word."""
_START: Final = "runbooks.start."


class Own(StrEnum):
    """Codes of what Cutover starts with all the same."""

    NO_DURATION = "own.no_duration"
    LONG_UNOWNED = "own.long_unowned"
    NO_ACCOUNT = "own.no_account"
    NOT_HERE = "own.not_here"
    TEMPLATE = "own.template"
    REVIEW_DUE = "own.review_due"
    NO_GRAPH = "own.no_graph"


@dataclass(frozen=True, slots=True)
class Gap:
    """One finding: its code, the tasks or the names it is about."""

    code: str
    tasks: tuple[Task, ...] = ()
    names: tuple[Text, ...] = ()

    @property
    def count(self) -> int:
        return len(self.tasks) or len(self.names) or 1


@dataclass(frozen=True, slots=True)
class Staff:
    """Who takes part. `people` by Cutover id. `accounts`, `here`: ids of who has a Slack account, is in the channel;
    None where Slack does not tell."""

    people: Mapping[str, Person] = field(default_factory=dict)
    teams: Sequence[RunbookTeam] = ()
    accounts: frozenset[str] | None = None
    here: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """All gaps in the order of the checks; `checks` is how many were made. `start`: planned, aware UTC or None."""

    run: Run
    gaps: tuple[Gap, ...]
    checks: int
    start: datetime | None


def readiness(run: Run, staff: Staff) -> Readiness:
    """Check a run that has not begun."""
    book = run.runbook
    now = datetime.fromtimestamp(run.now, UTC)
    checks = [*_task_checks(run, now), *_people_checks(run, staff)]
    checks.append((Own.TEMPLATE, _one(book.is_template)))
    review = book.template_next_review_at
    checks.append((Own.REVIEW_DUE, _one(review is not None and review < now)))
    checks.append((Own.NO_GRAPH, _one(not run.has_graph)))
    gaps = [Gap(code, tuple(tasks), tuple(names)) for code, (tasks, names, found) in checks if found]
    return Readiness(run, tuple(gaps), len(checks), book.start_scheduled or book.start_planned)


_Found = tuple[Sequence[Task], Sequence[Text], bool]


def _one(found: bool) -> _Found:
    return (), (), found


def _task_checks(run: Run, now: datetime) -> list[tuple[str, _Found]]:
    def those(wanted: Callable[[Task], bool]) -> _Found:
        found = [task for task in run.tasks.values() if not task.is_complete and wanted(task)]
        return found, (), bool(found)

    kinds = run.types

    def is_typed(task: Task, wanted: str) -> bool:
        kind = kinds.get(task.task_type_id or "")
        return kind is not None and bool(getattr(kind, wanted))

    def told(task: Task) -> bool:
        kind = kinds.get(task.task_type_id or "")
        return kind is not None and kind.comms != "off"

    def unowned(task: Task) -> bool:
        return task.assignees == () and not is_typed(task, "auto_start") and not told(task)

    return [
        (f"{_START}invalid_fixed_end_tasks", those(_ends_too_early)),
        (f"{_START}late_tasks", those(lambda task: _starts_in_the_past(task, now))),
        (f"{_START}archived_task_types", those(lambda task: is_typed(task, "archived"))),
        (Own.LONG_UNOWNED, those(lambda task: unowned(task) and _long(task))),
        (f"{_START}unassigned_tasks", those(lambda task: unowned(task) and not _long(task))),
        (f"{_START}tasks_with_empty_comms_messages", those(lambda task: told(task) and not task.message)),
        (f"{_START}tasks_with_no_recipients", those(lambda task: told(task) and task.assignees == ())),
        (Own.NO_DURATION, those(lambda task: task.duration is None and not is_typed(task, "default_duration"))),
    ]


def _long(task: Task) -> bool:
    return (task.duration or 0) >= LONG


def _ends_too_early(task: Task) -> bool:
    start = task.start_fixed or task.start_planned
    return task.end_fixed is not None and start is not None and task.end_fixed <= start


def _starts_in_the_past(task: Task, now: datetime) -> bool:
    start = task.start_fixed or task.start_planned
    return start is not None and start < now


def _people_checks(run: Run, staff: Staff) -> list[tuple[str, _Found]]:
    assigned = {ref for task in run.tasks.values() for ref in task.assignees or ()}
    people = [staff.people[ref.id] for ref in sorted(assigned, key=lambda ref: ref.id) if ref.id in staff.people]

    def named(found: Iterable[Text]) -> _Found:
        names = list(found)
        return (), names, bool(names)

    checks = [
        (f"{_START}empty_teams", named(team.name for team in staff.teams if team.users_count == 0)),
        (f"{_START}archived_users", named(one.name for one in people if one.archived)),
    ]
    active = [one for one in people if not one.archived]
    if staff.accounts is not None:
        known = staff.accounts
        checks.append((Own.NO_ACCOUNT, named(one.name for one in active if one.id not in known)))
        if staff.here is not None:
            here = staff.here
            checks.append((Own.NOT_HERE, named(o.name for o in active if o.id in known and o.id not in here)))
    return checks
