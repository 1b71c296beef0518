"""Every method asks exactly what it should: method, path, query and body."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import cutover_cases_rest
import cutover_cases_runbooks
import cutover_cases_tasks
import pytest
from cutover_cases import AT
from cutover_script import ScriptedCutover, Step, many

from bot.cutover import CopyFrom, CutoverClient, Pages, RunbookFields, TaskFields
from bot.errors import BadInput
from bot.model import FieldValue, Ref, Text

PARTS = (cutover_cases_runbooks, cutover_cases_tasks, cutover_cases_rest)
CASES = [case for part in PARTS for case in part.CASES]


@pytest.mark.parametrize(("call", "line", "body", "step"), CASES, ids=[f"{n}-{c[1][:60]}" for n, c in enumerate(CASES)])
async def test_asks_exactly(
    client: CutoverClient,
    cutover: ScriptedCutover,
    call: Callable[[CutoverClient], Any],
    line: str,
    body: Any,
    step: Step,
) -> None:
    cutover.then(step)
    result = call(client)
    if isinstance(result, Pages):
        items = await result.all()
        assert [item.id for item in items] == ["4"]
    else:
        item = await result
        assert item is None or item.id == "4"
    assert cutover.lines == [line]
    assert cutover.asked[0].body == body
    headers = cutover.asked[0].headers
    assert headers["Authorization"] == "Bearer " + "5e7c0b" * 8
    assert headers["Api-Version"] == "2022-02-22"
    assert headers["Accept"] == "application/json"
    assert headers.get("Content-Type") == (None if line.startswith("GET") else "application/json")


def test_every_public_method_is_among_the_cases() -> None:
    source = "".join(inspect.getsource(part) for part in PARTS)
    called = set(re.findall(r"lambda c: c\.(\w+)", source))
    methods = {
        name for name, value in inspect.getmembers(CutoverClient, inspect.isfunction) if not name.startswith("_")
    }
    assert methods - called == {"byte_pages", "offers", "one_page", "raw_pages", "within"}


IDS = ["", "../7", "7/start", "7?x", "a b", "7\n", "x" * 65, "7%2f", "é", "."]


@pytest.mark.parametrize("bad", IDS)
async def test_no_bad_id_leaves_the_bot(client: CutoverClient, cutover: ScriptedCutover, bad: str) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: client.get_runbook(bad),
        lambda: client.start_runbook_task("7", bad),
        lambda: client.get_runbook_stream("7", bad),
        lambda: client.get_user(bad),
        lambda: client.get_user(bad + "@x@y"),
        lambda: client.list_runbook_tasks("7", user_id=(bad,)).all(),
        lambda: client.list_runbooks(workspace_id=bad).all(),
        lambda: client.set_task_assignees("7", "4", [Ref("user", bad)]),
        lambda: client.create_runbook(RunbookFields(name="x"), copy=CopyFrom(source_runbook_id=bad)),
        lambda: client.create_runbook_comment("7", "x", task_id=bad),
        lambda: client.create_workspace("W", bad),
    ]
    for call in calls:
        with pytest.raises(BadInput):
            await call()
    assert cutover.asked == []


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.start_runbook("7", run_type="dress"),
        lambda c: c.start_runbook("7", validation_level="info"),
        lambda c: c.update_runbook("7", RunbookFields(status="purple")),
        lambda c: c.update_runbook("7", RunbookFields(start_planned=AT, start_scheduled=AT)),
        lambda c: c.update_runbook("7", RunbookFields(start_planned=datetime(2026, 1, 1))),  # noqa: DTZ001
        lambda c: c.create_runbook(RunbookFields(name=" "), workspace_id="w"),
        lambda c: c.create_runbook(RunbookFields(name="x")),
        lambda c: c.create_runbook(RunbookFields(name="x", end_scheduled=AT), workspace_id="w"),
        lambda c: c.update_runbook_task("7", "4", TaskFields(duration=-1)),
        lambda c: c.update_runbook_task("7", "4", TaskFields(field_values=(FieldValue(None, Text(), ()),))),
        lambda c: c.finish_runbook_task("7", "4", selected_successor_ids=["abc"]),
        lambda c: c.finish_runbook_task("7", "4", selected_successor_ids=["9" * 17]),
        lambda c: c.skip_runbook_task("7", "4", " "),
        lambda c: c.create_runbook_comment("7", "  "),
        lambda c: c.create_workspace("", "k"),
    ],
)
async def test_strict_writing(
    client: CutoverClient, cutover: ScriptedCutover, call: Callable[[CutoverClient], Any]
) -> None:
    with pytest.raises(BadInput):
        await call(client)
    assert cutover.asked == []


async def test_raw_pages_are_untouched(client: CutoverClient, cutover: ScriptedCutover) -> None:
    odd = {"id": "1", "type": "odd", "secret_new_member": [1, None]}
    cutover.then(many(odd, odd, total=1))
    pages = [page async for page in client.raw_pages("core/runbooks/7/tasks", {"forecast": True})]
    assert [(page.items, page.raw, page.total) for page in pages] == [((odd,), (odd,), 1)]
    assert cutover.lines == ["GET /core/runbooks/7/tasks?forecast=true"]
    for path in ("core/../admin", "http://x/core/a", "admin", "core/a?b"):
        with pytest.raises(BadInput):
            client.raw_pages(path)
