"""Whatever JSON or bytes come: a value, or `BadAnswer`, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cutover import wire, wire_document
from bot.errors import BadAnswer

NAMES = [
    "id",
    "type",
    "attributes",
    "relationships",
    "data",
    "meta",
    "links",
    "next",
    "page",
    "total",
    "name",
    "stage",
    "duration",
    "start_actual",
    "is_late",
    "archived",
    "custom_field_values",
    "value",
    "custom_field_id",
    "field_options",
    "options",
    "assignees",
    "predecessors",
    "predecessor_ids",
    "stream",
    "parent",
    "author",
    "message",
    "plain",
    "users_count",
    "errors",
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.sampled_from(["task", "1", "2026-11-20T21:00:00Z", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)
READERS: list[Callable[[Any], Any]] = [
    wire.runbook,
    wire.comment,
    wire.runbook_type,
    wire.task_type,
    wire.person,
    wire.team,
    wire.workspace,
    wire.folder,
    wire.custom_field,
    wire.log_entry,
    lambda raw: wire.task(raw, "7"),
    lambda raw: wire.stream(raw, "7"),
    lambda raw: wire.runbook_team(raw, "7"),
    lambda raw: wire_document.sheet(orjson.dumps(raw)),
]


@settings(max_examples=300, deadline=None)
@given(raw=JSON, known=st.booleans())
def test_reading_raises_bad_answer_and_nothing_else(raw: Any, known: bool) -> None:
    if known:  # get past the id often enough to reach the members
        raw = {
            "id": "1",
            "attributes": raw,
            "relationships": {"stream": raw, "assignees": raw},
            "meta": raw,
            "data": [{"id": 1}],
        }
    parsed = orjson.loads(orjson.dumps(raw))
    for read in READERS:
        try:
            hash(str(read(parsed)) if read is READERS[-1] else repr(read(parsed)))
        except BadAnswer as error:
            assert "`" in error.sentence  # noqa: PT017


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=30) | st.text(max_size=20).map(str.encode))
def test_any_bytes_are_a_document_or_a_bad_answer(body: bytes) -> None:
    for read in (wire_document.sheet, wire_document.single):
        try:
            read(body)
        except BadAnswer as error:
            assert error.sentence  # noqa: PT017
