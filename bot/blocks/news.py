"""What a channel is told during a run. The one rule: one thought a post; who can act is pinged once, nobody else.

A task has one post that is edited as the task moves. Names stand where somebody did something, mentions only where
somebody is to do something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks import card, parts, words
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, duration, join, literal, literal_lines, phrase, user, when
from bot.blocks.values import RunbookValue, encode, seen_runbook
from bot.model import Completion, Rag, Ref, Runbook, RunbookStage, Stream, Task, TaskType, Text

_LISTED = 10
_BEHIND = 4


@dataclass(frozen=True, slots=True)
class Scene:
    """What the posts of one moment share. `now` is aware UTC; `mentions`: Slack ids of who may be pinged."""

    runbook: Runbook
    now: datetime
    streams: Mapping[str, Stream] = field(default_factory=dict)
    task_types: Mapping[str, TaskType] = field(default_factory=dict)
    names: Mapping[Ref, Text] = field(default_factory=dict)
    mentions: Mapping[Ref, str] = field(default_factory=dict)
    can_skip: bool = True


_TROUBLE = frozenset({Rag.AMBER, Rag.RED})


@dataclass(frozen=True, slots=True)
class By:
    """Who did it, and what they said."""

    name: Text
    why: Text | None = None


def stream_status(scene: Scene, old: Stream | None, new: Stream, behind: Sequence[Task], count: int) -> Message:
    """`Database: green → amber`, why, since when, and the late and running tasks behind it (`count` of them in all)."""
    lines = [_status_line(new.name, old.status if old else None, new.status), _why(new.status_message)]
    shown = [_task_line(scene, task) for task in behind[:_BEHIND]]
    if shown:
        rest = count - len(shown)
        more = [Mrkdwn(f"+{rest} more")] if rest > 0 else []
        title = "Behind it:" if new.status in _TROUBLE else "Under way:"
        lines += [Mrkdwn(title), *(phrase("• {line}", line=line) for line in [*shown, *more])]
    since = phrase("since {at}", at=when(new.status_updated_at, scene.now)) if new.status_updated_at else None
    return _post(scene, join("\n", lines), join(" · ", [since, _run(scene)]))


def runbook_status(scene: Scene, old_status: str, by: By | None) -> Message:
    """The runbook's RAG status: what it was and is, who set it and why."""
    book = scene.runbook
    line = _status_line(book.name, old_status, book.status)
    who = phrase("set by {who}", who=literal(by.name, 60)) if by else None
    since = phrase("since {at}", at=when(book.status_updated_at, scene.now)) if book.status_updated_at else None
    small = join(" · ", [who, since, words.run_type(book.run_type)])  # the line names the runbook already
    return _post(scene, join("\n", [line, _why(book.status_message)]), small)


def runbook_stage(scene: Scene, old_stage: str, by: By | None) -> Message:
    """Started, paused, resumed, canceled, complete; who and why where it is known."""
    body = join("\n", [_stage_line(scene, old_stage, by), _why(by.why if by else None)])
    report = _button(scene, "Report", ActionId.RUNBOOK_REPORT) if scene.runbook.is_over else None
    return message([parts.section(body), parts.actions(_show(scene), report)])


def _stage_line(scene: Scene, old_stage: str, by: By | None) -> Mrkdwn:
    book = scene.runbook
    name, at = bold(book.name, 120), book.updated_at
    kind = words.run_type(book.run_type)
    if book.stage == RunbookStage.ACTIVE and old_stage != RunbookStage.PAUSED:
        did, is_so, at = "▶️ {who} started {name}", "▶️ {name} started", book.start_actual
    elif book.stage == RunbookStage.ACTIVE:
        did, is_so = "▶️ {who} resumed {name}", "▶️ {name} was resumed"
    elif book.stage == RunbookStage.PAUSED:
        did, is_so = "⏸️ {who} paused {name}", "⏸️ {name} was paused"
    elif book.stage == RunbookStage.CANCELED:
        did, is_so = "⏹️ {who} canceled {name}", "⏹️ {name} was canceled"
    elif book.stage == RunbookStage.COMPLETE:
        did, is_so, at = "", "🏁 {name} was completed", book.end_actual
    else:
        did, is_so = "", "{state}: {name}"
    line = phrase(
        did if by and did else is_so,
        who=literal(by.name, 60) if by else Mrkdwn(""),
        name=name,
        state=words.runbook_state(book),
    )
    told = phrase("{line} at {at}", line=line, at=when(at, scene.now)) if at is not None else line
    return join(" · ", [kind, told, _length(book)])


def _length(book: Runbook) -> Mrkdwn | None:
    """How long a complete run took, against what was planned."""
    if book.stage != RunbookStage.COMPLETE or book.start_actual is None or book.end_actual is None:
        return None
    planned = book.end_scheduled or book.end_planned
    over = (book.end_actual - planned).total_seconds() if planned is not None else 0.0
    drift = f", {duration(abs(over))} {'later' if over > 0 else 'earlier'} than planned" if abs(over) >= 60 else ""
    return Mrkdwn(f"took {duration((book.end_actual - book.start_actual).total_seconds())}{drift}")


def task_post(scene: Scene, task: Task, *, by: By | None = None, ping: bool = False) -> Message:
    """The post of one task in the state it is in, with what can be done now. `ping`: its people are mentioned."""
    lines = [
        join(" · ", [bold(words.task_word(task)), words.task_name(task), words.run_type(scene.runbook.run_type)]),
        join(" · ", [_people(scene, task, ping), _stream_of(scene, task), words.late(task, scene.now)]),
        _progress(scene, task, by),
        _why(by.why if by else None),
    ]
    return message([parts.section(join("\n", lines)), parts.actions(*_controls(scene, task))])


def task_gone(scene: Scene, task: Task) -> Message:
    """Instead of the post of a task that was removed from the runbook."""
    return message([parts.section(phrase("🗑️ {task} is no longer in this runbook.", task=words.task_name(task)))])


def tasks_startable(scene: Scene, tasks: Sequence[Task], total: int) -> Message:
    """Tasks that could start at the same moment (`total` of them), in one post that is edited as they move: each with
    its people, and a Start button while it can be started."""
    left = sum(task.is_startable for task in tasks) + total - len(tasks)
    blocks = [parts.section(join(" · ", [_startable_head(left, total), _run(scene)]))]
    for task in tasks[:_LISTED]:
        may = task.is_startable and scene.runbook.stage == RunbookStage.ACTIVE
        state = None if task.is_startable else Mrkdwn(words.task_word(task))
        line = join(
            "\n", [join(" · ", [words.task_name(task), state]), _people_line(scene, task, ping=task.is_startable)]
        )
        blocks.append(parts.section(line, _listed_start(scene, task) if may else None))
    if total > len(tasks[:_LISTED]):
        blocks.append(parts.section(Mrkdwn(f"+{total - len(tasks[:_LISTED])} more")))
    return message([*blocks, parts.actions(_button(scene, "What can start", ActionId.RUNBOOK_NEXT))])


def _startable_head(left: int, total: int) -> Mrkdwn:
    if left == total:
        return Mrkdwn(f"🟢 *{total} tasks can start*")
    return Mrkdwn(f"🟢 *{left} of {total} tasks can still start*" if left else f"☑️ *{total} tasks could start*")


def tasks_late(scene: Scene, tasks: Sequence[Task]) -> Message:
    """Tasks that fell behind, in one post; who can act on them is mentioned."""
    shown = [_task_line(scene, task, ping=True) for task in tasks[:_LISTED]]
    if len(tasks) > _LISTED:
        shown.append(Mrkdwn(f"+{len(tasks) - _LISTED} more"))
    head = "⚠️ *Late*" if len(tasks) == 1 else f"⚠️ *{len(tasks)} tasks are late*"
    lines = [Mrkdwn(head), *(phrase("• {line}", line=line) for line in shown)]
    first = tasks[0] if len(tasks) == 1 else None
    show = parts.button("Show task", ActionId.TASK_SHOW, encode(card.task_value(first))) if first else None
    return message([parts.section(join("\n", lines)), parts.actions(show or _show(scene))])


def _post(scene: Scene, body: Mrkdwn, small: Mrkdwn | None) -> Message:
    blocks = [parts.section(body), *([parts.context(small)] if small else [])]
    return message([*blocks, parts.actions(_show(scene))])


def _run(scene: Scene) -> Mrkdwn:
    return join(" · ", [words.run_type(scene.runbook.run_type), literal(scene.runbook.name, 60)])


def _show(scene: Scene) -> parts.Element:
    return _button(scene, "Show runbook", ActionId.RUNBOOK_SHOW)


def _button(scene: Scene, label: str, action: ActionId) -> parts.Element:
    book = scene.runbook
    return parts.button(label, action, encode(RunbookValue(r=book.id, seen=seen_runbook(book))))


def _status_line(name: Text, old: str | None, new: str) -> Mrkdwn:
    """`🟧 Database: green → amber`, as people say it; the sign is that of the new status."""
    sign = Mrkdwn(words.rag_word(new).split(" ", 1)[0])
    was, now = (literal(word.replace("_", " "), 40) for word in (old or "off", new))
    if old == new:
        return phrase("{sign} {name} stays {now}", sign=sign, name=bold(name, 80), now=now)
    return phrase("{sign} {name}: {was} → {now}", sign=sign, name=bold(name, 80), was=was, now=now)


def _why(why: Text | None) -> Mrkdwn | None:
    return phrase("💬 {why}", why=literal_lines(why, 600)) if why else None


def _people(scene: Scene, task: Task, ping: bool) -> Mrkdwn:
    """Who is assigned, mentioned where they may be pinged."""
    if not ping or not task.assignees:
        return phrase("👤 {who}", who=words.owners(task, scene.names))
    shown = [
        user(scene.mentions[ref])
        if ref in scene.mentions
        else literal(scene.names.get(ref) or f"{ref.type.replace('_', ' ')} {ref.id}", 40)
        for ref in task.assignees[:_LISTED]
    ]
    rest = len(task.assignees) - len(shown)
    return phrase("👤 {who}", who=join(", ", [*shown, Mrkdwn(f"+{rest} more") if rest > 0 else None]))


def _people_line(scene: Scene, task: Task, *, ping: bool) -> Mrkdwn:
    return join(" · ", [_people(scene, task, ping), _stream_of(scene, task), words.late(task, scene.now)])


def _stream_of(scene: Scene, task: Task) -> Mrkdwn | None:
    stream = scene.streams.get(task.stream_id) if task.stream_id else None
    return literal(stream.name, 40) if stream is not None else None


def _task_line(scene: Scene, task: Task, *, ping: bool = False) -> Mrkdwn:
    """One line: name, people, how long, how late."""
    late = words.late(task, scene.now)
    return join(" · ", [words.task_name(task, 60), _people(scene, task, ping), words.elapsed(task, scene.now), late])


def _progress(scene: Scene, task: Task, by: By | None) -> Mrkdwn | None:
    """Who moved it and when; what was planned where nobody has yet."""
    who = phrase(" by {who}", who=literal(by.name, 60)) if by else Mrkdwn("")
    if task.is_complete:
        done = "🕒 Finished"
        if task.is_skipped:
            done = "🚫 Abandoned" if task.completion_type == Completion.ABANDONED else "⏭️ Skipped"
        at = phrase(" at {at}", at=when(task.end_actual, scene.now)) if task.end_actual else Mrkdwn("")
        seconds = (
            (task.end_actual - task.start_actual).total_seconds() if task.start_actual and task.end_actual else 0.0
        )
        planned = f", planned {duration(task.duration)}" if task.duration else ""
        spent = Mrkdwn(f"took {duration(seconds)}{planned}") if seconds >= 1 and not task.is_skipped else None
        return join(" · ", [phrase("{done}{who}{at}", done=Mrkdwn(done), who=who, at=at), spent])
    if task.is_running and task.start_actual is not None:
        planned = Mrkdwn(f", planned {duration(task.duration)}" if task.duration else "")
        return phrase(
            "🕒 Started{who} at {at}{planned}", who=who, at=when(task.start_actual, scene.now), planned=planned
        )
    return words.task_times(task, scene.now)


def _controls(scene: Scene, task: Task) -> list[parts.Element | None]:
    if task.is_complete or scene.runbook.is_over:
        return [parts.button("Show task", ActionId.TASK_SHOW, encode(card.task_value(task)))]
    kind = scene.task_types.get(task.task_type_id or "")
    asks = bool(kind and (kind.conditional_progression or kind.is_validation))
    view = card.TaskView(task, scene.runbook, scene.now, task_type=kind, asks=asks, can_skip=scene.can_skip)
    return card.controls(view)


def _listed_start(scene: Scene, task: Task) -> parts.Element:
    """A Start that leaves the list standing; in a live run it asks once more, by name."""
    value = encode(card.task_value(task).model_copy(update={"listed": True}))
    ask = parts.confirm("Start in a LIVE run?", task.name, "Start") if words.is_live(scene.runbook) else None
    return parts.button("Start", ActionId.TASK_START, value, style="primary", confirm=ask)
