"""The table of endpoints: the 28 of the reference, and the additions that only the vendor's own client
proves."""

from __future__ import annotations

from urllib.parse import unquote

from . import reads, tasks_in, writes
from .api import Handler

Table = dict[str, dict[str, Handler]]

# `*` stands for an id or key; paths are below /core/
REFERENCE: Table = {
    "runbooks": {"GET": reads.list_runbooks, "POST": writes.create_runbook},
    "runbooks/*": {"GET": reads.get_runbook, "PATCH": writes.update_runbook},
    "runbooks/*/start": {"PATCH": writes.start_runbook},
    "runbooks/*/comments": {"GET": reads.list_comments, "POST": writes.create_comment},
    "runbooks/*/streams": {"GET": reads.list_streams},
    "runbooks/*/streams/*": {"GET": reads.get_stream},
    "runbooks/*/tasks": {"GET": tasks_in.list_tasks, "POST": tasks_in.create_task},
    "runbooks/*/tasks/*": {"GET": tasks_in.get_task, "PATCH": tasks_in.update_task},
    "runbooks/*/tasks/*/start": {"PATCH": tasks_in.start_task},
    "runbooks/*/tasks/*/finish": {"PATCH": tasks_in.finish_task},
    "runbook_types": {"GET": reads.list_runbook_types},
    "runbook_types/*": {"GET": reads.get_runbook_type},
    "task_types": {"GET": reads.list_task_types},
    "task_types/*": {"GET": reads.get_task_type},
    "teams": {"GET": reads.list_teams},
    "teams/*": {"GET": reads.get_team},
    "users": {"GET": reads.list_users},
    "users/*": {"GET": reads.get_user},
    "users/*/archive": {"PATCH": writes.archive_user},
    "users/*/unlock": {"PATCH": writes.unlock_user},
    "workspaces": {"GET": reads.list_workspaces},
    "workspaces/*": {"GET": reads.get_workspace},
    "workspaces/*/folders": {"GET": reads.list_folders},
}

ADDITIONS: Table = {
    "workspaces": {"POST": writes.create_workspace},
    "runbooks/*/pause": {"PATCH": writes.pause_runbook},
    "runbooks/*/resume": {"PATCH": writes.resume_runbook},
    "runbooks/*/cancel": {"PATCH": writes.cancel_runbook},
    "runbooks/*/runbook_teams": {"GET": reads.list_runbook_teams},
    "runbooks/*/streams": {"POST": writes.create_stream},
    "runbooks/*/streams/*": {"PATCH": writes.update_stream, "DELETE": writes.delete_stream},
    "runbooks/*/tasks/*": {"DELETE": tasks_in.delete_task},
    "runbooks/*/tasks/*/skip": {"PATCH": tasks_in.skip_task},
    "custom_fields": {"GET": reads.list_custom_fields},
    "custom_fields/*": {"GET": reads.get_custom_field},
    "action_logs": {"GET": reads.list_action_logs},
    "activities": {"GET": reads.list_activities},
}


def table(additions: bool) -> Table:
    """All endpoints of an instance. Without the additions their paths are still known, and answer 405."""
    made = {path: dict(methods) for path, methods in REFERENCE.items()}
    for path, methods in ADDITIONS.items():
        made.setdefault(path, {}).update(methods if additions else {})
    return made


def split(raw_path: str) -> tuple[str, tuple[str, ...]]:
    """Pattern and ids of a path below /core/, taken from the raw path so that an encoded slash stays in its id."""
    parts = raw_path.removeprefix("/core/").split("/")
    pattern = "/".join("*" if index in (1, 3) and part else part for index, part in enumerate(parts))
    return pattern, tuple(unquote(part) for index, part in enumerate(parts) if index in (1, 3))
