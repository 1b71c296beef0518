"""One resource as a row of its table. The one rule: whatever Cutover sends becomes a row; the usual form only faster.

A decoder made for the kind takes the columns out of the text without building the rest, at a fifth of the time. What
does not have the documented types goes the long way round, with the same result where both are possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final, NamedTuple

import msgspec
import orjson

from bot.archive.columns import BOOL, INT, TABLES, TEXT, kind_of
from bot.archive.kinds import BY_NAME

_NAMES: Final = ("name", "first_name", "last_name")
_ANSWER: Final = ("custom_field_id", "name", "value")
_BIG: Final = 2**63 - 1
Values = tuple[Any, ...]


class Typed(NamedTuple):
    """`values` in the order of `Plan.columns`; `answers` to custom fields and `people` assigned, both without ids."""

    values: Values
    name: str
    answers: list[Values]
    people: list[Values]


class Plan(NamedTuple):
    """The columns of a table in the order in which they are filled: links, texts, numbers, flags after the ids."""

    table: str
    below: tuple[str, ...]
    links: tuple[str, ...]
    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return ("id", *self.below, *self.links, *self.texts, *self.numbers, *self.flags)

    @property
    def insert(self) -> str:
        shown, marks = ", ".join(f'"{one}"' for one in self.columns), ",".join("?" * len(self.columns))
        return f"INSERT INTO {self.table} ({shown}) VALUES ({marks})"  # noqa: S608 - our own names


def _plan(kind: str) -> Plan:
    table, columns = TABLES[kind]
    upper = f"{BY_NAME[kind].parent}_id"
    of = {type_: tuple(one for one in columns if kind_of(one) == type_) for type_ in (TEXT, INT, BOOL)}
    plain = tuple(one for one in of[TEXT] if not one.endswith("_id"))
    links = tuple(one for one in of[TEXT] if one.endswith("_id") and one != upper)
    return Plan(table, tuple(one for one in columns if one == upper), links, plain, of[INT], of[BOOL])


PLANS: Final = {kind: _plan(kind) for kind in TABLES}


class _Pointer(msgspec.Struct):
    id: str
    type: str | None = None


class _One(msgspec.Struct):
    data: _Pointer | None = None


class _Many(msgspec.Struct):
    data: list[_Pointer] | None = None


class _Answer(msgspec.Struct):
    custom_field_id: str | None = None
    name: str | None = None
    value: str | None = None


def _struct(name: str, fields: list[tuple[str, Any]]) -> type[msgspec.Struct]:
    """Optional fields by what they are called in the JSON; some are keywords of Python."""
    numbered = [(f"f{number}", type_, None) for number, (_, type_) in enumerate(fields)]
    called = {f"f{number}": shown for number, (shown, _) in enumerate(fields)}
    return msgspec.defstruct(name, numbered, rename=called, gc=False)


def _fields(plan: Plan) -> list[tuple[str, Any]]:
    """The attributes that are taken out: the columns in their order, then what makes up a name, then the answers."""
    whole = Annotated[int, msgspec.Meta(ge=-_BIG, le=_BIG)]
    fields: list[tuple[str, Any]] = [(one, str | None) for one in plan.links + plan.texts]
    fields += [(one, whole | None) for one in plan.numbers] + [(one, bool | None) for one in plan.flags]
    fields += [(one, str | None) for one in _NAMES if one not in plan.texts]
    return [*fields, ("custom_field_values", list[_Answer] | None)]


def _decoder(kind: str, plan: Plan) -> msgspec.json.Decoder[Any]:
    """For resources whose members have the documented types."""
    attributes = _struct("Attributes", _fields(plan))
    links: list[tuple[str, Any]] = [(one[:-3], _One | None) for one in plan.links]
    if kind == "task":
        links.append(("assignees", _Many | None))
    parts = [("attributes", attributes | None), ("relationships", _struct("Links", links) | None)]
    return msgspec.json.Decoder(_struct("Thing", parts))


def _reader(kind: str, plan: Plan) -> Callable[[str, str, str], Typed]:
    decode, table = _decoder(kind, plan).decode, plan.below
    spread = msgspec.structs.astuple
    linked, wide = len(plan.links), len(plan.columns) - 1 - len(plan.below)
    flags = wide - len(plan.flags)
    places = {name: at for at, (name, _) in enumerate(_fields(plan))}
    at = [places[name] for name in _NAMES]
    with_people = kind == "task"

    def read(identifier: str, parent: str, payload: str) -> Typed:
        try:
            attributes, links = spread(decode(payload))
        except msgspec.MsgspecError:
            return plain(kind, identifier, parent, payload)
        values = spread(attributes) if attributes is not None else ()
        pointers = spread(links) if links is not None else ()
        if not values or (linked and not pointers):
            return plain(kind, identifier, parent, payload)
        ids = (identifier, parent) if table else (identifier,)
        found = [
            link.data.id if link is not None and link.data is not None else flat
            for link, flat in zip(pointers[:linked], values, strict=False)
        ]
        booleans = [one if one is None else int(one) for one in values[flags:wide]]
        name = values[at[0]]
        if name is None:
            name = " ".join(values[one] or "" for one in at[1:]).strip()
        answers = [(one.custom_field_id, one.name, one.value) for one in values[-1] or ()]
        people = pointers[linked].data if with_people and pointers[linked] is not None else None
        return Typed(
            (*ids, *found, *values[linked:flags], *booleans),
            name,
            answers,
            [(one.type, one.id) for one in people or ()],
        )

    return read


def plain(kind: str, identifier: str, parent: str, payload: str) -> Typed:
    """The long way: every member may be missing or of another type."""
    plan = PLANS[kind]
    thing = orjson.loads(payload)
    attributes, links = _object(thing, "attributes"), _object(thing, "relationships")
    get = attributes.get
    values: list[Any] = [identifier, parent] if plan.below else [identifier]
    values += [_linked(links, attributes, name) for name in plan.links]
    values += [_text(get(name)) for name in plan.texts]
    values += [v if type(v := get(name)) is int and abs(v) <= _BIG else None for name in plan.numbers]
    values += [int(v) if type(v := get(name)) is bool else None for name in plan.flags]
    answers = [tuple(_text(one.get(name)) for name in _ANSWER) for one in _entries(get("custom_field_values"))]
    people = _entries(_object(links, "assignees").get("data")) if kind == "task" else ()
    assigned = [(_text(one.get("type")), _text(one.get("id"))) for one in people]
    return Typed(tuple(values), _name(attributes), answers, assigned)


def _linked(links: dict[str, Any], attributes: dict[str, Any], name: str) -> str | None:
    """A relationship's id, or the attribute `name` where an instance flattens it."""
    found = _object(_object(links, name[:-3]), "data").get("id")
    return _text(attributes.get(name) if found is None else found)


def _name(attributes: dict[str, Any]) -> str:
    name = attributes.get("name")
    if name is not None:
        return _text(name) or ""
    return " ".join(_text(attributes.get(part)) or "" for part in _NAMES[1:]).strip()


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _object(thing: Any, name: str) -> dict[str, Any]:
    found = thing.get(name) if isinstance(thing, dict) else None
    return found if isinstance(found, dict) else {}


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


READERS: Final = {kind: _reader(kind, plan) for kind, plan in PLANS.items()}
"""Kind -> `(id, parent, payload) -> Typed`."""
