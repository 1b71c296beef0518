"""Faults on order: what shall go wrong with the next matching call or delivery.

The one rule: an order is used up by what it hits (`times`, after `skip`); nothing goes wrong that nobody ordered.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.slack.errors import Json, Refused

_PLACES = ("api", "response_url", "delivery", "socket")


@dataclass(slots=True)
class Fault:
    """`method`, `channel` and `kind` narrow it; None means any. `do` is as docs/sandbox-slack.md lists it."""

    on: str
    do: Json
    method: str | None = None
    channel: str | None = None
    kind: str | None = None
    times: int = 1
    skip: int = 0


class Faults:
    """The standing orders, oldest first."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []

    def clear(self) -> None:
        self._orders.clear()

    def order(self, entry: Json) -> Fault:
        """Read one order; Refused when it is not one. Socket faults are not kept: the caller does them at once."""
        place, action = entry.get("on"), entry.get("do")
        if place not in _PLACES or not isinstance(action, dict) or not action:
            raise Refused("invalid_fault", f"a fault needs `on` (one of {', '.join(_PLACES)}) and an object `do`")
        known = {
            key: entry[key] for key in ("method", "channel", "kind", "times", "skip") if entry.get(key) is not None
        }
        if not all(isinstance(known.get(name, 0), int) for name in ("times", "skip")) or not _numeric(action):
            raise Refused("invalid_fault", "times, skip, status, delay, duplicate, truncate and silence are numbers")
        fault = Fault(on=place, do=action, **known)
        if place != "socket":
            self._orders.append(fault)
        return fault

    def take(self, on: str, *, method: str | None = None, channel: str | None = None, kind: str | None = None) -> Json:
        """The `do` of the first order that hits, or {}."""
        for fault in self._orders:
            if fault.on != on or not _hits(fault.method, method):
                continue
            if not _hits(fault.channel, channel) or not _hits(fault.kind, kind):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._orders.remove(fault)
            return fault.do
        return {}


def _numeric(action: Json) -> bool:
    names = ("status", "delay", "duplicate", "truncate", "silence")
    return all(isinstance(action.get(name, 0), int | float) for name in names)


def _hits(wanted: str | None, found: str | None) -> bool:
    return wanted is None or wanted in ("*", found)
