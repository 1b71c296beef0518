"""Ask for a CapyDB cutover. The one rule: first the preview, then a form that names what it will replace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.actions import ResultKind
from bot.blocks import capydb_forms, modals, say
from bot.blocks.capydb_forms import TITLE, Choice, PreviewForm, RequestForm
from bot.blocks.capydb_post import state
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import Message, View
from bot.blocks.text import bold, phrase
from bot.blocks.values import PreviewValue, RequestMeta, TaskValue
from bot.cutover import CutoverClient
from bot.errors import BadInput, BotError, CapyError, CutoverError, SlackError, UnknownOutcome
from bot.model import EMPTY, Runbook, Task, Text
from bot.model.cutover_request import CutoverRequest, Preview, Project
from bot.requests import note
from bot.requests.ask import Asked, Requests
from bot.slack.answer import Answer
from bot.slack.web import SlackWeb
from handlers import grammar
from handlers.ask import Ask, state_of
from handlers.forms import show_form
from handlers.routes import Routes

routes = Routes()
_TICKET_FIELD: Final = re.compile(r"ticket|change|reference", re.I)
_TICKET: Final = re.compile(r"\b[A-Z]{2,10}-?\d{2,12}\b")


@routes.command("cutover", "request", "[preview]")
async def request_cutover(ask: Ask, answer: Answer, requests: Requests, client: CutoverClient) -> None:
    """Ask CapyDB to make a preview database production."""
    await requests.check(ask.wish)
    words = grammar.unquoted(ask.words)
    meta = RequestMeta(channel=ask.channel_id)
    again = None if words else (ActionId.REQUEST_OPEN, PreviewValue(p=""))
    await show_form(answer, TITLE, _first(ask, requests, client, meta, words), again)


@routes.action(ActionId.REQUEST_OPEN)
async def press_request(ask: Ask, answer: Answer, requests: Requests, client: CutoverClient) -> None:
    await requests.check(ask.wish)
    meta, value = RequestMeta(channel=ask.channel_id), ask.value(PreviewValue)
    await show_form(answer, TITLE, _first(ask, requests, client, meta), (ActionId.REQUEST_OPEN, value))


@routes.action(ActionId.TASK_REQUEST)
async def request_for_task(ask: Ask, answer: Answer, requests: Requests, client: CutoverClient) -> None:
    await requests.check(ask.wish)
    value = ask.value(TaskValue)
    meta = RequestMeta(channel=ask.channel_id, r=value.r, t=value.t)
    await show_form(answer, TITLE, _first(ask, requests, client, meta), (ActionId.TASK_REQUEST, value))


async def _first(ask: Ask, requests: Requests, client: CutoverClient, meta: RequestMeta, words: str = "") -> View:
    """The choice of a preview; with words that fit one alone, the request for it."""
    choices = await requests.choices()
    if words:
        project, preview = _named(choices, words)
        return await _request_form(ask, requests, client, meta, project, preview)
    task = (await client.get_runbook_task(meta.r, meta.t)).name if meta.t else None
    return capydb_forms.choice(choices, ask.now, meta=meta, task=task)


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
    ask: Ask, answer: Answer, form: PreviewForm, requests: Requests, client: CutoverClient
) -> None:
    await requests.check(ask.wish)
    meta = ask.meta(RequestMeta)
    project, preview = await requests.preview(form.project_id, form.preview_id)
    await answer.show(await _request_form(ask, requests, client, meta, project, preview))


async def _request_form(
    ask: Ask, requests: Requests, client: CutoverClient, meta: RequestMeta, project: Project, preview: Preview
) -> View:
    """The form that sends it; or who asked for this preview before."""
    if not preview.is_ready:
        raise BadInput("This preview is not ready.", "A cutover can be requested once it is.")
    before = await requests.active(project.id, preview.id)
    if before is not None:
        return modals.notice(TITLE, _there(before, preview))
    task, runbook = await _for(client, meta)
    asked = Asked(project, preview, ticket_of(task, runbook) or EMPTY, task_name=task.name if task else EMPTY)
    return _form(ask, meta.model_copy(update={"p": project.id, "d": preview.id}), asked)


def _form(ask: Ask, meta: RequestMeta, asked: Asked, problem: BotError | None = None) -> View:
    return capydb_forms.request(
        asked.project,
        asked.preview,
        ask.now,
        meta=meta,
        longest_note=note.TYPED,
        filled=RequestForm(asked.ticket, asked.note, asked.finish),
        task=asked.task_name if meta.t else None,
        problem=say.error(problem) if problem is not None else None,
    )


def _read(view: Mapping[str, Any]) -> Any:
    return capydb_forms.read_request(state_of(view))


@routes.submit(ViewId.REQUEST, _read, then=TITLE)
async def submit_request(
    ask: Ask, answer: Answer, form: RequestForm, requests: Requests, client: CutoverClient, slack: SlackWeb
) -> None:
    meta = ask.meta(RequestMeta)
    asked = await _asked(meta, form, requests, client)
    try:
        result = await requests.open(ask.wish, asked)
    except CapyError as error:
        if isinstance(error, UnknownOutcome):
            raise
        await answer.show(_form(ask, meta, asked, error))  # certainly not opened: what was typed is not lost
        return
    if result.kind is ResultKind.DONE:
        await answer.show(modals.notice(TITLE, _opened(asked, await _is_here(slack, meta.channel))))
    else:
        await answer.show(modals.notice(TITLE, _there(result.value, asked.preview)))


async def _asked(meta: RequestMeta, form: RequestForm, requests: Requests, client: CutoverClient) -> Asked:
    """What was sent, with the names of today."""
    project, preview = await requests.preview(meta.p, meta.d)
    task, runbook = await _for(client, meta)
    return Asked(
        project=project,
        preview=preview,
        ticket=form.ticket,
        note=form.note,
        runbook_id=meta.r,
        runbook_name=runbook.name if runbook else EMPTY,
        task_id=meta.t,
        task_name=task.name if task else EMPTY,
        finish=form.finish,
    )


async def _for(client: CutoverClient, meta: RequestMeta) -> tuple[Task | None, Runbook | None]:
    """The task it is for, with its runbook."""
    if not meta.t:
        return None, None
    return await client.get_runbook_task(meta.r, meta.t), await _runbook(client, meta.r)


async def _is_here(slack: SlackWeb, channel_id: str) -> bool:
    """Whether the bot can post the progress there; where Slack does not tell, it will see."""
    try:
        found = (await slack.call("conversations.info", channel=channel_id)).get("channel")
    except SlackError:
        return True
    return not isinstance(found, dict) or found.get("is_member") is not False


async def _runbook(client: CutoverClient, runbook_id: str) -> Runbook | None:
    """Only for its name and ticket: without Cutover the request goes on."""
    try:
        return await client.get_runbook(runbook_id) if runbook_id else None
    except CutoverError:
        return None


def _opened(asked: Asked, here: bool) -> Message:
    said = phrase(
        "Requested: preview {preview} → production of {project}.",
        preview=bold(asked.preview.title, 60),
        project=bold(asked.project.title, 60),
    )
    told = (
        "Its progress is posted in the channel." if here else "`/invite @cutover` here, so that it can be posted here."
    )
    return say.done(said, hint=f"{told} `/cutover requests` shows it.")


def _there(request: CutoverRequest, preview: Preview) -> Message:
    name = bold(preview.title, 60)
    said = phrase("ℹ️ A request for {preview} is there already: {state}.", preview=name, state=state(request.status))
    return say.note(said, "CapyDB takes one at a time for each preview. `/cutover requests` shows it.")


def ticket_of(task: Task | None, runbook: Runbook | None) -> Text | None:
    """The ticket that the task, else the runbook names: in a field of that name, else something like CHG0012345."""
    for thing in (task, runbook):
        for answer in thing.field_values or () if thing is not None else ():
            if _TICKET_FIELD.search(answer.name.raw) and answer.values and answer.values[0]:
                return answer.values[0]
    for thing in (task, runbook):
        for text in (thing.description, thing.name) if thing is not None else ():
            if found := _TICKET.search(text.raw):
                return Text(found[0])
    return None
