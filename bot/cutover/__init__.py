"""The Cutover Public API. The one rule: only `wire*` modules know its JSON; every id in a path is checked."""

from bot.cutover.catalogue import Catalogue
from bot.cutover.client import CutoverClient
from bot.cutover.codes import Severity, explain, is_done_already, is_known, severity
from bot.cutover.drafts import UNSET, CopyFrom, RunbookFields, StreamFields, TaskFields
from bot.cutover.find import Match, find_runbook, find_task
from bot.cutover.pages import Page, Pages
from bot.cutover.pause import Pause
from bot.cutover.transport import Reply, Transport

__all__ = [
    "UNSET",
    "Catalogue",
    "CopyFrom",
    "CutoverClient",
    "Match",
    "Page",
    "Pages",
    "Pause",
    "Reply",
    "RunbookFields",
    "Severity",
    "StreamFields",
    "TaskFields",
    "Transport",
    "explain",
    "find_runbook",
    "find_task",
    "is_done_already",
    "is_known",
    "severity",
]
