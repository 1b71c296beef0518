"""Start, finish and skip as people press them: rules first, then the engine. Refused presses change nothing.

Codes and their meaning are those of the reference's error list; `all_must_*` counts one press per person.
"""

from __future__ import annotations

from . import access, engine
from .errors import Finding, Refusal, invalid
from .runbook import Runbook, Task
from .things import Comment, Person
from .world import World


def start(
    world: World, runbook: Runbook, task: Task, person: Person, *, override: bool, selected: list[str] | None
) -> None:
    """One press of Start. In `all_must_start` the task stays startable until every assignee has pressed."""
    _require_startable(world, runbook, task, person, override)
    access.require_hand(person, runbook, task, override)
    _require_answers(world, task, "task_start")
    if selected is not None:
        _choose(world, runbook, task, selected)
    now = world.now()
    task.started_by.append(person.id)
    if task.start_requirements == "all_must_start" and not override and not _all(world, runbook, task, task.started_by):
        world.live[runbook.id].touch(task, now)
        world.changes += 1
        return
    engine.settle(world, runbook, engine.begin(world, runbook, task, now, person.id), now, person.id)


def _require_startable(world: World, runbook: Runbook, task: Task, person: Person, override: bool) -> None:
    if task.stage in ("in_progress", "complete"):
        raise invalid("task.already_started", "The task was already started")
    if runbook.stage != "active":
        raise invalid("task.not_startable", f"The task cannot start: the runbook is {runbook.stage}")
    if task.stage == "default":
        # an admin may start early what only its fixed start holds back, nothing that waits for other tasks
        if not (override and engine.way(runbook, task) == "go" and engine.held(runbook, task, world.now())):
            raise invalid("task.not_startable", "The task cannot be started yet")
        return
    if person.id in task.started_by and not override:
        raise invalid("task.user_already_started", "The user has already started this task")


def _all(world: World, runbook: Runbook, task: Task, pressed: list[str]) -> bool:
    """Whether everybody who can press has pressed; archived users cannot."""
    wanted = [uid for uid in access.assignees(runbook, task) if not world.people[uid].archived]
    return set(wanted) <= set(pressed)


def finish(
    world: World, runbook: Runbook, task: Task, person: Person, *, override: bool, selected: list[str] | None
) -> None:
    """One press of Finish. In `all_must_end` the task stays in progress until every assignee has pressed."""
    if task.stage != "in_progress" or runbook.stage != "active":
        raise invalid("task.not_finishable", "The task cannot be finished now")
    if person.id in task.finished_by and not override:
        raise invalid("task.user_already_finished", "The user has already finished this task")
    access.require_hand(person, runbook, task, override)
    if task.end_requirements == "same_must_end" and not override and person.id not in task.started_by:
        raise invalid("task.same_must_finish", "Whoever started the task has to finish it")
    _require_answers(world, task, "task_end")
    if selected is not None:
        _choose(world, runbook, task, selected)
    task.finished_by.append(person.id)
    now = world.now()
    if task.end_requirements == "all_must_end" and not override and not _all(world, runbook, task, task.finished_by):
        world.live[runbook.id].touch(task, now)
        world.changes += 1
        return
    engine.finish(world, runbook, task, "complete_normal", now, person.id)


def _choose(world: World, runbook: Runbook, task: Task, selected: list[str]) -> None:
    """Which branches go on. Only branching types listen; without a choice all continue."""
    if not world.task_types[task.type_id].conditional_progression:
        return
    successors = world.live[runbook.id].successors[task.id]
    if any(tid not in successors for tid in selected):
        raise invalid("inclusion", "Selected successors must follow this task", "/meta/selected_successor_ids")
    task.selected = list(dict.fromkeys(selected))


def questions(world: World, task: Task, moment: str) -> list[str]:
    """Ids of the required fields that the task wants answered at `task_start` or `task_end`."""
    key = world.task_types[task.type_id].key
    return [
        each.id
        for each in world.custom_fields.values()
        if each.required
        and not each.archived
        and each.apply_to == moment
        and (each.id in task.asks or key in each.task_types)
    ]


def _require_answers(world: World, task: Task, moment: str) -> None:
    # start and finish carry no answers: they are PATCHed into the task before
    open_ones = [world.custom_fields[fid] for fid in questions(world, task, moment) if not task.answers.get(fid)]
    if open_ones:
        pointer = "/data/attributes/custom_field_values"
        raise Refusal(
            422,
            *(
                Finding("missing_custom_field_value", f"{each.name} requires a response", pointer, each.name)
                for each in open_ones
            ),
        )


def skip(world: World, runbook: Runbook, task: Task, person: Person, reason: str) -> None:
    """Skip a task; the reason becomes a comment on it. Admins, editors of its stream, and assignees may."""
    if not access.edits_stream(person, runbook, task.stream_id):
        access.require_hand(person, runbook, task, override=False)
    if runbook.stage != "active" or task.stage not in ("startable", "in_progress"):
        raise invalid("task.not_finishable", "The task cannot be skipped now")
    comment(world, runbook, person, reason, task)
    engine.finish(world, runbook, task, "complete_skipped", world.now(), person.id)


def comment(world: World, runbook: Runbook, person: Person, content: str, task: Task | None = None) -> Comment:
    """Store a comment, on the runbook or on one task."""
    made = Comment(
        id=world.new_id(),
        runbook_id=runbook.id,
        content=content,
        author_id=person.id,
        created_at=world.now(),
        task_id=None if task is None else task.id,
    )
    world.comments.setdefault(runbook.id, []).append(made)
    if task is not None:
        task.comments_count += 1
        world.live[runbook.id].touch(task, world.now())
    text = f"{person.name} commented" + (f" on {task.name}" if task else "")
    world.note("comment.created", runbook, by=person.id, task=task, text=text, resource=("comment", made.id))
    return made
