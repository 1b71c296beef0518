"""Whose tasks Home shows, and which runs: also where an instance ignores filters or Slack does not tell channels."""

from __future__ import annotations

from dataclasses import replace

from digest_night import Night
from digest_world import NOW, snapshot

from bot.blocks.home import HomeView, home
from bot.model import Ref, Task, Text
from bot.model.progress import as_runbook
from handlers.homes import Glance, _may_see, _of_person, _runs

ME, SAM, CREW = Ref("user", "3"), Ref("user", "2"), Ref("runbook_team", "8")


def task(number: int, *owners: Ref, stage: str = "startable") -> Task:
    return Task(id=str(number), runbook_id="101", name=Text(f"Task {number}"), stage=stage, assignees=owners)


def ids(tasks: list[Task]) -> list[str]:
    return [one.id for one in tasks]


def test_what_the_filter_gives_is_mine_through_a_team_too() -> None:
    assert ids(_of_person([task(1, ME), task(2, CREW), task(3, SAM, ME)], ME)) == ["1", "2", "3"]


def test_an_instance_that_ignores_the_filter_leaves_those_that_name_me() -> None:
    assert ids(_of_person([task(1, ME), task(2, CREW), task(3, SAM), task(4)], ME)) == ["1"]


def test_only_what_runs_or_can_start() -> None:
    tasks = [task(1, ME), task(2, ME, stage="default"), task(3, ME, stage="complete"), task(4, ME, stage="in_progress")]
    assert ids(_of_person(tasks, ME)) == ["1", "4"]


def test_an_instance_that_tells_no_owners_is_believed() -> None:
    assert ids(_of_person([replace(task(1), assignees=None)], ME)) == ["1"]


def test_channels_decide_where_slack_tells_them_else_who_linked() -> None:
    link = Night.link(None, "C0DATABASE1")  # type: ignore[arg-type]
    assert _may_see(link, "U0SAM000002", frozenset({"C0DATABASE1"}))
    assert not _may_see(link, "U0DANA00001", frozenset())
    assert _may_see(link, "U0DANA00001", None)
    assert not _may_see(link, "U0SAM000002", None)


def test_a_run_with_a_task_of_mine_is_shown_without_its_channel() -> None:
    book = as_runbook(snapshot().runbook)
    glances = {
        "101": Glance(book),
        "102": Glance(replace(book, id="102")),
        "103": Glance(replace(book, stage="complete")),
    }
    link = Night.link(None, "C0DATABASE1", "102")  # type: ignore[arg-type]
    shown = _runs(glances, [link], {"101", "103"})
    assert [(run.runbook.id, run.channels) for run in shown] == [("101", ()), ("102", ("C0DATABASE1",))]


def test_a_hundred_tasks_and_runs_still_fit() -> None:
    book = as_runbook(snapshot().runbook)
    runs = _runs({str(n): Glance(replace(book, id=str(n))) for n in range(100)}, [], {str(n) for n in range(100)})
    made = home(HomeView(NOW, [], runs))
    assert len(made.payload["blocks"]) < 100
    assert "+92 more" in repr(made.payload)
