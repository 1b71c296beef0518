"""Every method of the client against the embedded Cutover: two parts that share no code have to agree."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from bot.clock import Clock
from bot.cutover import (
    Catalogue,
    CopyFrom,
    CutoverClient,
    RunbookFields,
    StreamFields,
    TaskFields,
    Transport,
    find_task,
)
from bot.errors import (
    BadAnswer,
    Forbidden,
    NotFound,
    NotOnThisInstance,
    RateLimited,
    Refused,
    Unauthorised,
    Unavailable,
    UnknownOutcome,
)
from bot.model import AppliesTo, FieldValue, Ref, Runbook, Task, Text
from bot.sandbox.cutover import EmbeddedCutover

BOOK = "101"
As = Callable[[str], CutoverClient]


class Counted(CutoverClient):
    """A client that knows which of its methods were used."""

    used: set[str]

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_") and name != "used":
            self.used.add(name)
        return super().__getattribute__(name)


@pytest.fixture
async def cutover() -> AsyncIterator[EmbeddedCutover]:
    async with EmbeddedCutover(world="failover") as one:
        yield one


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as one:
        yield one


@pytest.fixture
def as_person(cutover: EmbeddedCutover, session: aiohttp.ClientSession) -> As:
    def make(person: str) -> CutoverClient:
        token = cutover.tokens.get(person, "0" * 48)
        clock = Clock()
        client = Counted.__new__(Counted)
        object.__setattr__(client, "used", set())
        client.__init__(  # type: ignore[misc]
            Transport(cutover.url, token, session=session, clock=clock, deadline=5.0, jitter=lambda: 0.0), clock
        )
        return client

    return make


async def tasks_of(client: CutoverClient, runbook_id: str = BOOK) -> dict[int, Task]:
    """Tasks by their number in the world's file, which ends their id."""
    return {int(one.id[-3:]): one for one in await client.list_runbook_tasks(runbook_id, page_size=100).all()}


async def test_every_method_works(cutover: EmbeddedCutover, as_person: As) -> None:
    client = as_person("dana")
    await read_places_and_people(client)
    await plan(client)
    await run(client)
    await read_logs(client)
    methods = {name for name, _ in inspect.getmembers(CutoverClient, inspect.isfunction) if not name.startswith("_")}
    assert methods - client.used == set()  # type: ignore[attr-defined]
    odd = [one for one in cutover.requests if one.status not in (200, 201, 204)]
    assert [(one.method, one.status) for one in odd] == [("GET", 404)]  # the look at the deleted task


async def read_places_and_people(client: CutoverClient) -> None:
    workspaces = await client.list_workspaces().all()
    home = next(one for one in workspaces if one.key == "resilience")
    assert await client.get_workspace("resilience") == home
    assert [one.id for one in await client.list_workspaces(query="Release").all()] != []
    folders = await client.list_workspace_folders(home.id).all()
    assert {one.key for one in folders} >= {"default", "dc_failover"}
    kinds = await client.list_runbook_types().all()
    assert await client.get_runbook_type("dynamic") in kinds
    types = {one.key: one for one in await client.list_task_types().all()}
    assert types["milestone"].is_milestone
    assert types["branching"].conditional_progression
    assert await client.get_task_type("validation") == types["validation"]
    teams = await client.list_teams().all()
    assert await client.get_team(teams[0].id) == teams[0]
    dana = await client.get_user("dana.okafor@harbour.example")
    assert dana.name == Text("Dana Okafor")
    assert [one.id for one in await client.list_users(query="okafor").all()] == [dana.id]
    omar = next(one for one in await client.list_users().all() if one.locked_at)
    assert (await client.unlock_user(omar.id)).locked_at is None
    await client.archive_user(omar.email)
    assert (await client.get_user(omar.id)).archived
    fields = await client.list_custom_fields(workspace_id=home.id, include_global=True).all()
    chosen = next(one for one in fields if one.is_select)
    assert await client.get_custom_field(chosen.id) == chosen
    assert len(chosen.options) > 1
    made = await client.create_workspace("Extra", "extra", description="d")
    assert (await client.get_workspace(made.id)).name == Text("Extra")


async def plan(client: CutoverClient) -> None:
    listed = await client.list_runbooks(workspace_id="resilience", is_template=False).all()
    book = next(one for one in listed if one.id == BOOK)
    assert await client.get_runbook(BOOK) == book
    assert book.rto == 14400
    copy = await client.create_runbook(
        RunbookFields(name="Second <!here>"), copy=CopyFrom(source_runbook_id=BOOK), shift_fixed_times=True
    )
    assert len(await tasks_of(client, copy.id)) == len(await tasks_of(client))
    blank = await client.create_runbook(
        RunbookFields(name="Blank", description="d"),
        workspace_id="resilience",
        folder_id="dc_failover",
        runbook_type_id="dynamic",
    )
    changed = await client.update_runbook(blank.id, RunbookFields(status="amber", status_message="slow"))
    assert (changed.status, changed.status_message) == ("amber", Text("slow"))
    stream = await client.create_runbook_stream(blank.id, StreamFields(name="Lane", color="#123456"))
    inner = await client.create_runbook_stream(blank.id, StreamFields(name="Inner", parent_id=stream.id))
    assert inner.parent_id == stream.id
    assert await client.get_runbook_stream(blank.id, inner.id) == inner
    renamed = await client.update_runbook_stream(blank.id, inner.id, StreamFields(name="Core"))
    assert renamed.name == Text("Core")
    assert inner.id in [one.id for one in await client.list_runbook_streams(blank.id, forecast=True).all()]
    await client.delete_runbook_stream(blank.id, inner.id)
    await edit_tasks(client, blank, stream.id)
    assert {one.team_id for one in await client.list_runbook_teams(BOOK).all()} >= {"72", "75"}


async def edit_tasks(client: CutoverClient, blank: Runbook, stream_id: str) -> None:
    first = await client.create_runbook_task(blank.id, TaskFields(name="First", duration=60, stream_id=stream_id))
    assert (first.duration, first.stream_id) == (60, stream_id)
    second = await client.create_runbook_task(
        blank.id, TaskFields(name="Second", stream_id=stream_id, predecessor_ids=(first.id,))
    )
    assert (await client.get_runbook_task(blank.id, second.id)).predecessor_ids == (first.id,)
    updated = await client.update_runbook_task(blank.id, second.id, TaskFields(level="level_1", description=None))
    assert updated.level == "level_1"
    await client.delete_runbook_task(blank.id, first.id)
    with pytest.raises(NotFound):
        await client.get_runbook_task(blank.id, first.id)
    mine = await client.set_task_assignees(BOOK, (await tasks_of(client))[34].id, [Ref("user", "402")])
    assert mine.assignees is not None
    assert Ref("user", "402") in mine.assignees


async def run(client: CutoverClient) -> None:
    started = await client.start_runbook(
        BOOK,
        run_type="rehearsal",
        comms="off",
        rebaseline=True,
        shift_fixed_times=True,
        disable_task_notify=True,
        validation_level="error",
    )
    assert (started.is_running, started.run_type, started.run_comms) == (True, "rehearsal", "off")
    tasks = await tasks_of(client)
    running = await client.start_runbook_task(BOOK, tasks[1].id)
    assert running.is_running
    assert (await client.finish_runbook_task(BOOK, tasks[1].id)).completion_type == "complete_normal"
    await client.skip_runbook_task(BOOK, tasks[4].id, "not needed")
    skipped = await client.get_runbook_task(BOOK, tasks[4].id)
    assert skipped.is_skipped
    comment = await client.create_runbook_comment(BOOK, "<p>a <b>b</b></p>", task_id=tasks[1].id, featured=True)
    listed = await client.list_runbook_comments(BOOK, task_id=tasks[1].id).all()
    assert [one.content for one in listed] == [comment.content]
    graph = await client.list_runbook_tasks(BOOK, forecast=True).all()
    assert all(one.start_display and one.predecessor_ids is not None for one in graph)
    startable = await client.list_runbook_tasks(BOOK, stage=("startable",), sort="start_planned").all()
    assert startable
    assert all(one.is_startable for one in startable)
    slim = await client.list_runbook_tasks(BOOK, fields=("name", "stage"), page_size=5).first(7)
    assert len(slim) == 7
    assert slim[0].name
    assert (await client.pause_runbook(BOOK, message="wait", notify=True)).stage == "paused"
    assert (await client.resume_runbook(BOOK)).is_running
    assert (await client.cancel_runbook(BOOK)).is_over
    assert client.offers("cancel_runbook") is True


async def read_logs(client: CutoverClient) -> None:
    logs = await client.list_action_logs(runbook_id=BOOK).first(5)
    assert logs
    assert all(one.event and one.author_id for one in logs)
    feed = await client.list_activities(runbook_id=BOOK).first(5)
    assert feed
    assert all(one.event for one in feed)
    pages = [page async for page in client.raw_pages(f"core/runbooks/{BOOK}/tasks", {"page[size]": 30})]
    assert sum(len(page.raw) for page in pages) == pages[0].total
    assert client.features.missing == frozenset()


async def test_the_catalogue(as_person: As) -> None:
    client = as_person("bot")
    catalogue = Catalogue(client, Clock())
    book = await client.get_runbook(BOOK)
    tasks = await tasks_of(client)
    refs = [ref for one in tasks.values() for ref in one.assignees or ()]
    names = await catalogue.names(refs, BOOK)
    assert set(names) == set(refs)
    assert Text("Mei Lin") in names.values()
    assert Text("Database services") in names.values()
    kind = await catalogue.task_type(tasks[10].task_type_id)
    assert kind is not None
    assert kind.conditional_progression
    assert "Validation result" in [
        one.name.raw for one in await catalogue.fields_asked(book, tasks[21], AppliesTo.TASK_END)
    ]
    assert find_task(tuple(tasks.values()), "no-go go").exact == tasks[10]
    assert find_task(tuple(tasks.values()), "go / no-go decision").exact == tasks[10]


async def test_required_answers(as_person: As) -> None:
    dana, ivan = as_person("dana"), as_person("ivan")
    book = await dana.start_runbook(BOOK)
    task = (await tasks_of(dana))[2]
    with pytest.raises(Refused) as caught:
        await ivan.start_runbook_task(BOOK, task.id)
    assert caught.value.has("missing_custom_field_value")
    fields = await Catalogue(dana, Clock()).fields_missing(book, caught.value.findings)
    assert [one.name for one in fields] == [Text("Change ticket")]
    answer = FieldValue(fields[0].id, fields[0].name, (Text("CHG-1"),))
    updated = await dana.update_runbook_task(BOOK, task.id, TaskFields(field_values=(answer,)))
    assert updated.field_values == (answer,)
    assert (await ivan.start_runbook_task(BOOK, task.id)).is_running


async def test_branches(as_person: As, cutover: EmbeddedCutover) -> None:
    dana = as_person("dana")
    await dana.start_runbook(BOOK)
    tasks = await tasks_of(dana)
    for number in (1, 2, 3, 4, 5, 6, 7, 9):
        await dana.skip_runbook_task(BOOK, tasks[number].id, "test")
    go = await dana.list_runbook_tasks(BOOK, forecast=True).all()
    decision = next(one for one in go if one.id == tasks[10].id)
    assert set(decision.successor_ids or ()) == {tasks[11].id, tasks[13].id}
    await dana.start_runbook_task(BOOK, decision.id)
    done = await dana.finish_runbook_task(BOOK, decision.id, selected_successor_ids=[tasks[13].id])
    assert done.is_complete
    now = await tasks_of(dana)
    assert now[11].completion_type == "complete_abandoned"
    assert now[13].is_startable


async def test_refusals(as_person: As) -> None:
    dana, rosa, nobody = as_person("dana"), as_person("rosa"), as_person("nobody")
    tasks = await tasks_of(dana)
    with pytest.raises(Unauthorised):
        await nobody.get_runbook(BOOK)
    with pytest.raises(NotFound):
        await dana.get_runbook("999999")
    with pytest.raises(NotFound):
        await dana.get_runbook_task("999999", tasks[1].id)
    with pytest.raises((Forbidden, Refused)):
        await rosa.start_runbook(BOOK)
    with pytest.raises(Refused) as caught:
        await dana.start_runbook(BOOK, validation_level="warning")
    assert caught.value.has("runbooks.start.")
    assert any(char.isdigit() for char in caught.value.sentence)
    await dana.start_runbook(BOOK)
    with pytest.raises(Refused) as caught:
        await dana.start_runbook_task(BOOK, tasks[10].id)
    assert caught.value.has("task.not_startable")
    await dana.start_runbook_task(BOOK, tasks[1].id)
    with pytest.raises(Refused) as caught:
        await dana.start_runbook_task(BOOK, tasks[1].id)
    assert caught.value.has("task.already_started")


async def test_without_the_additions(session: aiohttp.ClientSession) -> None:
    async with EmbeddedCutover(world="small", additions=False) as cutover:
        client = CutoverClient(Transport(cutover.url, cutover.tokens["dana"], session=session, clock=Clock()), Clock())
        await client.start_runbook(BOOK)
        task = (await client.list_runbook_tasks(BOOK).all())[0]
        assert (task.assignees, task.predecessor_ids, task.number, task.is_late) == (None,) * 4
        calls: dict[str, Callable[[], Any]] = {
            "pause_runbook": lambda: client.pause_runbook(BOOK),
            "resume_runbook": lambda: client.resume_runbook(BOOK),
            "cancel_runbook": lambda: client.cancel_runbook(BOOK),
            "skip_runbook_task": lambda: client.skip_runbook_task(BOOK, task.id, "why"),
            "delete_runbook_task": lambda: client.delete_runbook_task(BOOK, task.id),
            "list_runbook_teams": lambda: client.list_runbook_teams(BOOK).all(),
            "create_runbook_stream": lambda: client.create_runbook_stream(BOOK, StreamFields(name="x")),
            "list_custom_fields": lambda: client.list_custom_fields().all(),
            "list_action_logs": lambda: client.list_action_logs(runbook_id=BOOK).all(),
            "list_activities": lambda: client.list_activities(runbook_id=BOOK).all(),
            "create_workspace": lambda: client.create_workspace("W", "w"),
        }
        for name, call in calls.items():
            with pytest.raises(NotOnThisInstance):
                await call()
            assert client.offers(name) is False
        assert client.features.missing == set(calls)
        catalogue = Catalogue(client, Clock())
        assert await catalogue.custom_fields("releases") == ()
        assert await catalogue.runbook_teams(BOOK) == ()


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_cut_write_is_unknown_and_sent_once(cutover: EmbeddedCutover, as_person: As, cut: str) -> None:
    dana = as_person("dana")
    await dana.start_runbook(BOOK)
    task = (await tasks_of(dana))[1]
    cutover.order([{"method": "PATCH", "path": "/start$", "times": 1, "do": {"cut": cut}}])
    with pytest.raises(UnknownOutcome):
        await dana.start_runbook_task(BOOK, task.id)
    assert (await dana.get_runbook_task(BOOK, task.id)).is_running is (cut == "after")
    assert len([one for one in cutover.requests if one.path.endswith(f"{task.id}/start")]) == 1


async def test_faults(cutover: EmbeddedCutover, as_person: As) -> None:
    dana = as_person("dana")
    cutover.order([{"method": "GET", "times": 1, "do": {"status": 503, "html": "<h1>no</h1>"}}])
    assert (await dana.get_runbook(BOOK)).id == BOOK
    cutover.order([{"method": "GET", "times": None, "do": {"status": 500, "html": "<h1>no</h1>"}}])
    with pytest.raises(Unavailable):
        await dana.get_runbook(BOOK)
    cutover.forget_faults()
    cutover.order([{"method": "GET", "times": 1, "do": {"status": 200, "html": "<h1>hello</h1>"}}])
    with pytest.raises(BadAnswer, match="web page"):
        await dana.get_runbook(BOOK)
    cutover.order([{"method": "PATCH", "times": 1, "do": {"status": 504, "html": "<h1>late</h1>"}}])
    with pytest.raises(UnknownOutcome):
        await dana.start_runbook(BOOK)
    cutover.order([{"times": None, "do": {"status": 429, "headers": {"Retry-After": "60"}}}])
    with pytest.raises(RateLimited):
        await dana.start_runbook(BOOK)
    cutover.forget_faults()
    assert not (await as_person("bot").get_runbook(BOOK)).is_running


@pytest.mark.parametrize("links", ["absolute", "relative"])
async def test_pages(session: aiohttp.ClientSession, links: str) -> None:
    async with EmbeddedCutover(world="failover", links=links) as cutover:
        client = CutoverClient(Transport(cutover.url, cutover.tokens["bot"], session=session, clock=Clock()), Clock())
        whole = [one.id for one in await client.list_runbook_tasks(BOOK, forecast=True).all()]
        by_page = [one.id for one in await client.list_runbook_tasks(BOOK, page_size=7).all()]
        assert sorted(by_page) == sorted(whole)
        for how in ("loop", "repeat", "shrink"):
            cutover.order([{"path": "/tasks", "times": 1, "do": {"break_page": 2, "how": how}}])
            got = [one.id for one in await client.list_runbook_tasks(BOOK, page_size=7).all()]
            assert len(got) == len(set(got))
            assert set(got) <= set(whole)
            cutover.forget_faults()
        for how in ("truncated", "html", "foreign", "empty"):
            cutover.order([{"path": "/tasks", "times": 1, "do": {"break_page": 2, "how": how}}])
            with pytest.raises(BadAnswer):
                await client.list_runbook_tasks(BOOK, page_size=7).all()
            cutover.forget_faults()
