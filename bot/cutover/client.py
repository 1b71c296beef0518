"""The Cutover Public API, one method per endpoint. The one rule: typed in, typed out, every error one of `bot.errors`.

Version 2022-02-22 of the reference, and the additions that only the vendor's own client proves. A token is a person:
what a method may do follows from that person's roles in Cutover.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from copy import copy
from typing import Any, TypeVar

from yarl import URL

from bot.clock import Clock
from bot.cutover.pages import L, Page, Pages, walk_bytes
from bot.cutover.paths import Params
from bot.cutover.people import PeopleCalls
from bot.cutover.places import PlaceCalls
from bot.cutover.runbooks import RunbookCalls
from bot.cutover.streams import StreamCalls
from bot.cutover.tasks import TaskCalls
from bot.cutover.transport import Reply, Transport
from bot.errors import BadInput

T = TypeVar("T")
_PATH = re.compile(r"core(/[A-Za-z0-9_%@-]+)+\Z")


class CutoverClient(RunbookCalls, StreamCalls, TaskCalls, PeopleCalls, PlaceCalls):
    """All calls over one transport. `features` and `offers` tell what this instance was found to have."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        super().__init__(transport, clock)

    def __repr__(self) -> str:
        return f"CutoverClient({self._transport!r})"

    def within(self, seconds: float) -> CutoverClient:
        """The same client with its own deadline per request: an answer to a type-ahead has two seconds, not fifteen."""
        other = copy(self)
        other._deadline = seconds
        return other

    def raw_pages(self, path: str, params: Params | None = None) -> AsyncIterator[Page[dict[str, Any]]]:
        """Pages of resources exactly as Cutover sent them, for the archive. `path` like `core/runbooks/7/tasks`."""
        if not _PATH.match(path):
            raise BadInput("That is not a path of Cutover's API.")
        pages: Pages[dict[str, Any]] = self._list(f"raw {path.split('/')[-1]}", path, _untouched, params)
        return pages.pages()

    def byte_pages(
        self, operation: str, path: str, read: Callable[[bytes], L], params: Params | None = None
    ) -> AsyncGenerator[L, None]:
        """Pages of a list made by `read` of the raw bytes, for who decodes less than everything. `path` from `paths`.

        Close it when you stop early.
        """

        async def ask(target: str | URL, params: Params | None) -> Reply:
            return await self._ask(operation, "GET", target, params=params)

        return walk_bytes(ask, self._transport.base, path, params, read)

    async def one_page(self, operation: str, path: str, read: Callable[[bytes], T], params: Params | None = None) -> T:
        """The first page of such a list, and no more."""
        return read((await self._ask(operation, "GET", path, params=params)).body)

    @property
    def paused_until(self) -> float:
        """Until when (seconds of the monotonic clock) Cutover wants no requests; it grows with each 429."""
        return self._transport.pause.until


def _untouched(raw: dict[str, Any], _where: str) -> dict[str, Any]:
    return raw
