"""Which attributes become columns. The one rule: what is not here is not lost, it stands in the log's payload.

A column is the attribute of its name; `<name>_id` is the relationship `<name>`, or the attribute on instances that
flatten it. Times are text as Cutover sends them.
"""

from __future__ import annotations

from typing import Final

TEXT, INT, BOOL = "text", "int", "bool"
_TABLES: Final = """
workspace workspaces: key name description created_at updated_at
folder folders: workspace_id key name description created_at updated_at
runbook_type runbook_types: key name description archived default disabled dynamic global
task_type task_types: key name archived auto_start auto_finish comms conditional_progression default_duration
  created_at updated_at
team teams: name
role roles: key name
custom_field custom_fields: name workspace_id field_type apply_to required
user users: first_name last_name email handle job_title archived locked_at created_at updated_at
runbook runbooks: name workspace_id folder_id runbook_type_id current_version_id author_id description stage status
  status_message status_updated_at run_type run_comms timing_mode timezone is_template template_status archived
  start_scheduled start_planned start_actual end_scheduled end_planned end_forecast end_actual created_at updated_at
task tasks: runbook_id name stream_id task_type_id description stage level completion_type duration
  start_requirements end_requirements start_fixed start_planned start_ready start_actual end_fixed end_planned
  end_actual is_late comments_count created_at updated_at
stream streams: runbook_id name description color is_primary status status_message status_updated_at tasks_count
  parent_id
comment comments: runbook_id content task_id author_id featured created_at
runbook_team runbook_teams: runbook_id name team_id
action_log action_logs: runbook_id event description changes author_id resource_id created_at
"""
_NUMBERS: Final = frozenset(("duration", "default_duration", "comments_count", "tasks_count"))
_FLAGS: Final = """archived is_template is_late is_primary default disabled dynamic global auto_start auto_finish
conditional_progression featured required"""


def kind_of(column: str) -> str:
    """TEXT, INT or BOOL."""
    return INT if column in _NUMBERS else BOOL if column in _FLAGS.split() else TEXT


def _read(text: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    found = {}
    for line in text.strip().replace("\n  ", " ").split("\n"):
        names, _, columns = line.partition(":")
        kind, table = names.split()
        found[kind] = (table, tuple(columns.split()))
    return found


TABLES: Final = _read(_TABLES)
"""Kind -> its table and columns, after `id`. `<kind of the list it was read below>_id` is that list's id."""
