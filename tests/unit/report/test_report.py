"""The look back and the shift note as facts, and the report's files."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.model import Comment, Completion, LogEntry, Ref, Runbook, RunbookStage, Stream, Task, TaskStage, Text
from bot.plan import Run, run_of
from bot.report import Deed, after_run, compare, deeds_told, handover, rag_told
from bot.report.files import csv_of, markdown

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
NETWORK = Stream("s1", "1", Text("Network"))
DANA = Ref("user", "d")


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def done(
    key: str, planned: tuple[int, int], actual: tuple[int, int], how: str = Completion.NORMAL, **more: object
) -> Task:
    return Task(
        key,
        "1",
        Text(str(more.pop("name", f"Task {key}"))),
        stage=TaskStage.COMPLETE,
        completion_type=how,
        stream_id="s1",
        start_planned=at(planned[0]),
        end_planned=at(planned[1]),
        start_actual=None if how != Completion.NORMAL else at(actual[0]),
        end_actual=at(actual[1]),
        predecessor_ids=(),
        **more,  # type: ignore[arg-type]
    )


def run(*tasks: Task, **book: object) -> Run:
    fields = {
        "stage": RunbookStage.COMPLETE,
        "start_actual": START,
        "end_actual": at(90),
        "end_planned": at(60),
        **book,
    }
    runbook = Runbook("1", Text("Fail-over"), **fields)  # type: ignore[arg-type]
    return run_of(runbook, tasks, at(120).timestamp(), [NETWORK])


def test_late_is_against_the_planned_end_and_only_for_what_was_done() -> None:
    tasks = [
        done("a", (0, 10), (0, 25)),
        done("b", (10, 20), (10, 20)),
        done("c", (0, 5), (0, 40), Completion.SKIPPED),
        done("d", (0, 5), (0, 40), Completion.ABANDONED),
    ]
    report = after_run(run(*tasks), {})
    assert [(line.task.id, line.behind) for line in report.late] == [("a", 900)]
    assert {line.task.id: line.outcome for line in report.lines} == {
        "a": "done",
        "b": "done",
        "c": "skipped",
        "d": "abandoned",
    }
    assert (report.took, report.behind) == (5400, 1800)
    (stream,) = report.streams
    assert (stream.behind, stream.late, stream.count("skipped")) == (300, 1, 1)


def test_a_stream_with_open_tasks_has_no_actual_end() -> None:
    waiting = Task("b", "1", Text("B"), stream_id="s1", predecessor_ids=("a",))
    (stream,) = after_run(run(done("a", (0, 10), (0, 25)), waiting), {}).streams
    assert stream.actual_end is None
    assert stream.behind is None


def test_who_did_it_comes_from_the_log_and_from_the_journal_in_their_order() -> None:
    log = [
        LogEntry("1", "task.started", Text(""), at(1), "d", "task", "a"),
        LogEntry("2", "task.startable", Text(""), at(1), "d", "task", "b"),
        LogEntry("3", "task.finished", Text(""), at(9), "unknown", "task", "a"),
        LogEntry("4", "comment.created", Text(""), at(9), "d", "comment", "a"),
    ]
    deeds = [*deeds_told(log, {"d": Text("Dana")}), Deed(at(9), "a", "finished", Text("Sam"))]
    report = after_run(run(done("a", (0, 10), (0, 10)), done("b", (0, 10), (0, 10))), {}, deeds)
    assert [tuple(name.raw for name in line.by) for line in report.lines] == [("Dana", "Sam"), ()]
    assert [(name.raw, count) for name, count in report.people] == [("Dana", 1), ("Sam", 1)]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "red", "status_message": "fire"},
        {"status": ["green", "red"], "status_message": [None, "fire"]},
        [{"name": "status", "to": "red"}, {"name": "status_message", "to": "fire"}],
    ],
)
def test_the_rag_status_is_read_from_each_form_of_changes(changes: object) -> None:
    log = [LogEntry("1", "stream.updated", Text(""), at(5), "d", "stream", "s1", changes)]
    (mark,) = rag_told(log, {"d": Text("Dana")})
    assert (mark.status, mark.stream_id, mark.why, mark.by) == ("red", "s1", Text("fire"), Text("Dana"))


@pytest.mark.parametrize(
    "changes", [None, "red", {"status": "purple"}, {"status": 7}, [1, {"to": "red"}], {"name": "x"}]
)
def test_what_is_no_status_is_no_mark(changes: object) -> None:
    assert rag_told([LogEntry("1", "runbook.updated", Text(""), at(5), None, "runbook", "1", changes)], {}) == []


def test_two_runs_are_paired_by_stream_and_name() -> None:
    names = ["Switch", "Switch", "Only before"]
    earlier = after_run(run(*(done(str(i), (0, 10), (0, 10), name=name) for i, name in enumerate(names))), {})
    later = after_run(
        run(
            done("9", (0, 10), (0, 10), name="switch "),
            done("8", (0, 10), (0, 40), name="Switch"),
            done("7", (0, 1), (0, 1)),
        ),
        {},
    )
    found = compare(earlier, later)
    assert [(pair.later.task.id, pair.longer) for pair in found.pairs] == [("8", 1800), ("9", 0)]
    assert [line.task.name.raw for line in found.only_earlier] == ["Only before"]
    assert [line.task.id for line in found.only_later] == ["7"]
    assert found.longer == 0


def test_the_csv_holds_a_row_a_task_and_no_formula() -> None:
    nasty = done("a", (0, 10), (0, 25), name='=HYPERLINK("x")\nsecond, line', assignees=(DANA,), number=3)
    data = csv_of(after_run(run(nasty), {DANA: Text("@Dana; O'K")}))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == 2
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["name"] == '\'=HYPERLINK("x") second, line'
    assert row["assigned"] == "'@Dana; O'K"
    assert (row["number"], row["planned_seconds"], row["actual_seconds"], row["behind_plan_seconds"]) == (
        "3",
        "600",
        "1500",
        "900",
    )
    assert row["end_actual"] == "2026-03-01T08:25:00+00:00"


def test_names_are_no_markup_in_the_markdown() -> None:
    nasty = done("a", (0, 10), (0, 25), name="| <img src=x> [a](b) `c`\n# head \ud800")
    comment = Comment("1", Text("<p>Went <b>well</b> | really</p>"), "a")
    text = markdown(after_run(run(nasty, rto=3600), {}, comments=[comment])).decode()
    assert re.search(r"(?<!\\)[<`\[]", text) is None
    assert "\n# head" not in text
    assert r"Went  well  \| really" in text
    assert "RTO 1:00: missed" in text
    assert all(line.count(" | ") == 8 for line in text.splitlines() if line.startswith(r"| \|"))


def open_task(before: tuple[str, ...], *who: Ref) -> dict[str, Any]:
    return {"duration": 600, "stream_id": "s1", "predecessor_ids": before, "assignees": who}


def test_the_shift_note_holds_what_is_open_by_stream() -> None:
    tasks = [
        done("a", (0, 10), (0, 25)),
        Task("b", "1", Text("B"), TaskStage.IN_PROGRESS, start_actual=at(110), is_late=True, **open_task(("a",), DANA)),
        Task("c", "1", Text("C"), is_late=True, **open_task(("b",))),
        Task("d", "1", Text("D"), TaskStage.STARTABLE, **{**open_task((), DANA), "stream_id": "gone"}),
    ]
    note = handover(
        run(*tasks, stage=RunbookStage.ACTIVE, end_actual=None), [Comment("1", Text("x")), Comment("2", Text("y"))]
    )
    network, rest = note.streams
    assert [task.id for task in network.late] == ["b"]
    assert [task.id for task in network.soon] == ["c"]
    assert [task.id for task in network.unassigned] == ["c"]
    assert [task.id for task, slack in network.tight if not slack] == ["b", "c"]
    assert (rest.stream, [task.id for task in rest.startable]) == (None, ["d"])
    assert [task.id for task in note.critical] == ["b", "c"]
    assert [one.id for one in note.comments] == ["2", "1"]
