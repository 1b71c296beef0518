"""What a task wants answered before it starts or finishes. The one rule: only what Cutover named is asked.

Cutover does not publish which custom fields one task asks for; its refusal (`missing_custom_field_value`) does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from bot.blocks import modal_finish
from bot.blocks.forms import FinishForm
from bot.blocks.message import View
from bot.blocks.values import TaskMeta, TaskValue, seen
from bot.cutover import Catalogue, CutoverClient
from bot.errors import BadInput, Refused
from bot.model import AppliesTo, CustomField, FieldValue, Task
from handlers.ask import Ask, state_of
from handlers.cards import Cards

Verb = Literal["start", "finish"]
MISSING: Final = "missing_custom_field_value"
_UNKNOWN: Final = "*"
_MOST: Final = 80
_WHEN: Final = {"start": AppliesTo.TASK_START, "finish": AppliesTo.TASK_END}
_RESULTS: Final = {"pass": "pass", "fail": "fail", "not tested": "not_tested"}


async def named(refusal: Refused, catalogue: Catalogue, cards: Cards, runbook_id: str) -> tuple[str, ...]:
    """Ids of the fields that a refusal names; `*` when it names none that is known."""
    found = await catalogue.fields_missing(await cards.runbook_of(runbook_id), refusal.findings)
    return tuple(item.id for item in found)[:_MOST] or (_UNKNOWN,)


async def form(
    ask: Ask, value: TaskValue, verb: Verb, task: Task, client: CutoverClient, catalogue: Catalogue, cards: Cards
) -> View:
    """The form with what Cutover asked for, the branches, and the result of a validation task."""
    view = await cards.view(task)
    fields = await _fields(catalogue, cards, task, verb, value.fields)
    kind = view.task_type if verb == "finish" else None
    validation = kind is not None and kind.is_validation and await _wants_result(catalogue, cards, task)
    branches = await _branches(client, task) if kind is not None and kind.conditional_progression else ()
    if validation:
        fields = tuple(item for item in fields if not _is_result(item))
    meta = TaskMeta(
        r=value.r, t=value.t, seen=value.seen or seen(task), channel=ask.channel_id, override=value.override
    )
    return modal_finish.finish_task(view, branches, fields, validation=validation, meta=meta, verb=verb)


def read(view: Mapping[str, Any]) -> Any:
    """The state of the submitted form, or errors beside its fields."""
    blank = modal_finish.unanswered(view)
    checked = modal_finish.read_finish(state_of(view), ())
    return blank or checked if isinstance(checked, FinishForm) else {**checked, **blank}


async def answers(ask: Ask, catalogue: Catalogue, cards: Cards, runbook_id: str) -> FinishForm:
    """The form as sent, with the result of a validation task among its answers."""
    known = await _known(catalogue, cards, runbook_id)
    shown = [item for item in known if modal_finish.block_of(item) in ask.state]
    sent = modal_finish.read_finish(ask.state, [replace(item, required=False) for item in shown])
    if not isinstance(sent, FinishForm):
        raise BadInput("Some answers do not fit.", next(iter(sent.values())))
    return replace(sent, answers=(*sent.answers, *_result(known, sent.result)))


def _result(known: Sequence[CustomField], result: str | None) -> tuple[FieldValue, ...]:
    return tuple(
        FieldValue(item.id, item.name, (option,), item.is_multiple)
        for item in known
        if _is_result(item) and item.apply_to == AppliesTo.TASK_END
        for option in item.options
        if _RESULTS[option.raw.strip().casefold()] == result
    )


async def _fields(
    catalogue: Catalogue, cards: Cards, task: Task, verb: Verb, names: Sequence[str]
) -> tuple[CustomField, ...]:
    """The fields named; where Cutover named none that is known, all of that moment, and none of them must be filled."""
    if _UNKNOWN in names:
        asked = await catalogue.fields_asked(await cards.runbook_of(task.runbook_id), task, _WHEN[verb])
        return tuple(replace(item, required=False) for item in asked if item.required)
    known = await _known(catalogue, cards, task.runbook_id) if names else ()
    return tuple(replace(item, required=True) for item in known if item.id in names)


async def _known(catalogue: Catalogue, cards: Cards, runbook_id: str) -> tuple[CustomField, ...]:
    workspace_id = (await cards.runbook_of(runbook_id)).workspace_id
    return await catalogue.custom_fields(workspace_id) if workspace_id else ()


async def _wants_result(catalogue: Catalogue, cards: Cards, task: Task) -> bool:
    """Whether this instance has a field for pass, fail and not tested, and the task has no answer to it yet."""
    asked = await catalogue.fields_asked(await cards.runbook_of(task.runbook_id), task, AppliesTo.TASK_END)
    return any(_is_result(item) for item in asked)


def _is_result(item: CustomField) -> bool:
    return {option.raw.strip().casefold() for option in item.options} == set(_RESULTS)


async def _branches(client: CutoverClient, task: Task) -> tuple[Task, ...]:
    """The tasks that follow, by the graph of the forecast."""
    tasks = {one.id: one for one in await client.list_runbook_tasks(task.runbook_id, forecast=True).all()}
    after = task.successor_ids or (tasks[task.id].successor_ids if task.id in tasks else ()) or ()
    return tuple(tasks[one] for one in after if one in tasks)
