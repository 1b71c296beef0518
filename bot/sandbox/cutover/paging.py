"""Pages of a list: JSON:API links and `meta.page {offset, limit, total}`, from page[number]/page[size] or
page[offset]/page[limit].

Links that do not exist are left out, not null: the reference types them as plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from .errors import malformed

DEFAULT_SIZE = 20
MAX_SIZE = 100
HIGHEST = 99_999_999


class Page(NamedTuple):
    """Which slice is asked for; `by_offset` keeps the style of the links like that of the request."""

    offset: int
    limit: int
    by_offset: bool

    @property
    def number(self) -> int:
        """Number of the page, from 1."""
        return self.offset // self.limit + 1


def _number(query: Mapping[str, str], name: str, least: int, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= HIGHEST):
        raise malformed(f"A whole number from {least} to {HIGHEST} was expected", parameter=name)
    return int(text)


def wanted(query: Mapping[str, str]) -> Page:
    """The page that the query names; sizes above the maximum are cut to it. 400 for what is no page."""
    size = min(_number(query, "page[size]", 1, _number(query, "page[limit]", 1, DEFAULT_SIZE)), MAX_SIZE)
    number = _number(query, "page[number]", 1, 1)
    if "page[offset]" in query:
        return Page(_number(query, "page[offset]", 0, 0), size, True)
    return Page((number - 1) * size, size, False)


def links(base: str, path: str, query: Mapping[str, str], page: Page, total: int) -> dict[str, str]:
    """Links of this page; `base` is scheme and host, or empty for relative links (`core/...`)."""
    prefix = base + path if base else path.lstrip("/")
    kept = {k: v for k, v in query.items() if k not in ("page[number]", "page[offset]")}

    def to(offset: int) -> str:
        where = {"page[offset]": offset} if page.by_offset else {"page[number]": offset // page.limit + 1}
        return f"{prefix}?{urlencode({**kept, **where})}"

    last = max(0, (total - 1) // page.limit * page.limit)
    found = {"self": to(page.offset), "first": to(0), "last": to(last)}
    if page.offset > 0:
        found["prev"] = to(max(0, min(page.offset - page.limit, last)))
    if page.offset + page.limit < total:
        found["next"] = to(page.offset + page.limit)
    return found
