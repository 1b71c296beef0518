"""What decides the end of a watched run, and how that end moved. The one rule: a poll never waits for it.

Lists of tasks do not tell who waits for whom, and the forecast that does is one answer with everything. So it is read
beside the polls: when a run is first met, when its plan seems to be another, and every ten minutes. What is left of it
are places in a network, some 1.6 MB for ten thousand tasks; the path is reckoned from the readings, off the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

import structlog

from bot.clock import Clock
from bot.cutover import CutoverClient, paths
from bot.cutover.waits import waits
from bot.errors import BotError, RateLimited, StoreUnavailable, Unavailable
from bot.model import RunbookStage, TaskType
from bot.model.progress import moment
from bot.model.snapshot import Snapshot
from bot.plan import EndMove, Glance, Network, cause, glance_on
from bot.plan.drift import COUNTS, PAUSE, TASK, UNKNOWN
from bot.plan.steps import steps_of_states
from bot.watch.beside import BIG, MANY, beside
from bot.watch.ends import Ends

_log = structlog.get_logger(__name__)
Types = Callable[[], Awaitable[tuple[TaskType, ...]]]
_UNDER_WAY: Final = (RunbookStage.ACTIVE, RunbookStage.PAUSED)
_TICK: Final = 60.0
"""Seconds after which the end is reckoned again though nothing happened: what is overdue moves it all the same."""
_LEAST: Final = 10.0
"""Seconds between two reckonings of a big run; a smaller one is reckoned at each change."""
_AGAIN: Final = 600.0
_EDITED: Final = 60.0
_EDITED_BIG: Final = 300.0
"""Seconds after which the graph is read again in any case, and where the plan seems to be another."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Who waits for whom; `fixed` maps tasks to their fixed start (Unix)."""

    network: Network
    fixed: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known ahead: ids of the tasks that decide the end, and how the end moved so far."""

    critical: frozenset[str] = frozenset()
    moves: tuple[EndMove, ...] = ()


@dataclass(slots=True)
class _Entry:
    """A run in hand. `base`: the first reading, for what moved while the graph was not known yet; `told`: how it looked
    at the last move that is kept. `lent`: another replica may have kept moves since `moves` were read."""

    run: str | None
    moves: list[EndMove] = field(default_factory=list)
    lent: bool = True
    graph: Graph | None = None
    asked: float = float("-inf")
    wanted: bool = True
    base: Snapshot | None = None
    seen: Snapshot | None = None
    at: float = float("-inf")
    told: Glance | None = None
    outlook: Outlook = field(default_factory=Outlook)


class Outlooks:
    """Of the runs that this replica watches. `close` ends the reading of graphs."""

    def __init__(self, client: CutoverClient, ends: Ends, clock: Clock) -> None:
        self._client = client
        self._ends = ends
        self._clock = clock
        self._known: dict[str, _Entry] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._one = asyncio.Lock()  # of ten megabytes each, one at a time

    def of(self, runbook_id: str) -> Outlook:
        """As it was reckoned last; empty where nothing is known."""
        entry = self._known.get(runbook_id)
        return entry.outlook if entry is not None else Outlook()

    async def look(self, old: Snapshot | None, new: Snapshot, types: Types) -> bool:
        """Reckon anew where that is due; whether other tasks decide the end than before. Fails never.

        `types` gives the task types when they are needed."""
        key = new.runbook.id
        if new.runbook.stage not in _UNDER_WAY:
            self.forget(key)
            return False
        try:
            entry = self._known.get(key)
            if entry is None or entry.run != new.runbook.start_actual:
                entry = self._known[key] = _Entry(new.runbook.start_actual)
            if entry.lent:
                self._take_back(entry, await self._ends.of(new.runbook), old or new)
            self._ask_graph(entry, new)
            before = entry.outlook.critical
            if self._is_due(entry, new):
                await self._reckon(entry, new, types)
            return entry.outlook.critical != before
        except StoreUnavailable as error:
            _log.warning("end_not_kept", runbook=key, error=error.code)
            return False

    def lend(self, runbook_id: str) -> None:
        """Another replica had it meanwhile: its moves are read with the next look.

        The graph stays, and so does its reading: replicas take turns at a run, each would ask for it without end."""
        entry = self._known.get(runbook_id)
        if entry is not None:
            entry.lent = True

    def forget(self, runbook_id: str) -> None:
        """It is not watched here any more."""
        self._known.pop(runbook_id, None)
        reading = self._reading.pop(runbook_id, None)
        if reading is not None:
            reading.cancel()

    def close(self) -> None:
        """Read no more graphs."""
        for runbook_id in [*self._known]:
            self.forget(runbook_id)

    async def settle(self) -> None:
        """Until the graphs that are being read are there."""
        await asyncio.gather(*self._reading.values(), return_exceptions=True)

    # ---- the graph
    def _ask_graph(self, entry: _Entry, new: Snapshot) -> None:
        """Begin to read it, where it is missing or the plan seems to be another. Not while Cutover limits the bot."""
        now, key = self._clock.monotonic(), new.runbook.id
        if entry.seen is not None and entry.seen is not new:
            entry.wanted = entry.wanted or _is_edited(entry.seen, new)
        soon = _EDITED_BIG if len(new.tasks) >= BIG and entry.graph is not None else _EDITED
        due = now - entry.asked >= (soon if entry.wanted else _AGAIN)
        if due and key not in self._reading and self._client.paused_until <= now:
            entry.asked, entry.wanted = now, False
            reading = self._reading[key] = asyncio.create_task(self._read(key, entry), name=f"graph {key}")
            reading.add_done_callback(lambda done: self._done(key, done))

    def _done(self, key: str, reading: asyncio.Task[None]) -> None:
        if self._reading.get(key) is reading:
            del self._reading[key]

    async def _read(self, key: str, entry: _Entry) -> None:
        """An instance that tells no graph, or one in a circle, has no path: it is asked again in ten minutes."""
        try:
            async with self._one:
                path = paths.runbook(key, "tasks")
                body = await self._client.one_page("list_runbook_tasks", path, bytes, {"forecast": True})
                entry.graph = await asyncio.to_thread(_graph, body)
        except (RateLimited, Unavailable) as error:
            entry.wanted = True
            _log.info("graph_not_read", runbook=key, error=error.code)
        except BotError as error:
            entry.graph = None
            _log.info("no_graph", runbook=key, error=error.code)
        entry.at = float("-inf")

    # ---- the end
    def _take_back(self, entry: _Entry, moves: list[EndMove], before: Snapshot) -> None:
        """Go on from `moves`, which may be another's; where none was added, what was known here still holds."""
        if entry.told is None or moves[-1:] != entry.moves[-1:]:
            entry.told, entry.base = None, before if moves else None
        entry.moves, entry.lent, entry.at = moves, False, float("-inf")

    def _is_due(self, entry: _Entry, new: Snapshot) -> bool:
        waited = self._clock.monotonic() - entry.at
        least = _LEAST if len(new.tasks) >= BIG else 0.0
        return waited >= (_TICK if entry.seen is new else least)

    async def _reckon(self, entry: _Entry, new: Snapshot, types: Types) -> None:
        graph, now = entry.graph, self._clock.unix()
        entry.seen, entry.at = new, self._clock.monotonic()
        found = None
        if graph is not None:
            usual = {
                name: float(kind.default_duration or 0)
                for kind in await types()
                for name in (kind.id, kind.key)
                if name
            }
            found = await beside(new.tasks, partial(_found, entry, graph, new, usual, now), MANY)
        if found is None:  # tasks came or went: nothing is marked until it is known again
            if new.runbook.id not in self._reading:  # readings of long ago are not held for nothing
                entry.base = None
            entry.wanted = entry.wanted or graph is not None
            entry.outlook = Outlook(moves=tuple(entry.moves))
            return
        told, glance, move = found
        if move is not None:
            await self._ends.add(new.runbook, move)
            entry.moves.append(move)
            told = glance
        entry.told, entry.base = told or glance, None
        entry.outlook = Outlook(glance.critical_ids, tuple(entry.moves))


class _Found(NamedTuple):
    """How the end looked at the last move and looks now, and the move from there where it counts."""

    told: Glance | None
    glance: Glance
    move: EndMove | None


def _found(entry: _Entry, graph: Graph, new: Snapshot, usual: Mapping[str, float], now: float) -> _Found | None:
    """All the arithmetic in one piece, for a thread: it only reads `entry`. None where the graph is of other tasks."""
    if not _fits(graph, new):
        return None
    told, last = entry.told, entry.moves[-1] if entry.moves else None
    if told is None and entry.base is not None and last is not None and _fits(graph, entry.base):
        # How it looked when the last move was kept, by the reading that another process left.
        told = _glance(entry.base, graph, usual, last.at)
    glance = _glance(new, graph, usual, now)
    if last is not None and abs(glance.end - last.ends_at) < COUNTS:
        return _Found(told, glance, None)
    why = _because(told, glance, new) if last is not None else (UNKNOWN, "")
    return _Found(told, glance, EndMove(now, glance.end, *why))


def _because(told: Glance | None, glance: Glance, new: Snapshot) -> tuple[str, str]:
    """Why the end moved since the last move: what, and which task."""
    if told is None:
        return UNKNOWN, ""
    if new.runbook.stage == RunbookStage.PAUSED:
        return PAUSE, ""
    task_id = cause(told, glance)
    return (TASK, task_id) if task_id else (UNKNOWN, "")


def _fits(graph: Graph, snapshot: Snapshot) -> bool:
    return snapshot.tasks.keys() == dict.fromkeys(graph.network.ids).keys()


def _glance(snapshot: Snapshot, graph: Graph, usual: Mapping[str, float], now: float) -> Glance:
    return glance_on(graph.network, steps_of_states(snapshot, graph.network.ids, usual, graph.fixed), now)


def _graph(body: bytes) -> Graph | None:
    """None where this instance tells none. Raises `BadAnswer`, `Cyclic`."""
    found = waits(body)
    fixed = ((key, moment(at)) for key, at in found.fixed.items())
    return Graph(Network(found.before), {key: at.timestamp() for key, at in fixed if at}) if found.told else None


def _is_edited(old: Snapshot, new: Snapshot) -> bool:
    """Whether tasks came, went or were touched without having moved: predecessors and fixed starts are not compared."""
    before = old.tasks
    for key, task in new.tasks.items():
        was = before.get(key)
        if was is task:
            continue
        if was is None or (was.stage == task.stage and was.updated_at != task.updated_at):
            return True
    return len(before) != len(new.tasks)
