"""What other instances may write instead: read where it can be meant, asked again where the answer tells nothing."""

from __future__ import annotations

from typing import Any

import pytest
from cutover_script import Asked, ScriptedCutover, Step, answer, many, resource, text

from bot.cutover import CutoverClient, slim, wire, wire_document
from bot.cutover.paths import Base
from bot.errors import BadAnswer, NotFound
from bot.model import TaskStage

DANA, SAM = "dana.okafor@harbour.example", "sam.reyes@harbour.example"
STARTED = resource("task", "4", name="Stop", stage="in_progress", start_actual="2026-11-20T21:00:00Z")


def users(asked: Asked) -> Step:
    """An instance whose user paths take ids only, and whose list takes no notice of `query`."""
    if not asked.path.startswith("/core/users?"):
        return answer({"errors": [{"code": "not_found"}]}, 404)
    return many(resource("user", "1", email="other@x.example"), resource("user", "2", email=DANA.upper()))


async def test_an_address_that_is_no_path_is_found_in_the_list(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.route = users
    assert (await client.get_user(DANA)).id == "2"
    assert (await client.get_user(DANA)).id == "2"
    path, listed = f"GET /core/users/{DANA}".replace("@", "%40"), "GET /core/users?query=dana.okafor%40harbour.example"
    assert cutover.lines == [path, listed, listed]


async def test_an_address_that_nobody_has_is_not_found(client: CutoverClient, cutover: ScriptedCutover) -> None:
    cutover.route = users
    with pytest.raises(NotFound):
        await client.get_user(SAM)


async def test_where_addresses_are_paths_the_list_is_left_alone(
    client: CutoverClient, cutover: ScriptedCutover
) -> None:
    cutover.then(answer({"data": resource("user", "2", email=DANA)}), answer({}, 404))
    await client.get_user(DANA)
    with pytest.raises(NotFound):
        await client.get_user(SAM)
    assert len(cutover.lines) == 2


RECEIPTS = [
    {"data": {"id": "4", "type": "task"}},
    {"data": {"id": "77", "type": "job", "attributes": {"state": "queued"}}},
    {"data": [STARTED]},
    {"status": "ok"},
]


@pytest.mark.parametrize("receipt", RECEIPTS, ids=["only the id", "a job", "a list", "a word"])
async def test_an_answer_that_does_not_show_the_task_is_read_back(
    client: CutoverClient, cutover: ScriptedCutover, receipt: Any
) -> None:
    cutover.then(answer(receipt), answer({"data": STARTED}))
    task = await client.start_runbook_task("7", "4")
    assert (task.name.raw, task.is_running) == ("Stop", True)
    assert cutover.lines == ["PATCH /core/runbooks/7/tasks/4/start", "GET /core/runbooks/7/tasks/4"]


@pytest.mark.parametrize(
    "empty", ['{"data": [], "links": [], "meta": []}', '{"data": [], "links": {"next": false}, "meta": {"page": []}}']
)
async def test_an_empty_object_may_be_a_list(client: CutoverClient, cutover: ScriptedCutover, empty: str) -> None:
    cutover.then(text(empty))
    assert await client.list_runbook_tasks("7").all() == []


def test_seconds_with_a_rest_are_rounded() -> None:
    assert wire.task(resource("task", name="Stop", stage="default", duration=600.6), "7").duration == 601


@pytest.mark.parametrize(
    ("times", "stage"),
    [
        ({}, "active"),
        ({"start_actual": "2026-11-20T21:00:00Z"}, TaskStage.IN_PROGRESS),
        ({"start_actual": "2026-11-20T21:00:00Z", "end_actual": "2026-11-20T21:05:00Z"}, "active"),
    ],
)
def test_active_is_under_way_once_it_was_started(times: Any, stage: str) -> None:
    raw = resource("task", name="Stop", stage="active", **times)
    assert wire.task(raw, "7").stage == stage
    page = slim.task_page(many(raw).body)
    assert page.tasks[0].stage == stage
    assert wire_document.sheet(many(raw).body).resources == [raw]


@pytest.mark.parametrize("link", ["http://localhost:8900/core/b", "http://[::1]:8900/core/b"])
def test_this_machine_may_call_itself_by_another_name(link: str) -> None:
    base = Base("http://127.0.0.1:8900")
    assert str(base.link(link, "http://127.0.0.1:8900/core/a")) == "http://127.0.0.1:8900/core/b"


def test_another_port_of_this_machine_is_another_host() -> None:
    with pytest.raises(BadAnswer, match="another host"):
        Base("http://127.0.0.1:8900").link("http://localhost:8901/core/b", "http://127.0.0.1:8900/core/a")
