"""Ask for a CapyDB cutover. The one rule: first the preview, then a form that names what it will replace."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.actions import ResultKind
from bot.blocks import capydb_forms, modals, say
from bot.blocks.capydb_forms import TITLE, Choice, PreviewForm, RequestForm, RequestSheet
from bot.blocks.capydb_post import state
from bot.blocks.card import TaskView
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message, View
from bot.blocks.text import bold, phrase
from bot.blocks.values import PreviewValue, RequestMeta, TaskValue
from bot.cutover import CutoverClient
from bot.errors import BadInput, CapyError, SlackError, UnknownOutcome
from bot.model import EMPTY, Runbook, Task, Text
from bot.model.cutover_request import CutoverRequest, Preview, Project
from bot.requests.ask import Asked, Requests
from bot.slack.answer import Answer
from bot.slack.web import SlackWeb
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.cards import Cards
from handlers.forms import show_form
from handlers.routes import Routes

routes = Routes()
_TICKET_FIELD: Final = re.compile(r"ticket|change|reference", re.I)
_TICKET: Final = re.compile(r"\b[A-Z]{2,10}(?:-\d{2,12}|\d{4,12})\b")


@routes.command("cutover", "request", "[preview]")
async def request_cutover(ask: Ask, answer: Answer, requests: Requests) -> None:
    """Ask CapyDB to make a preview database production."""
    await requests.check(ask.wish)
    words = grammar.unquoted(ask.words)
    meta = RequestMeta(channel=ask.channel_id)
    if words:
        await show_form(answer, TITLE, _named_form(ask, requests, meta, words))
    else:
        await show_form(answer, TITLE, _choice(ask, requests, meta), (ActionId.REQUEST_OPEN, PreviewValue(p="")))


@routes.action(ActionId.REQUEST_OPEN)
async def press_request(ask: Ask, answer: Answer, requests: Requests) -> None:
    await requests.check(ask.wish)
    value = ask.value(PreviewValue)
    meta = RequestMeta(channel=ask.channel_id)
    await show_form(answer, TITLE, _choice(ask, requests, meta), (ActionId.REQUEST_OPEN, value))


@routes.action(ActionId.TASK_REQUEST)
async def request_for_task(ask: Ask, answer: Answer, requests: Requests, client: CutoverClient) -> None:
    await requests.check(ask.wish)
    value = ask.value(TaskValue)

    async def form() -> View:
        task = await client.get_runbook_task(value.r, value.t)
        return await _choice(ask, requests, RequestMeta(channel=ask.channel_id, r=value.r, t=value.t), task.name)

    await show_form(answer, TITLE, form(), (ActionId.TASK_REQUEST, value))


async def _choice(ask: Ask, requests: Requests, meta: RequestMeta, task: Text | None = None) -> View:
    return capydb_forms.choice(await requests.choices(), ask.now, meta=meta, task=task)


async def _named_form(ask: Ask, requests: Requests, meta: RequestMeta, words: str) -> View:
    project, preview = _named(await requests.choices(), words)
    return await _form(ask, requests, meta, project, preview, None)


def _named(choices: Sequence[Choice], words: str) -> tuple[Project, Preview]:
    """The one preview that `words` name, by id or part of its name."""
    known = [(project, one) for project, previews in choices for one in previews or ()]
    found = [pair for pair in known if words in (pair[1].id, pair[1].name.raw)]
    found = found or [pair for pair in known if pair[1].name.contains(words)]
    if not found:
        raise BadInput("No preview fits that.", "`/cutover request` without a name shows those that are ready.")
    if len(found) > 1:
        raise BadInput("Several previews fit that.", "Give the whole name, or choose: `/cutover request`.")
    return found[0]


@routes.submit(ViewId.REQUEST_CHOICE, lambda view: capydb_forms.read_choice(state_of(view)), then=TITLE)
async def choose_preview(
    ask: Ask, answer: Answer, form: PreviewForm, requests: Requests, client: CutoverClient, cards: Cards
) -> None:
    await requests.check(ask.wish)
    meta = ask.meta(RequestMeta)
    project, preview = await requests.preview(form.project_id, form.preview_id)
    await answer.show(await _form(ask, requests, meta, project, preview, await _for(client, cards, meta)))


async def _for(client: CutoverClient, cards: Cards, meta: RequestMeta) -> TaskView | None:
    """The task it is for, with its runbook."""
    return await cards.view(await client.get_runbook_task(meta.r, meta.t)) if meta.t else None


async def _form(
    ask: Ask, requests: Requests, meta: RequestMeta, project: Project, preview: Preview, task: TaskView | None
) -> View:
    """The form that sends it; or what became of the request before."""
    if not preview.is_ready:
        raise BadInput("This preview is not ready.", "A cutover can be requested once it is.")
    before = await requests.active(project.id, preview.id)
    if before is not None:
        return modals.notice(TITLE, _there(before, preview))
    meta = meta.model_copy(update={"p": project.id, "d": preview.id})
    ticket = ticket_of(task.task, task.runbook) if task is not None else None
    return capydb_forms.request(_sheet(ask, project, preview, task), RequestForm(ticket or EMPTY), meta=meta)


def _sheet(ask: Ask, project: Project, preview: Preview, task: TaskView | None) -> RequestSheet:
    name = task.task.name if task is not None else None
    return RequestSheet(project, preview, ask.now, name, can_finish=task is not None and not task.asks)


@routes.submit(ViewId.REQUEST, lambda view: capydb_forms.read_request(state_of(view)), then=TITLE)
async def submit_request(
    ask: Ask,
    answer: Answer,
    form: RequestForm,
    requests: Requests,
    client: CutoverClient,
    cards: Cards,
    slack: SlackWeb,
) -> None:
    meta = ask.meta(RequestMeta)
    project, preview = await requests.preview(meta.p, meta.d)
    task = await _for(client, cards, meta)
    try:
        result = await requests.open(ask.wish, _asked(form, project, preview, task))
    except CapyError as error:
        if isinstance(error, UnknownOutcome):
            raise
        sheet = _sheet(ask, project, preview, task)  # certainly not opened, so what was typed is not lost
        await answer.show(capydb_forms.request(sheet, form, meta=meta, problem=say.error(error)))
        return
    if result.kind is ResultKind.DONE:
        told = _opened(project, preview, await _is_here(slack, meta.channel))
    else:
        told = _there(result.value, preview)
    await answer.show(modals.notice(TITLE, told))


def _asked(form: RequestForm, project: Project, preview: Preview, task: TaskView | None) -> Asked:
    if task is None:
        return Asked(project, preview, form.ticket, form.note)
    return Asked(
        project=project,
        preview=preview,
        ticket=form.ticket,
        note=form.note,
        runbook_id=task.runbook.id,
        runbook_name=task.runbook.name,
        task_id=task.task.id,
        task_name=task.task.name,
        finish=form.finish and not task.asks,
    )


async def _is_here(slack: SlackWeb, channel_id: str) -> bool:
    """Whether the bot can post the progress there; where Slack does not tell, it will see."""
    try:
        found = (await slack.call("conversations.info", channel=channel_id)).get("channel")
    except SlackError as error:
        return error.error != "channel_not_found"  # a direct message between others, say
    return not isinstance(found, dict) or found.get("is_member") is not False


def _opened(project: Project, preview: Preview, here: bool) -> Message:
    names = {"preview": bold(preview.title, 60), "project": bold(project.title, 60)}
    told = (
        "Its progress is posted in the channel."
        if here
        else "`/invite @cutover` here, so that its progress can be posted."
    )
    said = phrase("Requested: preview {preview} → production of {project}.", **names)
    return say.done(said, hint=f"{told} `/cutover requests` shows it.")


def _there(request: CutoverRequest, preview: Preview) -> Message:
    name = bold(preview.title, 60)
    said = phrase("ℹ️ A request for {preview} is there already: {state}.", preview=name, state=state(request.status))
    return say.note(said, "CapyDB takes one at a time for each preview. `/cutover requests` shows it.")


def ticket_of(task: Task, runbook: Runbook) -> Text | None:
    """The ticket that the task, else the runbook names: in a field of that name, else something like CHG0012345."""
    for given in (*task.field_values, *runbook.field_values):
        if _TICKET_FIELD.search(given.name.raw) and given.values and given.values[0]:
            return given.values[0]
    for text in (task.description, task.name, runbook.description, runbook.name):
        if found := _TICKET.search(text.raw):
            return Text(found[0])
    return None
