"""Pickers: which task, runbook or person was meant. The one rule: nothing is executed before the choice."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import fit, parts, words
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, join, literal, plain
from bot.blocks.values import PickValue, encode, pick_block
from bot.model import Runbook, Task

_BUTTONS = 8
_UNDONE = Mrkdwn("Nothing is done until you choose.")


def pick_task(question: str, candidates: Sequence[Task], value: PickValue, *, more: int = 0) -> Message:
    """Several tasks fit: a button each (the first 8). `more` counts fits that are not among the candidates.

    Raises `BadInput` when the words typed (`value.rest`) are too long for a button (2,000 characters).
    """
    blocks = [parts.section(_question(question))]
    for item in candidates[:_BUTTONS]:
        chosen = encode(value.model_copy(update={"chosen": item.id, "r": value.r or item.runbook_id}))
        line = join(" · ", [words.task_name(item), words.task_state(item)])
        blocks.append(parts.section(line, parts.button("Choose", ActionId.PICK_TASK, chosen)))
    return message([*blocks, _rest(len(candidates) - _BUTTONS, more)])


def pick_runbook(question: str, candidates: Sequence[Runbook], value: PickValue, *, more: int = 0) -> Message:
    """Several runbooks fit: a button each (the first 8)."""
    blocks = [parts.section(_question(question))]
    for item in candidates[:_BUTTONS]:
        chosen = encode(value.model_copy(update={"chosen": item.id}))
        line = join(" · ", [literal(item.name, 100), literal(_state(item), 60), words.run_type(item.run_type)])
        blocks.append(parts.section(line, parts.button("Choose", ActionId.PICK_RUNBOOK, chosen)))
    return message([*blocks, _rest(len(candidates) - _BUTTONS, more)])


def _question(question: str) -> Mrkdwn:
    return question if isinstance(question, Mrkdwn) else literal(question, 300)


def _rest(unshown: int, more: int) -> parts.Block:
    rest = max(0, unshown) + more
    hint = Mrkdwn(f"+{rest} more: add a word to narrow it down.") if rest > 0 else None
    return parts.context(_UNDONE, hint)


def ask_task(question: str, value: PickValue) -> Message:
    """A type-ahead menu of tasks of `value.r`. Raises `BadInput` when the words typed are too long to carry."""
    menu = parts.external_select(ActionId.PICK_TASK, "Type part of the task's name or number")
    return _ask(question, menu, value)


def ask_runbook(question: str, value: PickValue) -> Message:
    """A type-ahead menu of runbooks; raises `BadInput` like `ask_task`."""
    return _ask(question, parts.external_select(ActionId.PICK_RUNBOOK, "Type part of the runbook's name"), value)


def ask_person(question: str, value: PickValue) -> Message:
    """A menu of the workspace's people; raises `BadInput` like `ask_task`."""
    return _ask(question, parts.users_select(ActionId.PICK_PERSON, "Choose a person"), value)


def _ask(question: str, menu: parts.Element, value: PickValue) -> Message:
    return message(
        [parts.section(_question(question)), parts.actions(menu, block_id=pick_block(value)), parts.context(_UNDONE)]
    )


def options_tasks(tasks: Sequence[Task]) -> list[parts.Element]:
    """Options of a type-ahead menu (at most 100); the value is the task's id."""
    return [
        parts.option(_label(task), task.id, words.task_word(task)) for task in tasks if len(task.id) <= fit.OPTION_VALUE
    ][: fit.OPTIONS]


def _label(task: Task) -> str:
    number = f"#{task.number} " if task.number is not None else ""
    return number + plain(task.name, fit.OPTION_TEXT - len(number))


def options_runbooks(runbooks: Sequence[Runbook]) -> list[parts.Element]:
    """The same for runbooks."""
    return [parts.option(item.name, item.id, _state(item)) for item in runbooks if len(item.id) <= fit.OPTION_VALUE][
        : fit.OPTIONS
    ]


def _state(item: Runbook) -> str:
    """A template has a stage as well, but that is not what tells it from a runbook of the same name."""
    return "📋 Template" if item.is_template else words.runbook_word(item)
