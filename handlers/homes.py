"""Reads what the App Home shows. The one rule: a person sees the runs of channels they are in, and their own tasks;
who has connected the own Cutover account, of these only what Cutover shows to them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from bot.blocks.home import HomeChannel, HomeRun, HomeTask, HomeView
from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.cutover.cache import TimedCache
from bot.digest.readings import Reading, Readings
from bot.errors import CutoverError, Forbidden, NotFound, SlackError
from bot.identity import Acting
from bot.model import Person, Ref, Runbook, RunbookStage, Task, TaskStage, Text
from bot.model.progress import Counts, as_runbook, as_task, progress
from bot.model.snapshot import TaskState
from bot.settings import Settings
from bot.slack.people import People
from bot.slack.web import SlackWeb
from bot.store import Link, Links
from handlers.eyes import Eyes
from handlers.persons import cutover_person

_KEEP: Final = 60.0
_OLD: Final = 30.0
_PEOPLE: Final = 2_000
_MOST_LOOKED: Final = 500
_PAGES: Final = 5
_TASKS: Final = 60
_AT_ONCE: Final = 4
_OPEN: Final = (TaskStage.STARTABLE.value, TaskStage.IN_PROGRESS.value)


@dataclass(frozen=True, slots=True)
class Glance:
    """What Home needs of one reading: small, and remembered, so that a hundred big runbooks may be looked at.

    `open`: tasks that run or can start. `counts` None: not read yet.
    """

    runbook: Runbook
    counts: Counts | None = None
    streams: Mapping[str, Text] = field(default_factory=dict)
    stale_since: datetime | None = None
    open: tuple[TaskState, ...] = ()


class Homes:
    """Views for the App Home. Slack is asked once a minute at most which channels a person is in."""

    def __init__(
        self,
        acting: Acting,
        readings: Readings,
        links: Links,
        people: People,
        web: SlackWeb,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._client = acting.service
        self._readings = readings
        self._links = links
        self._people = people
        self._web = web
        self._policy = acting.policy
        self._eyes = Eyes(acting, clock)
        self._settings = settings
        self._clock = clock
        self._looked: dict[str, tuple[int, Glance]] = {}
        self._channels: TimedCache[str, frozenset[str] | None] = TimedCache(clock, _KEEP, _PEOPLE)

    def first(self, user_id: str) -> HomeView:
        """Shown at once to who opens Home for the first time."""
        return self._view(user_id, tasks=None, runs=None)

    def failed(self, user_id: str, sentence: str) -> HomeView:
        """Why there is nothing to see."""
        return self._view(user_id, tasks=[], runs=[], problem=sentence)

    async def full(self, team_id: str, user_id: str) -> HomeView:
        """Everything; what cannot be read now is named in one sentence."""
        links = [link for link in self._links.all() if link.team_id == team_id and not self._links.withheld(link)]
        problem = ""
        try:
            person = await cutover_person(self._client, self._people, user_id)
        except CutoverError as error:
            person, problem = None, error.sentence
        sight, glances, channels = await asyncio.gather(
            self._eyes.of(team_id, user_id),
            self._glances({link.runbook_id for link in links}),
            self._channels.get(user_id, lambda: self._in_channels(user_id)),
        )
        shown = await self._eyes.seen(sight, user_id, _under_way(glances))
        glances = {key: one for key, one in glances.items() if key in shown}
        tasks, told = await self._mine(sight.client, person, glances)
        seen = [link for link in links if _may_see(link, user_id, channels)]
        mine = {task.runbook.id for task in tasks}
        return self._view(
            user_id,
            tasks=tasks,
            runs=_runs(glances, seen, mine),
            channels=[HomeChannel(one.channel_id, one.runbook_name, one.hearing) for one in seen],
            person=person,
            problem=problem or sight.problem or told,
        )

    def _view(
        self,
        user_id: str,
        *,
        tasks: Sequence[HomeTask] | None,
        runs: Sequence[HomeRun] | None,
        channels: Sequence[HomeChannel] = (),
        person: Person | None = None,
        problem: str = "",
    ) -> HomeView:
        operator, prefix = self._policy.is_operator(user_id), self._settings.bot_command_prefix
        return HomeView(self._clock.now(), tasks, runs, channels, person, operator, prefix, problem)

    async def _glances(self, runbook_ids: set[str]) -> dict[str, Glance]:
        """From what the watch keeps. A plan is read every few minutes only, so whether it runs by now is asked."""
        found: dict[str, Glance] = {}
        old: set[str] = set()
        if len(self._looked) > _MOST_LOOKED:
            self._looked.clear()
        for packed in await self._readings.packed(runbook_ids):
            known = self._looked.get(packed.runbook_id)
            if known is None or known[0] != packed.mark:
                reading = await asyncio.to_thread(packed.opened)
                if reading is None:
                    continue
                known = self._looked[packed.runbook_id] = packed.mark, await asyncio.to_thread(_glance, reading)
            stale = datetime.fromtimestamp(packed.stale_since, UTC) if packed.stale_since else None
            found[packed.runbook_id] = replace(known[1], stale_since=stale)
            plan = known[1].runbook.stage == RunbookStage.PLANNING  # it may have begun a moment ago
            if stale is None and (plan or self._clock.unix() - (packed.read_at or 0.0) > _OLD):
                old.add(packed.runbook_id)
        await self._ask_anew([key for key in sorted(runbook_ids) if key not in found or key in old], found)
        return found

    async def _ask_anew(self, runbook_ids: Sequence[str], found: dict[str, Glance]) -> None:
        """The runbooks themselves; what is known of their tasks stays."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def ask(runbook_id: str) -> None:
            async with gate:
                with contextlib.suppress(CutoverError):
                    runbook = await self._client.get_runbook(runbook_id)
                    known = found.get(runbook_id)
                    found[runbook_id] = replace(known, runbook=runbook) if known is not None else Glance(runbook)

        await asyncio.gather(*(ask(one) for one in runbook_ids))

    async def _in_channels(self, user_id: str) -> frozenset[str] | None:
        """The channels this person is in; None where the scopes for that were not granted."""
        found: set[str] = set()
        cursor = ""
        for _ in range(_PAGES):
            try:
                page = await self._web.call(
                    "users.conversations",
                    user=user_id,
                    types="public_channel,private_channel",
                    exclude_archived="true",
                    limit="999",
                    cursor=cursor or None,
                )
            except SlackError:
                return None
            found |= {str(one.get("id")) for one in page.get("channels", [])}
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return frozenset(found)

    async def _mine(
        self, client: CutoverClient, person: Person | None, glances: Mapping[str, Glance]
    ) -> tuple[list[HomeTask], str]:
        """(my open tasks, what could not be read). Who is in a team only Cutover knows, so it is asked."""
        if person is None:
            return [], ""
        gate = asyncio.Semaphore(_AT_ONCE)
        found = await asyncio.gather(*(self._mine_in(client, person, one, gate) for one in glances.values()))
        tasks = [task for group, _ in found for task in group]
        tasks.sort(key=lambda one: (not one.task.is_running, not one.task.is_late, one.task.number or 0))
        return tasks, next((problem for _, problem in found if problem), "")

    @staticmethod
    async def _mine_in(
        client: CutoverClient, person: Person, one: Glance, gate: asyncio.Semaphore
    ) -> tuple[list[HomeTask], str]:
        """Those of one run; while Cutover does not answer, those that name the person themselves."""
        problem = ""
        try:
            async with gate:
                pages = client.list_runbook_tasks(one.runbook.id, page_size=100, user_id=[person.id], stage=list(_OPEN))
                tasks = _of_person(await pages.first(_TASKS), Ref("user", person.id))
        except (Forbidden, NotFound):  # not theirs to see
            tasks = []
        except CutoverError as error:
            mark = f"user:{person.id}"
            mine = [state for state in one.open if mark in (state.assignees or ())]
            tasks, problem = [as_task(state, one.runbook.id) for state in mine], error.sentence
        return [HomeTask(task, one.runbook, one.streams.get(task.stream_id or "", Text())) for task in tasks], problem


def _glance(reading: Reading) -> Glance:
    snapshot = reading.snapshot
    return Glance(
        runbook=as_runbook(snapshot.runbook),
        counts=progress(snapshot, reading.read_at, most=0).total,
        streams={key: Text(stream.name) for key, stream in snapshot.streams.items()},
        open=tuple(task for task in snapshot.tasks.values() if task.stage in _OPEN),
    )


def _of_person(tasks: Sequence[Task], me: Ref) -> list[Task]:
    """Open tasks of a person. An instance may ignore the filter by person: then only those that name them count."""
    others = [task for task in tasks if task.assignees and not any(_could_be(ref, me) for ref in task.assignees)]
    opened = [task for task in tasks if task.stage in _OPEN]
    return [task for task in opened if me in (task.assignees or ())] if others else opened


def _could_be(ref: Ref, me: Ref) -> bool:
    return ref == me or ref.type != "user"


def _may_see(link: Link, user_id: str, channels: frozenset[str] | None) -> bool:
    return link.linked_by == user_id if channels is None else link.channel_id in channels


def _runs(glances: Mapping[str, Glance], seen: Sequence[Link], mine: set[str]) -> list[HomeRun]:
    """Runs under way of channels seen, and those with tasks of mine."""
    channels: dict[str, list[str]] = {}
    for link in seen:
        channels.setdefault(link.runbook_id, []).append(link.channel_id)
    under_way = _under_way(glances)
    return [
        HomeRun(one.runbook, tuple(channels.get(key, ())), one.counts, one.stale_since)
        for key, one in glances.items()
        if key in under_way and (key in channels or key in mine)
    ]


def _under_way(glances: Mapping[str, Glance]) -> set[str]:
    return {key for key, one in glances.items() if one.runbook.stage in (RunbookStage.ACTIVE, RunbookStage.PAUSED)}
