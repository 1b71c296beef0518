"""Cutover's HTML subset in comments: a few tags stay, others are stripped (their text is kept), Markdown is
nothing special."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

KEPT = frozenset(["p", "b", "strong", "i", "em", "u", "s", "ul", "ol", "li", "code", "pre", "blockquote", "br", "a"])
SILENT = frozenset(("script", "style"))


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.muted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.muted += 1
        elif tag == "a":
            target = dict(attrs).get("href") or ""
            safe = target if target.startswith(("https://", "http://", "mailto:")) else ""
            self.parts.append(f'<a href="{escape(safe)}">')
        elif tag in KEPT:
            self.parts.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.muted = max(0, self.muted - 1)
        elif tag in KEPT and tag != "br":
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.muted:
            self.parts.append(escape(data, quote=False))


def clean(text: str) -> str:
    """The comment as Cutover would keep it."""
    stripper = _Stripper()
    stripper.feed(text)
    stripper.close()
    return "".join(stripper.parts)
