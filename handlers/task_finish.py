"""Finish tasks. The one rule: branches and required answers are asked for, never guessed."""

from __future__ import annotations

from dataclasses import replace

from bot.actions import EditActions, NotReady, ResultKind, TaskActions
from bot.blocks import modals, say
from bot.blocks.card import task_value
from bot.blocks.forms import FinishForm
from bot.blocks.html import typed_html
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message, View
from bot.blocks.text import join
from bot.blocks.values import TaskMeta, TaskValue
from bot.cutover import Catalogue, CutoverClient
from bot.errors import Refused
from bot.model import Task, Text
from bot.slack.answer import Answer
from handlers import grammar, task_answers, words
from handlers.ask import Ask
from handlers.cards import Cards
from handlers.forms import show_form
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()


@routes.command("task", "finish", "<task>")
async def finish_task(
    ask: Ask, answer: Answer, targets: Targets, tasks: TaskActions, catalogue: Catalogue, cards: Cards
) -> None:
    """Finish a running task; asks for branches and answers where the task wants them."""
    target, override = grammar.split_override(ask.words)
    rest = "override" if override else ""
    task = await targets.task(ask, target, rest=rest, question="Which task do you want to finish?")
    if task.is_running and (await cards.view(task)).asks:
        value = task_value(task, asks=True).model_copy(update={"override": override})
        await answer.say(say.ask_to_finish(task, value))
        return
    await answer.say(await finish(ask, tasks, catalogue, cards, task, override=override))


@routes.action(ActionId.TASK_FINISH)
async def press_finish(ask: Ask, answer: Answer, tasks: TaskActions, catalogue: Catalogue, cards: Cards) -> None:
    value = ask.value(TaskValue)
    task = Task(value.t, value.r, Text("This task"))
    if value.listed:
        task = await tasks.read(value.r, value.t)
        if task.is_running and (await cards.view(task)).asks:
            await answer.say(say.ask_to_finish(task, value))
            return
    message = await finish(ask, tasks, catalogue, cards, task, seen=value.seen, override=value.override)
    await (answer.say(message) if value.listed else answer.replace(message))


async def finish(
    ask: Ask,
    tasks: TaskActions,
    catalogue: Catalogue,
    cards: Cards,
    task: Task,
    *,
    seen: str = "",
    override: bool = False,
    form: FinishForm | None = None,
) -> Message:
    """Finish, or the question that has to be answered first."""
    try:
        result = await tasks.finish(
            ask.wish,
            task.runbook_id,
            task.id,
            seen=seen,
            override=override,
            selected=form.selected if form else None,
            answers=form.answers if form else (),
        )
    except NotReady as refusal:
        return await words.not_ready(cards, refusal)
    except Refused as refusal:
        if not refusal.has(task_answers.MISSING):
            raise
        names = await task_answers.named(refusal, catalogue, cards, task.runbook_id)
        value = TaskValue(r=task.runbook_id, t=task.id, seen=seen, ask=True, override=override, fields=names)
        return say.ask_to_finish(await tasks.read(task.runbook_id, task.id), value)
    decided = modals.decided(form) if form and result.kind is ResultKind.DONE else None
    return await cards.task(result.value, join(" ", [words.told(result, "finished", ask), decided]))


@routes.action(ActionId.TASK_FINISH_ASK)
async def open_finish_form(
    ask: Ask, answer: Answer, client: CutoverClient, catalogue: Catalogue, cards: Cards, tasks: TaskActions
) -> None:
    value = ask.value(TaskValue)

    async def form() -> View:
        task = await tasks.read(value.r, value.t)
        if not task.is_running:
            return modals.notice("Finish task", await words.full_card(client, tasks, cards, task))
        return await task_answers.form(ask, value, "finish", task, client, catalogue, cards)

    await show_form(answer, "Finish task", form(), (ActionId.TASK_FINISH_ASK, value))


@routes.submit(ViewId.FINISH_TASK, task_answers.read)
async def submit_finish(
    ask: Ask, answer: Answer, catalogue: Catalogue, tasks: TaskActions, edits: EditActions, cards: Cards
) -> None:
    meta = ask.meta(TaskMeta)
    form = await task_answers.answers(ask, catalogue, cards, meta.r)
    task = await tasks.read(meta.r, meta.t)
    message = await finish(ask, tasks, catalogue, cards, task, seen=meta.seen, override=meta.override, form=form)
    if form.comment:
        wish = replace(ask.wish, once=f"{ask.wish.once}:comment")
        await edits.comment(wish, meta.r, meta.t, typed_html(form.comment.raw))
    await answer.say(message)
