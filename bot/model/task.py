"""Tasks and what belongs to them, as shown and compared. The one rule: frozen, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.enums import Completion, EndRule, StartRule, TaskStage
from bot.model.text import EMPTY, Text


@dataclass(frozen=True, slots=True)
class Ref:
    """A JSON:API resource identifier: `type` such as `user`, `runbook_team`, `task`."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class FieldValue:
    """An answer to a custom field. `field_id` or `name` may be unknown; `values` has one entry unless multi-select.

    `multiple`: Cutover takes a list here even for one value.
    """

    field_id: str | None
    name: Text
    values: tuple[Text, ...]
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One task. Times are aware UTC datetimes, `duration` is seconds.

    `None` in `assignees`, `predecessor_ids`, `successor_ids`, `is_late` and `number` means: the instance does not tell.
    """

    id: str
    runbook_id: str
    name: Text
    stage: str = TaskStage.WAITING
    number: int | None = None
    description: Text = EMPTY
    message: Text = EMPTY
    level: str = "level_3"
    duration: int | None = None
    stream_id: str | None = None
    task_type_id: str | None = None
    assignees: tuple[Ref, ...] | None = None
    predecessor_ids: tuple[str, ...] | None = None
    successor_ids: tuple[str, ...] | None = None
    start_requirements: str = StartRule.ANY
    end_requirements: str = EndRule.ANY
    completion_type: str | None = None
    start_fixed: datetime | None = None
    end_fixed: datetime | None = None
    start_planned: datetime | None = None
    end_planned: datetime | None = None
    start_actual: datetime | None = None
    end_actual: datetime | None = None
    start_display: datetime | None = None
    end_display: datetime | None = None
    start_ready: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    comments_count: int = 0
    is_late: bool | None = None
    disable_notify: bool = False
    field_values: tuple[FieldValue, ...] = ()

    @property
    def label(self) -> str:
        """How people name it: `#12` where the instance exposes the number, else the id (which is not the number)."""
        return f"#{self.number}" if self.number is not None else self.id

    @property
    def is_startable(self) -> bool:
        return self.stage == TaskStage.STARTABLE

    @property
    def is_running(self) -> bool:
        return self.stage == TaskStage.IN_PROGRESS

    @property
    def is_complete(self) -> bool:
        return self.stage == TaskStage.COMPLETE

    @property
    def is_waiting(self) -> bool:
        return self.stage == TaskStage.WAITING

    @property
    def is_behind(self) -> bool:
        """Late, and it can be done something about. Cutover calls what waits behind a late task late as well; counting
        that too would make one late task look like fifty."""
        return bool(self.is_late) and (self.is_startable or self.is_running)

    @property
    def is_skipped(self) -> bool:
        return self.completion_type in (Completion.SKIPPED, Completion.ABANDONED)

    @property
    def needs_everyone_to_start(self) -> bool:
        return self.start_requirements == StartRule.ALL

    @property
    def needs_everyone_to_end(self) -> bool:
        return self.end_requirements == EndRule.ALL


@dataclass(frozen=True, slots=True)
class TaskType:
    """A kind of task. `default_duration` is seconds."""

    id: str
    name: Text
    key: str | None = None
    auto_start: bool = False
    auto_finish: bool = False
    conditional_progression: bool = False
    comms: str = "off"
    default_duration: int | None = None
    archived: bool = False

    @property
    def is_milestone(self) -> bool:
        return self.key == "milestone"

    @property
    def is_validation(self) -> bool:
        return self.key == "validation"


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field people fill in. `options` is empty unless it is a select; `field_type` is Cutover's word."""

    id: str
    name: Text
    display_name: Text
    field_type: str
    options: tuple[Text, ...] = ()
    required: bool = False
    apply_to: str | None = None
    archived: bool = False

    @property
    def is_select(self) -> bool:
        return self.field_type in ("single_select", "multi_select", "select_menu", "radiobox", "checkboxes")

    @property
    def is_multiple(self) -> bool:
        return self.field_type in ("multi_select", "checkboxes")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment. `content` is Cutover's HTML subset as stored."""

    id: str
    content: Text
    task_id: str | None = None
    author_id: str | None = None
    created_at: datetime | None = None
