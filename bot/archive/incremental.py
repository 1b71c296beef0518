"""Asking Cutover only what is new. The one rule: whenever the numbers do not add up, the list is read whole.

Tasks alone can be sorted (`sort`, not documented beyond its name). One row, the newest stamp, and the total say whether
anything was stamped since. Edits that leave `updated_at` alone are not seen: a full run now and then sweeps them up.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import Final, NamedTuple

from bot.archive import resource
from bot.archive.kinds import BY_NAME
from bot.archive.log import Found, Log
from bot.archive.reading import Reader, operation
from bot.archive.units import Work
from bot.cutover.paths import Params, Scalar
from bot.errors import CutoverError, Refused

_NEWEST_FIRST: Final[dict[str, Scalar]] = {"sort": "-updated_at"}
_ONE: Final[dict[str, Scalar]] = {"page[size]": 1, "fields[task]": "updated_at"}
TASK: Final = BY_NAME["task"]


class Known(NamedTuple):
    """What the archive has of a runbook's tasks: how many, and the newest stamp."""

    total: int
    newest: str | None


class Incremental:
    """Reads what is new of a runbook's tasks."""

    def __init__(self, reader: Reader, log: Log, work: Work) -> None:
        self._reader, self._log, self._work = reader, log, work
        self._sorts = False

    async def prove(self, runbooks: list[str]) -> bool:
        """Whether this Cutover sorts tasks by their stamp. Tried once a run, on runbooks where it must show."""
        for runbook in runbooks[:20]:
            stamps = await self._work(self._log.stamps, TASK.name, runbook)
            if len(stamps) > 1:
                first = await self._first(runbook, {**_NEWEST_FIRST, **_ONE})
                last = await self._first(runbook, {"sort": "updated_at", **_ONE})
                self._sorts = first is not None and last is not None and (first.newest or "") > (last.newest or "")
                return self._sorts
        # All stamps are the same everywhere: then it must at least refuse to sort by what it does not know.
        self._sorts = bool(runbooks) and await self._refuses(runbooks[0])
        return self._sorts

    async def read(self, runbook: str) -> Found | None:
        """What is new, as a partial list; None when the list has to be read whole."""
        if not self._sorts:
            return None
        known = Known(*await self._work(self._log.tally, TASK.name, runbook))
        if known.newest is None:
            return None
        probe = await self._first(runbook, {**_NEWEST_FIRST, **_ONE})
        if probe is None or probe.newest is None or probe.newest < known.newest:
            return None
        found = Found(TASK.name, runbook, total=probe.total, seen=0, requests=1, status="unchanged")
        if probe == known:
            found.uniq = known.total
            return found
        return await self._newer(runbook, known, found)

    async def _newer(self, runbook: str, known: Known, found: Found) -> Found | None:
        """Whole rows, newest first, down to what is known; None unless they explain the total."""
        stamps: list[str] = []
        pages = self._reader.client.byte_pages(
            operation(TASK), TASK.at(runbook), resource.sheet, {**_NEWEST_FIRST, "page[size]": 100}
        )
        async with aclosing(pages):
            while (page := await self._reader.next_page(pages)) is not None:
                found.requests += 1
                rows = page.rows()
                stamps += [one.updated_at or "" for one in rows]
                found.rows.update((one.id, one) for one in rows if (one.updated_at or "") >= (known.newest or ""))
                if page.total != found.total or stamps != sorted(stamps, reverse=True):
                    return None
                if stamps and stamps[-1] < (known.newest or ""):
                    break
        fresh = await self._work(self._log.unknown, TASK.name, runbook, list(found.rows))
        if known.total + fresh != found.total:
            return None
        found.status, found.seen, found.uniq = "ok", len(found.rows), known.total + fresh
        return found

    async def _first(self, runbook: str, params: Params) -> Known | None:
        async with self._reader.gate:
            page = await self._reader.client.one_page(operation(TASK), TASK.at(runbook), resource.sheet, params)
        rows = page.rows()
        return None if page.total is None else Known(page.total, rows[0].updated_at if rows else None)

    async def _refuses(self, runbook: str) -> bool:
        try:
            await self._first(runbook, {"sort": "-no_such_member", **_ONE})
        except Refused:
            return True
        except CutoverError:
            return False
        return False
