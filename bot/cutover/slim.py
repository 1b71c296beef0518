"""A page of tasks decoded to what is compared. The one rule: it reads what `wire` reads, or raises `BadAnswer`.

The usual form goes straight from bytes to small structs, and only once (facts on speed: 2 to 4 us a task, 34 for the
whole model); a page that has anything unusual in it is read again by `wire`, member by member. A task without a name
or a stage is no reading: it would be announced as having gone back to waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import Any, NamedTuple, NoReturn

import msgspec

from bot.cutover import wire, wire_document
from bot.cutover.states import task_state
from bot.cutover.wire_fields import bad, member
from bot.model import TaskStage
from bot.model.snapshot import TaskState


class TaskPage(NamedTuple):
    """One page: `next` is the link to go on with, `total` counts all pages if Cutover tells."""

    tasks: list[TaskState]
    next: str | None
    total: int | None


class Newest(NamedTuple):
    """The first entry of a list asked for by `-updated_at`. Both None: the list is empty, or it is not told."""

    updated_at: str | None
    total: int | None


class _Ref(msgspec.Struct, gc=False):
    id: str | int
    type: str = ""


class _One(msgspec.Struct, gc=False):
    data: _Ref | None = None


class _Many(msgspec.Struct, gc=False):
    data: list[_Ref] | msgspec.UnsetType | None = msgspec.UNSET


class _Relations(msgspec.Struct, gc=False):
    stream: _One | None = None
    task_type: _One | None = None
    assignees: _Many | None = None


class _Attributes(msgspec.Struct, gc=False):
    name: str
    stage: str
    completion_type: str | None = None
    start_planned: str | None = None
    end_planned: str | None = None
    start_actual: str | None = None
    end_actual: str | None = None
    end_fixed: str | None = None
    duration: int | None = None
    number: int | None = None
    internal_id: int | None = None
    task_number: int | None = None
    task_internal_id: int | None = None
    is_late: bool | None = None
    updated_at: str | None = None
    stream_id: str | int | None = None
    task_type_id: str | int | None = None


_NO_RELATIONS = _Relations()
_OURS = frozenset(stage.value for stage in TaskStage)


class _Task(msgspec.Struct, gc=False):
    id: str | int
    attributes: _Attributes
    type: str = "task"
    relationships: _Relations | None = None


class _Href(msgspec.Struct, gc=False):
    href: str | None = None


class _Links(msgspec.Struct, gc=False):
    next: str | _Href | None = None


class _PageMeta(msgspec.Struct, gc=False):
    total: int | None = None


class _Meta(msgspec.Struct, gc=False):
    page: _PageMeta | None = None


class _RawSheet(msgspec.Struct, gc=False):
    data: list[msgspec.Raw]
    links: _Links | None = None
    meta: _Meta | None = None


_SPLIT = msgspec.json.Decoder(_RawSheet).decode
_DECODE_ONE = msgspec.json.Decoder(_Task).decode
_UNUSUAL = (msgspec.MsgspecError, ValueError, RecursionError)


class Recognised:
    """Tasks by the bytes they came in: what came before exactly so is known, and costs a quarter of its decoding."""

    def __init__(self) -> None:
        self._known: dict[int, TaskState] = {}
        self._met: dict[int, TaskState] = {}

    def page(self, body: bytes) -> TaskPage:
        """A page of a task list. Raises `BadAnswer`, and nothing else."""
        return _page(body, self._one)

    def forget_unmet(self) -> None:
        """After a whole reading: what was not in it comes no more."""
        self._known, self._met = self._met, {}

    def _one(self, raw: msgspec.Raw) -> TaskState:
        key = hash(bytes(raw))
        task = self._known.get(key)
        if task is None:
            task = self._known[key] = _task(_DECODE_ONE(raw))
        self._met[key] = task
        return task


def task_page(body: bytes) -> TaskPage:
    """One page on its own. Raises `BadAnswer`, and nothing else."""
    return _page(body, lambda raw: _task(_DECODE_ONE(raw)))


def _page(body: bytes, one: Callable[[msgspec.Raw], TaskState]) -> TaskPage:
    try:
        sheet = _SPLIT(body)
        tasks = [one(raw) for raw in sheet.data]
    except _UNUSUAL:
        return _by_wire(body)
    link = sheet.links.next if sheet.links else None
    following = link.href if isinstance(link, _Href) else link
    page = sheet.meta.page if sheet.meta else None
    return TaskPage(tasks, following or None, page.total if page else None)


def newest(body: bytes) -> Newest:
    """The moment of the first entry, as sent, and how many there are. Raises `BadAnswer`."""
    sheet = wire_document.sheet(body)
    if not sheet.resources:
        return Newest(None, sheet.total)
    at = member(sheet.resources[0], "attributes", "data[0]").get("updated_at")
    return Newest(at if isinstance(at, str) else None, sheet.total)


def _task(one: _Task) -> TaskState:
    if one.type != "task":
        raise ValueError("not a task")
    a, r = one.attributes, one.relationships or _NO_RELATIONS
    stage = a.stage or _empty()
    if stage not in _OURS:
        stage = wire.task_stage(stage, under_way=bool(a.start_actual and not a.end_actual))
    return TaskState(
        _id(one.id),
        a.name,
        intern(stage),
        _link(r.stream, a.stream_id),
        _link(r.task_type, a.task_type_id),
        _assignees(r.assignees),
        a.completion_type and intern(a.completion_type),
        a.start_planned and intern(a.start_planned),  # where one task is to end, others are to start
        a.end_planned and intern(a.end_planned),
        a.start_actual,
        a.end_actual,
        a.end_fixed,
        a.duration,
        _number(a),
        a.is_late,
        a.updated_at,
    )


def _number(a: _Attributes) -> int | None:
    for number in (a.number, a.internal_id, a.task_number, a.task_internal_id):
        if number is not None:
            return number
    return None


def _link(one: _One | None, flat: str | int | None) -> str | None:
    if one is not None and one.data is not None:
        return intern(_id(one.data.id))
    return None if flat is None else intern(_id(flat))


def _assignees(many: _Many | None) -> tuple[str, ...] | None:
    if many is None or many.data is msgspec.UNSET:
        return None
    if not many.data:
        return ()
    return tuple([intern(f"{ref.type.removeprefix('core.')}:{_id(ref.id)}") for ref in many.data])


def _id(value: str | int) -> str:
    if type(value) is str:
        return value or _empty()
    return str(value)


def _empty() -> NoReturn:
    raise ValueError("empty where something must stand")


def _by_wire(body: bytes) -> TaskPage:
    """The same, slowly: everything that `wire` forgives is forgiven, the rest is named."""
    sheet = wire_document.sheet(body)
    tasks = [_whole(one, f"data[{number}]") for number, one in enumerate(sheet.resources)]
    return TaskPage(tasks, sheet.next, sheet.total)


def _whole(raw: dict[str, Any], where: str) -> TaskState:
    task = wire.task(raw, "", where)
    attributes = raw.get("attributes") or {}
    if attributes.get("name") is None:
        bad(f"{where}.attributes.name", "is missing")
    if not attributes.get("stage"):
        bad(f"{where}.attributes.stage", "is missing")
    return task_state(task)
