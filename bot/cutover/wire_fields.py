"""Reading single members of Cutover's JSON. The one rule: null and missing are fine, nonsense is `BadAnswer` by name.

Instances differ (facts of the vendor's own client): ids come as numbers, attributes as null, times in several ISO
forms. What is merely unusual is read; what cannot be meant is an error that names the member.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeAlias

from bot.errors import BadAnswer
from bot.model import EMPTY, FieldValue, Ref, Text

Json: TypeAlias = Any
Object: TypeAlias = Mapping[str, Any]

_NOTHING: dict[str, Any] = {}
_MOST_DIGITS = 18  # a longer "number" is garbage, and int() of a very long one is slow


def bad(where: str, why: str) -> NoReturn:
    """Raise `BadAnswer` naming the member of the answer that cannot be read."""
    raise BadAnswer(
        f"Cutover's answer is not what its reference says: `{where}` {why}.",
        "Try again; if it stays, tell whoever runs the bot: Cutover or something before it has changed.",
    )


class Resource:
    """A JSON:API resource, opened. `raw` is the vendor's object untouched."""

    __slots__ = ("attributes", "id", "raw", "relationships", "where")

    def __init__(self, raw: Json, where: str, kind: str | None = None) -> None:
        if not isinstance(raw, dict):
            bad(where, "is not an object")
        if kind is not None and isinstance(told := raw.get("type"), str) and _plain(told) != kind:
            bad(f"{where}.type", f"is not {kind}")
        self.raw: dict[str, Any] = raw
        self.where = where
        self.id = identifier(raw.get("id"), f"{where}.id")
        self.attributes = member(raw, "attributes", where)
        self.relationships = member(raw, "relationships", where)

    def text(self, *names: str) -> Text:
        """The first of `names` that has a value. Numbers and booleans are shown as they are."""
        value = self.string(*names)
        return EMPTY if value is None else Text(value)

    def string(self, *names: str) -> str | None:
        """As `text`, for words of Cutover's own (stages, keys): None when missing."""
        for name in names:
            value = self.attributes.get(name)
            if value is not None:
                return value if type(value) is str else _as_text(value, f"{self.where}.attributes.{name}")
        return None

    def flag(self, name: str) -> bool:
        """True or false; missing and null are false."""
        value = self.attributes.get(name)
        return value if type(value) is bool else _as_flag(value, f"{self.where}.attributes.{name}")

    def maybe_flag(self, name: str) -> bool | None:
        """As `flag`, but missing and null are None: the instance does not tell."""
        return None if self.attributes.get(name) is None else self.flag(name)

    def integer(self, *names: str) -> int | None:
        """The first of `names` that has a value."""
        for name in names:
            value = self.attributes.get(name)
            if value is not None:
                return value if type(value) is int else _as_integer(value, f"{self.where}.attributes.{name}")
        return None

    def when(self, *names: str) -> datetime | None:
        """Aware UTC. A time without an offset is UTC: the reference gives no rule, its samples end in Z."""
        for name in names:
            value = self.attributes.get(name)
            if value:
                return _as_time(value, self.where, name)
        return None

    def times(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Many times at once, by name."""
        found = self.attributes.get
        return {name: _as_time(value, self.where, name) if (value := found(name)) else None for name in names}

    def ref(self, *names: str) -> Ref | None:
        """The one resource a relationship points at."""
        for name in names:
            refs = self.refs(name)
            if refs:
                return refs[0]
        return None

    def ref_id(self, name: str) -> str | None:
        """Id a relationship points at, or the attribute `<name>_id` of instances that flatten it."""
        relationship = self.relationships.get(name)
        if relationship is not None:
            # The usual form, read without detours: three of these per task add up over thousands of tasks.
            data = relationship.get("data") if type(relationship) is dict else None
            if type(data) is dict and type(found := data.get("id")) is str and found:
                return found
            link = self.ref(name)
            if link is not None:
                return link.id
        flat = self.attributes.get(f"{name}_id")
        return None if flat is None else identifier(flat, f"{self.where}.attributes.{name}_id")

    def refs(self, name: str) -> tuple[Ref, ...] | None:
        """All resources a relationship points at; None when it is missing or has links only: not told."""
        relationship = self.relationships.get(name)
        if relationship is None:
            return None
        where = f"{self.where}.relationships.{name}"
        data: Json = relationship
        if isinstance(relationship, dict):
            if "data" not in relationship:
                return None
            data = relationship["data"]
        if data is None:
            return ()
        if isinstance(data, dict):
            return (_ref(data, where),)
        return tuple([_ref(one, where) for one in data]) if isinstance(data, list) else bad(where, "is not a reference")

    def ids(self, *names: str) -> tuple[str, ...] | None:
        """Ids from the first of `names` that exists, as relationship or as attribute; None: not told.

        The reference promises attributes `predecessor_ids`, the vendor's client reads relationships: both occur.
        """
        for name in names:
            links = self.refs(name)
            if links is not None:
                return tuple([link.id for link in links])
            flat = self.attributes.get(name)
            if flat is not None:
                where = f"{self.where}.attributes.{name}"
                entries = flat if isinstance(flat, list) else bad(where, "is not a list")
                return tuple([identifier(one, where) for one in entries])
        return None

    def field_values(self) -> tuple[FieldValue, ...]:
        """Answers to custom fields, addressed by id or by name."""
        values = self.attributes.get("custom_field_values")
        if not values:
            return ()
        where = f"{self.where}.attributes.custom_field_values"
        entries = values if isinstance(values, list) else bad(where, "is not a list")
        return tuple([_field_value(one, where) for one in entries])


def member(raw: Object, name: str, where: str) -> Object:
    """An object inside an object; missing and null are an empty one, and so is `[]`: PHP and Lua write it for `{}`."""
    value = raw.get(name)
    if value is None or value == []:
        return _NOTHING
    return value if isinstance(value, dict) else bad(f"{where}.{name}", "is not an object")


def identifier(value: Json, where: str) -> str:
    """An id as string; Cutover sends numbers in places (its bug API-461)."""
    if type(value) is str and value:
        return value
    if type(value) is int:
        return str(value)
    return bad(where, "is not an id")


def _plain(kind: str) -> str:
    # Webhooks say `core.task` where the REST answers say `task`; some JSON:API servers use plurals.
    return kind.removeprefix("core.").removesuffix("s")


def _ref(value: Json, where: str) -> Ref:
    if isinstance(value, dict):
        kind, found = value.get("type"), value.get("id")
        if type(kind) is str and type(found) is str and found and not kind.startswith("core."):
            return Ref(kind, found)
        return Ref(str(value.get("type") or "").removeprefix("core."), identifier(value.get("id"), f"{where}.id"))
    return Ref("", identifier(value, where))


def _as_text(value: Json, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else bad(where, "is not text")


def _as_flag(value: Json, where: str) -> bool:
    if value is None:
        return False
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return bool(value) if value in (0, 1) else bad(where, "is neither true nor false")


def _as_integer(value: Json, where: str) -> int:
    if isinstance(value, float) and abs(value) < 10**_MOST_DIGITS:
        return round(value)  # seconds computed from two moments come with a rest
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) <= _MOST_DIGITS:
        return int(value)
    return bad(where, "is not a whole number")


def _as_time(value: Json, where: str, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is UTC:
            return moment
    except (ValueError, TypeError):
        moment = None
    try:
        if moment is None:
            moment = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, AttributeError):
        bad(f"{where}.attributes.{name}", "is not a time")


def _field_value(value: Json, where: str) -> FieldValue:
    if not isinstance(value, dict):
        bad(where, "has an entry that is not an object")
    content = value.get("value")
    entries = content if isinstance(content, list) else [] if content is None else [content]
    values = tuple([Text(one if isinstance(one, str) else _as_text(one, f"{where}.value")) for one in entries])
    field_id = value.get("custom_field_id")
    name = value.get("name")
    return FieldValue(
        None if field_id is None else identifier(field_id, f"{where}.custom_field_id"),
        EMPTY if name is None else Text(name if isinstance(name, str) else _as_text(name, f"{where}.name")),
        values,
        multiple=isinstance(content, list),
    )
