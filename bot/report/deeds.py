"""Who did what, and how the RAG status went. The one rule: only what was written down then; nothing is concluded.

Two sources: Cutover's own log (an addition that not every instance has) and the bot's journal, which knows the person
in Slack where Cutover knows only the bot's user.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.model import LogEntry, Rag, Text

_DEEDS: Final = {"start": "started", "finish": "finished", "complet": "finished", "skip": "skipped"}
"""Part of the event's name to the deed; the names are not documented, these are the ones met."""


@dataclass(frozen=True, slots=True)
class Deed:
    """`verb`: started, finished or skipped. `at` is aware UTC."""

    at: datetime
    task_id: str
    verb: str
    who: Text


@dataclass(frozen=True, slots=True)
class RagMark:
    """A status that was set: on the runbook (`stream_id` None) or a stream. `by` and `why` are None where not told."""

    at: datetime
    status: str
    stream_id: str | None = None
    why: Text | None = None
    by: Text | None = None


def deeds_told(entries: Iterable[LogEntry], names: Mapping[str, Text]) -> list[Deed]:
    """Deeds on tasks that the log names an author of; `names` by user id."""
    found = []
    for entry in entries:
        verb, who = _verb(entry.event), names.get(entry.author_id or "")
        if verb and who and entry.created_at and entry.resource_id and entry.resource_type == "task":
            found.append(Deed(entry.created_at, entry.resource_id, verb, who))
    return found


def _verb(event: str) -> str | None:
    word = event.rpartition(".")[2]
    if word.endswith("able"):  # `task.startable` is nobody's doing
        return None
    return next((deed for part, deed in _DEEDS.items() if part in word), None)


def rag_told(entries: Iterable[LogEntry], names: Mapping[str, Text]) -> list[RagMark]:
    """Every status that the log says was set, oldest first."""
    found = []
    for entry in entries:
        changes = _changes(entry.changes)
        status = changes.get("status")
        if status not in tuple(Rag) or entry.created_at is None:
            continue
        if entry.resource_type not in ("runbook", "stream"):
            continue
        stream_id = entry.resource_id if entry.resource_type == "stream" else None
        why = changes.get("status_message")
        by = names.get(entry.author_id or "")
        found.append(RagMark(entry.created_at, str(status), stream_id, Text(why) if why else None, by))
    return sorted(found, key=lambda one: one.at)


def _changes(raw: Any) -> dict[str, str]:
    """New values by name, of `{"name": new}`, `{"name": [old, new]}` or `[{"name": ..., "to": new}]`."""
    if isinstance(raw, list):
        pairs = [(one.get("name"), one.get("to")) for one in raw if isinstance(one, Mapping)]
    elif isinstance(raw, Mapping):
        pairs = [(name, value[-1] if isinstance(value, list) and value else value) for name, value in raw.items()]
    else:
        return {}
    return {str(name): value for name, value in pairs if isinstance(value, str)}
