"""What if: the form for several changes, and the answer. The one rule: the answer says that nothing was changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.blocks import forms, parts, words
from bot.blocks.answers import OURS, Around, Timed, ends_at
from bot.blocks.forms import Errors, State
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message, View, message
from bot.blocks.text import Mrkdwn, bold, duration, join, literal, phrase
from bot.blocks.values import PickValue, RunbookMeta, encode_meta, pick_block
from bot.model import Runbook, Task, Text
from bot.plan import Shift

ROWS: Final = 4
_SHOWN = 8
_CHANGE: Final = re.compile(r"\s*([+\-−]?)\s*(\d[\w ]*?)\s*\Z")
_SKIP: Final = frozenset({"skip", "skipped"})


@dataclass(frozen=True, slots=True)
class Change:
    """`seconds` more or less; None: the task is skipped."""

    task_id: str
    seconds: float | None

    @property
    def shift(self) -> Shift:
        return Shift(self.task_id, self.seconds or 0.0, skipped=self.seconds is None)


@dataclass(frozen=True, slots=True)
class WhatIfForm:
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`changed` are the tasks with their changes; `end` our forecast then, `moves` by how much that is later (seconds).

    `milestones` and `lanes` (None: tasks of no stream): what else moves, and by how much.
    """

    changed: Sequence[tuple[Task, Change]]
    end: float
    moves: float
    milestones: Sequence[tuple[Timed, float]] = ()
    lanes: Sequence[tuple[Text | None, float]] = ()


def parse_change(typed: str) -> tuple[bool, float | None]:
    """(understood, seconds or None for a skip) of `+30m`, `-1h 10m`, `45 min` or `skip`."""
    if typed.strip().casefold() in _SKIP:
        return True, None
    found = _CHANGE.match(typed)
    seconds = forms.parse_duration(found[2]) if found else None
    if found is None or seconds is None:
        return False, None
    return True, float(seconds if found[1] in ("", "+") else -seconds)


def what_if_form(runbook: Runbook) -> View:
    """Several tasks, each with its change."""
    blocks = [parts.section(bold(runbook.name, 150)), parts.context(Mrkdwn("Nothing is changed: it is only computed."))]
    for row in range(1, ROWS + 1):
        pick = PickValue(command="runbook", verb="whatif", rest=str(row), r=runbook.id)
        menu = parts.external_select(ActionId.PICK_TASK, "Type part of its name")
        blocks.append(parts.field(f"Task {row}", menu, pick_block(pick), optional=row > 1))
        change = parts.text_input(longest=20, hint="+30m, -10m or skip")
        blocks.append(parts.field("What happens to it", change, _block(row), optional=row > 1))
    meta = encode_meta(RunbookMeta(r=runbook.id))
    return View(parts.modal("What if", ViewId.WHATIF, blocks, submit="Compute", meta=meta, close="Close"))


def _block(row: int) -> str:
    return f"change.{row}"


def read_what_if(state: State, runbook_id: str) -> WhatIfForm | Errors:
    """The form as sent."""
    errors: Errors = {}
    changes = []
    for row in range(1, ROWS + 1):
        block = pick_block(PickValue(command="runbook", verb="whatif", rest=str(row), r=runbook_id))
        task_id, typed = forms.choice(state, block), forms.one_line(state, _block(row)).raw
        if task_id is None and not typed:
            continue
        understood, seconds = parse_change(typed)
        if not understood:
            errors[_block(row)] = "For example +30m, -10m or skip."
        elif task_id is None:
            errors[block] = "Choose the task that this is about."
        else:
            changes.append(Change(task_id, seconds))
    if not errors and not changes:
        errors[_block(1)] = "Choose a task and say what happens to it."
    return errors or WhatIfForm(tuple(changes))


def effect(around: Around, told: Outcome) -> Message:
    """What happens to the run."""
    blocks = [parts.section(join("\n", [_head(told), _result(around, told)]))]
    lines = [
        phrase("• {task}: {by}", task=words.task_name(one.task, 80), by=Mrkdwn(_moved(by)))
        for one, by in told.milestones[:_SHOWN]
    ]
    if lines:
        rest = len(told.milestones) - len(lines)
        more = Mrkdwn(f"+{rest} more") if rest > 0 else None
        blocks.append(parts.section(join("\n", [Mrkdwn("*Milestones that move*"), *lines, more])))
    if told.lanes:
        lanes = [
            phrase("{name} {by}", name=literal(name or Text("no stream"), 50), by=Mrkdwn(_moved(by)))
            for name, by in told.lanes[:12]
        ]
        blocks.append(parts.section(phrase("*Streams that end at another time*: {lanes}", lanes=join(" · ", lanes))))
    return message([*blocks, parts.context(Mrkdwn("Nothing was changed. "), OURS)])


def _head(told: Outcome) -> Mrkdwn:
    lines = [phrase("{task} {change}", task=words.task_name(t), change=Mrkdwn(_change(c))) for t, c in told.changed]
    if len(lines) == 1:
        return phrase("🔮 If {line}:", line=lines[0])
    return join("\n", [Mrkdwn("🔮 If"), *(phrase("• {line}", line=line) for line in lines)])


def _change(change: Change) -> str:
    if change.seconds is None:
        return "is skipped"
    return f"takes {duration(abs(change.seconds))} {'longer' if change.seconds >= 0 else 'shorter'}"


def _result(around: Around, told: Outcome) -> Mrkdwn:
    at = ends_at(around, told.end)
    if abs(told.moves) < 1:
        return phrase("The run still ends about {at}.", at=at)
    return phrase("The run ends about {at}, {moved}.", at=at, moved=Mrkdwn(_moved(told.moves)))


def _moved(seconds: float) -> str:
    return f"{duration(abs(seconds))} {'later' if seconds > 0 else 'earlier'}"
