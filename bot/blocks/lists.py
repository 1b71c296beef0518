"""Lists and pickers. The one rule: a page is ten entries, and where a name fits several nothing is done yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.blocks import parts, words
from bot.blocks.board import Counts, end_line, rag_line, stream_lines
from bot.blocks.card import task_value
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.picks import (
    ask_person,
    ask_runbook,
    ask_task,
    options_runbooks,
    options_tasks,
    pick_runbook,
    pick_task,
)
from bot.blocks.text import Mrkdwn, bold, join, literal, phrase, when
from bot.blocks.values import ListValue, RunbookValue, encode, seen_runbook
from bot.model import Ref, Runbook, RunbookStage, Stream, Task, Text

__all__ = [
    "PAGE",
    "ask_person",
    "ask_runbook",
    "ask_task",
    "options_runbooks",
    "options_tasks",
    "pick_runbook",
    "pick_task",
    "runbooks",
    "streams",
    "tasks",
]

PAGE = 10


def tasks(
    runbook: Runbook,
    items: Sequence[Task],
    *,
    title: str,
    names: Mapping[Ref, Text],
    streams: Mapping[str, Stream],
    page: int,
    total: int,
    value: ListValue,
    now: datetime,
) -> Message:
    """One page of tasks (`items` are those of this page, at most 10; `total` counts all pages)."""
    blocks = [parts.section(_heading(title, total, runbook))]
    blocks += [
        parts.section(_task_line(item, names, streams, now), _task_button(runbook, item)) for item in items[:PAGE]
    ]
    if not items:
        blocks.append(parts.section(Mrkdwn("Nothing here.")))
    return message([*blocks, *_pages(value, page, total)])


def _heading(title: str, total: int, runbook: Runbook | None) -> Mrkdwn:
    where = literal(runbook.name, 60) if runbook is not None else None
    mark = words.run_type(runbook.run_type) if runbook is not None else None
    return join(" · ", [phrase("{title} ({total})", title=bold(title), total=total), where, mark])


def _task_line(item: Task, names: Mapping[Ref, Text], streams: Mapping[str, Stream], now: datetime) -> Mrkdwn:
    stream = streams.get(item.stream_id) if item.stream_id else None
    state = join(" ", [words.task_state(item), words.elapsed(item, now)])
    second = [state, words.owners(item, names, 2), literal(stream.name, 40) if stream else None, words.late(item, now)]
    return join("\n", [words.task_name(item), join(" · ", second)])


def _task_button(runbook: Runbook, item: Task) -> parts.Element:
    """Start or Finish where that can be done now, else Show. In a live run it asks once more."""
    value = encode(task_value(item).model_copy(update={"listed": True}))
    if runbook.stage == RunbookStage.ACTIVE and (item.is_startable or item.is_running):
        verb = "Start" if item.is_startable else "Finish"
        action = ActionId.TASK_START if item.is_startable else ActionId.TASK_FINISH
        ask = parts.confirm(f"{verb} in a LIVE run?", item.name, verb) if words.is_live(runbook) else None
        return parts.button(verb, action, value, style="primary", confirm=ask)
    return parts.button("Show", ActionId.TASK_SHOW, value)


def _pages(value: ListValue, page: int, total: int) -> list[parts.Block]:
    """Where we are, and the buttons beside each other: each has an action_id of its own, as Slack wants in one row."""
    last = max(1, -(-total // PAGE))
    if last == 1:
        return []
    back = _page_button("Previous page", ActionId.LIST_BACK, value, page - 1) if page > 1 else None
    on = _page_button("Next page", ActionId.LIST_PAGE, value, page + 1) if page < last else None
    return [parts.context(Mrkdwn(f"Page {page} of {last}")), parts.actions(back, on)]


def _page_button(label: str, action: ActionId, value: ListValue, page: int) -> parts.Element:
    return parts.button(label, action, encode(value.model_copy(update={"page": page})))


def runbooks(
    items: Sequence[Runbook],
    *,
    title: str,
    linked: str | None,
    page: int,
    total: int,
    value: ListValue,
    now: datetime,
) -> Message:
    """One page of runbooks; `linked` is the id of the one bound to this channel."""
    blocks = [parts.section(_heading(title, total, None))]
    for item in items[:PAGE]:
        button_value = encode(RunbookValue(r=item.id, seen=seen_runbook(item)))
        line = _runbook_line(item, item.id == linked, now)
        blocks.append(parts.section(line, parts.button("Show", ActionId.RUNBOOK_SHOW, button_value)))
    if not items:
        blocks.append(parts.section(Mrkdwn("No runbook fits.")))
    return message([*blocks, *_pages(value, page, total)])


def _runbook_line(item: Runbook, linked: bool, now: datetime) -> Mrkdwn:
    marks = [
        words.runbook_state(item),
        words.run_type(item.run_type),
        rag_line(item.status, item.status_message),
        Mrkdwn("template") if item.is_template else None,
        Mrkdwn("🔗 linked here") if linked else None,
        end_line(item, now) if item.stage != RunbookStage.PLANNING else None,
    ]
    return join("\n", [literal(item.name, 100), join(" · ", marks)])


def streams(runbook: Runbook, items: Sequence[Stream], counts: Mapping[str | None, Counts], now: datetime) -> Message:
    """RAG and progress per stream of one runbook."""
    name = literal(runbook.name, 80)
    head = join(" · ", [name, words.runbook_state(runbook), words.run_type(runbook.run_type)])
    blocks = [parts.section(head)]
    if not items:
        blocks.append(parts.section(Mrkdwn("This runbook has no streams.")))
    groups = [tuple(items[i : i + 12]) for i in range(0, min(len(items), 60), 12)]
    blocks += [parts.section(stream_lines(group, counts, under_way=not runbook.is_over)) for group in groups]
    blocks.append(parts.context(phrase("As of {at}", at=when(now, now))))
    return message(blocks)
