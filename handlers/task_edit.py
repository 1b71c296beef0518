"""Create and edit tasks, and the menu of a task card. The one rule: only what the person changed is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions import EditActions, TaskActions
from bot.blocks import modals, say
from bot.blocks.forms import TaskForm, changed
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import View
from bot.blocks.text import phrase
from bot.blocks.values import CreateMeta, MoreValue, TaskMeta, seen
from bot.cutover import UNSET, Catalogue, CutoverClient, TaskFields
from bot.errors import BadInput
from bot.model import Task
from bot.slack.answer import Answer
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.cards import Cards
from handlers.forms import show_form
from handlers.routes import Routes
from handlers.targets import Targets
from handlers.task_assign import assign_form
from handlers.task_finish import finish
from handlers.task_work import start

routes = Routes()
_AGAIN = "Open the menu of the card again."


@routes.command("task", "create", "[name]")
async def create_task(ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, catalogue: Catalogue) -> None:
    """Add a task to the linked runbook."""
    runbook_id = targets.runbook_id(ask, ask.words)

    async def form() -> View:
        runbook = await client.get_runbook(runbook_id)
        streams, types = await catalogue.streams(runbook_id), await catalogue.task_types()
        meta = CreateMeta(r=runbook_id, channel=ask.channel_id)
        return modals.create_task(runbook, streams, types, meta=meta, name=grammar.unquoted(ask.words))

    await show_form(answer, "Create task", form())


def _read(view: Mapping[str, Any]) -> Any:
    return modals.read_task(state_of(view))


@routes.submit(ViewId.CREATE_TASK, _read)
async def submit_create(ask: Ask, answer: Answer, form: TaskForm, edits: EditActions, cards: Cards) -> None:
    runbook_id = ask.meta(CreateMeta).r
    if not runbook_id or form.name is None:
        raise BadInput("The form had no runbook or name, so nothing was created.")
    fields = TaskFields(
        name=form.name.raw,
        description=form.description.raw if form.description else UNSET,
        duration=form.duration if form.duration is not None else UNSET,
        level=form.level,
        start_fixed=form.start_fixed or UNSET,
        end_fixed=form.end_fixed or UNSET,
        stream_id=form.stream_id or UNSET,
        task_type_id=form.task_type_id or UNSET,
    )
    task = await edits.create(ask.wish, runbook_id, fields)
    await answer.say(await cards.task(task, phrase("✅ You created this.")))


@routes.command("task", "edit", "<task>")
async def edit_task(ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, catalogue: Catalogue) -> None:
    """Change what a task says: name, times, stream, type, description."""
    words = grammar.unquoted(ask.words)
    if not words:
        await targets.task(ask, "", question="Which task do you want to edit?")
    targets.runbook_id(ask, ask.words)

    async def form() -> View:
        task = await targets.task(ask, words)
        return await _edit_form(ask, client, catalogue, task)

    await show_form(answer, "Edit task", form())


async def _edit_form(ask: Ask, client: CutoverClient, catalogue: Catalogue, task: Task) -> View:
    runbook = await client.get_runbook(task.runbook_id)
    streams, types = await catalogue.streams(task.runbook_id), await catalogue.task_types()
    meta = TaskMeta(r=task.runbook_id, t=task.id, seen=seen(task), channel=ask.channel_id)
    return modals.edit_task(runbook, task, streams, types, meta=meta)


@routes.submit(ViewId.EDIT_TASK, _read)
async def submit_edit(
    ask: Ask, answer: Answer, form: TaskForm, edits: EditActions, tasks: TaskActions, cards: Cards
) -> None:
    meta = ask.meta(TaskMeta)
    stored = await tasks.read(meta.r, meta.t)
    if meta.seen and seen(stored) != meta.seen:
        raise BadInput("This task was changed meanwhile, so your changes were not saved.", _AGAIN)
    fields = _changes(form, stored)
    if fields == TaskFields():
        await answer.say(say.note("Nothing was changed, so nothing was sent."))
        return
    task = await edits.edit(ask.wish, meta.r, meta.t, fields)
    await answer.say(await cards.task(task, phrase("✅ You saved this.")))


def _changes(form: TaskForm, stored: Task) -> TaskFields:
    description = form.description
    return TaskFields(
        name=form.name.raw if form.name and changed(form.name, stored.name) else UNSET,
        description=description.raw if description is not None and changed(description, stored.description) else UNSET,
        duration=form.duration if form.duration is not None and form.duration != stored.duration else UNSET,
        level=form.level if form.level != stored.level else UNSET,
        start_fixed=form.start_fixed if form.start_fixed != stored.start_fixed else UNSET,
        end_fixed=form.end_fixed if form.end_fixed != stored.end_fixed else UNSET,
        stream_id=form.stream_id if form.stream_id and form.stream_id != stored.stream_id else UNSET,
        task_type_id=form.task_type_id if form.task_type_id and form.task_type_id != stored.task_type_id else UNSET,
    )


@routes.action(ActionId.TASK_MORE)
async def choose_more(
    ask: Ask, answer: Answer, client: CutoverClient, catalogue: Catalogue, cards: Cards, tasks: TaskActions
) -> None:
    value = ask.value(MoreValue)
    if value.do == "assign":
        await show_form(answer, "Assign task", assign_form(ask, client, cards, value.r, value.t))
    elif value.do == "edit":

        async def form() -> View:
            return await _edit_form(ask, client, catalogue, await tasks.read(value.r, value.t))

        await show_form(answer, "Edit task", form())
    elif value.do == "override_start":
        await answer.replace(
            await start(ask, tasks, catalogue, cards, value.r, value.t, seen=value.seen, override=True)
        )
    else:
        task = await tasks.read(value.r, value.t)
        await answer.replace(await finish(ask, tasks, catalogue, cards, task, seen=value.seen, override=True))
