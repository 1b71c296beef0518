"""What the tables of cases share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, TypeAlias

from cutover_script import Step, answer, resource

from bot.cutover import CutoverClient

Case: TypeAlias = tuple[Callable[[CutoverClient], Any], str, Any, Step]
"""The call, its request line, its body, and what Cutover answers."""

AT = datetime(2026, 11, 21, 1, 0, tzinfo=timezone(timedelta(hours=3)))
Z = "2026-11-20T22:00:00Z"


def one(kind: str, **attributes: Any) -> Step:
    return answer({"data": resource(kind, "4", **attributes)})


RUNBOOK = one("runbook", name="Fail-over", stage="active")
TASK = one("task", name="Stop", stage="in_progress")
