"""The shift note as a message. The one rule: what the next shift takes up, by stream; quiet ones are a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.blocks import parts, words
from bot.blocks.board import end_line, rag_line
from bot.blocks.html import from_html
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, duration, join, literal, phrase, plain, user, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Comment, Rag, Ref, Task, Text
from bot.report import Handover, StreamNote

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class HandoverView:
    """The note, and the names of who it names."""

    note: Handover
    names: Mapping[Ref, Text] = field(default_factory=dict)


def people_in(note: Handover) -> tuple[Ref, ...]:
    """Whose names the note shows."""
    shown = [*note.critical[:_SHOWN]]
    for one in note.streams:
        shown += [*one.running[:_SHOWN], *one.startable[:_SHOWN], *one.late[:_SHOWN], *one.soon[:2]]
    return tuple(dict.fromkeys(ref for task in shown for ref in task.assignees or ()))


def handover(view: HandoverView, by: str = "") -> Message:
    """The shift note; posted in a channel it names who posted it (`by`, a Slack id) instead of offering that."""
    note, book = view.note, view.note.runbook
    blocks = [parts.header(f"Handover · {plain(book.name, 120)}"), parts.section(_head(view))]
    loud = [one for one in note.streams if one.running or one.startable or one.is_at_risk]
    blocks += [parts.section(_stream(view, one)) for one in loud[:20]]
    quiet = [one for one in note.streams if one not in loud]
    if quiet:
        lines = [phrase("{name} ({count} waiting)", name=_name(one), count=one.waiting) for one in quiet[:15]]
        blocks.append(parts.section(phrase("💤 *Waiting only*: {names}", names=join(", ", lines))))
    if not note.streams:
        blocks.append(parts.section(Mrkdwn("Nothing is open.")))
    if note.comments:
        blocks.append(
            parts.section(
                join("\n", [Mrkdwn("💬 *Last comments*"), *(_comment(note, one) for one in note.comments[:_SHOWN])])
            )
        )
    value = encode(RunbookValue(r=book.id, seen=seen_runbook(book)))
    who = phrase("posted by {who}", who=user(by)) if by else None
    blocks.append(parts.context(join(" · ", [who, phrase("as of {at}", at=when(note.now, note.now))])))
    blocks.append(
        parts.actions(
            None if by else parts.button("Post it here", ActionId.HANDOVER_POST, value),
            parts.button("What can start", ActionId.RUNBOOK_NEXT, value)
            if book.is_running
            else parts.button("Show runbook", ActionId.RUNBOOK_SHOW, value),
        )
    )
    return message(blocks)


def _head(view: HandoverView) -> Mrkdwn:
    note, book = view.note, view.note.runbook
    ours = phrase("Our forecast: {at}", at=when(datetime.fromtimestamp(note.end, UTC), note.now)) if note.end else None
    path = [words.task_name(task, 50) for task in note.critical[:_SHOWN]]
    rest = len(note.critical) - len(path)
    more = Mrkdwn(f" +{rest} more") if rest > 0 else Mrkdwn("")
    return join(
        "\n",
        [
            join(" · ", [bold(words.runbook_word(book)), words.run_type(book.run_type)]),
            rag_line(book.status, book.status_message),
            join(" · ", [end_line(book, note.now), ours if not book.is_over else None]),
            phrase("🛤️ Decides the end: {path}{more}", path=join(" → ", path), more=more) if path else None,
        ],
    )


def _name(one: StreamNote) -> Mrkdwn:
    return literal(one.stream.name, 50) if one.stream else Mrkdwn("no stream")


def _stream(view: HandoverView, one: StreamNote) -> Mrkdwn:
    colour = None
    if one.stream is not None and one.stream.status != Rag.OFF:
        colour = rag_line(one.stream.status, one.stream.status_message)
    return join(
        "\n",
        [
            join(" · ", [phrase("*{name}*", name=_name(one)), colour]),
            _line(view, "▶️ Running, ⚠️ late", [task for task in one.running if task in one.late]),
            _line(view, "▶️ Running", [task for task in one.running if task not in one.late]),
            _line(view, "🟢 Can start, ⚠️ late", [task for task in one.startable if task in one.late]),
            _line(view, "🟢 Can start", [task for task in one.startable if task not in one.late]),
            phrase("⏳ {count} waiting, next {tasks}", count=one.waiting, tasks=_tasks(view, one.soon[:2]))
            if one.soon
            else None,
            _risks(one),
        ],
    )


def _line(view: HandoverView, label: str, tasks: Sequence[Task]) -> Mrkdwn | None:
    if not tasks:
        return None
    rest = len(tasks) - _SHOWN
    more = Mrkdwn(f" +{rest} more" if rest > 0 else "")
    return phrase("{label}: {tasks}{more}", label=Mrkdwn(label), tasks=_tasks(view, tasks[:_SHOWN]), more=more)


def _tasks(view: HandoverView, tasks: Sequence[Task]) -> Mrkdwn:
    return join(
        ", ",
        [phrase("{task} ({who})", task=words.task_name(t, 60), who=words.owners(t, view.names, 2)) for t in tasks],
    )


def _risks(one: StreamNote) -> Mrkdwn | None:
    told: list[Mrkdwn | None] = []
    if one.unassigned:
        count = len(one.unassigned)
        told.append(Mrkdwn("1 open task has nobody" if count == 1 else f"{count} open tasks have nobody"))
    if one.tight:
        task, slack = one.tight[0]
        left = "no slack" if slack < 60 else f"{duration(slack)} of slack"
        told.append(phrase("{task} has {left}", task=words.task_name(task, 60), left=Mrkdwn(left)))
    return phrase("🎲 Risks: {risks}", risks=join("; ", told)) if told else None


def _comment(note: Handover, one: Comment) -> Mrkdwn:
    at = when(one.created_at, note.now) if one.created_at else None
    return phrase("• {said}", said=join(" · ", [at, from_html(one.content, 150)]))
