"""What buttons and modals carry back to us. The one rule: nothing in here is trusted; it only names things to look up.

Compact JSON with a version; a value from an older or newer bot is refused with a sentence instead of guessed at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal, Self, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bot.blocks.fit import BLOCK_ID, BUTTON_VALUE, METADATA
from bot.errors import BadInput
from bot.model import Runbook, Task

_VERSION: Final = 1
_ESCAPED: Final = json.JSONEncoder(separators=(",", ":")).encode


class Value(BaseModel):
    """Base of all values. Unknown fields and other versions are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    v: int = _VERSION

    @model_validator(mode="after")
    def _known_version(self) -> Self:
        if self.v != _VERSION:
            raise ValueError("another version")
        return self


class TaskValue(Value):
    """A task as the person saw it. `ask`: finishing asks for branches or answers. `override`: against the rules.

    `listed`: the button stands in a list, which must not be replaced by one card. `fields`: ids of the custom fields
    that Cutover asked to be answered first.
    """

    r: str
    t: str
    seen: str = ""
    ask: bool = False
    override: bool = False
    listed: bool = False
    fields: tuple[str, ...] = ()


class MoreValue(Value):
    """An entry of a task card's overflow menu (at most 150 characters encoded)."""

    do: Literal["edit", "assign", "override_start", "override_finish"]
    r: str
    t: str
    seen: str = ""


class RunbookValue(Value):
    r: str
    seen: str = ""


class ConfirmValue(Value):
    """What somebody asked for and somebody else confirms: the runbook, and the id of the intent."""

    r: str
    i: str


class ChartValue(Value):
    """Pictures of a run; empty `kinds`: all."""

    r: str
    kinds: tuple[str, ...] = ()


class PollValue(Value):
    """A go/no-go poll by its key."""

    k: str


class PickValue(Value):
    """A command waiting for a choice: `/task finish` -> command `task`, verb `finish`, `rest` the words after it."""

    command: str
    verb: str
    rest: str = ""
    r: str | None = None
    chosen: str = ""


class ListValue(Value):
    """A page of a list. `r` is empty for lists of runbooks; `page` starts at 1."""

    r: str
    kind: str
    arg: str = ""
    page: int = 1


class ViewMeta(Value):
    """Base of what modals keep in `private_metadata`. Never a response_url: it would outlive its 30 minutes."""

    channel: str = ""


class StartMeta(ViewMeta):
    """`name` is what must be typed for a live run (see `modals.typed_name`)."""

    r: str
    seen: str = ""
    name: str = ""


class TaskMeta(ViewMeta):
    """`message_ts`: the card to refresh, where it is a channel message."""

    r: str
    t: str
    seen: str = ""
    message_ts: str = ""
    override: bool = False


class RunbookMeta(ViewMeta):
    r: str
    seen: str = ""
    message_ts: str = ""


class EditMeta(RunbookMeta):
    """`name` and `text`: fingerprints of the name and description that the form showed."""

    name: str = ""
    text: str = ""


class StageMeta(RunbookMeta):
    """`name` is what must be typed; empty when nothing must be."""

    action: Literal["pause", "resume", "cancel"]
    name: str = ""


class CommentMeta(ViewMeta):
    """`permalink` and `source_ts`: the Slack message a comment is made from. `author`: who wrote it (Slack id)."""

    r: str | None = None
    t: str | None = None
    permalink: str = ""
    source_ts: str = ""
    author: str = ""


class PreviewValue(Value):
    """A preview database of CapyDB's, `d`, and its project, `p`; as an option at most 150 characters encoded."""

    p: str
    d: str = ""


class RequestMeta(ViewMeta):
    """A database cutover on its way: the task it is for (`r`, `t`), and once chosen the preview (`p`, `d`)."""

    r: str = ""
    t: str = ""
    p: str = ""
    d: str = ""


class CreateMeta(ViewMeta):
    """Creating a runbook, or (`r`) a task in a runbook."""

    r: str | None = None


class HomeValue(Value):
    """A press in the App Home; `c`: the channel meant, empty for the whole."""

    c: str = ""


V = TypeVar("V", bound=Value)
_OLD = "This button is from an older version of the bot."
_OLD_HINT = "Ask for it again, for example with the command that showed it."


def encode(value: Value, limit: int = BUTTON_VALUE) -> str:
    """Compact JSON. Raises `BadInput` over `limit` characters: 2,000 for buttons, 150 for options, 255 for block ids.

    ASCII only, so that the limit means the same in every way of counting.
    """
    fields = {"v": value.v, **value.model_dump(exclude_defaults=True)}
    text = _compact(fields)
    if len(text) > limit:
        raise BadInput(
            "That is too long to keep while you choose.",
            "Name the task or runbook in the command itself, then repeat it.",
        )
    return text


def _compact(fields: Mapping[str, Any]) -> str:
    try:
        text = orjson.dumps(fields).decode()
    except TypeError:  # half a surrogate pair
        return _ESCAPED(fields)
    return text if text.isascii() else _ESCAPED(fields)


def encode_meta(meta: Value) -> str:
    """`private_metadata`, at most 3,000 characters."""
    return encode(meta, METADATA)


def decode(cls: type[V], text: str | None) -> V:
    """The value in `text`. Raises `BadInput` when it is not one of ours, or of another version."""
    if not text or len(text) > METADATA:
        raise BadInput(_OLD, _OLD_HINT)
    try:
        return cls.model_validate_json(text)
    except (ValidationError, ValueError, RecursionError):
        raise BadInput(_OLD, _OLD_HINT) from None


def pick_block(value: PickValue) -> str:
    """`block_id` that carries `value` (255 characters); raises `BadInput` when the words typed are too many."""
    return encode(value, BLOCK_ID)


def read_pick(action: Mapping[str, Any]) -> PickValue:
    """What was chosen in a picker: `chosen` is the id of the task, runbook or Slack user.

    `action` is one entry of a block_actions payload's `actions`. Raises `BadInput` when it is not one of ours.
    """
    if isinstance(action.get("value"), str):
        return decode(PickValue, action["value"])
    option = action.get("selected_option")
    chosen = action.get("selected_user") or (option.get("value") if isinstance(option, Mapping) else None)
    if not isinstance(chosen, str) or not chosen:
        raise BadInput("Nothing was chosen.", "Choose an entry of the list.")
    block_id = action.get("block_id")
    return decode(PickValue, block_id if isinstance(block_id, str) else None).model_copy(update={"chosen": chosen})


def seen(task: Task) -> str:
    """Short form of the state a person saw: stage and moment of the last change, at most 21 characters."""
    return f"{task.stage[:11]}.{_moment(task.updated_at)}"


def seen_runbook(runbook: Runbook) -> str:
    """The same for a runbook."""
    return f"{runbook.stage[:11]}.{_moment(runbook.updated_at)}"


@lru_cache(256)
def _moment(at: datetime | None) -> str:
    """Milliseconds since 1970 in base 36, so that it stays short. Each control of a card asks for the same one."""
    number = 0 if at is None else int(at.timestamp() * 1000)
    digits = ""
    while number > 0:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"
