"""What a world is made of beside runbooks: people, workspaces, types, fields, and the logs. Plain records, no
rules.

Ids are strings. Times are seconds since 1970 (UTC). Lists of people hold user ids.
"""

from __future__ import annotations

from msgspec import Struct, field


class Person(Struct, kw_only=True):
    """A Cutover user. `roles`: runbook_admin, creator, user_admin, workspace_admin, stakeholder (all instance-wide)."""

    id: str
    key: str
    first_name: str
    last_name: str
    email: str
    handle: str = ""
    job_title: str = ""
    mobile_number: str | None = None
    country_code: str = "GB"
    roles: list[str] = field(default_factory=list)
    archived: bool = False
    locked_at: float | None = None
    accepted: bool = True
    workspaces: list[str] | None = None  # None: in all of them
    created_at: float = 0.0
    updated_at: float = 0.0

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Workspace(Struct, kw_only=True):
    """Topmost grouping of runbooks."""

    id: str
    key: str
    name: str
    description: str = ""
    created_at: float = 0.0
    updated_at: float = 0.0


class Folder(Struct, kw_only=True):
    """Folder in a workspace, possibly in another folder."""

    id: str
    key: str
    name: str
    workspace_id: str
    parent_id: str | None = None
    description: str = ""
    created_at: float = 0.0
    updated_at: float = 0.0


class RunbookType(Struct, kw_only=True):
    """Settings of a kind of runbook; `dynamic` lets tasks be edited during a run."""

    id: str
    key: str
    name: str
    description: str = ""
    archived: bool = False
    default: bool = False
    disabled: bool = False
    dynamic: bool = False
    everywhere: bool = True  # `global` in the API
    enable_rto: bool = False
    incident: bool = False
    workspace_id: str | None = None


class TaskType(Struct, kw_only=True):
    """Settings of a kind of task. Key `linked` starts another runbook, `validation` asks how it went."""

    id: str
    key: str
    name: str
    archived: bool = False
    auto_start: bool = False
    auto_finish: bool = False
    conditional_progression: bool = False
    comms: str = "off"
    default_duration: int = 600
    created_at: float = 0.0
    updated_at: float = 0.0


class Team(Struct, kw_only=True):
    """A central team."""

    id: str
    name: str
    people: list[str] = field(default_factory=list)


class CustomField(Struct, kw_only=True):
    """A question that a runbook or task answers; `task_types` (keys) or a task's `asks` bind it."""

    id: str
    name: str
    display_name: str
    field_type: str = "text"
    options: list[str] = field(default_factory=list)
    required: bool = False
    apply_to: str = "task_edit"
    task_types: list[str] = field(default_factory=list)
    workspace_id: str | None = None
    archived: bool = False


class Comment(Struct, kw_only=True):
    """Comment on a runbook, possibly on one of its tasks; `content` is Cutover's HTML subset."""

    id: str
    runbook_id: str
    content: str
    author_id: str
    created_at: float
    task_id: str | None = None
    featured: bool = False


class ActionLog(Struct, kw_only=True):
    """One line of the audit log and, under `key`, of the activity feed."""

    id: str
    key: str
    description: str
    created_at: float
    author_id: str
    resource_type: str
    resource_id: str
    runbook_id: str | None = None
    workspace_id: str | None = None
    changes: dict[str, str] = field(default_factory=dict)
