"""The graph of a forecast: as `wire` reads it, or `BadAnswer`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cutover import wire
from bot.cutover.waits import waits
from bot.errors import BadAnswer

NAMES = ["id", "type", "attributes", "relationships", "data", "predecessors", "predecessor_ids", "start_fixed", "name"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)


def item(key: Any, relationships: Any = None, **more: Any) -> dict[str, Any]:
    return {"id": key, "type": "task", "attributes": {"name": "A", **more}, "relationships": relationships}


def refs(*ids: Any) -> dict[str, Any]:
    return {"predecessors": {"data": [{"id": key, "type": "task"} for key in ids]}}


def body(*items: Any) -> bytes:
    return orjson.dumps({"data": list(items)})


@given(JSON)
def test_any_json_is_a_graph_or_a_bad_answer(value: Any) -> None:
    with suppress(BadAnswer):
        waits(orjson.dumps(value))
    with suppress(BadAnswer):
        waits(body(value))


@pytest.mark.parametrize(
    "one",
    [
        item("1"),
        item(1, refs("2", 3)),
        item("1", refs(), predecessor_ids=["9"]),
        item("1", {"predecessors": {}}, predecessor_ids=[2, "3"]),
        item("1", {"predecessors": {"data": None}}),
        item("1", {"predecessors": {"data": {"id": "5", "type": "task"}}}),
        item("1", predecessor_ids=[], start_fixed="2026-11-20T22:00:00.000Z"),
        item("1", duration=60, start_fixed=None),
    ],
)
def test_it_reads_what_the_whole_model_reads(one: dict[str, Any]) -> None:
    found, task = waits(body(one)), wire.task(one, "", "data[0]")
    assert found.before == {task.id: task.predecessor_ids or ()}
    assert found.told == (task.predecessor_ids is not None)
    assert found.fixed.keys() == ({task.id} if task.start_fixed else set())


def test_an_empty_run_is_told_and_one_without_graph_is_not() -> None:
    assert waits(body()).told
    assert not waits(body(item("1"), item("2"))).told
    assert waits(body(item("1"), item("2", refs("1")))).before == {"1": (), "2": ("1",)}


@pytest.mark.parametrize("text", [b"", b"<html>", b'{"data":', b'{"data":{}}', b'{"data":[{"id":""}]}'])
def test_what_is_no_list_is_a_bad_answer(text: bytes) -> None:
    with pytest.raises(BadAnswer):
        waits(text)
