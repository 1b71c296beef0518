"""The posts themselves: within Slack's limits whatever people wrote, and never a ping that nobody meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks import news, news_sums
from bot.blocks.fit import check
from bot.blocks.message import Message
from bot.blocks.news import By, Scene
from bot.blocks.news_sums import Burst, Tally
from bot.model import Ref, Runbook, Stream, Task, Text

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
NASTY = [
    "<!channel> & <@U0DANA00001> *bold* `code` :boom:",
    "x" * 4_000,
    "\u202eright to left",
    "a\nb\r\nc\x00",
    "*" * 200,
    "",
    "👩‍👩‍👧‍👦" * 300,
]
PEOPLE = tuple(Ref("user", str(n)) for n in range(60))


def scene(name: str, *, pinged: bool = True, live: bool = False) -> Scene:
    book = Runbook(
        "101", Text(name), "active", run_type="live" if live else "rehearsal", status="amber", updated_at=NOW
    )
    lanes = {"s1": Stream("s1", "101", Text(name), "amber", Text(name), NOW)}
    ids = {ref: f"U0000{ref.id}" for ref in PEOPLE[:30]} if pinged else {}
    return Scene(book, NOW, lanes, {}, {ref: Text(name) for ref in PEOPLE}, ids)


def task(name: str, stage: str = "startable", people: tuple[Ref, ...] = PEOPLE) -> Task:
    begun = NOW - timedelta(hours=2)
    return Task("4", "101", Text(name), stage, stream_id="s1", assignees=people, is_late=True, start_actual=begun)


def every_post(name: str) -> list[Message]:
    here, many = scene(name, live=True), [task(name)] * 80
    lane, by = here.streams["s1"], By(Text(name), Text(name))
    tally = Tally(**dict.fromkeys(Tally.__slots__, 123_456))
    burst = Burst(tally, {f"s{n}": tally for n in range(40)}, [(lane, lane)] * 40)
    stages = ("planning", "active", "paused", "canceled", "complete", "quantum")
    return [
        news.stream_status(here, None, lane, many, 80),
        news.stream_status(here, lane, lane, [], 0),
        news.runbook_status(here, "green", by),
        *(news.runbook_stage(scene(name), stage, by) for stage in stages),
        *(news.task_post(here, task(name, stage), by=by, ping=True) for stage in (*stages, "in_progress", "default")),
        news.task_gone(here, task(name)),
        news.tasks_startable(here, many, len(many)),
        news.tasks_late(here, many),
        news.tasks_late(here, many[:1]),
        news_sums.burst(here.runbook, {f"s{n}": Text(name) for n in range(40)}, burst, NOW),
        news_sums.stale(Text(name), NOW, "Cutover cannot be reached.", NOW),
        news_sums.recovered(here.runbook, NOW, NOW),
        news_sums.root(Text(name), "live", stream=True),
        news_sums.board_moved(here.runbook),
    ]


@pytest.mark.parametrize("name", NASTY)
def test_slack_takes_every_post(name: str) -> None:
    for post in every_post(name):
        assert check(post) == []
        assert post.text


@pytest.mark.parametrize("name", NASTY)
def test_nobody_is_pinged_by_a_name(name: str) -> None:
    for post in every_post(name):
        assert "<!channel" not in post.text
        assert "<@U0DANA" not in post.text


def test_a_person_is_mentioned_once_in_a_post_of_one_task() -> None:
    post = news.task_post(scene("x"), task("x", people=PEOPLE[:3]), ping=True)
    assert [post.text.count(f"<@U0000{n}>") for n in range(3)] == [1, 1, 1]
    assert "<@" not in news.task_post(scene("x"), task("x", people=PEOPLE[:3])).text


def test_a_live_start_asks_once_more() -> None:
    assert "'confirm'" in repr(news.tasks_startable(scene("x", live=True), [task("x")], 1).blocks)
    assert "'confirm'" not in repr(news.tasks_startable(scene("x"), [task("x")], 1).blocks)


def test_a_complete_run_says_how_long_it_took() -> None:
    book = Runbook(
        "101",
        Text("Move"),
        "complete",
        start_actual=NOW - timedelta(hours=3),
        end_actual=NOW,
        end_planned=NOW - timedelta(minutes=20),
    )
    said = news.runbook_stage(Scene(book, NOW), "active", None).text
    assert "was completed at" in said
    assert "took 3 h, 20 min later than planned" in said


def test_nothing_is_counted_that_did_not_happen() -> None:
    said = news_sums.burst(Runbook("1", Text("x")), {}, Burst(Tally(started=2, late=1)), NOW).text
    assert "*3 changes at once*" in said
    assert "2 started · 1 became late" in said
    assert "finished" not in said


@pytest.mark.parametrize(
    ("kind", "word"),
    [("complete_normal", "Finished"), ("complete_skipped", "Skipped"), ("complete_abandoned", "Abandoned")],
)
def test_a_task_that_ended_says_how(kind: str, word: str) -> None:
    ended = Task("4", "101", Text("x"), "complete", completion_type=kind, end_actual=NOW)
    assert f"{word} by Sam at" in news.task_post(scene("x"), ended, by=By(Text("Sam"))).text
