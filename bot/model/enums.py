"""The words Cutover uses for states. The one rule: an unknown word is kept and shown as it is.

Fields of the model are plain `str`; these enums name the known values (a `StrEnum` equals its string),
because instances are newer than any list (facts: enums will grow).
"""

from __future__ import annotations

from enum import StrEnum


class RunbookStage(StrEnum):
    PLANNING = "planning"
    ACTIVE = "active"
    PAUSED = "paused"
    CANCELED = "canceled"
    COMPLETE = "complete"


class Rag(StrEnum):
    """Status of a runbook or stream."""

    OFF = "off"
    RED = "red"
    AMBER = "amber"
    GREEN = "green"


class RunType(StrEnum):
    LIVE = "live"
    REHEARSAL = "rehearsal"


class Comms(StrEnum):
    OFF = "off"
    TEST = "test"
    ON = "on"


class ValidationLevel(StrEnum):
    """`error` lets warnings pass; `warning` makes every finding block the start."""

    ERROR = "error"
    WARNING = "warning"


class TaskStage(StrEnum):
    """`default` is the reference's word for waiting; the vendor's client also says `not_startable`: wire folds it."""

    WAITING = "default"
    STARTABLE = "startable"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"


class Completion(StrEnum):
    NORMAL = "complete_normal"
    SKIPPED = "complete_skipped"
    ABANDONED = "complete_abandoned"
    AUTO = "complete_auto"


class StartRule(StrEnum):
    ANY = "any_can_start"
    ALL = "all_must_start"


class EndRule(StrEnum):
    ANY = "any_can_end"
    ALL = "all_must_end"
    SAME = "same_must_end"


class AppliesTo(StrEnum):
    """When a custom field is asked for."""

    TASK_START = "task_start"
    TASK_END = "task_end"
    TASK_EDIT = "task_edit"
    TASK_ADD_EDIT = "task_add_edit"
    RUNBOOK_EDIT = "runbook_edit"
    RUNBOOK_ADD_EDIT = "runbook_add_edit"
