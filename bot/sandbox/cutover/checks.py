"""What Cutover looks at before a run starts: every `runbooks.start.*` and `runs.create.*` check that the world
can express.

The reference does not say which findings are errors and which warnings; the severities here are its
transcription's guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import access
from .errors import Finding
from .runbook import Runbook, Task
from .world import World

ERRORS = frozenset(
    {
        "runbooks.start.invalid_fixed_end_tasks",
        "runbooks.start.max_tasks_exceeded",
        "runs.create.cannot_run_template_live",
        "runs.create.event_not_published",
    }
)


def findings(world: World, runbook: Runbook, run_type: str, *, rebaseline: bool, shift: bool) -> list[Finding]:
    """All findings, errors first; each detail says how many are meant."""
    found = [*_run(runbook, run_type), *_tasks(world, runbook, rebaseline, shift), *_people(world, runbook)]
    found += _messages(world, runbook)
    return sorted(found, key=lambda finding: finding.code not in ERRORS)


def _run(runbook: Runbook, run_type: str) -> Iterator[Finding]:
    if run_type == "live" and runbook.is_template:
        yield Finding("runs.create.cannot_run_template_live", "A template cannot be run live", "/meta/run_type")
    if run_type == "live" and runbook.event_published is False:
        yield Finding("runs.create.event_not_published", "The event of this runbook has not started", "/meta/run_type")
    yield from _count(
        "unapproved_change_requests", runbook.change_requests.count("unapproved"), "change requests are not approved"
    )
    yield from _count(
        "change_requests_outside_window",
        runbook.change_requests.count("outside_window"),
        "change requests are outside their change window",
    )


def _count(code: str, count: int, words: str) -> Iterator[Finding]:
    if count:
        yield Finding(f"runbooks.start.{code}", f"{count} {words}")


def _tasks(world: World, runbook: Runbook, rebaseline: bool, shift: bool) -> Iterator[Finding]:
    tasks = list(runbook.tasks.values())
    now = world.now()
    if len(tasks) > world.max_tasks:
        detail = f"{len(tasks)} tasks are more than the {world.max_tasks} that a run may have"
        yield Finding("runbooks.start.max_tasks_exceeded", detail)
    bad_due = sum(1 for t in tasks if t.end_fixed is not None and t.end_fixed <= (t.start_fixed or t.start_planned))
    yield from _count("invalid_fixed_end_tasks", bad_due, "tasks have no valid due date")
    late = sum(1 for t in tasks if _late(t, now, rebaseline, shift))
    yield from _count("late_tasks", late, "tasks should have started already, the start may be slow")
    old = sum(1 for t in tasks if world.task_types[t.type_id].archived)
    yield from _count("archived_task_types", old, "tasks have an archived task type")
    yield from _count("unassigned_tasks", sum(1 for t in tasks if _unassigned(world, t)), "tasks have no assignee")


def _late(task: Task, now: float, rebaseline: bool, shift: bool) -> bool:
    """A start in the past that neither rebaseline (planned times) nor shift (fixed times) will move."""
    if task.start_fixed is not None:
        return task.start_fixed < now and not shift
    return task.start_planned < now and not rebaseline


def _unassigned(world: World, task: Task) -> bool:
    kind = world.task_types[task.type_id]
    return not (task.people or task.teams or kind.auto_start or kind.comms != "off")


def _people(world: World, runbook: Runbook) -> Iterator[Finding]:
    people = [world.people[uid] for uid in sorted(runbook.participants())]
    yield from _count("empty_teams", sum(1 for t in runbook.teams.values() if not t.people), "teams have no members")
    yield from _count("archived_users", sum(1 for p in people if p.archived), "users are archived")
    yield from _count("users_not_accepted", sum(1 for p in people if not p.accepted), "users have not accepted")
    outside = sum(1 for p in people if p.workspaces is not None and runbook.workspace_id not in p.workspaces)
    yield from _count("users_not_in_workspace", outside, "users are not in the workspace any more")


def _messages(world: World, runbook: Runbook) -> Iterator[Finding]:
    told = [t for t in runbook.tasks.values() if world.task_types[t.type_id].comms != "off"]
    yield from _count(
        "tasks_with_empty_comms_messages", sum(1 for t in told if not t.message), "communication tasks have no text"
    )
    nobody = sum(1 for t in told if not access.assignees(runbook, t))
    yield from _count("tasks_with_no_recipients", nobody, "communication tasks have no recipients")
    called = {
        uid
        for t in told
        if world.task_types[t.type_id].comms in ("sms", "call")
        for uid in access.assignees(runbook, t)
    }
    silent = sum(1 for uid in called if not world.people[uid].mobile_number)
    yield from _count("users_with_no_phone", silent, "users have no phone number")
