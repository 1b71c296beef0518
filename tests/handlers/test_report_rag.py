"""How the RAG status went, as a report tells it: of all that know something, and up to the present status."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.model import Runbook, Stream, Text
from bot.plan import Run, run_of
from bot.report import RagMark
from handlers.reports import _rag


def at(hour: int) -> datetime:
    return datetime(2026, 3, 1, hour, tzinfo=UTC)


def run(status: str, stream: str = "off", hour: int = 11) -> Run:
    book = Runbook("1", Text("Fail-over"), stage="active", status=status, status_updated_at=at(hour))
    lane = Stream("s1", "1", Text("Network"), status=stream, status_updated_at=at(hour))
    return run_of(book, [], at(12).timestamp(), [lane])


@pytest.mark.parametrize(
    ("present", "seen", "told"),
    [
        ("green", ["red"], ["red", "green"]),
        ("red", ["red"], ["red"]),
        ("red", ["red", "amber"], ["red", "amber", "red"]),
        ("off", ["red"], ["red", "off"]),
        ("green", [], ["green"]),
        ("off", [], []),
    ],
)
def test_the_history_ends_with_the_present_status(present: str, seen: list[str], told: list[str]) -> None:
    marks = [RagMark(at(8 + place), status) for place, status in enumerate(seen)]
    for logged, watched in ((marks, []), ([], marks), (marks, marks)):
        assert [mark.status for mark in _rag(run(present), [], logged, watched)] == told


def test_each_stream_has_a_present_status_of_its_own() -> None:
    marks = _rag(run("red", "green"), [], [], [RagMark(at(9), "red"), RagMark(at(10), "red", "s1")])
    assert [(mark.at, mark.stream_id, mark.status) for mark in marks] == [
        (at(9), None, "red"),
        (at(10), "s1", "red"),
        (at(11), "s1", "green"),
    ]
