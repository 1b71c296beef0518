"""A digest as a channel reads it. The one rule: what changed comes first, then late, next, open; nobody is pinged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.blocks import parts, words
from bot.blocks.board import end_line, rag_line
from bot.blocks.board_streams import gauge
from bot.blocks.end_moved import because
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, duration, join, literal, phrase, plain, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Ref, Runbook, RunbookStage, Text
from bot.model.progress import as_runbook, as_task, due, moment, refs
from bot.model.snapshot import TaskState
from bot.model.summary import Questions, StreamNews, Summary
from bot.plan import Moved
from bot.plan.drift import COUNTS

_STREAMS, _LATE, _MILESTONES = 12, 5, 3
_NEAR: Final = 0.2
"""Part of Cutover's move by which the bot's own may differ and still have the same cause."""


@dataclass(frozen=True, slots=True)
class DigestView:
    """What a digest shows. `now` is aware UTC. `names`: of the people that `people_in_digest` asks for.

    `next_at`: the next slot, None for a digest that was asked for. `stale_since`: Cutover does not answer. `moved`: how
    the end moved since the last digest by the bot's own arithmetic, and `behind` the task that it names.
    """

    summary: Summary
    now: datetime
    names: Mapping[Ref, Text] = field(default_factory=dict)
    next_at: datetime | None = None
    stale_since: datetime | None = None
    moved: Moved | None = None
    behind: TaskState | None = None


def digest(view: DigestView) -> Message:
    """The post."""
    told = view.summary
    book = as_runbook(told.runbook)
    blocks = [parts.header(f"Digest · {plain(book.name, 120)}"), parts.section(_state(view, book))]
    changes = _changes(view)
    if changes is not None:
        blocks += [parts.divider(), parts.section(changes)]
    if not book.is_over:
        later = [_late(view), _milestones(view), _questions(view)]
        found = [parts.section(part) for part in later if part is not None]
        blocks += [parts.divider(), *found] if found else []
    blocks.append(parts.context(_foot(view)))
    value = encode(RunbookValue(r=book.id, seen=seen_runbook(book)))
    next_one = parts.button("What can start", ActionId.RUNBOOK_NEXT, value) if book.is_running else None
    blocks.append(parts.actions(next_one, parts.button("Show runbook", ActionId.RUNBOOK_SHOW, value)))
    return message(blocks)


def people_in_digest(summary: Summary) -> tuple[Ref, ...]:
    """The people and teams that the digest names."""
    return tuple(dict.fromkeys(ref for task in summary.progress.late[:_LATE] for ref in refs(task) or ()))


def _state(view: DigestView, book: Runbook) -> Mrkdwn:
    told = view.summary
    sums, planning = told.progress.total, book.stage == RunbookStage.PLANNING
    return join(
        "\n",
        [
            phrase("🔌 *Not up to date:* no answer from Cutover since {at}.", at=when(view.stale_since, view.now))
            if view.stale_since
            else None,
            join(" · ", [bold(words.runbook_word(book)), words.run_type(book.run_type)]),
            rag_line(book.status, book.status_message),
            Mrkdwn(f"{sums.total:,} tasks") if planning else _done(told),
            None if planning or book.is_over else _counts(told),
            _end(view, book),
        ],
    )


def _done(told: Summary) -> Mrkdwn:
    sums = told.progress.total
    where = " in the streams of this channel" if told.some_streams else ""
    more = sums.complete - told.done_before if told.done_before is not None else 0
    return Mrkdwn(
        f"{gauge(sums, 20)}  *{sums.complete:,} of {sums.total:,} done*{where}{f' ({more:+,})' if more else ''}"
    )


def _counts(told: Summary) -> Mrkdwn:
    sums = told.progress.total
    late = f" · ⚠️ *{sums.late:,} late*" if sums.late else ""
    return Mrkdwn(
        f"{sums.running:,} running · {sums.startable:,} can start · {sums.waiting:,} waiting for others{late}"
    )


def _end(view: DigestView, book: Runbook) -> Mrkdwn | None:
    """The end, and how its forecast moved since the last digest."""
    line, drift = end_line(book, view.now), view.summary.drift
    if line is None or not drift or book.end_actual is not None:
        return line
    moved = f"{duration(abs(drift))} {'later' if drift > 0 else 'earlier'} than before"
    line = phrase("{line}; {moved}", line=line, moved=Mrkdwn(f"*{moved}*"))
    return join(", ", [line, _because(view, drift)])


def _because(view: DigestView, drift: float) -> Mrkdwn | None:
    """Why, where the bot's own arithmetic saw the end move that way and about that far too: `drift` is Cutover's."""
    told, task = view.moved, view.behind
    if told is None or told.seconds * drift <= 0 or abs(told.seconds - drift) > max(COUNTS, _NEAR * abs(drift)):
        return None
    return because(told, as_task(task, view.summary.runbook.id) if task is not None else None)


def _changes(view: DigestView) -> Mrkdwn | None:
    """Stage and status of the run, then a line per stream with news."""
    told = view.summary
    if told.since is None:
        return None
    if told.is_silent:
        return phrase("💤 Nothing changed since {at}.", at=when(told.since, view.now))
    lines = [_runbook_change(told), *(_stream(news) for news in told.streams[:_STREAMS])]
    rest = told.streams[_STREAMS:]
    if rest:
        lines.append(Mrkdwn(f"+{len(rest):,} more streams with {sum(news.moved for news in rest):,} tasks moved"))
    if told.added or told.removed:
        plan = [f"{told.added:,} added" if told.added else "", f"{told.removed:,} removed" if told.removed else ""]
        lines.append(Mrkdwn(f"Plan: {', '.join(part for part in plan if part)}"))
    shown = [phrase("• {line}", line=line) for line in lines if line]
    if not shown:
        return None  # only the forecast moved, which stands above
    return join("\n", [phrase("*Since* {at}", at=when(told.since, view.now)), *shown])


def _runbook_change(told: Summary) -> Mrkdwn | None:
    before, after = as_runbook(told.runbook), told.runbook
    parts_: list[Mrkdwn] = []
    if told.stage_before is not None:
        parts_.append(phrase("now {stage}", stage=words.runbook_state(before)))
    if told.status_before is not None:
        turned = words.rag(told.status_before) if told.status_before != after.status else None
        arrow = phrase("{old} → {new}", old=turned, new=words.rag(after.status)) if turned else words.rag(after.status)
        parts_.append(arrow if turned else phrase("{rag}, with a new reason", rag=arrow))
    return phrase("*Runbook* {what}", what=join(" · ", parts_)) if parts_ else None


def _stream(news: StreamNews) -> Mrkdwn:
    stream = news.stream
    name = bold(stream.name, 50) if stream is not None else Mrkdwn("_In no stream_")
    told = [
        f"{news.finished_count:,} finished" if news.finished_count else "",
        f"{news.skipped_count:,} skipped" if news.skipped_count else "",
        f"{news.started_count:,} started" if news.started_count else "",
        f"{news.ready_count:,} can start" if news.ready_count else "",
        f"⚠️ {news.late_count:,} more late" if news.late_count else "",
    ]
    facts = join(" · ", [_turn(news), *(Mrkdwn(part) for part in told if part)])
    line = phrase("{name} {facts}", name=name, facts=facts)
    return join("\n", [line, _finished(news)])


def _turn(news: StreamNews) -> Mrkdwn | None:
    """`🟩 Green → 🟧 Amber: reason`."""
    stream = news.stream
    if stream is None or news.status_before is None:
        return None
    now = words.rag(stream.status)
    line = phrase("{old} → {new}", old=words.rag(news.status_before), new=now)
    line = line if news.status_before != stream.status else now
    return (
        phrase("{line}: {why}", line=line, why=literal(stream.status_message, 120)) if stream.status_message else line
    )


def _finished(news: StreamNews) -> Mrkdwn | None:
    if not news.finished:
        return None
    rest = news.finished_count - len(news.finished)
    named = join(", ", [words.task_name(as_task(task, ""), 50) for task in news.finished])
    return phrase("      ✅ {named}{more}", named=named, more=Mrkdwn(f" +{rest:,} more" if rest > 0 else ""))


def _late(view: DigestView) -> Mrkdwn | None:
    seen = view.summary.progress
    lines = [_late_line(view, task) for task in seen.late[:_LATE]]
    return _titled("⚠️ *Late*", lines, seen.total.late) if lines else None


def _late_line(view: DigestView, state: TaskState) -> Mrkdwn:
    task, end = as_task(state, ""), due(state)
    over = (view.now - end).total_seconds() if end is not None else 0.0
    by = Mrkdwn(f"*{duration(over)}* late") if over >= 60 else None
    return join(" · ", [words.task_name(task), by, words.task_state(task), words.owners(task, view.names, 2)])


def _milestones(view: DigestView) -> Mrkdwn | None:
    shown = view.summary.progress.milestones[:_MILESTONES]
    lines = []
    for task in shown:
        at = moment(task.end_fixed or task.end_planned or task.start_planned)
        planned = phrase("planned {at}", at=when(at, view.now)) if at else None
        lines.append(join(" · ", [words.task_name(as_task(task, "")), planned]))
    return _titled("🚩 *Next milestones*", lines, len(lines)) if lines else None


def _questions(view: DigestView) -> Mrkdwn | None:
    asked: Questions = view.summary.questions
    if not asked:
        return None
    lines: list[Mrkdwn] = []
    if asked.unassigned_count:
        named = join(", ", [words.task_name(as_task(task, ""), 50) for task in asked.unassigned])
        rest = asked.unassigned_count - len(asked.unassigned)
        more = Mrkdwn(f" +{rest:,} more" if rest > 0 else "")
        lines.append(phrase("Who takes {named}{more}? It can start and nobody is assigned.", named=named, more=more))
    if asked.status_since is not None:
        ago = duration((view.now - asked.status_since).total_seconds())
        lines.append(phrase("Is the status still right? It was last said {ago} ago.", ago=Mrkdwn(ago)))
    for stream in asked.unexplained[:_MILESTONES]:
        rag, name = words.rag(stream.status), literal(stream.name, 50)
        lines.append(phrase("Why is {name} {rag}? No reason is given.", name=name, rag=rag))
    return _titled("❓ *Open questions*", lines, len(lines))


def _titled(title: str, lines: Sequence[Mrkdwn], count: int) -> Mrkdwn:
    rest = count - len(lines)
    more = [Mrkdwn(f"+{rest:,} more")] if rest > 0 else []
    return join("\n", [Mrkdwn(title), *(phrase("• {line}", line=line) for line in [*lines, *more])])


def _foot(view: DigestView) -> Mrkdwn:
    at = phrase("🗞️ As of {at}", at=when(view.now, view.now))
    if view.next_at is None:
        return at
    return phrase("{at} · the next one at {then}", at=at, then=when(view.next_at, view.now))
