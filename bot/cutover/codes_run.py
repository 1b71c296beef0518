"""Error codes of running: tasks, runbook starts, comments. The one rule: every hint says what to do next."""

from __future__ import annotations

from bot.cutover.codes_text import Meaning

_RELOAD = "Look at the task's card for its present state."

_TASKS = {
    "task.already_started": Meaning("This task is already running or done.", _RELOAD),
    "task.not_editable": Meaning(
        "This task cannot be edited now.",
        "Running runbooks are editable only if their type allows it; ask a runbook admin.",
    ),
    "task.not_finishable": Meaning(
        "This task cannot be finished in its present state.", "Start it first, or see whether it is done already."
    ),
    "task.not_startable": Meaning(
        "This task cannot start yet.", "It waits for a predecessor or a fixed time; its card shows which."
    ),
    "task.same_must_finish": Meaning(
        "Only the person who started this task can finish it.", "Ask that person, or a runbook admin to override."
    ),
    "task.user_already_finished": Meaning(
        "This person has finished their part already.", "Everyone assigned must finish; the others are still missing."
    ),
    "task.user_already_started": Meaning(
        "This person has started their part already.", "Everyone assigned must start; the others are still missing."
    ),
    "task.user_not_assigned": Meaning(
        "Only people assigned to this task can do that.", "Get assigned first, or ask a runbook admin to override."
    ),
    "task_type.auto_start_auto_finish_constraint": Meaning(
        "Tasks of this type start and finish by themselves, which rules this out.", "Use another task type."
    ),
    "wrong_task_internal_id": Meaning(
        "No task has that number in this runbook.", "Check the number in the task list.", "No task here has number {}."
    ),
    "missing_custom_field_value": Meaning(
        "A required answer is missing.", "Fill in the field that Cutover names, then try again."
    ),
    "already_actioned": Meaning("This has been done already.", "Look at its present state; nothing more is needed."),
}

_STARTS = {
    "runbooks.start.archived_task_types": Meaning(
        "Some tasks use task types that are archived.",
        "Change the type of those tasks.",
        "Archived task types in use: {}.",
    ),
    "runbooks.start.archived_users": Meaning(
        "Some people in the runbook are archived.",
        "Replace them, or nobody will answer.",
        "Archived people in the runbook: {}.",
    ),
    "runbooks.start.change_requests_outside_window": Meaning(
        "Some change requests are outside their change window.",
        "Check the change tickets' times.",
        "Change requests outside their window: {}.",
    ),
    "runbooks.start.empty_teams": Meaning(
        "Some teams have no members.", "Add people to those teams.", "Teams without members: {}."
    ),
    "runbooks.start.invalid_fixed_end_tasks": Meaning(
        "Some tasks should have a due date and lack it.",
        "Set the due dates in the plan; this always blocks the start.",
        "Tasks without their due date: {}.",
    ),
    "runbooks.start.late_tasks": Meaning(
        "Some tasks should have started before now.",
        "Start with Rebaseline, or move the planned times. The start may take longer.",
        "Tasks that should have started already: {}.",
    ),
    "runbooks.start.max_tasks_exceeded": Meaning(
        "The runbook has more tasks than can be started.",
        "Split the runbook; this always blocks the start.",
        "The runbook has {} tasks; at most {} can be started.",
    ),
    "runbooks.start.tasks_with_empty_comms_messages": Meaning(
        "Some tasks that send a message have no text.",
        "Write the texts, or turn comms off.",
        "Message tasks without text: {}.",
    ),
    "runbooks.start.tasks_with_no_recipients": Meaning(
        "Some tasks that send a message have nobody to send it to.",
        "Add recipients, or turn comms off.",
        "Message tasks without recipients: {}.",
    ),
    "runbooks.start.unapproved_change_requests": Meaning(
        "Some change requests are not approved, so their tickets will not follow this run.",
        "Get them approved, or update the tickets by hand.",
        "Change requests not approved, whose tickets will not follow this run: {}.",
    ),
    "runbooks.start.unassigned_tasks": Meaning(
        "Some tasks have nobody assigned.", "Assign people or teams.", "Tasks with nobody assigned: {}."
    ),
    "runbooks.start.users_not_accepted": Meaning(
        "Some people have not accepted their invitation to Cutover.",
        "They cannot act until they do.",
        "People with an open invitation: {}.",
    ),
    "runbooks.start.users_not_in_workspace": Meaning(
        "Some people are no longer in the workspace.",
        "Add them again or replace them.",
        "People no longer in the workspace: {}.",
    ),
    "runbooks.start.users_with_no_phone": Meaning(
        "Some people have no phone number, so calls and SMS will not reach them.",
        "Add their numbers, or turn comms off.",
        "People without a phone number: {}.",
    ),
    "runs.create.cannot_run_template_live": Meaning(
        "A template cannot be run live.", "Create a runbook from it and start that, or rehearse the template."
    ),
    "runs.create.event_not_published": Meaning(
        "A live run has to wait: its event has not started.", "Start the event in Cutover, or run a rehearsal."
    ),
    "comments.create.runbook_archived": Meaning(
        "This runbook is archived and takes no comments.", "Comment on the runbook that is in use now."
    ),
}

RUN: dict[str, Meaning] = {**_TASKS, **_STARTS}
