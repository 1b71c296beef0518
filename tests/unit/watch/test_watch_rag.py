"""How the RAG status went, as the watch saw it: each turn once, whoever looks and how often."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from watch_desk import Desk
from watch_world import AT, LATER, book, snapshot, stream

from bot.model import Text
from bot.report import RagMark
from bot.watch.rag import RagHistory

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_turns_of_the_run_and_its_streams_are_kept_with_cutovers_own_time(desk: Desk) -> None:
    history = RagHistory(desk.database)
    green = stream("s1", status="green", status_updated_at=AT)
    first = snapshot(runbook=book(), streams=(green, stream("s2")), at=desk.clock.unix())
    red = stream("s1", status="red", status_message="Slow\0", status_updated_at=LATER)
    amber = book(status="amber", status_message="Late", status_updated_at=LATER)
    second = snapshot(runbook=amber, streams=(red, stream("s2")), at=desk.clock.unix())
    for old, new in ((None, first), (first, first), (first, second), (first, second), (second, second)):
        await history.note(old, new)
    assert await history.of("101", LONG_AGO) == [
        RagMark(at(AT), "green", "s1"),
        RagMark(at(LATER), "amber", None, Text("Late")),
        RagMark(at(LATER), "red", "s1", Text("Slow")),
    ]
    assert [mark.status for mark in await history.of("101", at(LATER))] == ["amber", "red"]
    assert await history.of("102", LONG_AGO) == []


async def test_a_status_that_is_taken_off_and_one_without_a_time_are_kept_too(desk: Desk) -> None:
    history, now = RagHistory(desk.database), desk.clock.unix()
    on = snapshot(streams=(stream("s1", status="red"),), at=now)
    off = snapshot(streams=(stream("s1"),), at=now + 60)
    await history.note(None, on)
    await history.note(on, off)
    await history.note(off, off)
    assert [(mark.status, mark.at.timestamp()) for mark in await history.of("101", LONG_AGO)] == [
        ("red", now),
        ("off", now + 60),
    ]


async def test_the_watch_keeps_what_it_sees(desk: Desk) -> None:
    watch = desk.watch("one")
    for status in ("off", "green", "green", "amber"):
        desk.cutover.status = status
        desk.clock.advance(5)
        await watch.poll_due()
    found = await RagHistory(desk.database).of("101", LONG_AGO)
    assert [(mark.stream_id, mark.status) for mark in found] == [("s1", "green"), ("s1", "amber")]


@pytest.mark.parametrize("odd", ["x" * 50, "a\0b"], ids=["long", "nul"])
async def test_a_status_that_no_column_takes_is_noted_as_far_as_it_goes(desk: Desk, odd: str) -> None:
    history = RagHistory(desk.database)
    lane = stream("s1", status=odd, status_message=f"why\0{odd}")
    await history.note(None, snapshot(streams=(lane,), at=desk.clock.unix()))
    (kept,) = await history.of("101", LONG_AGO)
    assert kept.status == odd.replace("\0", "")[:40]
    assert kept.why == Text(f"why{odd}".replace("\0", ""))


async def test_news_go_on_where_a_status_cannot_be_noted(desk: Desk) -> None:
    watch = desk.watch("one")
    for status in ("green", "red"):
        desk.clock.advance(5)
        await watch.poll_due()
        await desk.database.write(lambda c: c.execute(sa.text("DROP TABLE IF EXISTS rag_marks")) and None)
        desk.cutover.status = status
    desk.clock.advance(5)
    await watch.poll_due()
    assert await desk.turns() == [("off", "green"), ("green", "red")]
    assert (await desk.row())["read_at"] == desk.clock.unix()
