"""What can be written to Cutover. The one rule: only what was set is sent, and None clears it.

`UNSET` is the default everywhere, so an update of one attribute touches no other. Times must be aware.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

from bot.model import FieldValue, Ref


class Unset(Enum):
    """The value of an attribute that is not sent."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET
T = TypeVar("T")
Maybe: TypeAlias = T | Literal[Unset.UNSET]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookFields:
    """Attributes of a runbook. `start_planned` and `start_scheduled` exclude each other (rules R14, R15); a new
    runbook's `end_scheduled` needs `start_scheduled` (R13). `rto` is seconds (an addition)."""

    name: Maybe[str] = UNSET
    description: Maybe[str | None] = UNSET
    is_template: Maybe[bool] = UNSET
    status: Maybe[str] = UNSET
    status_message: Maybe[str | None] = UNSET
    template_status: Maybe[str | None] = UNSET
    template_next_review_at: Maybe[datetime | None] = UNSET
    timezone: Maybe[str | None] = UNSET
    start_planned: Maybe[datetime | None] = UNSET
    start_scheduled: Maybe[datetime | None] = UNSET
    end_scheduled: Maybe[datetime | None] = UNSET
    rto: Maybe[int | None] = UNSET
    field_values: Maybe[tuple[FieldValue, ...]] = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFrom:
    """Source of a new runbook, as a rule a template. Teams bring their users in any case (R25); copied without
    them they would arrive empty, so all three are on."""

    source_runbook_id: str
    tasks: bool = True
    teams: bool = True
    users: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFields:
    """Attributes of a stream (writing streams is an addition). `color` as CSS has it."""

    name: Maybe[str] = UNSET
    description: Maybe[str | None] = UNSET
    color: Maybe[str | None] = UNSET
    status: Maybe[str] = UNSET
    status_message: Maybe[str | None] = UNSET
    parent_id: Maybe[str | None] = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFields:
    """Attributes and relations of a task. `duration` is seconds. Predecessors and assignees are additions; giving
    predecessors replaces the whole list."""

    name: Maybe[str] = UNSET
    description: Maybe[str | None] = UNSET
    message: Maybe[str | None] = UNSET
    duration: Maybe[int | None] = UNSET
    level: Maybe[str] = UNSET
    start_fixed: Maybe[datetime | None] = UNSET
    end_fixed: Maybe[datetime | None] = UNSET
    start_requirements: Maybe[str] = UNSET
    end_requirements: Maybe[str] = UNSET
    disable_notify: Maybe[bool] = UNSET
    field_values: Maybe[tuple[FieldValue, ...]] = UNSET
    stream_id: Maybe[str | None] = UNSET
    task_type_id: Maybe[str | None] = UNSET
    predecessor_ids: Maybe[tuple[str, ...]] = UNSET
    assignees: Maybe[tuple[Ref, ...]] = UNSET
