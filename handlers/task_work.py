"""Start and skip tasks, by command and by button. The one rule: what happened is said, also when nothing did."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from bot.actions import NotReady, TaskActions
from bot.blocks import modal_task, modals, say
from bot.blocks.forms import SkipForm
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message, View
from bot.blocks.values import TaskMeta, TaskValue, seen
from bot.cutover import Catalogue, CutoverClient
from bot.errors import NotFound, Refused
from bot.model import FieldValue, Task
from bot.slack.answer import Answer
from handlers import grammar, task_answers, words
from handlers.ask import Ask, state_of
from handlers.cards import Cards
from handlers.forms import show_form
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()


@routes.command("task", "start", "<task>")
async def start_task(
    ask: Ask, answer: Answer, targets: Targets, tasks: TaskActions, catalogue: Catalogue, cards: Cards
) -> None:
    """Start a task."""
    target, override = grammar.split_override(ask.words)
    rest = "override" if override else ""
    if ids := targets.direct(ask, target):
        with contextlib.suppress(NotFound):  # then it may be a task's number, or part of a name
            await answer.say(await start(ask, tasks, catalogue, cards, *ids, override=override))
            return
    task = await targets.task(ask, target, rest=rest, question="Which task do you want to start?")
    await answer.say(await start(ask, tasks, catalogue, cards, task.runbook_id, task.id, override=override))


@routes.action(ActionId.TASK_START)
async def press_start(ask: Ask, answer: Answer, tasks: TaskActions, catalogue: Catalogue, cards: Cards) -> None:
    value = ask.value(TaskValue)
    message = await start(ask, tasks, catalogue, cards, value.r, value.t, seen=value.seen, override=value.override)
    await (answer.say(message) if value.listed else answer.replace(message))


@routes.command("task", "skip", "<task> <reason>")
async def skip_task(
    ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, tasks: TaskActions, cards: Cards
) -> None:
    """Skip a task, with the reason; without one, a form asks for it."""
    target, reason = grammar.split_target(ask.words)
    if target and not reason:
        targets.runbook_id(ask, ask.words)

        async def form() -> View:
            return await _skip_form(ask, client, tasks, cards, await targets.task(ask, target))

        await show_form(answer, "Skip task", form())
        return
    task = await targets.task(ask, target, rest=reason, question="Which task do you want to skip?")
    await answer.say(await skip(ask, tasks, cards, task.runbook_id, task.id, grammar.plain(reason)))


@routes.action(ActionId.TASK_SKIP)
async def ask_skip_reason(ask: Ask, answer: Answer, client: CutoverClient, tasks: TaskActions, cards: Cards) -> None:
    value = ask.value(TaskValue)

    async def form() -> View:
        return await _skip_form(ask, client, tasks, cards, await tasks.read(value.r, value.t))

    await show_form(answer, "Skip task", form(), (ActionId.TASK_SKIP, value))


async def _skip_form(ask: Ask, client: CutoverClient, tasks: TaskActions, cards: Cards, task: Task) -> View:
    if task.is_complete:
        return modals.notice("Skip task", await words.full_card(client, tasks, cards, task))
    meta = TaskMeta(r=task.runbook_id, t=task.id, seen=seen(task), channel=ask.channel_id)
    return modal_task.skip_task(await cards.view(task), meta=meta)


def _read_skip(view: Mapping[str, Any]) -> Any:
    return modal_task.read_skip(state_of(view))


@routes.submit(ViewId.SKIP_TASK, _read_skip)
async def submit_skip(ask: Ask, answer: Answer, form: SkipForm, tasks: TaskActions, cards: Cards) -> None:
    meta = ask.meta(TaskMeta)
    await answer.say(await skip(ask, tasks, cards, meta.r, meta.t, form.reason.raw, seen=meta.seen))


async def skip(
    ask: Ask, tasks: TaskActions, cards: Cards, runbook_id: str, task_id: str, reason: str, *, seen: str = ""
) -> Message:
    try:
        result = await tasks.skip(ask.wish, runbook_id, task_id, reason, seen=seen)
    except NotReady as refusal:
        return await words.not_ready(cards, refusal)
    return await cards.task(result.value, words.told(result, "skipped", ask))


@routes.action(ActionId.TASK_SHOW, ActionId.TASK_REFRESH)
async def press_show(ask: Ask, answer: Answer, client: CutoverClient, tasks: TaskActions, cards: Cards) -> None:
    value = ask.value(TaskValue)
    message = await words.full_card(client, tasks, cards, await client.get_runbook_task(value.r, value.t))
    refresh = ask.delivery.name == ActionId.TASK_REFRESH
    await (answer.replace(message) if refresh else answer.say(message))


async def start(
    ask: Ask,
    tasks: TaskActions,
    catalogue: Catalogue,
    cards: Cards,
    runbook_id: str,
    task_id: str,
    *,
    seen: str = "",
    override: bool = False,
    answers: tuple[FieldValue, ...] = (),
) -> Message:
    """Start, or the question that has to be answered first."""
    try:
        result = await tasks.start(ask.wish, runbook_id, task_id, seen=seen, override=override, answers=answers)
    except NotReady as refusal:
        return await words.not_ready(cards, refusal)
    except Refused as refusal:
        if not refusal.has(task_answers.MISSING):
            raise
        names = await task_answers.named(refusal, catalogue, cards, runbook_id)
        value = TaskValue(r=runbook_id, t=task_id, seen=seen, ask=True, override=override, fields=names)
        return say.ask_to_start(await tasks.read(runbook_id, task_id), value)
    return await cards.task(result.value, words.told(result, "started", ask))


@routes.action(ActionId.TASK_START_ASK)
async def open_start_form(
    ask: Ask, answer: Answer, client: CutoverClient, catalogue: Catalogue, cards: Cards, tasks: TaskActions
) -> None:
    value = ask.value(TaskValue)

    async def form() -> View:
        task = await tasks.read(value.r, value.t)
        if task.is_running or task.is_complete:
            return modals.notice("Start task", await words.full_card(client, tasks, cards, task))
        return await task_answers.form(ask, value, "start", task, client, catalogue, cards)

    await show_form(answer, "Start task", form(), (ActionId.TASK_START_ASK, value))


@routes.submit(ViewId.START_TASK, task_answers.read)
async def submit_start(ask: Ask, answer: Answer, catalogue: Catalogue, tasks: TaskActions, cards: Cards) -> None:
    meta = ask.meta(TaskMeta)
    form = await task_answers.answers(ask, catalogue, cards, meta.r)
    message = await start(
        ask,
        tasks,
        catalogue,
        cards,
        meta.r,
        meta.t,
        seen=meta.seen,
        override=meta.override,
        answers=form.answers,
    )
    await answer.say(message)
