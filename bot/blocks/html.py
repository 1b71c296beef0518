"""Slack message text to Cutover's comment HTML and back. The one rule: nothing but our own few tags ever gets out.

Cutover keeps p, b, ul, li and code and strips the rest; markdown is not rendered there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from html.parser import HTMLParser

from bot.blocks.clean import clean
from bot.blocks.text import Mrkdwn, join, literal_lines
from bot.errors import BadInput
from bot.model import Text

_FENCE = re.compile(r"```(.*?)```", re.DOTALL)
_SPECIAL = re.compile(r"<([^<>\n]{1,3000})>")
_CODE = re.compile(r"`([^`\n]+)`")
_EDGE = r"(?<![^\W_]){0}(?=[^\s{0}])([^{0}\n]*[^\s{0}]|[^\s{0}]){0}(?![^\W_])"
_BOLD = re.compile(_EDGE.format(r"\*"))
_ITALIC = re.compile(_EDGE.format("_"))
_BULLET = re.compile(r"\s*[•◦\-*]\s+(.+)")


def to_html(mrkdwn: str, limit: int = 8_000, names: Mapping[str, str] | None = None) -> str:
    """HTML for a comment, from text as Slack sends it (`& < >` escaped, mentions in angle brackets).

    `names` gives names for Slack ids where the text has none. Raises `BadInput` for no text, or more than `limit`
    characters (of the text, and four times that of the HTML).
    """
    text = clean(_spell_out(mrkdwn, names or {}), lines=True)
    if len(text) > limit:
        raise BadInput(
            f"That is {len(text):,} characters; a comment can have {limit:,}.", "Shorten it or send it in parts."
        )
    parts: list[str] = []
    for i, piece in enumerate(_FENCE.split(text)):
        parts.extend(_code_lines(piece) if i % 2 else _paragraphs(piece))
    done = "".join(parts)
    if not done:
        raise BadInput("A comment needs some text.")
    return done


def typed_html(text: str) -> str:
    """The same for text typed into a form, which Slack does not escape."""
    return to_html(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def readable(mrkdwn: str, names: Mapping[str, str] | None = None) -> str:
    """A Slack message as a person would type it, for presets of forms."""
    return _spell_out(mrkdwn, names or {})


def _spell_out(text: str, names: Mapping[str, str]) -> str:
    """Mentions, links and dates as words; then Slack's three entities."""
    text = _SPECIAL.sub(lambda found: _words(found.group(1), names) or found.group(), text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _words(inner: str, names: Mapping[str, str]) -> str:
    target, _, label = inner.partition("|")
    if re.fullmatch(r"[@#][A-Z0-9]+", target):
        return target[0] + (label.lstrip("@#") or names.get(target[1:]) or target[1:])
    if target.startswith("!date^"):
        return label or target
    if target.startswith("!subteam^"):
        return "@" + (label.lstrip("@") or target[9:])
    if re.fullmatch(r"![a-z]+", target):
        return "@" + target[1:]
    if re.match(r"(https?://|mailto:|tel:)", target):
        return (
            target.removeprefix("mailto:") if label in ("", target, target.partition(":")[2]) else f"{label} ({target})"
        )
    return ""


def _code_lines(piece: str) -> list[str]:
    return [f"<p><code>{html.escape(line)}</code></p>" for line in piece.strip("\n").split("\n") if line.strip()]


def _paragraphs(piece: str) -> list[str]:
    """One p per line, runs of bullets as one list."""
    done: list[str] = []
    items: list[str] = []
    for line in [*piece.split("\n"), ""]:
        bullet = _BULLET.fullmatch(line)
        if bullet:
            items.append(f"<li>{_inline(bullet.group(1))}</li>")
            continue
        if items:
            done.append(f"<ul>{''.join(items)}</ul>")
            items = []
        if line.strip():
            done.append(f"<p>{_inline(line.strip())}</p>")
    return done


def _inline(line: str) -> str:
    """Code first (nothing inside it formats), then bold; italics keep their words only: Cutover has no tag for them."""
    pieces = _CODE.split(line)
    for i, piece in enumerate(pieces):
        safe = html.escape(piece)
        pieces[i] = f"<code>{safe}</code>" if i % 2 else _ITALIC.sub(r"\1", _BOLD.sub(r"<b>\1</b>", safe))
    return "".join(pieces)


def from_html(content: Text, limit: int = 600) -> Mrkdwn:
    """A stored comment as safe mrkdwn: its words and lines, no formatting and no links."""
    reader = _Reader()
    reader.feed(content.raw[:50_000])  # as many as can matter for `limit`; the rest would only cost time
    reader.close()
    return literal_lines("".join(reader.words), limit, 10)


def quoted(text: Mrkdwn) -> Mrkdwn:
    """Each line as a quotation."""
    return join("\n", [Mrkdwn(f"> {line}") for line in text.split("\n")])


class _Reader(HTMLParser):
    """Collects words; block tags become line breaks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = False  # what is in a script or style is no tag, so they do not nest

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden = True
        elif tag == "li":
            self.words.append("\n• ")
        elif tag in ("p", "div", "br", "ul", "ol", "pre", "blockquote", "tr"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = False
        elif tag in ("p", "div", "ul", "ol", "pre", "blockquote", "tr"):
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
