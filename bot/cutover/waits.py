"""Who waits for whom, out of a forecast. The one rule: it reads what `wire` reads, or raises `BadAnswer`.

Lists of tasks do not tell predecessors; only the forecast does, in one answer with everything of every task, whatever
fields are asked for (facts of the 2022-02-22 reference and the vendor's client). Ten thousand tasks are ten megabytes
and some 30 ms, so it is not read on the event loop, and task by task: one call for all would hold up every thread.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from bot.cutover import wire, wire_document


class Waits(NamedTuple):
    """`before` maps each task to those it waits for; `fixed` those with a fixed start to it, as sent. `told`: whether
    this instance tells predecessors at all."""

    before: dict[str, tuple[str, ...]]
    fixed: dict[str, str]
    told: bool


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
        found = [_read(_ONE(raw)) for raw in _SPLIT(body).data]
    except (msgspec.MsgspecError, ValueError, RecursionError):  # unusual: all that `wire` forgives is forgiven
        tasks = [wire.task(one, "", f"data[{n}]") for n, one in enumerate(wire_document.sheet(body).resources)]
        found = [(t.id, t.predecessor_ids, t.start_fixed.isoformat() if t.start_fixed else None) for t in tasks]
    same: dict[str, str] = {}  # one object for each id, however often it is named
    before = {
        same.setdefault(key, key): tuple([same.setdefault(one, one) for one in ones or ()]) for key, ones, _ in found
    }
    fixed = {same[key]: at for key, _, at in found if at}
    return Waits(before, fixed, not found or any(ones is not None for _, ones, _ in found))


def _read(one: _Task) -> tuple[str, tuple[str, ...] | None, str | None]:
    a, r = one.attributes, one.relationships
    key = str(one.id)
    if not key:
        raise ValueError("empty where something must stand")
    if r is not None and r.predecessors is not None and r.predecessors.data is not msgspec.UNSET:
        return key, tuple([str(ref.id) for ref in r.predecessors.data or ()]), a.start_fixed
    flat = a.predecessor_ids
    return key, None if flat is None else tuple([str(one) for one in flat]), a.start_fixed
