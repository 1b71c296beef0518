"""What every endpoint gets and gives: the call of a known person, and the answer in bytes. Handlers are plain
functions.

Rule: a handler either returns a Reply or raises a Refusal before it has changed anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import orjson

from . import paging, schema
from .errors import malformed
from .things import Person
from .world import World

T = TypeVar("T")


class Reply(NamedTuple):
    """Status and JSON body (empty with 204)."""

    status: int
    body: bytes


@dataclass(slots=True)
class Call:
    """One request after authentication. `base` is scheme and host for links, `extra` whether the additions are on."""

    world: World
    person: Person
    path: str
    ids: tuple[str, ...]
    query: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""
    base: str = ""
    extra: bool = True

    def body(self, kind: schema.Obj, *, optional: bool = False) -> dict[str, Any]:
        """The JSON body, checked against its shape; an empty one is {} where it may be missing."""
        if optional and not self.raw.strip():
            return {}
        try:
            value = orjson.loads(self.raw)
        except orjson.JSONDecodeError:
            raise malformed("The body is not valid JSON") from None
        schema.check(value, kind)
        found: dict[str, Any] = value
        return found


Handler = Callable[[Call], Reply]


def one(resource: dict[str, Any] | bytes, status: int = 200) -> Reply:
    """A document with one resource."""
    data = resource if isinstance(resource, bytes) else orjson.dumps(resource)
    return Reply(status, b'{"data":' + data + b"}")


def many(call: Call, found: Sequence[T], write: Callable[[T], dict[str, Any] | bytes]) -> Reply:
    """One page of a list."""
    page = paging.wanted(call.query)
    written = []
    for each in found[page.offset : page.offset + page.limit]:
        data = write(each)
        written.append(data if isinstance(data, bytes) else orjson.dumps(data))
    total = len(found)
    links = paging.links(call.base, call.path, call.query, page, total)
    meta = {"page": {"offset": page.offset, "limit": page.limit, "total": total}}
    return _list(written, links, meta)


def everything(call: Call, written: list[bytes]) -> Reply:
    """A list in one answer, as forecast=true gives it."""
    link = call.base + call.path if call.base else call.path.lstrip("/")
    links = {"self": f"{link}?forecast=true", "first": f"{link}?forecast=true", "last": f"{link}?forecast=true"}
    return _list(written, links, {"page": {"offset": 0, "limit": max(1, len(written)), "total": len(written)}})


def _list(written: list[bytes], links: dict[str, str], meta: dict[str, Any]) -> Reply:
    head = b'{"data":[' + b",".join(written)
    return Reply(200, head + b'],"links":' + orjson.dumps(links) + b',"meta":' + orjson.dumps(meta) + b"}")
