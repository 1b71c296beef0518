"""Resources as bytes: what counts as the same, and what is no resource."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.archive import resource
from bot.archive.kinds import BY_NAME
from bot.errors import BadAnswer

PLAIN = {"id": "7", "type": "task", "attributes": {"name": "Stop", "duration": 60}, "relationships": {}}
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def raw(**more: object) -> bytes:
    return orjson.dumps({**PLAIN, **more})


def test_a_page_is_cut_into_resources_byte_for_byte() -> None:
    texts = [b'{ "id": 7,"attributes":{"updated_at":"T"} }', b'{"id":"8","type":"task"}']
    page = resource.sheet(b'{"data": [' + b" , ".join(texts) + b'], "meta":{"page":{"total":2}},"links":{"next":"n"}}')
    rows = page.rows()
    assert [(row.id, row.updated_at, row.raw) for row in rows] == [("7", "T", texts[0]), ("8", None, texts[1])]
    assert (page.total, page.next) == (2, "n")


@pytest.mark.parametrize(
    ("page", "total", "link"),
    [
        (b'{"data":[]}', None, None),
        (b'{"data":[],"meta":{"page":{"total":null}},"links":{"next":null}}', None, None),
        (b'{"data":[],"meta":{"page":[]},"links":{"next":{"href":"x"}}}', None, "x"),
        (b'{"data":[],"meta":null,"links":{"next":""}}', None, None),
    ],
)
def test_what_instances_leave_out_of_a_page_is_not_missed(page: bytes, total: int | None, link: str | None) -> None:
    assert (resource.sheet(page).total, resource.sheet(page).next) == (total, link)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data":{}}', b'{"data":[{"id":"1"}', b'{"errors":[]}'])
def test_what_is_no_page_is_said(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        resource.sheet(body)


@pytest.mark.parametrize("one", [b"{}", b"7", b'{"id":null}', b'{"id":{}}', b'{"id":"1","x":"\xff"}'])
def test_what_is_no_resource_is_said(one: bytes) -> None:
    with pytest.raises(BadAnswer):
        resource.row(one)


def test_links_nulls_order_and_the_time_of_day_make_no_difference() -> None:
    ignored = BY_NAME["task"].ignored
    other = {"relationships": {}, "links": {"self": "x"}, "type": "task", "id": "7"}
    other["attributes"] = {"duration": 60, "name": "Stop", "end_actual": None, "start_display": "now"}
    assert resource.same(raw(), orjson.dumps(other), ignored)


@pytest.mark.parametrize("name", ["name", "duration", "new"])
def test_a_value_makes_a_difference(name: str) -> None:
    assert not resource.same(raw(), raw(attributes={**PLAIN["attributes"], name: "other"}), frozenset())  # type: ignore[dict-item]


@given(values)
def test_the_order_of_members_makes_no_difference(value: object) -> None:
    shuffled = {"v": value, **dict(reversed(PLAIN.items()))}
    assert resource.same(raw(v=value), orjson.dumps(shuffled), frozenset())


@given(values, values)
def test_a_difference_beyond_nulls_is_seen(one: object, other: object) -> None:
    assert not resource.same(raw(v=["a", one]), raw(v=["b", other]), frozenset())


@given(values)
def test_the_canonical_form_is_its_own(value: object) -> None:
    once = resource.canonical(raw(attributes={"v": value}), frozenset())
    assert resource.canonical(once, frozenset()) == once
