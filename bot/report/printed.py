"""The report for printing. The one rule: it tells what the other files tell, in the run's own time zone, and where a
list is cut it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.model import Text
from bot.model.printed import Printed, Table
from bot.report.after import AfterRun, StreamSum
from bot.report.files import length, one_line, signed, without_tags
from bot.report.lines import Line

MOST_TASKS: Final = 400
"""Rows that are printed: more are some seconds of work, and for a spreadsheet anyway."""
_MOST: Final = 100
_WORDS: Final = {"done": "done", "skipped": "skipped", "abandoned": "abandoned", "running": "running", "open": "open"}


def printed(report: AfterRun) -> Printed:
    """Facts, streams, what was late, skipped or not done, who did what, RAG history, comments, and all tasks."""
    when = _When(report)
    tables = [
        _streams(report, when),
        _late(report, when),
        *(_named(title, report, outcomes) for title, outcomes in _OUTCOMES),
        _list("Who had a hand in it", (0.3, 0.7), [(one_line(who), f"{count} tasks") for who, count in report.people]),
        _list("RAG status", (0.16, 0.22, 0.1, 0.36, 0.16), _rag(report, when), ("At", "Of", "Status", "Why", "By")),
        _list("Comments", (0.16, 0.26, 0.58), _comments(report, when), ("At", "On", "Comment")),
        _tasks(report, when),
    ]
    kind = "After-run report" if report.runbook.is_over else "Report so far"
    return Printed(
        one_line(report.runbook.name),
        f"{kind}, as of {when(report.now)}. All times in {when.zone.key}.",
        tuple(_facts(report, when)),
        tuple(table for table in tables if table.rows),
        f"{kind} · {one_line(report.runbook.name)}",
    )


_OUTCOMES: Final = (
    ("Skipped", ("skipped",)),
    ("Abandoned", ("abandoned",)),
    ("Not done", ("open", "running")),
)


class _When:
    """Clock times of the run's zone, with the day where that is another than the run's first."""

    def __init__(self, report: AfterRun) -> None:
        try:
            self.zone = ZoneInfo(report.runbook.timezone or "UTC")
        except (KeyError, ValueError, OSError):
            self.zone = ZoneInfo("UTC")
        self._day = (report.runbook.start_actual or report.now).astimezone(self.zone).date()

    def __call__(self, at: datetime | None) -> str:
        if at is None:
            return "–"
        local = at.astimezone(self.zone)
        return f"{local:%H:%M}" if local.date() == self._day else f"{local:%d %b %H:%M}"

    def full(self, at: datetime | None) -> str:
        """With the day in any case."""
        return f"{at.astimezone(self.zone):%d %b %Y %H:%M}" if at is not None else "–"


def _facts(report: AfterRun, when: _When) -> Iterable[str]:
    book = report.runbook
    yield f"State: {one_line(Text(book.stage))} · run type: {one_line(Text(book.run_type or 'not told'))}"
    ended = f"ended {when.full(book.end_actual)} · took" if book.end_actual is not None else "under way for"
    yield f"Started {when.full(book.start_actual)} · {ended} {length(report.took)} h"
    planned = when.full(book.end_scheduled or book.end_planned)
    behind = f" · {signed(report.behind)} h against it" if report.behind is not None else ""
    yield f"Planned end {planned}{behind}"
    counts = [f"{report.count(key)} {word}" for key, word in _WORDS.items() if report.count(key)]
    yield f"{len(report.lines)} tasks: {', '.join(counts)} · {len(report.late)} ended late"
    if book.rto is not None and report.took is not None:
        held = "met" if book.is_over else "not over yet"
        yield f"RTO {length(book.rto)} h: {held if report.took <= book.rto else 'missed'}"


def _streams(report: AfterRun, when: _When) -> Table:
    def row(one: StreamSum) -> tuple[str, ...]:
        counts = (one.count(key) for key in ("done", "skipped", "abandoned"))
        name = one_line(one.stream.name) if one.stream else "no stream"
        ends = (when(one.planned_end), when(one.actual_end), signed(one.behind))
        return (name, *ends, *(str(count) for count in counts), str(one.late), str(len(one.lines)))

    head = ("Stream", "Planned end", "Actual end", "Behind", "Done", "Skipped", "Abandoned", "Late", "Tasks")
    widths = (0.3, 0.12, 0.12, 0.09, 0.07, 0.08, 0.09, 0.06, 0.07)
    return Table("Streams", widths, tuple(row(one) for one in report.streams), head)


def _late(report: AfterRun, when: _When) -> Table:
    rows = [
        (
            _name(line), _stream(line), when(line.task.end_planned), when(line.task.end_actual), signed(line.behind),
            _who(line),
        )
        for line in report.late
    ]  # fmt: skip
    head = ("Task", "Stream", "Planned end", "Ended", "Behind", "Who")
    return _cut(Table("Ended late, worst first", (0.36, 0.18, 0.11, 0.11, 0.08, 0.16), tuple(rows), head), _MOST)


def _named(title: str, report: AfterRun, outcomes: Sequence[str]) -> Table:
    rows = [(_name(line), _stream(line), _who(line)) for line in report.lines if line.outcome in outcomes]
    return _list(title, (0.5, 0.25, 0.25), rows, ("Task", "Stream", "Who"))


def _tasks(report: AfterRun, when: _When) -> Table:
    rows = [
        (
            _name(line), _stream(line), line.outcome, when(line.task.start_planned), when(line.task.start_actual),
            length(line.planned), length(line.took), signed(line.behind), _who(line),
        )
        for line in report.lines[:MOST_TASKS]
    ]  # fmt: skip
    head = ("Task", "Stream", "End", "Planned", "Started", "Planned h", "Took h", "Behind", "Who")
    widths = (0.3, 0.14, 0.08, 0.08, 0.08, 0.075, 0.065, 0.07, 0.11)
    rest = len(report.lines) - len(rows)
    note = f"{rest:,} more tasks are in the CSV file." if rest > 0 else ""
    return Table(f"All tasks ({len(report.lines):,})", widths, tuple(rows), head, note)


def _rag(report: AfterRun, when: _When) -> list[tuple[str, ...]]:
    streams = {one.stream.id: one.stream.name for one in report.streams if one.stream}
    return [
        (
            when(mark.at),
            one_line(streams.get(mark.stream_id or "", Text("the runbook" if mark.stream_id is None else "a stream"))),
            mark.status,
            one_line(mark.why) if mark.why else "",
            one_line(mark.by) if mark.by else "",
        )
        for mark in report.rag
    ]


def _comments(report: AfterRun, when: _When) -> list[tuple[str, ...]]:
    names = {line.task.id: _name(line) for line in report.lines}
    return [
        (when(one.created_at), names.get(one.task_id or "", ""), one_line(without_tags(one.content)))
        for one in report.comments
    ]


def _list(title: str, widths: tuple[float, ...], rows: Sequence[tuple[str, ...]], head: tuple[str, ...] = ()) -> Table:
    return _cut(Table(title, widths, tuple(rows), head), _MOST)


def _cut(table: Table, most: int) -> Table:
    rest = len(table.rows) - most
    if rest <= 0:
        return table
    return Table(table.title, table.widths, table.rows[:most], table.head, f"{rest:,} more are in the Markdown file.")


def _name(line: Line) -> str:
    number = f"#{line.task.number} " if line.task.number is not None else ""
    return f"{number}{one_line(line.task.name)}"


def _stream(line: Line) -> str:
    return one_line(line.stream.name) if line.stream else ""


def _who(line: Line) -> str:
    return ", ".join(one_line(one) for one in line.by or line.owners)
