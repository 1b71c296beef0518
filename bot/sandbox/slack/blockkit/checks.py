"""The small set of checks that Block Kit's rules are composed from.

The one rule: a check never raises, whatever JSON it is given; it adds findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Check = Callable[[Any, str, "Findings"], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One refusal; `pointer` is a JSON pointer such as /blocks/0/text/text."""

    pointer: str
    message: str
    code: str = "failed_constraint"

    def line(self) -> str:
        """As in response_metadata.messages, without the [ERROR] mark."""
        return f"{self.message} [json-pointer:{self.pointer}]"


@dataclass(slots=True)
class Findings:
    """What was found so far; capped, for a hostile payload could hold a million mistakes."""

    found: list[Finding] = field(default_factory=list)

    _CAP = 50

    def add(self, pointer: str, message: str, code: str = "failed_constraint") -> None:
        if len(self.found) < self._CAP:
            self.found.append(Finding(pointer, message, code))


def string(most: int | None = None, least: int = 1, pattern: str | None = None) -> Check:
    """A string of `least` to `most` characters."""
    shape = re.compile(pattern) if pattern else None

    def check(value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, str):
            out.add(at, "must provide a string", "invalid_type")
        elif len(value) < least:
            out.add(at, f"must be more than {least - 1} characters")
        elif most is not None and len(value) > most:
            out.add(at, f"must be less than {most + 1} characters")
        elif shape is not None and not shape.fullmatch(value):
            out.add(at, "must match the expected format")

    return check


def boolean(value: Any, at: str, out: Findings) -> None:
    """true or false."""
    if not isinstance(value, bool):
        out.add(at, "must provide a boolean", "invalid_type")


def integer(least: int | None = None, most: int | None = None) -> Check:
    """A whole number in a range."""

    def check(value: Any, at: str, out: Findings) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            out.add(at, "must provide a number", "invalid_type")
        elif least is not None and value < least:
            out.add(at, f"must be greater than or equal to {least}")
        elif most is not None and value > most:
            out.add(at, f"must be less than or equal to {most}")

    return check


def enum(*allowed: str) -> Check:
    """One of some words."""

    def check(value: Any, at: str, out: Findings) -> None:
        if value not in allowed:
            out.add(at, f"must be a valid enum value: {', '.join(allowed)}", "invalid_enum")

    return check


def url(most: int = 3000) -> Check:
    """An address that Slack can link to."""

    def check(value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, str):
            out.add(at, "must provide a string", "invalid_type")
        elif len(value) > most:
            out.add(at, f"must be less than {most + 1} characters")
        elif not re.match(r"^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$", value):
            out.add(at, "must be a valid URL")

    return check


def array(item: Check, least: int = 0, most: int | None = None) -> Check:
    """A list of `least` to `most` items."""

    def check(value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, list):
            out.add(at, "must provide an array", "invalid_type")
            return
        if len(value) < least:
            out.add(at, f"no fewer than {least} items allowed")
        if most is not None and len(value) > most:
            out.add(at, f"no more than {most} items allowed")
            return
        for index, entry in enumerate(value):
            item(entry, f"{at}/{index}", out)

    return check


def obj(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *also: Check) -> Check:
    """An object with these fields and no others; `also` are rules over the whole object."""
    known = {**(optional or {}), **required}

    def check(value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, dict):
            out.add(at, "must provide an object", "invalid_type")
            return
        for name in required:
            if name not in value:
                out.add(at, f"missing required field: {name}", "missing_field")
        for name, entry in value.items():
            if name not in known:
                out.add(at, f"invalid additional property: {name}", "unknown_field")
            else:
                known[name](entry, f"{at}/{name}", out)
        for rule in also:
            rule(value, at, out)

    return check


def by_type(kinds: Mapping[str, Check], what: str) -> Check:
    """An object whose `type` says which check is its own."""

    def check(value: Any, at: str, out: Findings) -> None:
        if not isinstance(value, dict):
            out.add(at, "must provide an object", "invalid_type")
            return
        kind = value.get("type")
        if kind is None:
            out.add(at, "missing required field: type", "missing_field")
        elif not isinstance(kind, str) or kind not in kinds:
            out.add(f"{at}/type", f"unsupported type: {_shown(kind)} ({what})", "unsupported_type")
        else:
            kinds[kind](value, at, out)

    return check


def exactly_one(*names: str) -> Check:
    """A rule over an object: one and only one of these fields."""

    def check(value: Any, at: str, out: Findings) -> None:
        if sum(name in value for name in names) != 1:
            out.add(at, f"must define exactly one of: {', '.join(names)}")

    return check


def at_least_one(*names: str) -> Check:
    """A rule over an object: one or more of these fields."""

    def check(value: Any, at: str, out: Findings) -> None:
        if not any(name in value for name in names):
            out.add(at, f"must define either {' or '.join(f'`{name}`' for name in names)}", "missing_field")

    return check


def _shown(value: Any) -> str:
    return str(value)[:60]
