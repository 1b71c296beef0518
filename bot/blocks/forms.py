"""What people sent from a modal, checked. The one rule: pure; an answer is a form, or an error beside each wrong field.

`state` is a view's `state.values` (or the `state` around it). Errors map block_id to a sentence, as Slack's
`response_action: errors` wants them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.blocks.clean import clean, cut, width
from bot.model import FieldValue, Text

Errors = dict[str, str]
State = Mapping[str, Any]
NAME_TO_TYPE = 60
_PART = re.compile(r"(\d{1,7})\s*([a-z]*)\s*")
_UNITS = {
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600),
    **dict.fromkeys(("", "m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
}


@dataclass(frozen=True, slots=True)
class StartForm:
    """How to start a runbook: Cutover's words."""

    run_type: str
    comms: str
    rebaseline: bool
    shift_fixed_times: bool
    disable_task_notify: bool
    validation_level: str


@dataclass(frozen=True, slots=True)
class FinishForm:
    """`selected`: ids of the successors to go on with, None where the task has no branches; `named`: their labels.

    `result` of a validation task: `pass`, `fail` or `not_tested`, else None.
    """

    selected: tuple[str, ...] | None
    answers: tuple[FieldValue, ...]
    result: str | None
    comment: Text
    named: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class SkipForm:
    reason: Text


@dataclass(frozen=True, slots=True)
class CommentForm:
    """`runbook_id`, `task_id`: what was chosen in the form, None where it had no such choice."""

    runbook_id: str | None
    task_id: str | None
    text: Text


@dataclass(frozen=True, slots=True)
class StatusForm:
    status: str
    message: Text


@dataclass(frozen=True, slots=True)
class StageForm:
    message: Text
    notify: bool


@dataclass(frozen=True, slots=True)
class CreateForm:
    """`template_id` None: a blank runbook."""

    template_id: str | None
    name: Text
    description: Text
    shift_fixed_times: bool
    workspace_id: str | None = None


@dataclass(frozen=True, slots=True)
class EditForm:
    """None: was not offered (too long to edit here), leave it. See `changed` before writing."""

    name: Text | None
    description: Text | None


@dataclass(frozen=True, slots=True)
class TaskForm:
    """`duration` in seconds. None in `name` or `description`: was not offered, leave it."""

    name: Text | None
    description: Text | None
    stream_id: str | None
    task_type_id: str | None
    duration: int | None
    level: str
    start_fixed: datetime | None
    end_fixed: datetime | None


@dataclass(frozen=True, slots=True)
class AssignForm:
    """`users` are Slack ids. `replace`: nobody else stays assigned."""

    users: tuple[str, ...]
    replace: bool


def element(state: State, block_id: str) -> Mapping[str, Any]:
    """What Slack says of the one element in a block; empty when the block is not there."""
    values = state.get("values", state)
    block = values.get(block_id) if isinstance(values, Mapping) else None
    inner = next(iter(block.values()), None) if isinstance(block, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def has(state: State, block_id: str) -> bool:
    """Whether the form had this input at all."""
    return bool(element(state, block_id))


def text(state: State, block_id: str) -> Text:
    """A text input, with its lines, without what cannot be seen."""
    value = element(state, block_id).get("value")
    return Text(clean(value, lines=True) if isinstance(value, str) else "")


def choice(state: State, block_id: str) -> str | None:
    """The value chosen in a menu or radio group."""
    chosen = element(state, block_id).get("selected_option")
    value = chosen.get("value") if isinstance(chosen, Mapping) else None
    return value if isinstance(value, str) else None


def choices(state: State, block_id: str) -> tuple[str, ...]:
    """The values chosen in checkboxes or a menu of many."""
    chosen = element(state, block_id).get("selected_options")
    found = [o.get("value") for o in chosen if isinstance(o, Mapping)] if isinstance(chosen, list) else []
    return tuple(value for value in found if isinstance(value, str))


def chosen_texts(state: State, block_id: str) -> tuple[Text, ...]:
    """The labels of the same, as Slack sends them back."""
    chosen = element(state, block_id).get("selected_options")
    labels = [o.get("text") for o in chosen if isinstance(o, Mapping)] if isinstance(chosen, list) else []
    found = [label.get("text") for label in labels if isinstance(label, Mapping)]
    return tuple(Text(text) for text in found if isinstance(text, str) and text)


def users(state: State, block_id: str) -> tuple[str, ...]:
    """The Slack ids chosen in a menu of people."""
    chosen = element(state, block_id).get("selected_users")
    return tuple(u for u in chosen if isinstance(u, str)) if isinstance(chosen, list) else ()


def moment(state: State, block_id: str) -> datetime | None:
    """A date and time as aware UTC."""
    unix = element(state, block_id).get("selected_date_time")
    if isinstance(unix, bool) or not isinstance(unix, int) or not 0 < unix < 253_402_300_800:
        return None
    return datetime.fromtimestamp(unix, UTC)


def parse_duration(words: str) -> int | None:
    """Seconds of `1h 20m`, `90 min`, `45` (minutes), `2d`, `30s`; None when it is none of these."""
    text = clean(words).lower().replace(",", " ")
    found = _PART.findall(text)
    units = [_UNITS.get(unit) for _, unit in found]
    if not found or _PART.sub("", text).strip() or None in units:
        return None
    known = [unit for unit in units if unit is not None]
    if known != sorted(set(known), reverse=True):  # 5 min 5 min, or 10 s 1 h: more likely a slip than a wish
        return None
    return sum(int(number) * unit for (number, _), unit in zip(found, known, strict=True))


def typed_name(name: Text | str) -> str:
    """What a person has to type to start this runbook live: its name in one line, the first 60 characters."""
    line = clean(name.raw if isinstance(name, Text) else name)
    return cut(line, NAME_TO_TYPE).removesuffix("…").rstrip() or "yes"


def same_name(typed: Text, name: Text | str) -> bool:
    """Whether `typed` is the name or its first 60 characters; case and spacing are forgiven."""
    full = clean(name.raw if isinstance(name, Text) else name)
    return clean(typed.raw).casefold() in {full.casefold(), typed_name(name).casefold()} and bool(typed)


def one_line(state: State, block_id: str) -> Text:
    """A text input as one line."""
    return Text(clean(text(state, block_id).raw))


def fits(value: str, limit: int) -> bool:
    """Whether a preset fits a text box of `limit` characters."""
    return width(value) <= limit


def changed(sent: Text | None, stored: Text) -> bool:
    """Whether a person changed a preset text. Tidied white space and dropped invisible characters are no change."""
    return sent is not None and clean(sent.raw, lines=True) != clean(stored.raw, lines=True)


def fingerprint(stored: Text) -> str:
    """Short mark of a preset text for a modal's metadata: equal marks, no change (see `changed`)."""
    return hashlib.sha256(clean(stored.raw, lines=True).encode("utf-8", "replace")).hexdigest()[:12]


def exact_duration(seconds: int) -> str:
    """`1 h 20 min 30 s`: `parse_duration` gives back the same number."""
    hours, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    words = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(words) or "0 min"
