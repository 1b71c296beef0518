"""The live board of a run: one message, pinned and edited in place. The one rule: what runs, what blocks, who is next
and when it ends are read at a glance, however big the runbook; nobody is ever pinged by it.

Its time is cut to the minute, so that two boards with the same news are the same message and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.blocks import board_streams, parts, words
from bot.blocks.board import end_line, rag_line, start_line
from bot.blocks.end_moved import end_moved
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, duration, join, literal, phrase, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Ref, Runbook, RunbookStage, Task, TaskType, Text
from bot.model.progress import Counts, Progress, as_runbook, as_task, milestone_types, moment, progress, refs
from bot.model.snapshot import Snapshot
from bot.plan import Moved

_TASKS = 6
_WIDE = 20


@dataclass(frozen=True, slots=True)
class _Board:
    """What the parts of a board have in common."""

    snapshot: Snapshot
    book: Runbook
    seen: Progress
    names: Mapping[Ref, Text]
    now: datetime
    critical: Collection[str]
    moved: Moved | None


def live_board(
    snapshot: Snapshot,
    names: Mapping[Ref, Text],
    now: datetime,
    *,
    stale_since: datetime | None = None,
    task_types: Iterable[TaskType] = (),
    critical: Collection[str] = (),
    moved: Moved | None = None,
) -> Message:
    """The board as of `now` (aware UTC). `names`: of the people that `people_on_board` asks for.

    `stale_since`: Cutover has not answered since then, which stands above everything else. `critical`: ids of the tasks
    that decide the end; `moved`: how that moved lately.
    """
    now = now.replace(second=0, microsecond=0)
    seen = progress(snapshot, now, milestones=milestone_types(task_types))
    board = _Board(snapshot, as_runbook(snapshot.runbook), seen, names, now, critical, moved)
    blocks = [parts.header(board.book.name)]
    if stale_since is not None:
        blocks.append(parts.section(_stale(stale_since, now)))
    blocks.append(parts.section(_facts(board)))
    if not board.book.is_over:
        blocks += _tasks(board)
    begun = board.book.stage != RunbookStage.PLANNING
    streams = board_streams.lines(snapshot, seen.counts, begun=begun)
    if streams:
        blocks += [parts.divider(), *(parts.section(part) for part in streams)]
    blocks += [parts.context(_as_of(board, stale_since)), parts.actions(*_buttons(board.book))]
    return message(blocks)


def people_on_board(snapshot: Snapshot, now: datetime) -> tuple[Ref, ...]:
    """The people and teams that the board names."""
    seen = progress(snapshot, now)
    return tuple(
        dict.fromkeys(ref for task in (*seen.running[:_TASKS], *seen.startable[:_TASKS]) for ref in refs(task) or ())
    )


def _stale(since: datetime, now: datetime) -> Mrkdwn:
    return phrase(
        "🔌 *Not up to date.* Cutover has not answered since {at}; this is how it was then.", at=when(since, now)
    )


def _facts(board: _Board) -> Mrkdwn:
    book, sums = board.book, board.seen.total
    planning = book.stage == RunbookStage.PLANNING
    return join(
        "\n",
        [
            join(" · ", [bold(words.runbook_word(book)), words.run_type(book.run_type)]),
            rag_line(book.status, book.status_message),
            phrase("{bar}  {done}", bar=board_streams.gauge(sums, _WIDE), done=_done(sums)) if not planning else None,
            _counts(sums, book) if not planning else Mrkdwn(f"{sums.total:,} tasks"),
            *([start_line(book, board.now)] if planning else []),
            _end(board),
            _moved(board),
            _milestone(board),
            *([start_line(book, board.now)] if not planning else []),
        ],
    )


def _done(sums: Counts) -> Mrkdwn:
    skipped = f", {sums.skipped:,} of them skipped" if sums.skipped else ""
    return Mrkdwn(f"*{sums.complete:,} of {sums.total:,} done*{skipped}")


def _counts(sums: Counts, book: Runbook) -> Mrkdwn | None:
    if book.is_over:
        return None
    told = [f"{sums.running:,} running", f"{sums.startable:,} can start", f"{sums.waiting:,} waiting for others"]
    if sums.late:
        told.insert(0, f"⚠️ *{sums.late:,} late*")
    return Mrkdwn(" · ".join(told))


def _end(board: _Board) -> Mrkdwn | None:
    """When it ends, or how long it took against what was planned."""
    book, planned = board.book, board.book.end_scheduled or board.book.end_planned
    line = end_line(book, board.now)
    if line is None:
        return None
    if book.end_actual is None:
        drift = (book.end_forecast - planned).total_seconds() if planned and book.end_forecast else 0.0
        return phrase("{line} ({at})", line=line, at=when(planned, board.now)) if planned and abs(drift) >= 60 else line
    took = duration((book.end_actual - book.start_actual).total_seconds()) if book.start_actual else None
    over = (book.end_actual - planned).total_seconds() if planned else 0.0
    told = f"{duration(abs(over))} {'later' if over > 0 else 'earlier'} than planned" if abs(over) >= 60 else None
    return join(", ", [line, Mrkdwn(f"took {took}") if took else None, Mrkdwn(told) if told else None])


def _moved(board: _Board) -> Mrkdwn | None:
    """By how much the end moved lately, and which task is behind that."""
    told = board.moved
    if told is None or board.book.is_over:
        return None
    state = board.snapshot.tasks.get(told.task_id)
    return end_moved(told, as_task(state, board.book.id) if state is not None else None, board.now)


def _decides(board: _Board, task: Task) -> Mrkdwn | None:
    return words.DECIDES if task.id in board.critical else None


def _milestone(board: _Board) -> Mrkdwn | None:
    """The next milestone, with when it is due."""
    if board.book.is_over or not board.seen.milestones:
        return None
    first = board.seen.milestones[0]
    at = moment(first.end_fixed or first.end_planned or first.start_planned)
    line = phrase("🚩 Next milestone: {name}", name=literal(first.name, 80))
    return phrase("{line}, planned {at}", line=line, at=when(at, board.now)) if at else line


def _tasks(board: _Board) -> list[parts.Block]:
    """What runs and what is next, each with who. A quiet moment is said too: an empty board looks broken."""
    paused, sums = board.book.stage == RunbookStage.PAUSED, board.seen.total
    if board.book.stage == RunbookStage.PLANNING:
        return []
    running = _list(board, "▶️ *Running*", [_running(board, task) for task in _models(board, "running")], sums.running)
    title = "🟢 *Next, after the pause*" if paused else "🟢 *Next: can start now*"
    startable = _list(board, title, [_startable(board, task) for task in _models(board, "startable")], sums.startable)
    found = [parts.section(part) for part in (running, startable) if part is not None]
    if not found and sums.waiting:
        found = [parts.section(Mrkdwn("💤 Nothing runs and nothing can start right now."))]
    return [parts.divider(), *found] if found else []


def _models(board: _Board, kind: str) -> list[Task]:
    states = board.seen.running if kind == "running" else board.seen.startable
    return [as_task(state, board.book.id) for state in states[:_TASKS]]


def _running(board: _Board, task: Task) -> Mrkdwn:
    facts = [words.owners(task, board.names, 2), words.elapsed(task, board.now), words.late(task, board.now)]
    return join(" · ", [words.task_name(task), *facts, _decides(board, task)])


def _startable(board: _Board, task: Task) -> Mrkdwn:
    at = task.start_planned
    planned = phrase("planned {at}", at=when(at, board.now)) if at is not None and not task.is_late else None
    facts = [words.owners(task, board.names, 2), planned, words.late(task, board.now), _decides(board, task)]
    return join(" · ", [words.task_name(task), *facts])


def _list(board: _Board, title: str, lines: list[Mrkdwn], count: int) -> Mrkdwn | None:
    if not lines:
        return None
    rest = count - len(lines)
    more = [Mrkdwn(f"+{rest:,} more")] if rest > 0 else []
    head = Mrkdwn(f"{title} ({count:,})" if count > 1 else title)
    return join("\n", [head, *(phrase("• {line}", line=line) for line in [*lines, *more])])


def _as_of(board: _Board, stale_since: datetime | None) -> Mrkdwn:
    at = when(board.now, board.now)
    if board.book.is_over:
        return phrase("🏁 Final, as of {at}", at=at)
    if stale_since is not None:
        return phrase("🔌 Looked at {at}; kept up to date again as soon as Cutover answers", at=at)
    return phrase("🔄 Kept up to date · as of {at}", at=at)


def _buttons(book: Runbook) -> list[parts.Element | None]:
    value = encode(RunbookValue(r=book.id, seen=seen_runbook(book)))
    return [
        parts.button("What can start", ActionId.RUNBOOK_NEXT, value, style="primary")
        if book.stage == RunbookStage.ACTIVE
        else None,
        parts.button("Show runbook", ActionId.RUNBOOK_SHOW, value),
    ]
