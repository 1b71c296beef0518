"""Who may do what. A token is a person: everything here is asked about a person, and refused with 403 or 404.

Roles in one runbook, strongest first: admin, editor (of named streams), member, reader, and none.
"""

from __future__ import annotations

from .errors import Finding, Refusal, forbidden, missing
from .runbook import Runbook, Task
from .things import Person
from .world import World


def role(person: Person, runbook: Runbook) -> str:
    """The strongest role of a person in a runbook. Instance-wide roles do not reach private runbooks."""
    uid = person.id
    if uid in runbook.admins or ("runbook_admin" in person.roles and not runbook.private):
        return "admin"
    if uid in runbook.editors:
        return "editor"
    if uid in runbook.members or any(uid in team.people for team in runbook.teams.values()):
        return "member"
    if uid in runbook.readers or ("stakeholder" in person.roles and not runbook.private):
        return "reader"
    return "none"


def readable(person: Person, runbook: Runbook) -> bool:
    """Whether the person sees this runbook in lists."""
    return role(person, runbook) != "none"


def find_runbook(world: World, person: Person, rid: str, *, archived: bool = False) -> Runbook:
    """A runbook the person may read; 404 unknown or archived (R05), 403 not theirs to read."""
    runbook = world.runbooks.get(rid)
    if runbook is None or (runbook.archived and not archived):
        raise missing("The runbook")
    if not readable(person, runbook):
        raise forbidden()
    return runbook


def find_task(runbook: Runbook, tid: str) -> Task:
    """A task of this runbook, else 404."""
    task = runbook.tasks.get(tid)
    if task is None:
        raise missing("The task")
    return task


def require_admin(person: Person, runbook: Runbook) -> None:
    """Only runbook admins."""
    if role(person, runbook) != "admin":
        raise forbidden("Only a runbook admin may do this")


def require_role(person: Person, name: str) -> None:
    """Only people with this instance-wide role."""
    if name not in person.roles:
        raise forbidden()


def edits_stream(person: Person, runbook: Runbook, stream_id: str | None) -> bool:
    """Admins edit every stream, stream editors theirs and the sub-streams below."""
    mine = role(person, runbook)
    if mine == "admin":
        return True
    own = runbook.editors.get(person.id, []) if mine == "editor" else []
    while stream_id is not None:
        if stream_id in own:
            return True
        stream = runbook.streams.get(stream_id)
        stream_id = stream.parent_id if stream else None
    return False


def assignees(runbook: Runbook, task: Task) -> list[str]:
    """User ids of everybody assigned, teams opened up, each once."""
    found = dict.fromkeys(task.people)
    for tid in task.teams:
        team = runbook.teams.get(tid)
        found.update(dict.fromkeys(team.people if team else []))
    return list(found)


def require_hand(person: Person, runbook: Runbook, task: Task, override: bool) -> None:
    """May this person press a button of the task? Override is for admins; an admin as such is not assigned."""
    mine = role(person, runbook)
    if override:
        require_admin(person, runbook)
        return
    if mine in ("reader", "none"):
        raise forbidden()
    people = assignees(runbook, task)
    if person.id in people:
        return
    if people or (mine == "editor" and not edits_stream(person, runbook, task.stream_id)):
        detail = "The user is not assigned to this task"
        raise Refusal(422, Finding("task.user_not_assigned", detail))
