"""One unit from question to commit. The one rule: what cannot be confirmed stays as it was, and the unit says so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from bot.archive import kinds
from bot.archive.kinds import Kind
from bot.archive.log import Found, Log, Settled, stamp
from bot.archive.reading import Reader
from bot.archive.runs import Run
from bot.clock import Clock
from bot.cutover.paths import Params
from bot.errors import (
    BadAnswer,
    BadInput,
    CutoverError,
    Forbidden,
    NotFound,
    NotOnThisInstance,
    RateLimited,
    Refused,
    Unavailable,
)

T = TypeVar("T")
TRIES: Final = 4
"""So often a unit is begun when Cutover is busy or sends something odd; the waits between double from one second."""
DOWN_AFTER: Final = 5
"""So many units in a row without an answer, and the run stops: Cutover is down."""
_OVERLAP: Final = timedelta(minutes=1)
"""Entries may come late or share a moment; those that are known already are known by their ids."""

Counts = dict[str, int]
Covers = Callable[[str], bool]


class Work(Protocol):
    """Does a thing in the thread that owns the database."""

    def __call__(self, do: Callable[..., T], *arguments: Any) -> Awaitable[T]: ...


class Newest(Protocol):
    """Reads a part of a runbook's tasks, or None when the whole is needed (`bot.archive.incremental`)."""

    async def read(self, runbook: str) -> Found | None: ...


@dataclass(slots=True)
class Units:
    """Reads, confirms and commits units of one run."""

    reader: Reader
    log: Log
    clock: Clock
    work: Work
    newest: Newest | None = None
    _down: int = field(default=0)

    async def take(
        self, run: Run, kind: Kind, parent: str, params: Params | None = None, covers: Covers | None = None
    ) -> tuple[Found, Counts]:
        """Read a list, compare, commit. Errors: `Unauthorised`, `ArchiveError`, `Unavailable` once Cutover is down."""
        problem: CutoverError | None = None
        for number in range(TRIES):
            if number:
                await self.clock.sleep(2.0 ** (number - 1))
            try:
                taken = await self._take(run, kind, parent, params, covers)
            except (Unavailable, RateLimited, BadAnswer) as passing:
                problem = passing
                continue
            self._down = 0
            return taken
        assert problem is not None
        self._down += isinstance(problem, Unavailable)
        if self._down >= DOWN_AFTER:
            raise problem
        return await self._record(run, Found(kind.name, parent, status="failed", note=problem.sentence))

    async def _take(
        self, run: Run, kind: Kind, parent: str, params: Params | None, covers: Covers | None
    ) -> tuple[Found, Counts]:
        try:
            part = await self.newest.read(parent) if self.newest is not None and kind.name == "task" else None
            if kind.grows:
                params = await self._since(kind, parent)
            found = part or await self.reader.list(kind, parent, params)
        except NotFound:
            return await self._not_found(run, kind, parent)
        except NotOnThisInstance:
            return await self._record(run, Found(kind.name, parent, status="not_offered"))
        except Forbidden as problem:
            status = "not_offered" if kind.grows else "forbidden"  # the audit log is for administrators
            return await self._record(run, Found(kind.name, parent, status=status, note=problem.sentence))
        except (Refused, BadInput) as problem:
            return await self._record(run, Found(kind.name, parent, status="failed", note=problem.sentence))
        if kind.grows:
            found.complete = False  # as a list of what there is: older entries are not gone
        if covers is not None:
            found.rows = {one.id: one for one in found.rows.values() if covers(one.text)}
            found.inside = covers
        return found, (await self._settle(run, kind, found)).counts

    async def _since(self, kind: Kind, parent: str) -> Params | None:
        """A full run reads such a list from its beginning; another one a minute back from the newest known entry."""
        if self.newest is None:
            return None
        _, newest = await self.work(self.log.tally, kind.name, parent)
        try:
            moment = datetime.fromisoformat(newest or "").astimezone(UTC) - _OVERLAP
        except ValueError:
            return None
        return {"created_after": stamp(moment)}

    async def _settle(self, run: Run, kind: Kind, found: Found) -> Settled:
        verdicts: dict[str, str | None] = {}
        while (settled := await self.work(self.log.settle, run.id, found, verdicts)).absent:
            open_questions = [one for one in settled.absent if one not in verdicts]
            if kind.alone is None:
                verdicts |= await self._read_again(kind, found, open_questions)
            else:
                answers = await asyncio.gather(*(self._alone(kind, found, one) for one in open_questions))
                verdicts |= dict(zip(open_questions, answers, strict=True))
        return settled

    async def _alone(self, kind: Kind, found: Found, identifier: str) -> str | None:
        """Why an absent resource is to be retired, or None."""
        try:
            row = await self.reader.alone(kind, found.parent, identifier)
        except (Forbidden, NotOnThisInstance, Refused, BadInput) as problem:
            found.note = f"{identifier} is absent and could not be asked for: {problem.sentence}"
            return None
        found.requests += 1
        if row is None:
            return "not_found"
        if kind.alike:  # archived, or outside of a filter now: a reading like any other
            found.rows[identifier] = row
        else:
            found.note = f"{identifier} is not in the list and is there by itself"
        return None

    async def _read_again(self, kind: Kind, found: Found, absent: list[str]) -> dict[str, str | None]:
        """Where the API has no way to ask for one resource, a second complete reading decides."""
        again = await self.reader.list(kind, found.parent)
        found.requests += again.requests
        return {one: "not_listed" if again.complete and one not in again.rows else None for one in absent}

    async def _not_found(self, run: Run, kind: Kind, parent: str) -> tuple[Found, Counts]:
        """404 for a list: what it belongs to is gone, or this Cutover does not have the list."""
        missing = Found(kind.name, parent, status="not_offered" if kind.optional else "failed", requests=1)
        missing.note = None if kind.optional else "Cutover answers 404 for this list"
        if kind.parent is not None:
            upper = kinds.BY_NAME[kind.parent]
            if upper.alone is not None and await self.reader.alone(upper, "", parent) is None:
                await self.work(self.log.retire, run.id, upper.name, parent, "not_found")
                missing.status, missing.note = "gone", f"the {upper.name.replace('_', ' ')} went while it was read"
        return await self._record(run, missing)

    async def _record(self, run: Run, found: Found) -> tuple[Found, Counts]:
        await self.work(self.log.record, run.id, found)
        return found, {}
