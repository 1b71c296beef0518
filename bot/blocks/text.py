"""Turns untrusted text, times and people into Slack's mrkdwn. The one rule: `Mrkdwn` is only made here.

What is not `Mrkdwn` is escaped on its way in, once. Slack has an escape for `& < >` only
(docs.slack.dev, formatting message text). It has none for `* _ ~` and emoji codes: those open or close formatting
only next to a non-space character, so where they could, a hair space is set beside them (visible white space in
every client; zero-width characters count as a word boundary in some and would switch formatting ON). A backtick
formats whatever stands beside it, so it becomes its look-alike U+02CB. Nothing else of a name changes, and
`plain` (for plain_text objects) changes none of this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from bot.blocks.clean import BLANK, ELLIPSIS, clean, cut, graphemes, isolate, width
from bot.model import Text

NAME_LIMIT = 80
_SHORT = 120
"""Characters of a text that is remembered."""
_HAIR = "\u200a"
_GRAVE = "\u02cb"
# Custom emoji may be named in any script; digits alone are a time, but for two of Slack's own emoji.
_MARKS = re.compile(r"[*_~]+|:(?=(?:[\w+'\-]*[^\W\d_][\w+'\-]*|100|1234):)")
_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{2,20}")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>|\"]{1,2900}")
_UNIT = re.compile(r"<[^<>\n]*>|&(?:amp|lt|gt);|[^<&]+|[<&]")


class Mrkdwn(str):
    """Trusted mrkdwn, already escaped. Joining it with a plain `str` gives a `str`, which is escaped again: safe."""

    __slots__ = ()


def _head(value: Text | str, limit: int, *, lines: bool = False) -> str:
    """The cleaned text as far as `limit` can need it, so that a huge one costs no more than a long one."""
    raw = value.raw if isinstance(value, Text) else value
    room = max(1_000, limit * 8)
    head = clean(raw[:room], lines=lines)
    return head + ELLIPSIS if len(raw) > room and head else head


def plain(value: Text | str, limit: int) -> str:
    """One line for a plain_text object: never empty, at most `limit` UTF-16 units.

    Not escaped: Slack parses nothing in plain_text.
    """
    line = _head(value, limit)
    if not line:
        return cut(BLANK, limit)
    fenced = isolate(cut(line, limit))
    return fenced if width(fenced) <= limit else isolate(cut(line, limit - 2))


def literal(value: Text | str, limit: int = 150) -> Mrkdwn:
    """One line shown exactly as written. `limit` counts what the reader sees, before escaping."""
    raw = value.raw if isinstance(value, Text) else value
    return (_known if len(raw) <= _SHORT else _literal)(raw, limit)


def _literal(raw: str, limit: int) -> Mrkdwn:
    line = cut(_head(raw, limit), limit)
    return Mrkdwn(isolate(_escape(line)) if line else BLANK)


_known = lru_cache(2048)(_literal)
"""Names of people, streams, runbooks and tasks come again with each card, board and post."""


def bold(value: Text | str, limit: int = NAME_LIMIT) -> Mrkdwn:
    """Bold where that is safe: a text with marks of its own, or right-to-left, stays as it is."""
    shown = literal(value, limit)
    return Mrkdwn(f"*{shown}*") if not re.search(r"[*_~`\u200a\u2068]", shown) else shown


def coded(value: str, limit: int = 400) -> Mrkdwn:
    """A sentence of ours: what stands between backticks is code; an odd backtick is shown as it is."""
    shown = literal(value, limit)
    if _GRAVE in value or shown.count(_GRAVE) % 2:
        return shown
    return Mrkdwn(shown.replace(_GRAVE, "`"))


def literal_lines(value: Text | str, limit: int = 600, lines: int = 8) -> Mrkdwn:
    """Several lines shown exactly as written; at most `lines` of them."""
    text = _head(value, limit, lines=True)
    rows = text.split("\n")
    if len(rows) > lines:
        text = "\n".join(rows[:lines]).rstrip() + ELLIPSIS
    shown = (isolate(_escape(row)) for row in cut(text, limit).split("\n"))
    return Mrkdwn("\n".join(shown) if text else BLANK)


def _escape(line: str) -> str:
    if line.isalnum():
        return line
    line = _MARKS.sub(_defuse, line.replace("`", _GRAVE))  # the look-alike is a letter, so first
    if line.startswith(">"):  # Slack draws a quotation where an escaped > opens a line
        line = _HAIR + line
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _defuse(found: re.Match[str]) -> str:
    marks, line = found.group(), found.string
    if marks == ":":
        return ":" + _HAIR
    before, after = line[: found.start()][-1:], line[found.end() :][:1]
    alone = len(marks) == 1  # several in a row can pair up among themselves
    if alone and ((before.isalnum() and after.isalnum()) or before == after == " "):
        return marks  # db_main, 2 * 3: Slack does not format there
    return _HAIR + _HAIR.join(marks) + _HAIR


def phrase(template: str, /, **parts: Text | Mrkdwn | str | int | datetime | None) -> Mrkdwn:
    """Fills our own `template` (`"{who} started {task}"`). Text and str are escaped and cut to 80; None shows as `–`.

    Set no mark beside an untrusted part (`*{name}*`): a name that begins with a star would undo it.
    """
    return Mrkdwn(template.format(**{name: _part(value) for name, value in parts.items()}))


def _part(value: Text | Mrkdwn | str | int | datetime | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, Mrkdwn):
        return value
    if isinstance(value, datetime):
        return when(value)
    return literal(value, NAME_LIMIT) if isinstance(value, Text | str) else str(value)


def join(separator: str, parts: Iterable[Mrkdwn | None]) -> Mrkdwn:
    """Joins what is not None or empty; `separator` is ours."""
    return Mrkdwn(separator.join(part for part in parts if part))


def when(at: datetime, now: datetime | None = None) -> Mrkdwn:
    """A moment in the reader's own time zone, with the day unless `now` is on the same UTC day; `at` fits before it.

    The part after the bar is for clients and screen readers that do not know the date token.
    """
    moment = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    unix = int(moment.timestamp())
    if now is not None and now.astimezone(UTC).date() == moment.date():
        return Mrkdwn(f"<!date^{unix}^{{time}}|{moment:%H:%M} UTC>")
    return Mrkdwn(f"<!date^{unix}^{{time}}, {{date_short_pretty}}|{moment:%Y-%m-%d %H:%M} UTC>")


def duration(seconds: int | float | None) -> str:
    """`1 h 20 min`; days from 48 hours, seconds below a minute, `–` for None."""
    if seconds is None:
        return "–"
    sign, whole = ("-" if seconds < 0 else ""), int(abs(seconds))
    minutes, hours = whole // 60, whole // 3600
    if whole < 60:
        return f"{sign}{whole} s"
    if hours < 1:
        return f"{sign}{minutes} min"
    if hours < 48:
        return f"{sign}{hours} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{sign}{hours // 24} d" + (f" {hours % 24} h" if hours % 24 else "")


def user(user_id: str) -> Mrkdwn:
    """A mention of a Slack user; what is no user id is shown as text."""
    return Mrkdwn(f"<@{user_id}>") if _USER_ID.fullmatch(user_id) else literal(user_id)


def channel(channel_id: str) -> Mrkdwn:
    """A link to a Slack channel; what is no channel id is shown as text."""
    return Mrkdwn(f"<#{channel_id}>") if _CHANNEL_ID.fullmatch(channel_id) else literal(channel_id)


def link(url: str, label: Text | str) -> Mrkdwn:
    """A link with our own label, for addresses we trust (a permalink from Slack); else the label alone."""
    shown = literal(label, NAME_LIMIT)
    return Mrkdwn(f"<{url.replace('&', '&amp;')}|{shown}>") if _WEB_ADDRESS.fullmatch(url) else shown


def cut_mrkdwn(text: str, limit: int) -> Mrkdwn:
    """Cuts escaped mrkdwn without splitting an entity, a `<...>` sequence or a grapheme."""
    if width(text) <= limit:
        return Mrkdwn(text)
    kept: list[str] = []
    room = limit - 1
    units = _UNIT.findall(text)
    for piece in (piece for unit in units for piece in ((unit,) if unit[0] in "<&" else graphemes(unit))):
        room -= width(piece)
        if room < 0:
            break
        kept.append(piece)
    return Mrkdwn("".join(kept).rstrip() + ELLIPSIS)
