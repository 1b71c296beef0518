"""The report for printing: what the other files tell, in the run's time zone, and said where it is cut."""

from __future__ import annotations

from datetime import timedelta

from test_report import START, at, done, run

from bot.model import Comment, Completion, RunbookStage, Task, TaskStage, Text
from bot.model.printed import Printed, Table
from bot.report import Deed, RagMark, after_run, printed
from bot.report.printed import MOST_TASKS


def table(made: Printed, title: str) -> Table:
    return next(one for one in made.tables if one.title.startswith(title))


def test_it_tells_facts_streams_late_ones_and_all_tasks() -> None:
    tasks = [
        done("a", (0, 10), (0, 25), name="Stop <b> payments", number=3),
        done("b", (10, 20), (10, 20)),
        done("c", (0, 5), (0, 40), Completion.SKIPPED),
    ]
    report = after_run(run(*tasks, timezone="Asia/Tokyo", rto=3600), {}, [Deed(at(1), "a", "finished", Text("Dana"))])
    made = printed(report)
    assert made.title == "Fail-over"
    assert "All times in Asia/Tokyo" in made.note
    assert "Started 01 Mar 2026 17:00 · ended 01 Mar 2026 18:30 · took 1:30 h" in made.facts
    assert "3 tasks: 2 done, 1 skipped · 1 ended late" in made.facts
    assert "RTO 1:00 h: missed" in made.facts
    assert table(made, "Streams").rows == (("Network", "17:20", "17:25", "+0:05", "2", "1", "0", "1", "3"),)
    assert table(made, "Ended late").rows == (("#3 Stop <b> payments", "Network", "17:10", "17:25", "+0:15", "Dana"),)
    assert [row[0] for row in table(made, "Skipped").rows] == ["Task c"]
    assert [row[2] for row in table(made, "All tasks").rows] == ["done", "done", "skipped"]
    assert not any(one.title in ("Abandoned", "Not done", "RAG status", "Comments") for one in made.tables)


def test_every_row_has_a_cell_for_each_column_and_the_columns_fill_the_page() -> None:
    tasks = [done("a", (0, 10), (0, 25)), Task("b", "1", Text("B"), TaskStage.IN_PROGRESS)]
    marks = [RagMark(at(1), "red", "s1", Text("Slow"), Text("Mei")), RagMark(at(2), "off"), RagMark(at(3), "red", "x")]
    comments = [Comment("1", Text("<p>a &amp; b</p>"), task_id="a", created_at=at(2)), Comment("2", Text("c"))]
    book = {"stage": RunbookStage.ACTIVE, "end_actual": None, "timezone": "No/Where"}
    made = printed(after_run(run(*tasks, **book), {}, (), marks, comments))
    assert "Report so far" in made.note
    assert "Started 01 Mar 2026 08:00 · under way for 2:00 h" in made.facts
    assert "UTC" in made.note
    for one in made.tables:
        assert 0.99 <= sum(one.widths) <= 1.001, one.title
        assert {len(row) for row in one.rows} == {len(one.widths)}
        assert len(one.head) in (0, len(one.widths))
    assert [row[1] for row in table(made, "RAG").rows] == ["Network", "the runbook", "a stream"]
    assert [row[2] for row in table(made, "Comments").rows] == ["a & b", "c"]
    assert table(made, "Comments").rows[1][:2] == ("–", "")


def test_what_is_cut_is_said() -> None:
    tasks = [done(str(n), (0, 10), (0, 25)) for n in range(MOST_TASKS + 5)]
    made = printed(after_run(run(*tasks), {}))
    assert len(table(made, "All tasks").rows) == MOST_TASKS
    assert table(made, "All tasks").note == "5 more tasks are in the CSV file."
    assert table(made, "Ended late").note.endswith("more are in the Markdown file.")
    assert table(made, "Streams").note == ""


def test_another_day_is_told_with_its_day() -> None:
    late = done("a", (0, 10), (0, 25 * 60))
    made = printed(after_run(run(late, end_actual=START + timedelta(days=1, hours=2)), {}))
    assert table(made, "Ended late").rows[0][3] == "02 Mar 09:00"
