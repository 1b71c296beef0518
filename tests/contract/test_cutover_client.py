# ruff: noqa: F811
"""Every method of the client against the embedded Cutover: two parts that share no code have to agree."""

from __future__ import annotations

import inspect

import pytest
from test_cutover_client_world import BOOK, As, as_person, cutover, session, tasks_of  # noqa: F401

from bot.clock import Clock
from bot.cutover import (
    Catalogue,
    CopyFrom,
    CutoverClient,
    RunbookFields,
    StreamFields,
    TaskFields,
    find_task,
)
from bot.errors import (
    NotFound,
)
from bot.model import AppliesTo, Ref, Runbook, Text
from bot.sandbox.cutover import EmbeddedCutover


async def test_every_method_works(cutover: EmbeddedCutover, as_person: As) -> None:
    client = as_person("dana")
    await read_places_and_people(client)
    await plan(client)
    await run(client)
    await read_logs(client)
    methods = {name for name, _ in inspect.getmembers(CutoverClient, inspect.isfunction) if not name.startswith("_")}
    assert methods - client.used == {"byte_pages", "one_page"}  # type: ignore[attr-defined]  # tests of the watch
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
    assert await client.within(2.0).get_runbook(BOOK) == book
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
