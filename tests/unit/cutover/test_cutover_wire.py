"""Lenient where instances differ, `BadAnswer` with the member's name where nothing can be meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.cutover import wire, wire_document
from bot.errors import BadAnswer
from bot.model import FieldValue, Ref, TaskStage, Text

NINE = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


def task(relationships: Any = None, **attributes: Any) -> Any:
    raw = {"id": "4", "type": "task", "attributes": attributes, "relationships": relationships, "extra": 1}
    return wire.task(orjson.loads(orjson.dumps(raw)), "7")


def test_a_bare_task() -> None:
    bare = wire.task({"id": 4}, "7")
    assert (bare.id, bare.runbook_id, bare.name, bare.stage) == ("4", "7", Text(""), "default")
    assert (bare.assignees, bare.predecessor_ids, bare.successor_ids, bare.is_late, bare.number) == (None,) * 5
    assert (bare.level, bare.comments_count, bare.field_values) == ("level_3", 0, ())


def test_stages() -> None:
    assert task(stage="not_startable").stage == TaskStage.WAITING
    assert task(stage="default").is_waiting
    assert task(stage="half_done").stage == "half_done"
    assert task(stage=None).is_waiting
    assert task(start_requirements="min_can_start").start_requirements == "min_can_start"


@pytest.mark.parametrize("name", ["number", "internal_id", "task_number", "task_internal_id"])
@pytest.mark.parametrize("value", [12, "12", 12.0])
def test_numbers_have_many_names(name: str, value: Any) -> None:
    assert task(**{name: value}).number == 12


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20T21:00:00Z",
        "2026-11-20T21:00:00.000Z",
        "2026-11-20T23:00:00+02:00",
        "2026-11-20T21:00:00",
        "2026-11-20 21:00:00 UTC",
        "2026-11-20T21:00:00+0000",
        " 2026-11-20 21:00 ",
        "20261120T210000Z",
    ],
)
def test_times(value: str) -> None:
    read = task(start_actual=value).start_actual
    assert read == NINE
    assert read.tzinfo is UTC


def test_times_that_are_not_there() -> None:
    assert task(start_actual="", end_actual=None).start_actual is None


@pytest.mark.parametrize(
    "value", ["soon", "2026-13-01", 17, {}.fromkeys("a"), "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"]
)
def test_times_that_cannot_be_meant(value: Any) -> None:
    with pytest.raises(BadAnswer, match=r"attributes\.end_actual` is not a time"):
        task(end_actual=value)


@pytest.mark.parametrize(
    ("relationships", "attributes", "wanted"),
    [
        ({"predecessors": {"data": [{"id": 1, "type": "task"}, {"id": "2", "type": "task"}]}}, {}, ("1", "2")),
        ({"predecessors": {"data": []}}, {}, ()),
        ({"predecessors": {"data": None}}, {}, ()),
        ({"predecessors": {"links": {}}}, {}, None),
        ({"predecessors": None}, {"predecessor_ids": [1, "2"]}, ("1", "2")),
        ({"predecessor_ids": {"data": [{"id": "1"}]}}, {}, ("1",)),
        ({"predecessor_ids": [1, "2"]}, {}, ("1", "2")),
        ({"predecessors": {"data": {"id": "1"}}}, {}, ("1",)),
        (None, {"predecessor_ids": None}, None),
        (None, {}, None),
    ],
)
def test_predecessors_have_many_forms(relationships: Any, attributes: Any, wanted: Any) -> None:
    assert task(relationships, **attributes).predecessor_ids == wanted


def test_relations() -> None:
    read = task(
        {
            "stream": {"data": {"id": 2, "type": "stream"}},
            "task_type": {"data": None},
            "assignees": {"data": [{"id": 9, "type": "core.user"}, {"id": "3", "type": "runbook_team"}]},
        },
        task_type_id=5,
    )
    assert (read.stream_id, read.task_type_id) == ("2", "5")
    assert read.assignees == (Ref("user", "9"), Ref("runbook_team", "3"))


def test_odd_scalars_are_read() -> None:
    read = task(
        name=12, description=True, comments_count="3", is_late=1, disable_notify="true", duration=60.0, message=False
    )
    assert (read.name, read.description, read.message) == (Text("12"), Text("true"), Text("false"))
    assert (read.comments_count, read.is_late, read.disable_notify, read.duration) == (3, True, True, 60)


def test_field_values() -> None:
    read = task(
        custom_field_values=[
            {"name": "a", "value": "x"},
            {"custom_field_id": 5, "value": ["x", 2]},
            {"name": 7, "value": None},
        ]
    )
    assert read.field_values == (
        FieldValue(None, Text("a"), (Text("x"),)),
        FieldValue("5", Text(""), (Text("x"), Text("2")), multiple=True),
        FieldValue(None, Text("7"), ()),
    )
    assert task(custom_field_values=None).field_values == ()


@pytest.mark.parametrize(
    ("attributes", "relationships", "names"),
    [
        ({"name": {}}, None, "attributes.name` is not text"),
        ({"name": []}, None, "attributes.name"),
        ({"duration": "long"}, None, "attributes.duration` is not a whole number"),
        ({"duration": True}, None, "attributes.duration"),
        ({"duration": "9" * 5000}, None, "attributes.duration"),
        ({"disable_notify": "maybe"}, None, "attributes.disable_notify` is neither"),
        ({"is_late": 2}, None, "attributes.is_late"),
        ({"is_late": []}, None, "attributes.is_late"),
        ({"predecessor_ids": "1,2"}, None, "attributes.predecessor_ids` is not a list"),
        ({"predecessor_ids": [None]}, None, "attributes.predecessor_ids` is not an id"),
        ({"custom_field_values": {"a": 1}}, None, "custom_field_values` is not a list"),
        ({"custom_field_values": [1]}, None, "custom_field_values"),
        ({"custom_field_values": [{"name": [], "value": 1}]}, None, "custom_field_values.name"),
        ({"custom_field_values": [{"value": [{}]}]}, None, "custom_field_values.value"),
        ({}, {"stream": 5}, "relationships.stream` is not a reference"),
        ({}, {"stream": {"data": {"type": "stream"}}}, "relationships.stream.id"),
        ({}, {"assignees": {"data": 5}}, "relationships.assignees"),
        ({}, [1], "data.relationships"),
    ],
)
def test_nonsense_is_named(attributes: Any, relationships: Any, names: str) -> None:
    with pytest.raises(BadAnswer, match=names):
        task(relationships, **attributes)


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (5, "`data`"),
        ({}, "data.id"),
        ({"id": True}, "data.id"),
        ({"id": ""}, "data.id"),
        ({"id": "1", "type": "runbook"}, "data.type"),
    ],
)
def test_no_task_at_all(raw: Any, names: str) -> None:
    with pytest.raises(BadAnswer, match=names):
        wire.task(raw, "7")


@pytest.mark.parametrize("kind", ["task", "core.task", "tasks", None, 5])
def test_type_is_read_in_all_its_spellings(kind: Any) -> None:
    assert wire.task({"id": "1", "type": kind}, "7").id == "1"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" <html>", "web page"),
        (b'{"data":', "not JSON"),
        (b"[]", "not an object"),
        (b"\xff", "not JSON"),
    ],
)
def test_bodies_that_are_no_documents(body: bytes, why: str) -> None:
    with pytest.raises(BadAnswer, match=why):
        wire_document.document(body)
