"""The last entries of the audit trail. The one rule: one line each, newest first, and nothing of it is markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.blocks import parts
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, channel, join, literal, phrase, user, when

_A_BLOCK = 10
_SIGNS = {"done": "✅", "refused": "🚫", "unknown": "❓", "open": "⏳"}
Row = Mapping[str, Any]


def audit_list(rows: Sequence[Row], most: int) -> Message:
    """`rows`: entries of the trail, newest first; an outcome is told with its wish."""
    ends = {str(row.get("id")): row for row in reversed(rows) if row.get("what") == "outcome"}
    lines = [_line(row, ends) for row in rows if row.get("what") != "outcome"][:most]
    if not lines:
        return message([parts.section(Mrkdwn("Nothing is on record yet."))])
    blocks = [parts.section(Mrkdwn("📜 The last entries of the audit trail, newest first"))]
    blocks += [parts.section(join("\n", lines[i : i + _A_BLOCK])) for i in range(0, len(lines), _A_BLOCK)]
    blocks.append(parts.context(Mrkdwn("All of it: `cutover-bot audit export`. Whether it is whole: `audit verify`.")))
    return message(blocks)


def _line(row: Row, ends: Mapping[str, Row]) -> Mrkdwn:
    at = when(datetime.fromtimestamp(float(row.get("at") or 0.0), UTC))
    return phrase("{at} {who} {did}", at=at, who=user(str(row.get("user", ""))), did=_did(row, ends))


def _did(row: Row, ends: Mapping[str, Row]) -> Mrkdwn:
    what = str(row.get("what", ""))
    if what == "intent":
        end = ends.get(str(row.get("id")), {})
        state = str(end.get("state", "open"))
        return phrase(
            "{sign} {verb} on {target}, {account}{note}",
            sign=_SIGNS.get(state, "•"),
            verb=literal(str(row.get("verb", "")), 40),
            target=_target(row),
            account=_account(row),
            note=_note(end),
        )
    if what in ("refused", "not connected"):
        return phrase("🚫 was {what}: {why}", what=what, why=literal(str(row.get("why", "")), 160))
    if what in ("linked", "unlinked"):
        place, target = channel(str(row.get("channel", ""))), _target(row)
        return phrase("🔗 {what} {place} ({target})", what=what, place=place, target=target)
    if what in ("connected", "disconnected"):
        about = user(str(row["of"])) if row.get("of") not in (None, row.get("user")) else Mrkdwn("their account")
        return phrase("🔑 {what} {about} (Cutover user {id})", what=what, about=about, id=str(row.get("cutover", "")))
    return literal(what, 60)


def _target(row: Row) -> Mrkdwn:
    task = str(row.get("task") or "")
    book = phrase("runbook {id}", id=str(row.get("runbook") or "–"))
    return phrase("{book}, task {id}", book=book, id=task) if task else book


def _account(row: Row) -> str:
    origin = row.get("origin")
    found = origin.get("as", "") if isinstance(origin, Mapping) else ""
    return "as themselves" if str(found).startswith("own:") else "by the bot's account"


def _note(end: Row) -> Mrkdwn:
    note = str(end.get("note") or "")
    return phrase(" ({note})", note=literal(note, 60)) if end.get("state") != "done" and note else Mrkdwn("")
