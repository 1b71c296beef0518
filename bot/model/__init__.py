"""What is shown and compared: frozen dataclasses and enums. The one rule: no I/O and no vendor's JSON in here."""

from bot.model.enums import (
    AppliesTo,
    Comms,
    Completion,
    EndRule,
    Rag,
    RunbookStage,
    RunType,
    StartRule,
    TaskStage,
    ValidationLevel,
)
from bot.model.person import LogEntry, Person, RunbookTeam, Team
from bot.model.runbook import Folder, Runbook, RunbookType, Stream, Workspace
from bot.model.task import Comment, CustomField, FieldValue, Ref, Task, TaskType
from bot.model.text import EMPTY, Text

__all__ = [
    "EMPTY",
    "AppliesTo",
    "Comment",
    "Comms",
    "Completion",
    "CustomField",
    "EndRule",
    "FieldValue",
    "Folder",
    "LogEntry",
    "Person",
    "Rag",
    "Ref",
    "RunType",
    "Runbook",
    "RunbookStage",
    "RunbookTeam",
    "RunbookType",
    "StartRule",
    "Stream",
    "Task",
    "TaskStage",
    "TaskType",
    "Team",
    "Text",
    "ValidationLevel",
    "Workspace",
]
