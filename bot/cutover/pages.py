"""Lists of Cutover, page by page. The one rule: follow `links.next` and nothing else, and always come to an end.

No page is invented from `meta.page` (its members differ between instances, `total` may be null). Items met twice,
because a task moved while the list was read or the server repeats a page, are given once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from yarl import URL

from bot.cutover import wire_document
from bot.cutover.paths import Base, Params
from bot.cutover.transport import Reply
from bot.errors import BadAnswer

T = TypeVar("T")
Raw: TypeAlias = dict[str, Any]
Ask: TypeAlias = Callable[["str | URL", "Params | None"], Awaitable[Reply]]

MOST_PAGES = 10_000
MOST_STALE = 3
"""So many pages in a row with nothing new end the list: some servers repeat their last page for ever."""
_CHUNK = 250
"""Items read in one go; a forecast of 10,000 tasks is one page and must not hold up the loop."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page: `items` and the vendor's `raw` resources in the same order; `total` only if Cutover tells."""

    items: tuple[T, ...]
    total: int | None
    raw: tuple[Raw, ...]


class Pages(Generic[T]):
    """A list that is fetched as it is read. Iterate it for items, or take `pages`, `all` or `first`.

    Each use reads anew. Errors come while reading: any `CutoverError`, `BadAnswer` naming the item's place.
    """

    def __init__(self, ask: Ask, base: Base, path: str, params: Params | None, read: Callable[[Raw, str], T]) -> None:
        self._ask, self._base, self._path, self._params, self._read = ask, base, path, params, read

    async def __aiter__(self) -> AsyncIterator[T]:
        async with aclosing(self._walk()) as walk:
            async for page in walk:
                for item in page.items:
                    yield item

    def pages(self) -> AsyncIterator[Page[T]]:
        """The pages as they come; a page whose items were all seen before is given empty."""
        return self._walk()

    async def all(self, limit: int | None = None) -> list[T]:
        """All items, or the first `limit`."""
        items: list[T] = []
        async with aclosing(self._walk()) as walk:
            async for page in walk:
                items.extend(page.items)
                if limit is not None and len(items) >= limit:
                    return items[: max(limit, 0)]
        return items

    async def first(self, n: int) -> list[T]:
        """The first `n` items, with no more pages asked for than that takes."""
        return await self.all(n)

    async def _walk(self) -> AsyncGenerator[Page[T], None]:
        target: str | URL = self._path
        params = self._params
        asked: set[str] = set()
        known: set[str] = set()
        stale = 0
        for _ in range(MOST_PAGES):
            reply = await self._ask(target, params)
            sheet = wire_document.sheet(reply.body)
            fresh = _fresh(sheet.resources, known)
            yield Page(await self._items(fresh), sheet.total, tuple(fresh))
            stale = 0 if fresh else stale + 1
            if sheet.next is None or stale >= MOST_STALE:
                return
            asked.add(reply.url)
            target, params = self._base.link(sheet.next, reply.url), None
            if str(target) in asked:
                return
        raise BadAnswer(f"Cutover's list has more than {MOST_PAGES} pages.", "Narrow it down with words or a stream.")

    async def _items(self, raw: list[Raw]) -> tuple[T, ...]:
        items: list[T] = []
        for number, one in enumerate(raw):
            if number and number % _CHUNK == 0:
                await asyncio.sleep(0)
            items.append(self._read(one, f"data[{number}]"))
        return tuple(items)


class Linked(Protocol):
    """A page decoded by others that tells where the list goes on."""

    @property
    def next(self) -> str | None: ...


L = TypeVar("L", bound=Linked)


async def walk_bytes(
    ask: Ask, base: Base, path: str, params: Params | None, read: Callable[[bytes], L]
) -> AsyncGenerator[L, None]:
    """The pages of a list as `read` makes them of the raw bytes; the same links are followed, and each once.

    What repeats inside the pages is the reader's to see.
    """
    target: str | URL = path
    asked: set[str] = set()
    for _ in range(MOST_PAGES):
        reply = await ask(target, params)
        page = read(reply.body)
        yield page
        asked.add(reply.url)
        if page.next is None:
            return
        target, params = base.link(page.next, reply.url), None
        if str(target) in asked:
            return


def _fresh(resources: list[Raw], known: set[str]) -> list[Raw]:
    fresh = []
    for one in resources:
        key = f"{one.get('type')}/{one.get('id')}"
        if key not in known:
            known.add(key)
            fresh.append(one)
    return fresh
