"""A resource as a row of its table: the quick way and the long way say the same of whatever a Cutover sends."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.archive.columns import BOOL, INT, TABLES, kind_of
from bot.archive.typed_row import PLANS, READERS, plain

ODD = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text(max_size=5))
ANYTHING = st.recursive(ODD, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner))
USUAL = {INT: st.integers(-(2**62), 2**62), BOOL: st.booleans()}
POINTER = st.fixed_dictionaries({"id": st.text(max_size=4), "type": st.sampled_from(["user", "team"])})


def attributes(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """As documented, but now and then something odd, and members of which we know nothing."""
    known = {one: USUAL.get(kind_of(one), st.text(max_size=6)) for one in TABLES[kind][1]}
    known |= {one: st.text(max_size=6) for one in ("name", "first_name", "last_name")}
    answers = st.lists(st.fixed_dictionaries({"custom_field_id": st.text(max_size=3), "value": st.text(max_size=3)}))
    known["custom_field_values"] = answers
    usual = st.fixed_dictionaries({}, optional={one: st.none() | way for one, way in known.items()})
    odd = st.dictionaries(st.sampled_from([*known, "unknown"]), ANYTHING, max_size=2)
    return st.one_of(usual, st.builds(lambda one, other: {**one, **other}, usual, odd))


def relationships(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    one = st.fixed_dictionaries({"data": st.none() | POINTER})
    known: dict[str, Any] = {link[:-3]: one for link in PLANS[kind].links}
    known["assignees"] = st.fixed_dictionaries({"data": st.lists(POINTER, max_size=3)})
    usual = st.fixed_dictionaries({}, optional=known)
    odd = st.dictionaries(st.sampled_from(list(known)), ANYTHING, max_size=2)
    return st.one_of(usual, st.builds(lambda first, second: {**first, **second}, usual, odd))


@given(st.data(), st.sampled_from(sorted(TABLES)))
def test_both_ways_give_the_same_row(data: st.DataObject, kind: str) -> None:
    thing = {"id": "7", "type": kind}
    for name, way in (("attributes", attributes(kind)), ("relationships", relationships(kind))):
        if data.draw(st.booleans()) or name == "attributes":
            thing[name] = data.draw(way)
    payload = orjson.dumps(thing, option=orjson.OPT_PASSTHROUGH_DATETIME).decode() if _fits(thing) else "{}"
    assert READERS[kind]("7", "3", payload) == plain(kind, "7", "3", payload)


def _fits(value: Any) -> bool:
    """Whether orjson writes it: numbers of more than 64 bits are not JSON to it."""
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize(
    "payload",
    [
        '{"id":"7","attributes":null}',
        '{"id":"7","attributes":[]}',
        '{"id":"7","relationships":{"stream":{"data":[{"id":"1"}]}}}',
        '{"id":"7","attributes":{"duration":99999999999999999999}}',
        '{"id":"7","attributes":{"duration":1.5,"is_late":"yes","name":{"en":"Roll"}}}',
    ],
)
def test_what_is_not_as_documented_is_a_row_all_the_same(payload: str) -> None:
    row = READERS["task"]("7", "3", payload)
    assert row == plain("task", "7", "3", payload)
    assert row.values[:2] == ("7", "3")


def test_columns_take_what_belongs_to_them() -> None:
    told = {"name": "Roll back", "duration": 90, "is_late": True, "stage": "default", "comments_count": 0}
    told |= {"custom_field_values": [{"custom_field_id": "5", "name": "Site", "value": "North"}]}
    links = {"stream": {"data": {"id": "11", "type": "stream"}}, "task_type": {"data": None}}
    links["assignees"] = {"data": [{"id": "402", "type": "user"}]}  # type: ignore[dict-item]
    row = READERS["task"]("7", "3", orjson.dumps({"id": "7", "attributes": told, "relationships": links}).decode())
    columns = dict(zip(PLANS["task"].columns, row.values, strict=True))
    assert {name: columns[name] for name in ("id", "runbook_id", "name", "stage", "stream_id", "task_type_id")} == {
        "id": "7",
        "runbook_id": "3",
        "name": "Roll back",
        "stage": "default",
        "stream_id": "11",
        "task_type_id": None,
    }
    assert (columns["duration"], columns["is_late"], columns["comments_count"]) == (90, 1, 0)
    assert type(columns["is_late"]) is int, "PostgreSQL takes no boolean for a number"
    assert (row.name, row.answers, row.people) == ("Roll back", [("5", "Site", "North")], [("user", "402")])


def test_who_has_no_name_of_one_piece_is_called_by_both() -> None:
    payload = '{"id":"7","attributes":{"first_name":"Dana","last_name":"Okafor"}}'
    assert READERS["user"]("7", "", payload).name == "Dana Okafor"
