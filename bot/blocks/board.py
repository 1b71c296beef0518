"""The card of one runbook. The one rule: it answers what runs, what blocks and who is next, before anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks import parts, words
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, duration, join, literal, phrase, plain, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Rag, Ref, Runbook, RunbookStage, Stream, Task, Text
from bot.model.progress import Counts as Counts

_BAR = 10
_STREAMS = 12
_TASKS = 6


@dataclass(frozen=True, slots=True)
class RunbookView:
    """What a runbook card shows. `counts` by stream id (None: tasks without one). `now` is aware UTC.

    `features`: what this instance offers of `pause`, `resume`, `cancel` (or `pause_runbook`, ...). `critical`: ids
    of the tasks that decide the end.
    """

    runbook: Runbook
    now: datetime
    streams: tuple[Stream, ...] = ()
    counts: Mapping[str | None, Counts] = field(default_factory=dict)
    running: tuple[Task, ...] = ()
    startable: tuple[Task, ...] = ()
    names: Mapping[Ref, Text] = field(default_factory=dict)
    features: frozenset[str] = frozenset()
    critical: frozenset[str] = frozenset()
    note: Mrkdwn | None = None


def runbook(view: RunbookView) -> Message:
    """The card with the buttons for its stage."""
    book = view.runbook
    blocks = [parts.header(book.name)]
    if view.note:
        blocks.append(parts.section(view.note))
    blocks.append(parts.section(_facts(view)))
    if view.running and not book.is_over:
        blocks.append(parts.section(_running(view)))
    if view.startable and not book.is_over:
        blocks.append(parts.section(_startable(view)))
    if view.streams:
        lines = stream_lines(view.streams, view.counts, Mrkdwn("*Streams*"), under_way=not book.is_over)
        blocks.append(parts.section(lines))
    blocks.append(parts.context(phrase("As of {at}", at=when(view.now, view.now))))
    blocks.append(parts.actions(*_controls(view)))
    return message(blocks)


def total(counts: Mapping[str | None, Counts]) -> Counts:
    """The sum over all streams."""
    return sum(counts.values(), Counts())


def bar(counts: Counts) -> Mrkdwn:
    """`▰▰▰▱▱▱▱▱▱▱ 12 of 40`. Full only when all is done, not empty once something is."""
    if counts.total == 0:
        return Mrkdwn("no tasks")
    filled = counts.complete * _BAR // counts.total
    if counts.complete and not filled:
        filled = 1
    return Mrkdwn(f"{'▰' * filled}{'▱' * (_BAR - filled)} {counts.complete} of {counts.total}")


def _facts(view: RunbookView) -> Mrkdwn:
    book = view.runbook
    sums = total(view.counts)
    state = bold(words.runbook_word(book))
    return join(
        "\n",
        [
            join(" · ", [state, words.run_type(book.run_type)]),
            rag_line(book.status, book.status_message),
            bar(sums) if view.counts else None,
            _blocked(sums, book.stage) if view.counts and not book.is_over else None,
            start_line(book, view.now),
            end_line(book, view.now),
        ],
    )


def _blocked(sums: Counts, stage: str) -> Mrkdwn | None:
    if stage == RunbookStage.PLANNING:
        return None  # before the run no task waits for another
    words_ = [f"{sums.running} running", f"{sums.startable} can start", f"{sums.waiting} waiting for others"]
    if sums.late:
        words_.append(f"⚠️ *{sums.late} late*")
    if sums.skipped:
        words_.append(f"{sums.skipped} skipped")
    return Mrkdwn(" · ".join(words_))


def rag_line(status: str, why: Text) -> Mrkdwn | None:
    """`🟧 Amber: DB slow`; nothing when the status is off and has no reason."""
    if status == Rag.OFF and not why:
        return None
    return phrase("{rag}: {why}", rag=words.rag(status), why=literal(why, 200)) if why else words.rag(status)


def start_line(book: Runbook, now: datetime) -> Mrkdwn | None:
    """Actual start, else the planned one."""
    if book.start_actual is not None:
        return phrase("🕒 Started {at}", at=when(book.start_actual, now))
    at = book.start_scheduled or book.start_planned
    return phrase("🕒 Planned start {at}", at=when(at, now)) if at is not None else None


def end_line(book: Runbook, now: datetime) -> Mrkdwn | None:
    """Actual end, else forecast against plan with the difference."""
    planned = book.end_scheduled or book.end_planned
    if book.end_actual is not None:
        return phrase("🏁 Ended {at}", at=when(book.end_actual, now))
    if book.end_forecast is None:
        return phrase("🏁 Planned end {at}", at=when(planned, now)) if planned is not None else None
    line = phrase("🏁 Forecast end {at}", at=when(book.end_forecast, now))
    if planned is None:
        return line
    over = (book.end_forecast - planned).total_seconds()
    than = "on plan" if abs(over) < 60 else f"{duration(abs(over))} {'later' if over > 0 else 'earlier'} than planned"
    return phrase("{line}, {than}", line=line, than=Mrkdwn(than))


def _running(view: RunbookView) -> Mrkdwn:
    lines = [
        join(
            " · ",
            [
                words.task_name(t),
                words.owners(t, view.names, 2),
                words.elapsed(t, view.now),
                words.late(t, view.now),
                _critical(view, t),
            ],
        )
        for t in view.running[:_TASKS]
    ]
    return _listed(Mrkdwn("▶️ *Running*"), lines, len(view.running))


def _startable(view: RunbookView) -> Mrkdwn:
    lines = [
        join(" · ", [words.task_name(t), words.owners(t, view.names, 2), words.late(t, view.now), _critical(view, t)])
        for t in view.startable[:_TASKS]
    ]
    paused = view.runbook.stage == RunbookStage.PAUSED
    title = "🟢 *Can start after the pause*" if paused else "🟢 *Can start*"
    return _listed(Mrkdwn(title), lines, len(view.startable))


def _critical(view: RunbookView, task: Task) -> Mrkdwn | None:
    return words.DECIDES if task.id in view.critical else None


def _listed(title: Mrkdwn | None, lines: list[Mrkdwn], count: int) -> Mrkdwn:
    rest = count - len(lines)
    more = [Mrkdwn(f"+{rest} more")] if rest > 0 else []
    return join("\n", [title, *(phrase("• {line}", line=line) for line in [*lines, *more])])


def stream_lines(
    streams: tuple[Stream, ...],
    counts: Mapping[str | None, Counts],
    title: Mrkdwn | None = None,
    *,
    under_way: bool = True,
) -> Mrkdwn:
    """A line per stream: RAG, name, bar, and while the runbook is not over what runs and what is late."""
    lines = [_stream(s, counts.get(s.id, Counts()), under_way) for s in streams[:_STREAMS]]
    return _listed(title, lines, len(streams))


def _stream(stream: Stream, counts: Counts, under_way: bool) -> Mrkdwn:
    extra = [Mrkdwn(f"{counts.running} running") if counts.running and under_way else None]
    extra.append(Mrkdwn(f"⚠️ {counts.late} late") if counts.late and under_way else None)
    name = phrase("{rag} · {name}", rag=words.rag(stream.status), name=literal(stream.name, 50))
    why = literal(stream.status_message, 80) if stream.status_message else None
    return join(" · ", [name, bar(counts), *extra, why])


def _controls(view: RunbookView) -> list[parts.Element | None]:
    book, stage = view.runbook, view.runbook.stage
    value = encode(RunbookValue(r=book.id, seen=seen_runbook(book)))
    under_way = stage in (RunbookStage.ACTIVE, RunbookStage.PAUSED)
    return [
        parts.button("Start", ActionId.RUNBOOK_START, value, style="primary")
        if stage == RunbookStage.PLANNING and not book.archived
        else None,
        parts.button("What can start", ActionId.RUNBOOK_NEXT, value, style="primary")
        if stage == RunbookStage.ACTIVE
        else None,
        parts.button("Resume", ActionId.RUNBOOK_RESUME, value, style="primary")
        if stage == RunbookStage.PAUSED and _offers(view, "resume")
        else None,
        parts.button("Status", ActionId.RUNBOOK_STATUS, value) if not book.is_over else None,
        parts.button("Comment", ActionId.RUNBOOK_COMMENT, value) if not book.archived else None,
        parts.button("Pause", ActionId.RUNBOOK_PAUSE, value)
        if stage == RunbookStage.ACTIVE and _offers(view, "pause")
        else None,
        parts.button("Cancel run", ActionId.RUNBOOK_CANCEL, value, style="danger")
        if under_way and _offers(view, "cancel")
        else None,
        parts.button("Report", ActionId.RUNBOOK_REPORT, value, style="primary") if book.is_over else None,
        parts.button("Refresh", ActionId.RUNBOOK_REFRESH, value),
    ]


def _offers(view: RunbookView, action: str) -> bool:
    return action in view.features or f"{action}_runbook" in view.features


def title(book: Runbook) -> str:
    """One plain line naming the runbook, for dialogs."""
    return plain(book.name, 100)
