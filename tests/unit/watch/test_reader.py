"""Reading a runbook again and again, over real sockets: what is asked, what is found, and what is not believed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.clock import Clock
from bot.cutover import CutoverClient
from bot.cutover.transport import Transport
from bot.errors import BadAnswer, RateLimited
from bot.model.snapshot import Snapshot
from bot.sandbox.cutover import EmbeddedCutover, presses, runs
from bot.watch.diff import diff
from bot.watch.reader import Reader

RUNBOOK = "1001"


class Place:
    """A generated runbook of 250 tasks (three pages), started, and a reader of it."""

    def __init__(self, cutover: EmbeddedCutover, session: aiohttp.ClientSession) -> None:
        self.cutover, clock = cutover, Clock()
        transport = Transport(cutover.url, cutover.tokens["bot"], session=session, clock=clock, jitter=lambda: 0.0)
        self.client = CutoverClient(transport, clock)
        self.reader = Reader(self.client, clock)
        self.world = cutover.world
        self.runbook = self.world.runbooks[RUNBOOK]

    def run(self) -> None:
        self.later()
        runs.start(self.world, self.runbook, self.world.person("dana"), run_type="rehearsal", comms="off")

    def later(self) -> None:
        self.cutover.clock.advance(2)

    def start(self, number: int = 1) -> str:
        """A colleague starts a task of the first layer, two seconds later."""
        self.later()
        return self.press(number)

    def press(self, number: int) -> str:
        """The same in this very moment."""
        task = list(self.runbook.tasks.values())[number - 1]
        presses.start(self.world, self.runbook, task, self.world.person("dana"), override=True, selected=None)
        return task.id

    async def read(self, old: Snapshot | None = None, **how: Any) -> Snapshot:
        self.cutover.requests.clear()
        return (await self.reader.read(RUNBOOK, old, **how))[0]

    @property
    def asked(self) -> int:
        return len(self.cutover.requests)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with (
        EmbeddedCutover(world="generate:runbooks=1,tasks=250") as cutover,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        yield Place(cutover, session)


@pytest.fixture
async def known(place: Place) -> Snapshot:
    """A run whose reader has seen that Cutover sorts, and that nothing moves any more."""
    place.run()
    old = await place.read()
    again = await place.read(old)
    assert again is old
    return old


async def test_the_first_reading_is_whole(place: Place) -> None:
    got = await place.read()
    assert len(got.tasks) == 250
    assert len(got.streams) == 8
    assert got.runbook.name == "Generated runbook 1"


async def test_nothing_new_costs_three_requests_and_gives_the_same_object(place: Place, known: Snapshot) -> None:
    assert await place.read(known) is known
    assert place.asked == 3


async def test_where_cutover_sorts_nothing_is_kept_to_recognise_pages(place: Place, known: Snapshot) -> None:
    await place.read(known, sweep=True)
    assert place.reader._recognised == {}


async def test_a_change_is_found_by_one_page_more(place: Place, known: Snapshot) -> None:
    started = place.start()
    new = await place.read(known)
    assert place.asked == 4
    assert [change.new.id for change in diff(known, new)] == [started]
    assert sum(new.tasks[key] is known.tasks[key] for key in known.tasks) == 249


async def test_a_second_change_of_the_same_moment_is_found_too(place: Place, known: Snapshot) -> None:
    place.start(1)
    new = await place.read(known)
    place.press(2)
    assert len(diff(new, await place.read(new))) == 1


async def test_who_knows_of_a_change_has_it_looked_for(place: Place, known: Snapshot) -> None:
    task = next(iter(place.runbook.tasks.values()))
    task.name = "Renamed behind its back"
    place.world.live[RUNBOOK].cache.clear()
    assert await place.read(known) is known
    assert (await place.read(known, sure=True)).tasks[task.id].name == "Renamed behind its back"


async def test_a_sweep_finds_what_left_no_mark(place: Place, known: Snapshot) -> None:
    task = list(place.runbook.tasks.values())[-1]
    task.name = "Renamed behind its back"
    place.world.live[RUNBOOK].cache.clear()
    assert (await place.read(known, sweep=True)).tasks[task.id].name == "Renamed behind its back"


async def test_a_removed_task_is_missed_by_its_number(place: Place, known: Snapshot) -> None:
    last = list(place.runbook.tasks.values())[-1]
    place.world.live[RUNBOOK].remove(last)
    assert last.id not in (await place.read(known)).tasks


async def test_a_task_gone_and_one_come_are_both_seen(place: Place, known: Snapshot) -> None:
    place.later()
    tasks = list(place.runbook.tasks.values())
    place.world.live[RUNBOOK].remove(tasks[-1])
    twin = type(tasks[0])(**{**_fields(tasks[-2]), "id": "77", "predecessors": [], "updated_at": place.world.now()})
    place.world.live[RUNBOOK].add(twin)
    new = await place.read(known)
    assert "77" in new.tasks
    assert tasks[-1].id not in new.tasks


def _fields(task: Any) -> dict[str, Any]:
    return {name: getattr(task, name) for name in ("number", "name", "stream_id", "type_id", "created_at")}


async def test_streams_and_runbook_are_read_each_time(place: Place, known: Snapshot) -> None:
    stream = next(iter(place.runbook.streams.values()))
    stream.status = "red"
    new = await place.read(known)
    assert new.streams[stream.id].status == "red"
    assert new.tasks is known.tasks


async def test_an_instance_that_does_not_sort_is_read_fully(place: Place) -> None:
    place.run()
    place.cutover.order([{"path": "sort=", "times": None, "do": {"status": 400}}])
    old = await place.read()
    place.start()
    assert len(diff(old, await place.read(old))) == 1
    assert place.asked == 5


async def test_while_all_tasks_are_of_one_moment_sorting_is_not_believed(place: Place) -> None:
    old = await place.read()
    place.run()
    new = await place.read(old)
    assert {change.new.stage for change in diff(old, new)} >= {"startable", "active"}


@pytest.mark.parametrize("how", ["truncated", "html", "empty", "loop", "foreign", "nulls"])
async def test_a_broken_page_gives_no_reading(place: Place, known: Snapshot, how: str) -> None:
    place.cutover.order([{"path": "tasks", "times": None, "do": {"break_page": 2, "how": how}}])
    with pytest.raises(BadAnswer):
        await place.read(known, sweep=True)
    place.cutover.forget_faults()
    assert await place.read(known, sweep=True) is known


async def test_pages_that_repeat_or_number_their_ids_are_read(place: Place, known: Snapshot) -> None:
    for how in ("repeat", "numbers"):
        place.cutover.order([{"path": "tasks", "times": 1, "do": {"break_page": 2, "how": how}}])
        assert await place.read(known, sweep=True) is known


async def test_a_total_that_is_wrong_is_looked_at_twice(place: Place, known: Snapshot) -> None:
    place.cutover.order([{"path": "tasks", "times": None, "do": {"break_page": 3, "how": "shrink"}}])
    assert await place.read(known, sweep=True) is known
    assert place.asked == 2 + 2 * 3


async def test_a_list_that_leads_back_after_its_last_page_is_whole(place: Place, known: Snapshot) -> None:
    place.cutover.order([{"path": "tasks", "times": None, "do": {"break_page": 3, "how": "loop"}}])
    assert await place.read(known, sweep=True) is known


async def test_a_watcher_does_not_wait_in_a_pause_that_cutover_asked_for(place: Place, known: Snapshot) -> None:
    place.client._transport.pause.extend(Clock().monotonic(), 30.0)
    with pytest.raises(RateLimited):
        await place.read(known)
    assert place.asked == 0


async def test_a_limit_met_in_the_middle_is_sat_out_and_the_reading_is_whole(place: Place, known: Snapshot) -> None:
    limit = {"status": 429, "headers": {"Retry-After": "0"}}
    place.cutover.order([{"path": "number%5D=2", "times": 1, "do": limit}])
    assert await place.read(known, sweep=True) is known
    assert [seen.status for seen in place.cutover.requests].count(429) == 1
