"""Reading one list whole. The one rule: a list counts as complete only when its pages agree with each other.

Rows move while pages are read: a task deleted between page 1 and 2 pulls another one over the edge, unseen. So the
distinct ids must be as many as the rows and as `meta.page.total`, the same on every page; else it is read again.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass

from bot.archive import resource
from bot.archive.gate import Gate
from bot.archive.kinds import Kind
from bot.archive.log import Found
from bot.archive.resource import Row, Sheet
from bot.cutover import CutoverClient
from bot.cutover.paths import Params
from bot.errors import NotFound

TRIES = 3
PAGE_SIZE = 100
"""Asked for where the reference has `page[size]` (tasks only); other lists come in pages of the server's choice."""


@dataclass(slots=True)
class Reader:
    """Asks Cutover through the shared client, each request through the gate."""

    client: CutoverClient
    gate: Gate

    async def list(self, kind: Kind, parent: str, params: Params | None = None) -> Found:
        """A whole list, read up to three times until it is proven. Errors: every `CutoverError`."""
        asked: dict[str, object] = {"page[size]": PAGE_SIZE} if kind.sized else {}
        asked |= {kind.told: parent} if kind.told else {}
        asked |= params or {}
        found = Found(kind.name, parent)
        for number in range(TRIES):
            found.retries = number
            await self._once(kind, parent, asked, found)
            if found.complete:
                return found
        found.status, found.note = "mismatch", "the list changed while it was read, three times"
        return found

    async def _once(self, kind: Kind, parent: str, params: dict[str, object], found: Found) -> None:
        found.rows, found.seen = {}, 0
        totals: set[int | None] = set()
        pages = self.client.byte_pages(operation(kind), kind.at(parent), resource.sheet, params)  # type: ignore[arg-type]
        async with aclosing(pages):
            while (page := await self.next_page(pages)) is not None:
                found.requests += 1
                rows = page.rows()
                found.seen += len(rows)
                totals.add(page.total)
                found.rows.update((one.id, one) for one in rows)
        found.uniq = len(found.rows)
        told = {total for total in totals if total is not None}
        found.total = next(iter(told)) if len(totals) == 1 and told else None
        if kind.grows:  # what comes while it is read shows an entry twice, and hides none
            found.complete = not told or found.uniq >= min(told)
        else:
            found.complete = found.seen == found.uniq and (not told or found.total == found.seen)

    async def next_page(self, pages: object) -> Sheet | None:
        """The next page through the gate; None at the end."""
        before = self.client.paused_until
        async with self.gate:
            try:
                page: Sheet = await anext(pages)  # type: ignore[call-overload]
            except StopAsyncIteration:
                self.gate.requests -= 1  # the end of a list is no request
                return None
            finally:
                if self.client.paused_until > before:
                    self.gate.slow_down()
        return page

    async def alone(self, kind: Kind, parent: str, identifier: str) -> Row | None:
        """One resource by itself; None when Cutover answers 404: never existed, archived, deleted or hidden."""
        path = kind.one(parent, identifier)
        assert path is not None
        async with self.gate:
            try:
                return await self.client.one_page(operation(kind), path, resource.single)
            except NotFound:
                return None


def operation(kind: Kind) -> str:
    """The name under which the client remembers whether this instance has the list."""
    return f"archive {kind.name}"
