"""Readiness before a start. The one rule: each gap has the way to mend it beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.blocks import parts, words
from bot.blocks.card import task_value
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, coded, duration, join, literal, phrase, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.cutover import Severity, explain, severity
from bot.errors import BotError, Finding
from bot.model import Runbook, RunbookStage, Task, Text
from bot.plan import Gap, Own, Readiness

_SHOWN = 5
_BUTTONS = 3
_WORDS: dict[str, tuple[str, str]] = {
    Own.NO_DURATION: ("Tasks without a duration: {}.", "Their time is missing from every forecast."),
    Own.LONG_UNOWNED: ("Tasks of an hour or more that nobody has: {}.", "Assign somebody first of all here."),
    Own.NO_ACCOUNT: ("People without an account in this Slack: {}.", "The bot cannot tell them anything."),
    Own.NOT_HERE: ("People of this run who are not in this channel: {}.", "Invite them, or they do not hear of it."),
    Own.TEMPLATE: ("This is a template.", "Make a runbook from it: `/runbook create`. A template cannot be run live."),
    Own.REVIEW_DUE: ("The review of its template is overdue.", "Ask who owns it whether the plan still holds."),
    Own.NO_GRAPH: ("This Cutover does not tell which task waits for which.", "Critical path and what-if are missing."),
}


def ready(told: Readiness, now: datetime, *, ahead: bool = False) -> Message:
    """All gaps, what stops the start first; `now` is aware UTC. `ahead`: nobody asked, the start comes nearer."""
    book = told.run.runbook
    stops = [gap for gap in told.gaps if _stops(gap)]
    warns = [gap for gap in told.gaps if not _stops(gap)]
    lead = _lead(told.start, now) if ahead and told.start else None
    blocks = [parts.section(_head(told, now, len(stops), len(warns), lead))]
    for title, gaps in (("🟥 *Stops the start*", stops), ("🟧 *Worth mending*", warns)):
        if gaps:
            blocks.append(parts.section(Mrkdwn(f"{title} ({len(gaps)})")))
            blocks += [block for gap in gaps for block in _gap(gap)]
    value = encode(RunbookValue(r=book.id, seen=seen_runbook(book)))
    blocks.append(parts.context(phrase("{count} checks, as of {at}", count=told.checks, at=when(now, now))))
    start = book.stage == RunbookStage.PLANNING and not book.archived
    blocks.append(
        parts.actions(
            parts.button("Check again", ActionId.RUNBOOK_READY, value),
            parts.button("Start…", ActionId.RUNBOOK_START, value, style=None if stops else "primary")
            if start
            else None,
        )
    )
    return message(blocks)


def unchecked(book: Runbook, start: datetime, error: BotError, now: datetime) -> Message:
    """The start comes nearer, and what is ready cannot be told."""
    name = phrase("🧭 {name}", name=bold(book.name, 120))
    why = phrase("Not checked: {why} {hint}", why=error.sentence, hint=coded(error.hint or "", 200))
    return message([parts.section(join("\n", [_lead(start, now), name, why]))])


def _lead(start: datetime, now: datetime) -> Mrkdwn:
    """To the minute, as the span was asked for; seconds have passed until it is posted."""
    left = max(round((start - now).total_seconds() / 60), 1) * 60
    return phrase("⏳ *Starts in {left}*, at {at}", left=Mrkdwn(duration(left)), at=when(start, now))


def _stops(gap: Gap) -> bool:
    return not gap.code.startswith("own.") and severity(gap.code) == Severity.BLOCKING


def _head(told: Readiness, now: datetime, stops: int, warns: int, lead: Mrkdwn | None) -> Mrkdwn:
    book = told.run.runbook
    if stops:
        verdict = f"🟥 *Not ready*: {_things(stops)} would stop the start"
    else:
        verdict = f"🟧 *Ready, with {_things(warns)} worth mending*" if warns else "🟩 *Ready*"
    name, start = phrase("🧭 {name}", name=bold(book.name, 120)), None if lead else _countdown(told.start, now)
    return join("\n", [lead, name, Mrkdwn(verdict), start])


def _things(count: int) -> str:
    return "one thing" if count == 1 else f"{count} things"


def _countdown(start: datetime | None, now: datetime) -> Mrkdwn | None:
    if start is None:
        return Mrkdwn("🕒 No start is planned")
    left = (start - now).total_seconds()
    over = duration(abs(left))
    told = f"in {over}" if left >= 60 else f"{over} ago" if left <= -60 else "now"
    return phrase("🕒 Planned start {at}, {told}", at=when(start, now), told=Mrkdwn(told))


def _gap(gap: Gap) -> list[parts.Block]:
    sentence, hint = _said(gap)
    head = phrase("• {sentence} {hint}", sentence=literal(sentence, 200), hint=coded(hint, 200))
    if gap.names:
        return [parts.section(join("\n", [head, _names(gap.names)]))]
    if not gap.tasks:
        return [parts.section(head)]
    rest = gap.tasks[_BUTTONS:]
    more = [_others(rest)] if rest else []
    return [parts.section(head), *(_task(task) for task in gap.tasks[:_BUTTONS]), *more]


def _said(gap: Gap) -> tuple[str, str]:
    if gap.code in _WORDS:
        sentence, hint = _WORDS[gap.code]
        return sentence.format(gap.count), hint
    return explain(Finding(gap.code, Text(f"{gap.count} found")))


def _task(task: Task) -> parts.Block:
    line = join(" · ", [words.task_name(task, 70), Mrkdwn(duration(task.duration)) if task.duration else None])
    return parts.section(phrase("      {line}", line=line), _mend(task))


def _mend(task: Task) -> parts.Element:
    """The card of the task assigns and edits."""
    return parts.button("Mend", ActionId.TASK_SHOW, encode(task_value(task)))


def _others(tasks: Sequence[Task]) -> parts.Block:
    shown = join(", ", [words.task_name(task, 50) for task in tasks[:_SHOWN]])
    more = f" +{len(tasks) - _SHOWN} more" if len(tasks) > _SHOWN else ""
    return parts.context(phrase("also {shown}{more}", shown=shown, more=Mrkdwn(more)))


def _names(names: Sequence[Text]) -> Mrkdwn:
    shown = join(", ", [literal(name, 40) for name in names[:12]])
    more = f" +{len(names) - 12} more" if len(names) > 12 else ""
    return phrase("      {shown}{more}", shown=shown, more=Mrkdwn(more))
