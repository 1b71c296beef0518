"""Pages decoded to what is compared: as `wire` reads them, or `BadAnswer`."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.cutover import slim, states, wire
from bot.errors import BadAnswer
from bot.model import Ref
from bot.model.progress import moment, refs

NAMES = ["id", "type", "attributes", "relationships", "data", "links", "next", "href", "meta", "page", "total"]
NAMES += ["name", "stage", "duration", "is_late", "updated_at", "assignees", "stream", "stream_id", "number"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.sampled_from(["task", "2026-11-20T21:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)


def item(key: Any = "4", relationships: Any = None, **more: Any) -> dict[str, Any]:
    attributes = {"name": "Stop replication", "stage": "startable", **more}
    return {"id": key, "type": "task", "attributes": attributes, "relationships": relationships}


def page(*items: Any, **more: Any) -> bytes:
    return orjson.dumps({"data": list(items), **more})


@given(JSON)
@example({"data": [{"id": 1, "attributes": {"name": "a", "stage": "b"}, "relationships": []}]})
def test_any_json_is_a_page_or_a_bad_answer(value: Any) -> None:
    for read in (slim.task_page, slim.newest):
        with suppress(BadAnswer):
            read(orjson.dumps(value))
        with suppress(BadAnswer):
            read(orjson.dumps({"data": [value]}))


@given(st.binary(max_size=40))
@example(b"<html>")
@example(b'{"data":[' + b"[" * 100_000)
@example(b'{"data":[{"id":"\xff"}]}')
def test_any_bytes_are_a_page_or_a_bad_answer(body: bytes) -> None:
    for read in (slim.task_page, slim.newest):
        with suppress(BadAnswer):
            read(body)


RELATED = {
    "stream": {"data": {"id": "7", "type": "stream"}},
    "task_type": {"data": {"id": 3, "type": "task_type"}},
    "assignees": {"data": [{"id": "1", "type": "user"}, {"id": 9, "type": "core.runbook_team"}]},
}
TIMES = {"start_planned": "2026-11-20T21:00:00.000Z", "end_actual": "2026-11-20T22:00:00.000Z"}


@pytest.mark.parametrize(
    "raw",
    [
        item(4, RELATED, **TIMES, duration=60, is_late=False, completion_type="complete_normal"),
        item("4", {"assignees": {"data": None}}, stage="not_startable", task_number=12),
        item("4", {"assignees": {"links": {}}}, stream_id=7),
        item("4", {"assignees": []}, stage="quantum", name=12, duration="60", is_late="true"),
        item("4", None, updated_at=None, internal_id=0),
        item("4", {"stream": {"data": [{"id": "7"}]}}, end_fixed="2026-11-20T21:00:00.123456+02:00"),
    ],
)
def test_it_reads_what_the_whole_model_reads(raw: Any) -> None:
    read = slim.task_page(page(raw)).tasks[0]
    assert read == states.task_state(wire.task(raw, "101"))


def test_the_owners_can_be_looked_up() -> None:
    read = slim.task_page(page(item(4, RELATED))).tasks[0]
    assert refs(read) == (Ref("user", "1"), Ref("runbook_team", "9"))
    assert refs(slim.task_page(page(item())).tasks[0]) is None


@pytest.mark.parametrize("broken", [{"stage": None}, {"stage": ""}, {"name": None}])
def test_a_task_without_name_or_stage_is_no_reading(broken: Any) -> None:
    with pytest.raises(BadAnswer):
        slim.task_page(page(item(**broken)))


def test_links_and_totals_are_read_in_all_their_forms() -> None:
    assert slim.task_page(page(links={"next": {"href": "core/x"}})).next == "core/x"
    assert slim.task_page(page(links={"next": ""}, meta={"page": {"total": 7}})) == ([], None, 7)
    assert slim.task_page(page(meta={"page": {"total": "many"}})).total is None
    assert slim.newest(page(item(updated_at="x"), meta={"page": {"total": 3}})) == ("x", 3)
    assert slim.newest(page()) == (None, None)


@pytest.mark.parametrize("text", ["2026-11-20 21:00:00 UTC", "2026-11-20T23:00:00+02:00", "2026-11-20T21:00:00.000Z"])
def test_a_moment_is_read_in_all_its_forms(text: str) -> None:
    read = moment(slim.task_page(page(item(updated_at=text))).tasks[0].updated_at)
    assert read == datetime(2026, 11, 20, 21, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "0001-01-01T00:00:00+14:00", None, "2026-11-20T21:00:00Z" + " " * 60])
def test_what_is_no_moment_is_none(text: str | None) -> None:
    assert moment(text) is None


def test_what_came_before_is_recognised_and_what_went_is_forgotten() -> None:
    known = slim.Recognised()
    first = known.page(page(item("1"), item("2")))
    again = known.page(page(item("1"), item("2", stage="complete")))
    assert again.tasks[0] is first.tasks[0]
    assert again.tasks[1].stage == "complete"
    known.forget_unmet()
    known.page(page(item("1")))
    known.forget_unmet()
    assert known.page(page(item("2"))).tasks[0] is not first.tasks[1]
