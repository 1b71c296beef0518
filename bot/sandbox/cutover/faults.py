"""Trouble on order: which requests shall fail, and how; and the rate limit. Orders are JSON, the same in file,
call and Python.

One order: {"method": "GET", "path": "<regex>", "person": "sam", "times": 1, "skip": 0, "do": {...}}; `do` is one of
{"status", "headers", "body" | "html"}, {"delay": seconds}, {"cut": "before" | "after"}, {"break_page": n, "how"}.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .api import Reply

HOWS = ("truncated", "html", "empty", "loop", "foreign", "repeat", "shrink", "nulls", "numbers", "strange", "circle")
CUTS = ("before", "after")


@dataclass
class Fault:
    """One order; `times` counts down, None means for ever."""

    do: dict[str, Any]
    method: str | None = None
    path: re.Pattern[str] = re.compile("")
    person: str | None = None
    times: int | None = 1
    skip: int = 0

    def fits(self, method: str, path: str, person: str | None) -> bool:
        """Whether this order is about the request."""
        return (
            (self.method is None or self.method == method)
            and (self.person is None or self.person == person)
            and self.path.search(path) is not None
            and self.times != 0
        )


def read(order: dict[str, Any]) -> Fault:
    """An order from JSON; ValueError says what is wrong with it."""
    unknown = set(order) - {"method", "path", "person", "times", "skip", "do"}
    do = order.get("do")
    if unknown or not isinstance(do, dict) or not set(do) & {"status", "delay", "cut", "break_page"}:
        raise ValueError(f"a fault needs `do` with status, delay, cut or break_page; unknown: {sorted(unknown)}")
    if "cut" in do and do["cut"] not in CUTS:
        raise ValueError(f"cut is one of {CUTS}")
    if "break_page" in do and do.get("how", "truncated") not in HOWS:
        raise ValueError(f"how is one of {HOWS}")
    times = order.get("times", 1)
    if times is not None and not isinstance(times, int):
        raise ValueError("times is a whole number, or null for ever")
    try:
        path = re.compile(str(order.get("path", "")))
    except re.error as error:
        raise ValueError(f"path is no regular expression: {error}") from error
    method = str(order["method"]).upper() if order.get("method") else None
    return Fault(do, method, path, order.get("person"), times, int(order.get("skip", 0)))


class Faults:
    """All standing orders and the rate limit."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []
        self.per_second: float | None = None
        self.retry_after = True
        self._spent: dict[str, list[float]] = {}

    def order(self, orders: Iterable[dict[str, Any]]) -> None:
        """Add orders; all of them are read before the first is taken."""
        self.orders.extend([read(each) for each in orders])

    def forget(self) -> None:
        """No more trouble."""
        self.orders.clear()
        self.limit(None)

    def limit(self, per_second: float | None, *, retry_after: bool = True) -> None:
        """At most so many requests a second for each token; None takes the limit away."""
        self.per_second, self.retry_after = per_second, retry_after
        self._spent.clear()

    def pick(self, method: str, path: str, person: str | None) -> dict[str, Any] | None:
        """What shall happen to this request; uses up one of the times."""
        for fault in self.orders:
            if not fault.fits(method, path, person):
                continue
            page = fault.do.get("break_page")
            if page is not None and page != _page(path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
            return fault.do
        return None

    def throttled(self, token: str, now: float) -> bool:
        """Whether this request (at `now`, monotonic seconds) is one too many within a second."""
        if self.per_second is None:
            return False
        recent = [at for at in self._spent.get(token, ()) if now - at < 1.0]
        allowed = len(recent) < self.per_second
        self._spent[token] = [*recent, now] if allowed else recent
        return not allowed


def _page(path: str) -> int:
    query = parse_qs(urlsplit(path).query)
    return int((query.get("page[number]") or query.get("page%5Bnumber%5D") or ["1"])[0])


def broken(reply: Reply, how: str) -> tuple[Reply, str]:
    """A page spoiled in the way ordered, and its content type."""
    if how == "html":
        return Reply(200, b"<html><body>Please log in</body></html>"), "text/html"
    if how == "truncated":
        return Reply(reply.status, reply.body[: len(reply.body) // 2]), "application/json"
    if how == "empty":
        return Reply(reply.status, b""), "application/json"
    document = json.loads(reply.body)
    _spoil(document, how)
    return Reply(reply.status, json.dumps(document).encode()), "application/json"


def _spoil(document: dict[str, Any], how: str) -> None:
    """Documents that are JSON and yet wrong, or more than the reference promises."""
    links, page = document.get("links", {}), document.get("meta", {}).get("page", {})
    data = document.get("data", [])
    resources = data if isinstance(data, list) else [data]
    if how == "loop":  # the next page is this page
        links["next"] = links.get("self")
    elif how == "foreign":  # a link that would carry the token to another host
        links["next"] = "https://elsewhere.example/core/runbooks"
    elif how == "repeat":
        document["data"] = resources * 2
    elif how == "shrink":
        page["total"] = 1
    for index, resource in enumerate(resources):
        attributes = resource.get("attributes", {})
        if how == "nulls":
            resource["attributes"] = dict.fromkeys(attributes)
        elif how == "numbers" and resource["id"].isdigit():  # ids as numbers, as one field of the real API has them
            resource["id"] = int(resource["id"])
        elif how == "strange":  # what a later version may send
            attributes |= {"stage": "quantum", "completion_type": "complete_by_magic", "brand_new": {"a": 1}}
        elif how == "circle":
            attributes["predecessor_ids"] = [resources[index - 1]["id"]]
