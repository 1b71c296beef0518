"""Names and fields are read once, forgotten in time, and never fail a card."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cutover_script import Asked, HastyClock, ScriptedCutover, Step, answer, many, resource

from bot.cutover import Catalogue, CutoverClient
from bot.cutover.cache import TimedCache
from bot.errors import Finding, NotFound, Unauthorised
from bot.model import AppliesTo, FieldValue, Ref, Runbook, Task, Text

BOOK = Runbook("7", Text("R"), workspace_id="w")


@pytest.fixture
def catalogue(client: CutoverClient, clock: HastyClock) -> Catalogue:
    return Catalogue(client, clock)


def world(asked: Asked) -> Step:
    path = asked.path.split("?")[0].removeprefix("/core/")
    if path.startswith("users/"):
        identifier = path.split("/")[1]
        if identifier == "404":
            return answer({}, 404)
        return answer({"data": resource("user", identifier, first_name="P", last_name=identifier)})
    pages: dict[str, Any] = {
        "task_types": many(
            resource("task_type", "1", key="normal", name="Normal"),
            resource("task_type", "2", key="milestone"),
            resource("task_type", "3", archived=True),
        ),
        "task_types/hidden": answer({}, 403),
        "task_types/odd": answer({"data": resource("task_type", "9", name="Odd")}),
        "runbooks/7/runbook_teams": many(resource("runbook_team", "3", name="Network")),
        "runbooks/7/streams": many(resource("stream", "1", name="Net")),
        "custom_fields": many(
            resource("custom_field", "1", name="note", apply_to="task_end"),
            resource("custom_field", "2", name="result", apply_to="task_end", required=True),
            resource("custom_field", "3", name="start", apply_to="task_start"),
            resource("custom_field", "4", name="old", apply_to="task_end", archived=True),
        ),
    }
    return pages.get(path, answer({}, 404))


async def test_names(catalogue: Catalogue, cutover: ScriptedCutover, clock: HastyClock) -> None:
    cutover.route = world
    refs = [Ref("user", str(n)) for n in range(1, 20)] + [
        Ref("runbook_team", "3"),
        Ref("runbook_team", "77"),
        Ref("x", "1"),
    ]
    refs += [Ref("user", "404"), Ref("user", "../7"), Ref("user", "1")]
    names = await catalogue.names(refs, "7")
    assert names[Ref("user", "5")] == Text("P 5")
    assert names[Ref("runbook_team", "3")] == Text("Network")
    assert set(names) == {*refs[:19], Ref("runbook_team", "3")}
    assert len(cutover.asked) == 19 + 1 + 1
    assert await catalogue.names(refs, "7") == names
    assert len(cutover.asked) == 21
    clock.advance(301)
    await catalogue.names([Ref("user", "1")], "7")
    assert len(cutover.asked) == 22
    assert await catalogue.names([], "7") == {}


async def test_task_types(catalogue: Catalogue, cutover: ScriptedCutover) -> None:
    cutover.route = world
    assert await catalogue.task_type(None) is None
    for name in ("2", "milestone", "3"):
        kind = await catalogue.task_type(name)
        assert kind is not None
        assert name in (kind.id, kind.key)
    assert len(cutover.asked) == 1
    odd = await catalogue.task_type("odd")
    assert odd is not None
    assert odd.name == Text("Odd")
    assert await catalogue.task_type("hidden") is None
    assert await catalogue.task_type("hidden") is None
    assert len(cutover.asked) == 3
    assert [one.id for one in await catalogue.task_types()] == ["1", "2"]


async def test_streams_are_news(catalogue: Catalogue, cutover: ScriptedCutover, clock: HastyClock) -> None:
    cutover.route = world
    for _ in range(2):
        assert [one.name for one in await catalogue.streams("7")] == [Text("Net")]
    assert len(cutover.asked) == 1
    clock.advance(11)
    await catalogue.streams("7")
    catalogue.forget_streams("7")
    await catalogue.streams("7")
    assert len(cutover.asked) == 3
    with pytest.raises(NotFound):
        await catalogue.streams("8")


async def test_fields_asked(catalogue: Catalogue, cutover: ScriptedCutover) -> None:
    cutover.route = world
    task = Task("4", "7", Text("T"))
    asked = await catalogue.fields_asked(BOOK, task, AppliesTo.TASK_END)
    assert [one.id for one in asked] == ["2", "1"]
    assert [one.id for one in await catalogue.fields_asked(BOOK, None, AppliesTo.TASK_START)] == ["3"]
    answers = (
        FieldValue("2", Text(""), (Text("done"),)),
        FieldValue(None, Text("note"), (Text(" "),)),
        FieldValue("1", Text(""), ()),
    )
    answered = Task("4", "7", Text("T"), field_values=answers)
    assert [one.id for one in await catalogue.fields_asked(BOOK, answered, AppliesTo.TASK_END)] == ["1"]
    by_name = Task("4", "7", Text("T"), field_values=(FieldValue(None, Text("note"), (Text("x"),)),))
    assert [one.id for one in await catalogue.fields_asked(BOOK, by_name, AppliesTo.TASK_END)] == ["2"]
    assert await catalogue.fields_asked(None, task, AppliesTo.TASK_END) == ()
    assert await catalogue.fields_asked(Runbook("7", Text("R")), task, AppliesTo.TASK_END) == ()
    assert cutover.lines == ["GET /core/custom_fields?workspace_id=w&global=true"]


async def test_fields_missing(catalogue: Catalogue, cutover: ScriptedCutover) -> None:
    cutover.then(
        many(
            resource("custom_field", "1", name="lag"),
            resource("custom_field", "2", name="lag_s", display_name="Lag in seconds"),
            resource("custom_field", "3", name=""),
        )
    )
    code = "missing_custom_field_value"
    findings = [Finding(code, Text(said)) for said in ("LAG IN SECONDS requires", "Lag requires", "lag?", "Other", "")]
    assert [one.id for one in await catalogue.fields_missing(BOOK, findings)] == ["2", "1"]
    assert await catalogue.fields_missing(BOOK, [Finding("blank", Text("lag"))]) == ()
    assert await catalogue.fields_missing(None, findings) == ()
    assert len(cutover.asked) == 1


async def test_missing_additions_are_empty(catalogue: Catalogue, cutover: ScriptedCutover) -> None:
    cutover.then(answer({}, 405))
    assert await catalogue.custom_fields("w") == ()
    assert await catalogue.custom_fields("v") == ()
    assert await catalogue.runbook_teams("7") == ()
    assert len(cutover.asked) == 2


async def test_a_refused_token_is_told(catalogue: Catalogue, cutover: ScriptedCutover) -> None:
    cutover.then(answer({}, 401))
    with pytest.raises(Unauthorised):
        await catalogue.person("1")


async def test_single_flight(catalogue: Catalogue, cutover: ScriptedCutover) -> None:
    cutover.route = world
    people = await asyncio.gather(*(catalogue.person("1") for _ in range(20)))
    assert {one.id for one in people if one} == {"1"}
    assert len(cutover.asked) == 1


async def test_an_impatient_caller_does_not_cancel_the_others(clock: HastyClock) -> None:
    cache: TimedCache[str, int] = TimedCache(clock, 10, 2)
    gate = asyncio.Event()

    async def load() -> int:
        await gate.wait()
        return 5

    one = asyncio.create_task(cache.get("a", load))
    other = asyncio.create_task(cache.get("a", load))
    await asyncio.sleep(0)
    one.cancel()
    await asyncio.sleep(0)
    gate.set()
    assert await other == 5
    assert one.cancelled()


async def test_errors_are_shared_but_not_kept(clock: HastyClock) -> None:
    cache: TimedCache[str, int] = TimedCache(clock, 10, 2)
    calls = []

    async def fail() -> int:
        calls.append(1)
        raise LookupError

    results = await asyncio.gather(*(cache.get("a", fail) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in results] == [LookupError] * 3
    assert len(calls) == 1
    with pytest.raises(LookupError):
        await cache.get("a", fail)
    assert len(calls) == 2


async def test_an_error_nobody_waits_for_is_silent(clock: HastyClock) -> None:
    cache: TimedCache[str, int] = TimedCache(clock, 10, 2)
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    gate = asyncio.Event()

    async def fail() -> int:
        await gate.wait()
        raise LookupError

    one = asyncio.create_task(cache.get("a", fail))
    await asyncio.sleep(0)
    one.cancel()
    gate.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert complaints == []


async def test_a_load_that_was_cancelled_is_cancelled_for_all(clock: HastyClock) -> None:
    cache: TimedCache[str, int] = TimedCache(clock, 10, 2)

    async def stop() -> int:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await cache.get("a", stop)


async def test_the_least_used_go_first(clock: HastyClock) -> None:
    cache: TimedCache[str, str] = TimedCache(clock, 10, 2)

    async def load() -> str:
        return "new"

    cache.keep("a", "old")
    cache.keep("b", "old")
    assert await cache.get("a", load) == "old"
    cache.keep("c", "old")
    assert len(cache) == 2
    assert [await cache.get(key, load) for key in ("a", "c")] == ["old", "old"]
    assert await cache.get("b", load) == "new"
