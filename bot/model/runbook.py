"""Runbooks, streams and where they live. The one rule: frozen, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.enums import Rag, RunbookStage, RunType
from bot.model.task import FieldValue
from bot.model.text import EMPTY, Text


@dataclass(frozen=True, slots=True)
class Runbook:
    """One runbook. Times are aware UTC; `timezone` is an IANA name as Cutover holds it; `rto` is seconds."""

    id: str
    name: Text
    stage: str = RunbookStage.PLANNING
    status: str = Rag.OFF
    status_message: Text = EMPTY
    status_updated_at: datetime | None = None
    description: Text = EMPTY
    is_template: bool = False
    template_status: str | None = None
    archived: bool = False
    run_type: str | None = None
    run_comms: str | None = None
    timezone: str | None = None
    timing_mode: str | None = None
    workspace_id: str | None = None
    folder_id: str | None = None
    runbook_type_id: str | None = None
    version_id: str | None = None
    start_planned: datetime | None = None
    start_scheduled: datetime | None = None
    start_actual: datetime | None = None
    end_planned: datetime | None = None
    end_scheduled: datetime | None = None
    end_forecast: datetime | None = None
    end_actual: datetime | None = None
    template_next_review_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    rto: int | None = None
    field_values: tuple[FieldValue, ...] = ()

    @property
    def is_running(self) -> bool:
        return self.stage == RunbookStage.ACTIVE

    @property
    def is_live(self) -> bool:
        """Under way and no rehearsal; a run of unknown type counts as live."""
        return self.stage in (RunbookStage.ACTIVE, RunbookStage.PAUSED) and self.run_type != RunType.REHEARSAL

    @property
    def is_over(self) -> bool:
        return self.stage in (RunbookStage.COMPLETE, RunbookStage.CANCELED)


@dataclass(frozen=True, slots=True)
class Stream:
    """A lane of tasks inside a runbook; `parent_id` for a sub-stream."""

    id: str
    runbook_id: str
    name: Text
    status: str = Rag.OFF
    status_message: Text = EMPTY
    status_updated_at: datetime | None = None
    description: Text = EMPTY
    color: str | None = None
    is_primary: bool = False
    tasks_count: int | None = None
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    id: str
    name: Text
    key: str | None = None
    description: Text = EMPTY


@dataclass(frozen=True, slots=True)
class Folder:
    id: str
    name: Text
    key: str | None = None
    workspace_id: str | None = None
    parent_id: str | None = None
    description: Text = EMPTY


@dataclass(frozen=True, slots=True)
class RunbookType:
    id: str
    name: Text
    key: str | None = None
    default: bool = False
    disabled: bool = False
    archived: bool = False
    dynamic: bool = False
