"""Cutover's error bodies. The one rule: reading an error never raises another one.

Seen: an `errors` list of objects (the reference), of strings, an object of lists, or only `error`, `detail` or
`message`; and HTML from whatever stands before Cutover.
"""

from __future__ import annotations

from typing import Any

import orjson

from bot.errors import Finding
from bot.model import EMPTY, Text

_LONGEST = 2000
_MOST = 100


def findings(body: bytes) -> tuple[Finding, ...]:
    """What the error body says, at most 100 entries; empty when it says nothing readable."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ()
    if not isinstance(answer, dict):
        return _many(answer)
    found = _many(answer.get("errors"))
    if found:
        return found
    for name in ("error", "detail", "message"):
        if found := _many(answer.get(name)):
            return found
    return ()


def _many(entries: Any) -> tuple[Finding, ...]:
    if isinstance(entries, dict) and not {"code", "title", "detail", "message"} & entries.keys():
        # The frameworks' other habit: {"name": ["can't be blank"]}
        entries = [{"detail": _first(text), "source": {"pointer": str(name)}} for name, text in entries.items()]
    elif not isinstance(entries, list):
        entries = [entries]
    found = [_one(entry) for entry in entries[:_MOST]]
    return tuple([one for one in found if one is not None])


def _one(entry: Any) -> Finding | None:
    if isinstance(entry, str) and entry.strip():
        return Finding("", _text(entry))
    if not isinstance(entry, dict):
        return None
    detail = _text(entry.get("detail")) or _text(entry.get("title")) or _text(entry.get("message"))
    code = entry.get("code")
    source = entry.get("source")
    place: Any = None
    if isinstance(source, dict):
        place = source.get("pointer") or source.get("parameter")
    finding = Finding(
        str(code)[:100] if isinstance(code, str | int) else "", detail, place[:200] if isinstance(place, str) else ""
    )
    return finding if finding.code or finding.detail else None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> Text:
    return Text(value[:_LONGEST]) if isinstance(value, str) else EMPTY
