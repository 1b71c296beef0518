"""Answers about the archive. The one rule: a moment is when the bot saw it; names and values are shown as written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks import parts
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, join, literal, phrase, when
from bot.model import Text

_CHANGES = 15
_FIELDS = 8
_LINES = 30


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the log about a task: `at` aware UTC, `what` is insert, update, delete or reappear.

    `fields`: (name, old, new) as text, None where there was, or is, no value.
    """

    at: datetime
    what: str
    fields: tuple[tuple[str, str | None, str | None], ...] = ()


_WORDS = {
    "insert": "🆕 first seen",
    "update": "✏️ changed",
    "delete": "🗑️ gone from Cutover",
    "reappear": "↩️ there again",
}


def lines(title: str, told: Sequence[str]) -> Message:
    """What the archive's own report says, under a title of ours."""
    shown = join("\n", [Mrkdwn(f"🗄️ *{title}*"), *(literal(line, 300) for line in told[:_LINES])])
    return message([parts.section(shown)])


def history(name: Text, changes: Sequence[Change]) -> Message:
    """What happened to a task, newest first."""
    blocks = [parts.section(phrase("🗄️ What the archive has seen of {name}, newest first", name=name))]
    newest = list(reversed(changes))[:_CHANGES]
    blocks += [parts.section(_change(one)) for one in newest]
    more = len(changes) - len(newest)
    hint = f"{more} older ones: " if more > 0 else "With every byte: "
    blocks.append(
        parts.context(
            Mrkdwn(f"{hint}`cutover-bot archive history task`. What changed twice between two looks is seen once.")
        )
    )
    return message(blocks)


def _change(one: Change) -> Mrkdwn:
    head = phrase("{at} {what}", at=when(one.at), what=Mrkdwn(_WORDS.get(one.what, "•")))
    fields = [_field(*field) for field in one.fields[:_FIELDS]]
    more = len(one.fields) - len(fields)
    return join("\n", [head, *fields, Mrkdwn(f"+{more} more") if more > 0 else None])


def _field(name: str, old: str | None, new: str | None) -> Mrkdwn:
    return phrase("• {name}: {old} → {new}", name=literal(name, 40), old=_value(old), new=_value(new))


def _value(value: str | None) -> Mrkdwn:
    return Mrkdwn("–") if value is None else literal(value, 120)
