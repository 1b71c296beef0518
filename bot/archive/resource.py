"""Pages and resources as bytes. The one rule: what is stored is what was sent; two readings are compared by content.

Only here does the archive look into Cutover's JSON. A page is cut into its resources without building them: most are
known by their hash and never looked at again.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import msgspec
import orjson

from bot.cutover.wire_fields import bad


class Row(NamedTuple):
    """One resource: `raw` as sent, `hash` of it (16 bytes).

    `updated_at` as Cutover writes it, if it does; of what never changes (comments, action logs) when it was made.
    """

    id: str
    updated_at: str | None
    hash: bytes
    raw: bytes

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8")


class _Stamps(msgspec.Struct):
    updated_at: Any = None
    created_at: Any = None


class _Thing(msgspec.Struct):
    id: str | int  # numbers occur (Cutover's bug API-461)
    attributes: _Stamps | None = None


class _Page(msgspec.Struct):
    """What of the resources is looked at."""

    data: list[_Thing]


class Sheet(msgspec.Struct):
    """One page of a list. `things` belong to `data`, in the same order."""

    data: list[msgspec.Raw]
    things: list[_Thing] = []
    links: dict[str, Any] | None = None
    meta: dict[str, Any] | None = None

    @property
    def next(self) -> str | None:
        """Where the list goes on."""
        link = (self.links or {}).get("next")
        if isinstance(link, dict):  # JSON:API allows a link to be an object
            link = link.get("href")
        return link if isinstance(link, str) and link else None

    @property
    def total(self) -> int | None:
        """How many there are, if Cutover tells; some instances give null."""
        page = (self.meta or {}).get("page")
        total = page.get("total") if isinstance(page, dict) else None
        return total if type(total) is int else None

    def rows(self) -> list[Row]:
        """Its resources."""
        return [_row(bytes(raw), thing) for raw, thing in zip(self.data, self.things, strict=True)]


class _Single(msgspec.Struct):
    data: msgspec.Raw


_SHEET = msgspec.json.Decoder(Sheet)
_PAGE = msgspec.json.Decoder(_Page)
_THING = msgspec.json.Decoder(_Thing)
_SINGLE = msgspec.json.Decoder(_Single)


def sheet(body: bytes) -> Sheet:
    """A page. Errors: `BadAnswer` for a web page, cut-off text, another kind of JSON, a resource without id."""
    try:
        body.decode("utf-8")  # msgspec does not look into what it leaves uncut
        page = _SHEET.decode(body)
        page.things = _PAGE.decode(body).data
    except (msgspec.MsgspecError, UnicodeDecodeError):
        bad("the body", "is a web page" if body.lstrip()[:1] == b"<" else "is not a list of resources")
    return page


def single(body: bytes) -> Row:
    """The resource of an answer about one thing."""
    try:
        return row(bytes(_SINGLE.decode(body).data))
    except msgspec.MsgspecError:
        bad("the body", "is not a resource")


def row(raw: bytes) -> Row:
    """A resource with what is needed to file it."""
    try:
        thing = _THING.decode(raw)
        raw.decode("utf-8")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        bad("a resource", "has no id, or is not text")
    return _row(raw, thing)


def _row(raw: bytes, thing: _Thing) -> Row:
    stamps = thing.attributes
    stamp = (stamps.updated_at or stamps.created_at) if stamps is not None else None
    identifier = thing.id if type(thing.id) is str else str(thing.id)
    return Row(identifier, stamp if type(stamp) is str else None, digest(raw), raw)


def digest(raw: bytes) -> bytes:
    """The hash under which a resource is filed: BLAKE2b of 128 bits over the bytes as sent."""
    return hashlib.blake2b(raw, digest_size=16).digest()


def same(one: bytes | str, other: bytes | str, ignored: frozenset[str]) -> bool:
    """Whether two texts say the same: links, null members, the order of members and `ignored` attributes aside."""
    return canonical(one, ignored) == canonical(other, ignored)


def canonical(raw: bytes | str, ignored: frozenset[str]) -> bytes:
    """The form in which two readings of one resource are compared."""
    thing = orjson.loads(raw)
    thing.pop("links", None)
    attributes = thing.get("attributes")
    if isinstance(attributes, dict):
        for name in ignored:
            attributes.pop(name, None)
    return orjson.dumps(_without_nulls(thing), option=orjson.OPT_SORT_KEYS)


def _without_nulls(value: Any) -> Any:
    """Null and missing mean the same to Cutover; which of them is sent differs between versions."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value
