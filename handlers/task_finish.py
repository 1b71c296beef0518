"""Finish tasks. The one rule: branches and required answers are asked for, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.actions import EditActions, TaskActions
from bot.blocks import modal_finish, modals, say
from bot.blocks.card import task_value
from bot.blocks.forms import FinishForm
from bot.blocks.html import typed_html
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message
from bot.blocks.values import TaskMeta, TaskValue, seen
from bot.cutover import Catalogue, CutoverClient
from bot.errors import BadInput, BotError, Refused
from bot.model import AppliesTo, CustomField, FieldValue, Task, TaskStage, Text
from bot.slack.answer import Answer
from handlers import grammar, words
from handlers.ask import Ask, state_of
from handlers.cards import Cards
from handlers.routes import Routes, is_errors
from handlers.targets import Targets

routes = Routes()
_RESULTS = {"pass": "pass", "fail": "fail", "not tested": "not_tested"}


@routes.command("task", "finish", "<task>")
async def finish_task(ask: Ask, answer: Answer, targets: Targets, tasks: TaskActions, cards: Cards) -> None:
    """Finish a running task; asks for branches and answers where the task wants them."""
    target, override = grammar.split_override(ask.words)
    rest = "override" if override else ""
    task = await targets.task(ask, target, rest=rest, question="Which task do you want to finish?")
    if task.is_running and (await cards.view(task)).asks:
        await answer.say(say.ask_to_finish(task, task_value(task, asks=True)))
        return
    await answer.say(await finish(ask, tasks, cards, task, override=override))


@routes.action(ActionId.TASK_FINISH)
async def press_finish(ask: Ask, answer: Answer, tasks: TaskActions, cards: Cards) -> None:
    value = ask.value(TaskValue)
    task = Task(value.t, value.r, Text("This task"))
    if value.listed and (await cards.view(await tasks.read(value.r, value.t))).asks:
        await answer.say(say.ask_to_finish(task, value))
        return
    message = await finish(ask, tasks, cards, task, seen=value.seen, override=value.override)
    await (answer.say(message) if value.listed else answer.replace(message))


async def finish(
    ask: Ask, tasks: TaskActions, cards: Cards, task: Task, *, seen: str = "", override: bool = False
) -> Message:
    """Finish, or the question that has to be answered first."""
    try:
        result = await tasks.finish(ask.wish, task.runbook_id, task.id, seen=seen, override=override)
    except Refused as refusal:
        if not refusal.has("missing_custom_field_value"):
            raise
        value = TaskValue(r=task.runbook_id, t=task.id, seen=seen, ask=True, override=override)
        return say.ask_to_finish(task, value)
    return await cards.task(result.value, words.told(result, "finished", ask))


@routes.action(ActionId.TASK_FINISH_ASK)
async def open_finish_form(
    ask: Ask, answer: Answer, client: CutoverClient, catalogue: Catalogue, cards: Cards, tasks: TaskActions
) -> None:
    value = ask.value(TaskValue)
    if not await answer.open(modals.loading("Finish task")):
        await answer.say(words.expired(ActionId.TASK_FINISH_ASK, value))
        return
    try:
        task = await client.get_runbook_task(value.r, value.t)
        if task.stage != TaskStage.IN_PROGRESS:
            await answer.show(modals.notice("Finish task", await words.full_card(client, tasks, cards, task)))
            return
        view = await cards.view(task)
        validation = bool(view.task_type and view.task_type.is_validation)
        branches = await _branches(client, task) if view.task_type and view.task_type.conditional_progression else ()
        fields = _without_result(await _fields(catalogue, cards, task), validation)
        meta = TaskMeta(
            r=value.r, t=value.t, seen=value.seen or seen(task), channel=ask.channel_id, override=value.override
        )
        form = modal_finish.finish_task(view, branches, fields, validation=validation, meta=meta)
    except BotError as error:
        form = modals.notice("Finish task", say.error(error))
    await answer.show(form)


def _read(view: Mapping[str, Any]) -> Any:
    read = modal_finish.read_finish(state_of(view), ())
    return read if is_errors(read) else state_of(view)


@routes.submit(ViewId.FINISH_TASK, _read)
async def submit_finish(
    ask: Ask, answer: Answer, catalogue: Catalogue, tasks: TaskActions, edits: EditActions, cards: Cards
) -> None:
    meta = ask.meta(TaskMeta)
    task = await tasks.read(meta.r, meta.t)
    form, answers = _answers(ask.state, await _fields(catalogue, cards, task))
    result = await tasks.finish(
        ask.wish,
        meta.r,
        meta.t,
        seen=meta.seen,
        override=meta.override,
        selected=form.selected,
        answers=answers,
    )
    if form.comment:
        wish = replace(ask.wish, once=f"{ask.wish.once}:comment")
        await edits.comment(wish, meta.r, meta.t, typed_html(form.comment.raw))
    await answer.say(await cards.task(result.value, words.told(result, "finished", ask)))


def _answers(state: Mapping[str, Any], fields: Sequence[CustomField]) -> tuple[FinishForm, tuple[FieldValue, ...]]:
    """The form, and all answers with the result of a validation task among them."""
    shown = [item for item in fields if modal_finish.block_of(item) in state]
    form = modal_finish.read_finish(state, shown)
    if not isinstance(form, FinishForm):
        raise BadInput("Some answers do not fit.", next(iter(form.values())))
    if form.result is None:
        return form, form.answers
    for item in fields:
        for option in item.options if _is_result(item) else ():
            if _RESULTS[option.raw.strip().casefold()] == form.result:
                return form, (*form.answers, FieldValue(item.id, item.name, (option,)))
    return form, form.answers


async def _fields(catalogue: Catalogue, cards: Cards, task: Task) -> tuple[CustomField, ...]:
    runbook = await cards.runbook_of(task.runbook_id)
    asked = await catalogue.fields_asked(runbook, task, AppliesTo.TASK_END)
    return tuple(item for item in asked if item.required)


def _without_result(fields: Sequence[CustomField], validation: bool) -> tuple[CustomField, ...]:
    """The result of a validation task has its own question; on other tasks Cutover does not want it."""
    return tuple(item for item in fields if not _is_result(item))


def _is_result(item: CustomField) -> bool:
    return {option.raw.strip().casefold() for option in item.options} == set(_RESULTS)


async def _branches(client: CutoverClient, task: Task) -> tuple[Task, ...]:
    """The tasks that follow, by the graph of the forecast."""
    tasks = {one.id: one for one in await client.list_runbook_tasks(task.runbook_id, forecast=True).all()}
    after = task.successor_ids or (tasks[task.id].successor_ids if task.id in tasks else ()) or ()
    return tuple(tasks[one] for one in after if one in tasks)
