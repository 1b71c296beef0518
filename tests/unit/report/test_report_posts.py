"""Posts of reports and notes: any size fits Slack, and the post that a run is complete offers the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks import handover_post, news, report_post, words
from bot.blocks.handover_post import HandoverView
from bot.blocks.message import Message
from bot.blocks.text import Mrkdwn
from bot.model import Comment, Completion, Ref, Runbook, RunbookStage, Stream, Task, TaskStage, Text
from bot.plan import run_of
from bot.report import after_run, compare, handover

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
LONG = Text("<!channel> *Everything* & `more` " * 20)


def big(stage: str) -> tuple[Task, ...]:
    """Five hundred tasks of every kind, with names that are too long and try to be markup."""
    kinds = [Completion.NORMAL, Completion.SKIPPED, Completion.ABANDONED]
    made = []
    for n in range(500):
        at, people = START + timedelta(minutes=n), tuple(Ref("user", str(i)) for i in range(n % 5))
        task = Task(str(n), "1", LONG, TaskStage.STARTABLE, n, stream_id=f"s{n % 40}", assignees=people, duration=600)
        task = replace(task, predecessor_ids=(), start_planned=at, end_planned=at, is_late=n % 3 == 0)
        if n % 2 == 0 or stage == RunbookStage.COMPLETE:
            end = at + timedelta(hours=1)
            task = replace(
                task, stage=TaskStage.COMPLETE, completion_type=kinds[n % 3], start_actual=at, end_actual=end
            )
        made.append(task)
    return tuple(made)


def test_only_lines_that_are_shown_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    named = words.task_name

    def name(task: Task, limit: int) -> Mrkdwn:
        drawn.append(task.id)
        return named(task, limit)

    monkeypatch.setattr(words, "task_name", name)
    book = Runbook("1", LONG, RunbookStage.COMPLETE, start_actual=START, end_actual=START + timedelta(hours=9))
    told = after_run(run_of(book, big(RunbookStage.COMPLETE), START.timestamp()), {})
    assert len(told.late) > 100
    report_post.report(told)
    assert 3 <= len(drawn) <= 4 * 8


def check(post: Message) -> None:
    assert len(post.blocks) <= 50
    assert all(len(block["text"]["text"]) <= 3_000 for block in post.blocks if block["type"] == "section")
    assert not [one for one in post.blocks if one["type"] != "header" and "<!channel>" in str(one)]
    assert "<!channel>" not in post.text


def test_posts_of_any_size_fit() -> None:
    streams = [Stream(f"s{n}", "1", LONG, status="red", status_message=LONG) for n in range(40)]
    comments = [Comment(str(n), LONG) for n in range(30)]
    for stage in (RunbookStage.ACTIVE, RunbookStage.COMPLETE):
        end = START + timedelta(hours=9) if stage == RunbookStage.COMPLETE else None
        book = Runbook("1", LONG, stage, start_actual=START, end_actual=end, rto=60)
        run = run_of(book, big(stage), (START + timedelta(hours=9)).timestamp(), streams)
        told = after_run(run, {Ref("user", str(i)): LONG for i in range(5)}, comments=comments)
        check(report_post.report(told))
        check(report_post.short(told))
        check(report_post.comparison(compare(told, told)))
        check(handover_post.handover(HandoverView(handover(run, comments)), by="U1"))


def test_a_complete_run_offers_its_report_and_a_started_one_does_not() -> None:
    def post(stage: str) -> str:
        book = Runbook("1", Text("Fail-over"), stage, start_actual=START, end_actual=START)
        return str(news.runbook_stage(news.Scene(book, START), RunbookStage.ACTIVE, None).blocks)

    assert "runbook.report" in post(RunbookStage.COMPLETE)
    assert "runbook.report" not in post(RunbookStage.PAUSED)
