"""Who waits for whom, out of a forecast. The one rule: it reads what `wire` reads, or raises `BadAnswer`.

Lists of tasks do not tell predecessors; only the forecast does, in one answer with everything of every task, whatever
fields are asked for (facts of the 2022-02-22 reference and the vendor's client). Ten thousand tasks are ten megabytes
and some 30 ms, so it is not read on the event loop, and task by task: one call for all would hold up every thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from bot.cutover import wire, wire_document


class Waits(NamedTuple):
    """`before` maps each task to those it waits for; `fixed` those with a fixed start to it, as sent. `told`: whether
    this instance tells predecessors at all."""

    before: dict[str, tuple[str, ...]]
    fixed: dict[str, str]
    told: bool


_Entry = tuple[str, tuple[str, ...] | None, str | None]
"""Id, predecessors (None: not told), fixed start."""


class _Ref(msgspec.Struct, gc=False):
    id: str | int


class _Many(msgspec.Struct, gc=False):
    data: list[_Ref] | msgspec.UnsetType | None = msgspec.UNSET


class _Relations(msgspec.Struct, gc=False):
    predecessors: _Many | None = None


class _Attributes(msgspec.Struct, gc=False):
    predecessor_ids: list[str | int] | None = None
    start_fixed: str | None = None


class _Task(msgspec.Struct, gc=False):
    id: str | int
    attributes: _Attributes
    relationships: _Relations | None = None


class _Sheet(msgspec.Struct, gc=False):
    data: list[msgspec.Raw]


_SPLIT = msgspec.json.Decoder(_Sheet).decode
_ONE = msgspec.json.Decoder(_Task).decode


def waits(body: bytes) -> Waits:
    """The graph of a forecast. Raises `BadAnswer`, and nothing else."""
    try:
        return _gathered(_read(_ONE(raw)) for raw in _SPLIT(body).data)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # unusual: all that `wire` forgives is forgiven
        return _gathered(_by_wire(body))


def _gathered(entries: Iterable[_Entry]) -> Waits:
    """Nothing of an entry is kept but ids, one object for each however often it is named."""
    same: dict[str, str] = {}
    before: dict[str, tuple[str, ...]] = {}
    fixed: dict[str, str] = {}
    told = False
    for key, ones, at in entries:
        key = same.setdefault(key, key)
        before[key] = tuple([same.setdefault(one, one) for one in ones or ()])
        told = told or ones is not None
        if at:
            fixed[key] = at
    return Waits(before, fixed, told or not before)


def _by_wire(body: bytes) -> Iterator[_Entry]:
    for number, one in enumerate(wire_document.sheet(body).resources):
        task = wire.task(one, "", f"data[{number}]")
        yield task.id, task.predecessor_ids, task.start_fixed.isoformat() if task.start_fixed else None


def _read(one: _Task) -> _Entry:
    a, r = one.attributes, one.relationships
    key = str(one.id)
    if not key:
        raise ValueError("empty where something must stand")
    if r is not None and r.predecessors is not None and r.predecessors.data is not msgspec.UNSET:
        return key, tuple([str(ref.id) for ref in r.predecessors.data or ()]), a.start_fixed
    flat = a.predecessor_ids
    return key, None if flat is None else tuple([str(one) for one in flat]), a.start_fixed
