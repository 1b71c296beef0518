"""The card of one task, and (from `board`) of one runbook. The one rule: a button is there only if it can work now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.blocks import parts, words
from bot.blocks.board import Counts, RunbookView, runbook
from bot.blocks.fit import OPTION_VALUE
from bot.blocks.html import from_html
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.roll_call import roll_call
from bot.blocks.text import Mrkdwn, bold, join, literal, literal_lines, phrase, plain, when
from bot.blocks.values import MoreValue, RunbookValue, TaskValue, encode, seen, seen_runbook
from bot.errors import BadInput
from bot.model import Comment, Ref, Runbook, RunbookStage, Stream, Task, TaskType, Text

__all__ = ["Counts", "RunbookView", "TaskView", "controls", "runbook", "task", "task_value", "task_working"]

_DOING = {"start": "⏳ Starting…", "finish": "⏳ Finishing…", "skip": "⏳ Skipping…"}
_SHOWN_COMMENTS = 3
_PLAIN = "normal"  # the type that Cutover gives a task by default: not worth a word


@dataclass(frozen=True, slots=True)
class TaskView:
    """What a task card shows. `now` is aware UTC. `asks`: finishing needs branches or answers, so Finish opens a form.
    `can_skip`: this instance has skipping. `can_request`: CapyDB is set up.
    `present`: who has pressed Start where everybody must; None: not known.

    `waiting_for` are the predecessors that are not complete; `comments` the newest last; `note` one line on top.
    """

    task: Task
    runbook: Runbook
    now: datetime
    stream: Stream | None = None
    task_type: TaskType | None = None
    names: Mapping[Ref, Text] = field(default_factory=dict)
    waiting_for: tuple[Task, ...] = ()
    asks: bool = False
    can_skip: bool = True
    can_request: bool = False
    present: frozenset[Ref] | None = None
    comments: tuple[Comment, ...] = ()
    note: Mrkdwn | None = None


def task(view: TaskView) -> Message:
    """The card with what can be done now."""
    return message([*_body(view, bold(words.task_word(view.task))), parts.actions(*controls(view))])


def task_working(view: TaskView, verb: str) -> Message:
    """The same card while `start`, `finish` or `skip` is on its way: no buttons, so nobody clicks again."""
    return message(_body(view, bold(_DOING.get(verb, f"⏳ {verb}…"))))


def task_value(item: Task, *, asks: bool = False) -> TaskValue:
    """What a button of `item` carries."""
    return TaskValue(r=item.runbook_id, t=item.id, seen=seen(item), ask=asks)


def _body(view: TaskView, state: Mrkdwn) -> list[parts.Block]:
    item = view.task
    blocks = [parts.header(_title(item))]
    if view.note:
        blocks.append(parts.section(view.note))
    blocks.append(parts.section(_facts(view, state)))
    if item.description:
        blocks.append(parts.section(literal_lines(item.description, 400, 6)))
    if view.comments:
        blocks.append(parts.context(*(_comment(view, c) for c in view.comments[-_SHOWN_COMMENTS:])))
    blocks.append(parts.context(_where(view)))
    return blocks


def _title(item: Task) -> str:
    name = plain(item.name, 120)
    return f"#{item.number} {name}" if item.number is not None else name


def _facts(view: TaskView, state: Mrkdwn) -> Mrkdwn:
    """One idea per line: state (live said beside it), owner, times, what binds it, what it waits for."""
    item, now = view.task, view.now
    first = [state, words.run_type(view.runbook.run_type), words.elapsed(item, now)]
    kind = view.task_type.name if view.task_type is not None else None
    first.append(literal(kind, 40) if kind and kind.raw.casefold() != _PLAIN else None)
    return join(
        "\n",
        [
            join(" · ", first),
            words.late(item, now),
            phrase("👤 {who}", who=words.owners(item, view.names)),
            words.task_times(item, now) if item.start_actual or not item.is_complete else None,
            *words.task_limits(item, now),
            roll_call(item, view.present, view.names),
            _waits(view),
        ],
    )


def _waits(view: TaskView) -> Mrkdwn | None:
    if not view.waiting_for or view.task.is_running or view.task.is_complete:
        return None
    shown = [
        phrase("{name} ({state})", name=words.task_name(t, 60), state=words.task_state(t)) for t in view.waiting_for[:4]
    ]
    rest = len(view.waiting_for) - len(shown)
    more = f" +{rest} more" if rest > 0 else ""
    return phrase("⛓️ Waits for {tasks}{more}", tasks=join(", ", shown), more=Mrkdwn(more))


def _comment(view: TaskView, comment: Comment) -> Mrkdwn:
    author = view.names.get(Ref("user", comment.author_id)) if comment.author_id else None
    at = when(comment.created_at, view.now) if comment.created_at is not None else None
    head = join(", ", [literal(author, 40) if author else None, at])
    text = from_html(comment.content, 200)
    return phrase("💬 {head}: {text}", head=head, text=text) if head else phrase("💬 {text}", text=text)


def _where(view: TaskView) -> Mrkdwn:
    stream = literal(view.stream.name, 40) if view.stream is not None else None
    at = phrase("as of {at}", at=when(view.now, view.now))
    return join(" · ", [literal(view.runbook.name, 60), stream, at])


def controls(view: TaskView) -> list[parts.Element | None]:
    """The buttons for the state the task is in; none that Cutover would refuse for a reason visible here."""
    item, running = view.task, view.runbook.stage == RunbookStage.ACTIVE
    value = encode(task_value(item, asks=view.asks))
    return [
        _button(view, "Start", ActionId.TASK_START, value) if running and item.is_startable else None,
        _finish(view, value) if running and item.is_running else None,
        _button(view, "Skip", ActionId.TASK_SKIP, value)
        if running and view.can_skip and (item.is_startable or item.is_running)
        else None,
        _next(view) if running and item.is_complete else None,
        parts.button("Go / no-go…", ActionId.POLL_OPEN, value) if _is_decision(view) else None,
        parts.button("Comment", ActionId.TASK_COMMENT, value),
        parts.button("Refresh", ActionId.TASK_REFRESH, value),
        parts.button("Request database cutover", ActionId.TASK_REQUEST, value)
        if view.can_request and not (item.is_complete or view.runbook.is_over)
        else None,
        parts.overflow(ActionId.TASK_MORE, _more(view, running)),
    ]


def _is_decision(view: TaskView) -> bool:
    """Whether people are to decide here: a milestone or a task with branches, while it is open."""
    kind = view.task_type
    decides = kind is not None and (kind.is_milestone or kind.conditional_progression)
    return decides and view.runbook.is_running and not view.task.is_complete


def _finish(view: TaskView, value: str) -> parts.Element:
    if view.asks:  # the form itself is the second look
        return parts.button("Finish", ActionId.TASK_FINISH_ASK, value, style="primary")
    return _button(view, "Finish", ActionId.TASK_FINISH, value)


def _button(view: TaskView, verb: str, action: ActionId, value: str) -> parts.Element:
    """Start, Finish or Skip; in a live run it asks once more, by name."""
    ask = None
    if words.is_live(view.runbook):
        ask = parts.confirm(f"{verb} in a LIVE run?", f"{_title(view.task)} · {plain(view.runbook.name, 80)}", verb)
    return parts.button(verb, action, value, style=None if verb == "Skip" else "primary", confirm=ask)


def _next(view: TaskView) -> parts.Element:
    """After a finished task, the question is what can start now."""
    value = RunbookValue(r=view.runbook.id, seen=seen_runbook(view.runbook))
    return parts.button("What can start", ActionId.RUNBOOK_NEXT, encode(value))


def _more(view: TaskView, running: bool) -> list[parts.Element]:
    item = view.task
    if item.is_complete or view.runbook.is_over:
        return []
    entries: list[tuple[str, Literal["edit", "assign", "override_start", "override_finish"]]] = [
        ("Assign…", "assign"),
        ("Edit…", "edit"),
    ]
    if running:
        entries.append(
            ("Finish for others", "override_finish") if item.is_running else ("Start anyway", "override_start")
        )
    options: list[parts.Element] = []
    for label, do in entries:
        try:
            value = encode(MoreValue(do=do, r=item.runbook_id, t=item.id, seen=seen(item)), OPTION_VALUE)
        except BadInput:  # ids longer than any known instance has: the commands still do all this
            return []
        options.append(parts.option(label, value))
    return options
