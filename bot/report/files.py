"""The report as files: Markdown to read, CSV to reckon with. The one rule: a name is data, never markup or a formula.

Times are UTC, ISO 8601 without the `T` in Markdown; lengths in the CSV are whole seconds.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from bot.model import Text
from bot.report.after import AfterRun, StreamSum
from bot.report.compare import Comparison
from bot.report.lines import Line

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")
_TAG: Final = re.compile(r"<[^>]*>")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS: Final = (
    *("number", "id", "name", "stream", "type_of_end", "start_planned", "start_actual", "end_planned", "end_actual"),
    *("planned_seconds", "actual_seconds", "behind_plan_seconds", "assigned", "done_by"),
)


def csv_of(report: AfterRun) -> bytes:
    """One row a task, UTF-8 with a byte order mark (spreadsheets take it for something else without)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(value) for value in _row(line)] for line in report.lines)
    return out.getvalue().encode("utf-8-sig", "replace")


def _row(line: Line) -> tuple[object, ...]:
    task = line.task
    return (
        task.number,
        task.id,
        task.name,
        line.stream.name if line.stream else None,
        line.outcome,
        task.start_planned,
        task.start_actual,
        task.end_planned,
        task.end_actual,
        line.planned,
        line.took,
        line.behind,
        "; ".join(one_line(one) for one in line.owners),
        "; ".join(one_line(one) for one in line.by),
    )


def _cell(value: object) -> str | int:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return round(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    text = one_line(value if isinstance(value, Text) else Text(str(value)))
    return f"'{text}" if text.startswith(_FORMULA) else text


def markdown(report: AfterRun, comparison: Comparison | None = None) -> bytes:
    """The whole report, UTF-8."""
    book = report.runbook
    blocks = [
        f"# After-run report: {_md(book.name)}",
        _bullets(_facts(report)),
        "## Streams",
        _table(
            ("Stream", "Planned end", "Actual end", "Behind", "Done", "Skipped", "Abandoned", "Late"), report.streams
        ),
        *_section("Late tasks", [_late(line) for line in report.late]),
        *_section("Skipped", [_name(line) for line in report.lines if line.outcome == "skipped"]),
        *_section("Abandoned", [_name(line) for line in report.lines if line.outcome == "abandoned"]),
        *_section("Not done", [_name(line) for line in report.lines if line.outcome in ("open", "running")]),
        *_section("Who had a hand in it", [f"{_md(name)}: {count}" for name, count in report.people]),
        *_section("RAG status", _rag(report)),
        *_compared(comparison),
        "## All tasks",
        _tasks(report.lines),
        *_section("Comments", _comments(report)),
    ]
    return ("\n\n".join(block for block in blocks if block) + "\n").encode("utf-8", "replace")


def _facts(report: AfterRun) -> list[str]:
    book = report.runbook
    counts = ", ".join(f"{report.count(one)} {one}" for one in ("done", "skipped", "abandoned", "running", "open"))
    facts = [
        f"State: {_md(Text(book.stage))}, run type: {_md(Text(book.run_type or 'not told'))}",
        f"Started {_at(book.start_actual)}, ended {_at(book.end_actual)}, took {length(report.took)}",
        f"Planned end {_at(book.end_scheduled or book.end_planned)}, behind {signed(report.behind)}",
        f"Tasks: {counts}; {len(report.late)} ended late",
    ]
    if book.rto is not None and report.took is not None:
        held = "met" if book.is_over else "not over yet"
        facts.append(f"RTO {length(book.rto)}: {held if report.took <= book.rto else 'missed'}")
    return facts


def _section(title: str, items: Sequence[str]) -> list[str]:
    return [f"## {title}", _bullets(items)] if items else []


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(head: Sequence[str], streams: Iterable[StreamSum]) -> str:
    rows = [
        (
            _md(one.stream.name) if one.stream else "no stream",
            _at(one.planned_end),
            _at(one.actual_end),
            signed(one.behind),
            *(str(one.count(outcome)) for outcome in ("done", "skipped", "abandoned")),
            str(one.late),
        )
        for one in streams
    ]
    return _grid(head, rows)


def _tasks(lines: Iterable[Line]) -> str:
    head = ("Task", "Stream", "End", "Planned", "Actual", "Took", "Behind", "Assigned", "Done by")
    rows = [
        (
            _name(line),
            _md(line.stream.name) if line.stream else "",
            line.outcome,
            _at(line.task.start_planned),
            _at(line.task.start_actual),
            length(line.took),
            signed(line.behind),
            ", ".join(_md(one) for one in line.owners),
            ", ".join(_md(one) for one in line.by),
        )
        for line in lines
    ]
    return _grid(head, rows)


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _compared(comparison: Comparison | None) -> list[str]:
    if comparison is None:
        return []
    earlier = comparison.earlier.runbook
    items = [f"Compared with {_md(earlier.name)} ({_at(earlier.start_actual)}): {signed(comparison.longer)}"]
    items += [f"{_name(pair.later)}: {signed(pair.longer)}" for pair in comparison.pairs if pair.longer]
    return ["## Compared with an earlier run", _bullets(items)]


def _rag(report: AfterRun) -> list[str]:
    streams = {one.stream.id: one.stream.name for one in report.streams if one.stream}
    return [
        f"{_at(mark.at)} {_md(streams.get(mark.stream_id or '', report.runbook.name))}: {mark.status}"
        + (f", {_md(mark.why)}" if mark.why else "")
        + (f" ({_md(mark.by)})" if mark.by else "")
        for mark in report.rag
    ]


def _comments(report: AfterRun) -> list[str]:
    names = {line.task.id: line.task.name for line in report.lines}
    found = []
    for one in report.comments:
        about = names.get(one.task_id or "")
        where = f" on {_md(about)}" if about else ""
        found.append(f"{_at(one.created_at)}{where}: {_md(without_tags(one.content))}")
    return found


def _late(line: Line) -> str:
    return f"{_name(line)}: {signed(line.behind)}"


def _name(line: Line) -> str:
    number = f"{line.task.number} " if line.task.number is not None else ""
    return f"{number}{_md(line.task.name)}"


def one_line(text: Text) -> str:
    """What was typed in one line, without letters that nobody sees."""
    return _CONTROL.sub(" ", text.raw).strip()


def _md(text: Text) -> str:
    """One line that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment is not None else "–"


def without_tags(text: Text) -> Text:
    """A comment, which Cutover keeps as HTML, as plain words."""
    return Text(html.unescape(_TAG.sub(" ", text.raw)))


def length(seconds: float | None) -> str:
    """`1:05`: hours and minutes."""
    if seconds is None:
        return "–"
    minutes = round(abs(seconds) / 60)
    return f"{minutes // 60}:{minutes % 60:02}"


def signed(seconds: float | None) -> str:
    """`+0:12`: hours and minutes."""
    if seconds is None:
        return "–"
    return f"{'-' if seconds <= -30 else '+'}{length(seconds)}"
