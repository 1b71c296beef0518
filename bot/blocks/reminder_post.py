"""Reminders as a channel reads them: one message however many. The one rule: each names who could act on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks import parts, words
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, duration, join, phrase, user, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Ref, Text
from bot.model.progress import as_runbook, as_task, refs
from bot.model.reminder import Reminder, ReminderKind
from bot.model.snapshot import RunbookState

_SHOWN = 6
_TITLES = {
    ReminderKind.DUE: "⏰ *Due date near*",
    ReminderKind.OVERDUE: "⏰ *Taking longer than planned*",
    ReminderKind.STARTABLE: "⏰ *Can start, but nobody has started it*",
}


@dataclass(frozen=True, slots=True)
class ReminderView:
    """`mentions`: Slack ids of people who are to be pinged; the others appear by their `names`."""

    runbook: RunbookState
    reminders: Sequence[Reminder]
    now: datetime
    names: Mapping[Ref, Text] = field(default_factory=dict)
    mentions: Mapping[Ref, str] = field(default_factory=dict)


def reminder_post(view: ReminderView) -> Message:
    """The post; at least one reminder."""
    book = as_runbook(view.runbook)
    value = encode(RunbookValue(r=book.id, seen=seen_runbook(book)))
    groups = [_group(view, kind) for kind in ReminderKind if kind is not ReminderKind.STATUS]
    status = next((one for one in view.reminders if one.kind is ReminderKind.STATUS), None)
    blocks = [parts.section(part) for part in (*groups, _status(view, status)) if part is not None]
    foot = join(" · ", [phrase("{name}", name=book.name), words.run_type(book.run_type)])
    ready = any(one.kind is ReminderKind.STARTABLE for one in view.reminders)
    buttons = [
        parts.button("What can start", ActionId.RUNBOOK_NEXT, value) if ready else None,
        parts.button("Say the status", ActionId.RUNBOOK_STATUS, value) if status is not None else None,
        parts.button("Show runbook", ActionId.RUNBOOK_SHOW, value),
    ]
    return message([*blocks, parts.context(foot), parts.actions(*buttons)])


def people_in_reminders(reminders: Sequence[Reminder]) -> tuple[Ref, ...]:
    """The people and teams that the post names."""
    tasks = [one.task for kind in ReminderKind for one in _of(reminders, kind)[:_SHOWN] if one.task is not None]
    return tuple(dict.fromkeys(ref for task in tasks for ref in refs(task) or ()))


def _of(reminders: Sequence[Reminder], kind: ReminderKind) -> list[Reminder]:
    return [one for one in reminders if one.kind is kind]


def _group(view: ReminderView, kind: ReminderKind) -> Mrkdwn | None:
    found = _of(view.reminders, kind)
    if not found:
        return None
    lines = [_line(view, one) for one in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(Mrkdwn(f"+{len(found) - _SHOWN:,} more"))
    return join("\n", [Mrkdwn(_TITLES[kind]), *(phrase("• {line}", line=line) for line in lines)])


def _line(view: ReminderView, one: Reminder) -> Mrkdwn:
    if one.task is None:
        return Mrkdwn("")
    task, past = as_task(one.task, view.runbook.id), (view.now - one.at).total_seconds()
    told = {
        ReminderKind.DUE: phrase("due {at}", at=when(one.at, view.now)),
        ReminderKind.OVERDUE: Mrkdwn(f"{duration(past)} over"),
        ReminderKind.STARTABLE: Mrkdwn(f"for {duration(past)}"),
    }
    state = words.task_state(task) if one.kind is ReminderKind.DUE else None
    return join(" · ", [words.task_name(task), told[one.kind], state, _owners(view, task.assignees)])


def _owners(view: ReminderView, assigned: tuple[Ref, ...] | None) -> Mrkdwn | None:
    """People who want to be pinged by mention, the others by name."""
    if assigned is None:
        return None
    if not assigned:
        return Mrkdwn("nobody assigned")
    shown = [user(view.mentions[ref]) if ref in view.mentions else _name(view, ref) for ref in assigned[:4]]
    rest = len(assigned) - len(shown)
    return Mrkdwn(join(", ", shown) + (f" +{rest} more" if rest else ""))


def _name(view: ReminderView, ref: Ref) -> Mrkdwn:
    return phrase("{name}", name=view.names.get(ref) or f"{ref.type.replace('_', ' ')} {ref.id}")


def _status(view: ReminderView, one: Reminder | None) -> Mrkdwn | None:
    if one is None:
        return None
    ago = duration((view.now - one.at).total_seconds())
    if view.runbook.status_updated_at:
        rag = words.rag(view.runbook.status)
        return phrase("⏰ *Status* {rag} was last said {ago} ago. Is it still right?", rag=rag, ago=Mrkdwn(ago))
    return phrase("⏰ *Status* Nobody has said one since the run began {ago} ago.", ago=Mrkdwn(ago))
