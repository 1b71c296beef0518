"""Slow-changing things that cards need: names, types, fields. The one rule: a card is never refused for a missing name.

What this instance lacks or hides is empty or None; that Cutover is down or refuses the token is an error as everywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from bot.clock import Clock
from bot.cutover.cache import TimedCache
from bot.cutover.client import CutoverClient
from bot.errors import BadInput, Finding, Forbidden, NotFound, NotOnThisInstance
from bot.model import CustomField, Person, Ref, Runbook, RunbookTeam, Stream, Task, TaskType, Text

T = TypeVar("T")

KEEP = 300.0
"""Seconds that people, types, fields and teams are kept."""
KEEP_STREAMS = 10.0
"""Seconds; a stream's status is news."""
MOST_PEOPLE = 5_000
_MOST_RUNBOOKS = 500
_AT_ONCE = 8


class Catalogue:
    """Reads through `client`, with its token: one catalogue per token, for a token may see less than another."""

    def __init__(self, client: CutoverClient, clock: Clock) -> None:
        self._client = client
        self._people: TimedCache[str, Person | None] = TimedCache(clock, KEEP, MOST_PEOPLE)
        self._task_types: TimedCache[None, dict[str, TaskType]] = TimedCache(clock, KEEP, 1)
        self._odd_types: TimedCache[str, TaskType | None] = TimedCache(clock, KEEP, _MOST_RUNBOOKS)
        self._fields: TimedCache[str, tuple[CustomField, ...]] = TimedCache(clock, KEEP, _MOST_RUNBOOKS)
        self._teams: TimedCache[str, tuple[RunbookTeam, ...]] = TimedCache(clock, KEEP, _MOST_RUNBOOKS)
        self._streams: TimedCache[str, tuple[Stream, ...]] = TimedCache(clock, KEEP_STREAMS, _MOST_RUNBOOKS)

    async def person(self, user_id: str) -> Person | None:
        """A user by id; None if there is none, or hidden from this token."""
        return await self._people.get(user_id, lambda: _or(None, lambda: self._client.get_user(user_id)))

    async def task_type(self, task_type_id: str | None) -> TaskType | None:
        """A task type by id or key. The whole list is read at once; there are few."""
        if task_type_id is None:
            return None
        known = await self._task_types.get(None, self._all_task_types)
        if task_type_id in known:
            return known[task_type_id]
        return await self._odd_types.get(
            task_type_id, lambda: _or(None, lambda: self._client.get_task_type(task_type_id))
        )

    async def task_types(self) -> tuple[TaskType, ...]:
        """All task types that are in use, in Cutover's order."""
        known = await self._task_types.get(None, self._all_task_types)
        return tuple(dict.fromkeys(one for one in known.values() if not one.archived))

    async def runbook_teams(self, runbook_id: str) -> tuple[RunbookTeam, ...]:
        """Teams of a runbook; empty where the instance does not list them."""
        return await self._teams.get(runbook_id, lambda: _or((), lambda: self._all_teams(runbook_id)))

    async def streams(self, runbook_id: str) -> tuple[Stream, ...]:
        """Streams of a runbook, at most ten seconds old. A runbook that is not there is an error here."""
        return await self._streams.get(runbook_id, lambda: self._all_streams(runbook_id))

    async def custom_fields(self, workspace_id: str) -> tuple[CustomField, ...]:
        """Fields of a workspace with the shared ones, without archived ones; empty where there are none."""
        return await self._fields.get(workspace_id, lambda: _or((), lambda: self._all_fields(workspace_id)))

    async def fields_asked(self, runbook: Runbook | None, task: Task | None, when: str) -> tuple[CustomField, ...]:
        """Fields to be answered at `when` (an `AppliesTo`), required ones first, without those `task` has answered.

        These are the workspace's; one task may ask for fewer (see `fields_missing`).
        """
        if runbook is None or runbook.workspace_id is None:
            return ()
        answers = task.field_values if task is not None else ()
        given = [one for one in answers if any(one.values)]
        ids, names = {one.field_id for one in given}, {one.name for one in given if one.name}
        fields = await self.custom_fields(runbook.workspace_id)
        open_ones = [one for one in fields if one.apply_to == when and one.id not in ids and one.name not in names]
        return tuple(sorted(open_ones, key=lambda one: not one.required))

    async def fields_missing(self, runbook: Runbook | None, findings: Iterable[Finding]) -> tuple[CustomField, ...]:
        """Fields that a refusal (`missing_custom_field_value`) names, in its order.

        Cutover does not publish which fields one task asks for; its refusal does, by their names in the detail.
        """
        if runbook is None or runbook.workspace_id is None:
            return ()
        details = [one.detail.raw.casefold() for one in findings if one.code == "missing_custom_field_value"]
        if not details:
            return ()
        fields = await self.custom_fields(runbook.workspace_id)
        found = [_named(fields, detail) for detail in details]
        return tuple(dict.fromkeys(one for one in found if one is not None))

    async def names(self, refs: Iterable[Ref], runbook_id: str) -> dict[Ref, Text]:
        """Names of people and runbook teams; one that cannot be told is left out."""
        wanted = list(dict.fromkeys(refs))
        names: dict[Ref, Text] = {}
        if any(ref.type == "runbook_team" for ref in wanted):
            teams = {one.id: one.name for one in await self.runbook_teams(runbook_id)}
            names = {ref: teams[ref.id] for ref in wanted if ref.type == "runbook_team" and ref.id in teams}
        people = [ref for ref in wanted if ref.type == "user"]
        # A few at a time: the first card of a big runbook must not empty Cutover's rate limit at one blow.
        absent = [ref.id for ref in people if not self._people.has(ref.id)]
        for start in range(0, len(absent), _AT_ONCE):
            await asyncio.gather(*map(self.person, absent[start : start + _AT_ONCE]))
        for ref in people:
            found = await self.person(ref.id)
            if found is not None:
                names[ref] = found.name
        return names

    def has(self, task: Task) -> bool:
        """Whether all that a card of `task` asks for is here, so that it can be asked one after the other."""
        refs = task.assignees or ()
        kinds = task.task_type_id is None or self._task_types.has(None)
        teams = self._teams.has(task.runbook_id) or not any(ref.type == "runbook_team" for ref in refs)
        people = all(self._people.has(ref.id) for ref in refs if ref.type == "user")
        return self._streams.has(task.runbook_id) and kinds and teams and people

    def forget_streams(self, runbook_id: str) -> None:
        """After the bot itself changed something there."""
        self._streams.forget(runbook_id)

    async def _all_task_types(self) -> dict[str, TaskType]:
        types = await self._client.list_task_types().all()
        return {one.key: one for one in types if one.key} | {one.id: one for one in types}

    async def _all_teams(self, runbook_id: str) -> tuple[RunbookTeam, ...]:
        return tuple(await self._client.list_runbook_teams(runbook_id).all())

    async def _all_streams(self, runbook_id: str) -> tuple[Stream, ...]:
        return tuple(await self._client.list_runbook_streams(runbook_id).all())

    async def _all_fields(self, workspace_id: str) -> tuple[CustomField, ...]:
        found = await self._client.list_custom_fields(workspace_id=workspace_id, include_global=True).all()
        return tuple(one for one in found if not one.archived)


def _named(fields: Iterable[CustomField], detail: str) -> CustomField | None:
    """The field named in `detail`; the longest name wins, for one name may be part of another."""
    hits = [
        (len(name.raw), one)
        for one in fields
        for name in (one.name, one.display_name)
        if name and name.raw.casefold() in detail
    ]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None


async def _or(otherwise: T, load: Callable[[], Awaitable[T]]) -> T:
    try:
        return await load()
    except (NotFound, NotOnThisInstance, Forbidden, BadInput):
        # BadInput: an id from Cutover that no path can carry; its name is as unknown as a hidden one.
        return otherwise
