"""The outer shape of Cutover's answers. The one rule: whatever is not JSON:API ends here as `BadAnswer`."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from bot.cutover.wire_fields import Json, Object, bad, member


class Sheet(NamedTuple):
    """One page of a list as it came: `resources` raw, `next` the link to go on with, `total` if Cutover tells."""

    resources: list[dict[str, Any]]
    next: str | None
    total: int | None


def document(body: bytes) -> Object:
    """The answer's outermost object. Errors: `BadAnswer` for HTML, cut-off text, or another kind of JSON."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        bad("the body", "is a web page" if body.lstrip()[:1] == b"<" else "is empty" if not body else "is not JSON")
    return answer if isinstance(answer, dict) else bad("the body", "is not an object")


def single(body: bytes) -> Json:
    """The `data` member of an answer about one thing."""
    return document(body).get("data")


def sheet(body: bytes) -> Sheet:
    """One page of a list."""
    answer = document(body)
    data = answer.get("data")
    if not isinstance(data, list):
        bad("data", "is not a list")
    for number, one in enumerate(data):
        if not isinstance(one, dict):
            bad(f"data[{number}]", "is not an object")
    link = member(answer, "links", "answer").get("next")
    if isinstance(link, dict):  # JSON:API allows a link to be an object
        link = link.get("href")
    if link and not isinstance(link, str):
        bad("links.next", "is not an address")
    total = member(member(answer, "meta", "answer"), "page", "meta").get("total")
    return Sheet(data, link or None, total if type(total) is int else None)
