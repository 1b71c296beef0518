"""The runbook with its streams, teams and tasks: plain records that can be written to a state file as they are.

Ids are strings. Times are seconds since 1970 (UTC), durations whole seconds. Whatever can be derived is in
`live`.
"""

from __future__ import annotations

from msgspec import Struct, field

OPEN = ("startable", "in_progress")


class Stream(Struct, kw_only=True):
    """A stream or (with `parent_id`) a sub-stream, with its RAG status."""

    id: str
    name: str
    color: str = "#5b7083"
    description: str = ""
    parent_id: str | None = None
    is_primary: bool = False
    status: str = "off"
    status_message: str | None = None
    status_updated_at: float | None = None
    status_author_id: str | None = None


class RunbookTeam(Struct, kw_only=True):
    """A team inside one runbook; its id differs from the central team's."""

    id: str
    name: str
    team_id: str | None = None
    people: list[str] = field(default_factory=list)


class Task(Struct, kw_only=True):
    """A task. `started_by`/`finished_by`: who pressed the button, in order (all_must_* need everyone)."""

    id: str
    number: int
    name: str
    stream_id: str
    type_id: str
    description: str = ""
    message: str = ""
    stage: str = "default"
    completion_type: str | None = None
    level: str = "level_3"
    duration: int | None = None
    start_requirements: str = "any_can_start"
    end_requirements: str = "any_can_end"
    start_fixed: float | None = None
    end_fixed: float | None = None
    disable_notify: bool = False
    predecessors: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    answers: dict[str, str | list[str]] = field(default_factory=dict)
    selected: list[str] | None = None
    started_by: list[str] = field(default_factory=list)
    finished_by: list[str] = field(default_factory=list)
    start_ready: float | None = None
    start_actual: float | None = None
    end_actual: float | None = None
    start_planned: float = 0.0
    end_planned: float = 0.0
    start_forecast: float = 0.0
    end_forecast: float = 0.0
    child_id: str | None = None
    snippet_ids: list[str] = field(default_factory=list)
    source_task_id: str | None = None
    source_runbook_id: str | None = None
    comments_count: int = 0
    visitor: bool = False
    created_at: float = 0.0
    updated_at: float = 0.0


class Runbook(Struct, kw_only=True):
    """A runbook in its current version. `editors` maps a user id to the ids of the streams that user edits."""

    id: str
    name: str
    version_id: str
    workspace_id: str
    folder_id: str
    type_id: str
    author_id: str
    description: str = ""
    is_template: bool = False
    template_status: str | None = None
    template_next_review_at: float | None = None
    template_type: str = "off"
    archived: bool = False
    private: bool = False
    stage: str = "planning"
    status: str = "off"
    status_message: str | None = None
    status_updated_at: float | None = None
    run_type: str | None = None
    run_comms: str | None = None
    disable_task_notify: bool = False
    timezone: str = "Europe/London"
    start_planned: float = 0.0
    start_scheduled: float | None = None
    end_scheduled: float | None = None
    start_actual: float | None = None
    end_actual: float | None = None
    paused_at: float | None = None
    resumed_at: float | None = None
    rto: int | None = None
    event_published: bool | None = None  # None: belongs to no event
    change_requests: list[str] = field(default_factory=list)  # of "unapproved", "outside_window"
    answers: dict[str, str | list[str]] = field(default_factory=dict)
    admins: list[str] = field(default_factory=list)
    editors: dict[str, list[str]] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    streams: dict[str, Stream] = field(default_factory=dict)
    teams: dict[str, RunbookTeam] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    source_runbook_id: str | None = None
    parent_task_id: str | None = None
    created_at: float = 0.0
    updated_at: float = 0.0

    def participants(self) -> set[str]:
        """Ids of everybody who takes part: admins, stream editors, members, and the people of its teams."""
        found = {*self.admins, *self.editors, *self.members}
        for team in self.teams.values():
            found.update(team.people)
        return found
