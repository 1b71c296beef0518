"""A small checker for request bodies: types and enums as the OpenAPI file gives them, before any rule of the
world is asked.

A wrong type or a missing required member is 400 (malformed), a value outside an enum 422 `inclusion`, a text
that is no time
422 `invalid`. Unknown members are let through, as JSON:API servers commonly do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .clock import END, parse
from .errors import invalid, malformed

EARLIEST = 946_684_800.0  # 2000-01-01
LONGEST = 366 * 86400
MAX_TEXT = 4_000_000
MAX_NAME = 5_000


class Enum(NamedTuple):
    """One of these texts."""

    values: tuple[str, ...]
    nullable: bool = False


class Text(NamedTuple):
    """A text of at most `longest` characters."""

    longest: int = MAX_TEXT


class Obj(NamedTuple):
    """An object with these members; those in `required` must be there."""

    members: Mapping[str, Any]
    required: tuple[str, ...] = ()


class Many(NamedTuple):
    """An array of one kind."""

    kind: Any


class Plain(NamedTuple):
    """`boolean`, `number`, `seconds` (whole, not negative), `time`, `answer` (text or list of texts)."""

    word: str
    nullable: bool = False


TEXT, NAME = Text(), Text(MAX_NAME)
BOOL, NUMBER, SECONDS, ANSWER = Plain("boolean"), Plain("number"), Plain("seconds"), Plain("answer")
TIME, TIME_OR_NULL = Plain("time"), Plain("time", nullable=True)
RAG = Enum(("off", "red", "amber", "green"))


def linkage(*types: str) -> Obj:
    """A to-one relationship."""
    return Obj({"data": Obj({"id": TEXT, "type": Enum(types)}, ("id", "type"))}, ("data",))


def linkages(*types: str) -> Obj:
    """A to-many relationship."""
    return Obj({"data": Many(Obj({"id": TEXT, "type": Enum(types)}, ("id", "type")))}, ("data",))


def check(value: Any, kind: Any, pointer: str = "") -> None:
    """Refuse `value` unless it is of that kind; `pointer` is where it stands in the document."""
    if isinstance(kind, Obj):
        _object(value, kind, pointer)
    elif isinstance(kind, Many):
        if not isinstance(value, list):
            raise malformed("An array was expected", pointer=pointer)
        for index, item in enumerate(value):
            check(item, kind.kind, f"{pointer}/{index}")
    elif isinstance(kind, Enum):
        _enum(value, kind, pointer)
    elif isinstance(kind, Text):
        _text(value, kind, pointer)
    else:
        _plain(value, kind, pointer)


def _object(value: Any, kind: Obj, pointer: str) -> None:
    if not isinstance(value, dict):
        raise malformed("An object was expected", pointer=pointer)
    for name in kind.required:
        if name not in value:
            raise malformed(f"{name} is missing", pointer=f"{pointer}/{name}")
    for name, each in kind.members.items():
        if name in value:
            check(value[name], each, f"{pointer}/{name}")


def _enum(value: Any, kind: Enum, pointer: str) -> None:
    if value is None and kind.nullable:
        return
    if not isinstance(value, str):
        raise malformed("A text was expected", pointer=pointer)
    if value not in kind.values:
        raise invalid("inclusion", f"The value is not one of {', '.join(kind.values)}", pointer)


def _text(value: Any, kind: Text, pointer: str) -> None:
    if not isinstance(value, str):
        raise malformed("A text was expected", pointer=pointer)
    if len(value) > kind.longest:
        raise invalid("too_long", f"The text is too long (maximum is {kind.longest} characters)", pointer)


def _plain(value: Any, kind: Plain, pointer: str) -> None:
    if value is None and kind.nullable:
        return
    right = {
        "boolean": isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "seconds": isinstance(value, int | float) and not isinstance(value, bool),
        "time": isinstance(value, str),
        "answer": isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value)),
    }
    if not right[kind.word]:
        raise malformed(f"The value has the wrong type ({kind.word} was expected)", pointer=pointer)
    if kind.word == "time":
        moment(value, pointer)
    elif kind.word == "seconds":
        _seconds(value, pointer)


def _seconds(value: float, pointer: str) -> None:
    if not float(value).is_integer():
        raise malformed("A whole number was expected", pointer=pointer)
    if value < 0:
        raise invalid("greater_than_or_equal_to", "The number must be at least 0", pointer)
    if value > LONGEST:
        raise invalid("less_than_or_equal_to", f"The number must be at most {LONGEST}", pointer)


def moment(text: str | None, pointer: str = "") -> float | None:
    """Seconds since 1970 of a time sent by a client; None for null and for the empty text, which clear a time."""
    if not text:
        return None
    try:
        at = parse(text)
    except (ValueError, OverflowError):
        raise invalid("invalid", "The value is not a time", pointer) from None
    if not EARLIEST <= at <= END:
        code = "on_or_after" if at < EARLIEST else "on_or_before"
        raise invalid(code, "The time is out of range", pointer)
    return at


def flag(query: Mapping[str, str], name: str) -> bool | None:
    """A boolean query parameter; None when it is not there, 400 when it is neither true nor false."""
    text = query.get(name)
    if text is None:
        return None
    if text not in ("true", "false"):
        raise malformed("true or false was expected", parameter=name)
    return text == "true"


def choice(query: Mapping[str, str], name: str, *values: str) -> str | None:
    """A query parameter out of a fixed list; 400 for another value."""
    text = query.get(name)
    if text is not None and text not in values:
        raise malformed(f"The value is not one of {', '.join(values)}", parameter=name)
    return text


def words(query: Mapping[str, str], name: str) -> set[str] | None:
    """The values of a comma-joined filter; None when it is not there."""
    text = query.get(name)
    return None if text is None else {part for part in text.split(",") if part}
