"""See CapyDB's cutover requests. The one rule: what CapyDB lists is shown, with what the bot knows of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.blocks import capydb_list
from bot.blocks.capydb_post import RequestView
from bot.blocks.ids import ActionId
from bot.blocks.message import Message
from bot.blocks.values import PreviewValue
from bot.model import Text
from bot.model.cutover_request import CutoverRequest, Preview, Project
from bot.requests import note
from bot.requests.ask import Requests
from bot.requests.rows import Followed
from bot.slack.answer import Answer
from handlers import grammar
from handlers.ask import Ask
from handlers.routes import Routes

routes = Routes()
_OLDEST = datetime.min.replace(tzinfo=UTC)


@routes.command("cutover", "requests", "[words]")
async def list_requests(ask: Ask, answer: Answer, requests: Requests) -> None:
    """List the CapyDB cutover requests with their state, ticket and notes."""
    await answer.say(await _page(ask, requests, grammar.unquoted(ask.words)[:100]))


@routes.action(ActionId.REQUEST_LIST)
async def refresh_list(ask: Ask, answer: Answer, requests: Requests) -> None:
    await answer.replace(await _page(ask, requests, ask.value(PreviewValue).d))


async def _page(ask: Ask, requests: Requests, words: str) -> Message:
    """Active ones first, then the newest; `words` stand in state, ticket, notes or names."""
    listed, known = await requests.listed(), await requests.followed()
    names = await requests.preview_names([project for project, _ in listed])
    views = [
        _view(ask, project, one, known.get(one.id), names.get(one.preview_id))
        for project, found in listed
        for one in found
    ]
    shown = [view for view in views if _text(view).contains(words)]
    shown.sort(key=lambda view: (view.request.is_active, view.request.created_at or _OLDEST), reverse=True)
    return capydb_list.requests(shown, words=words, only=listed[0][0].title if len(listed) == 1 else None)


def _view(
    ask: Ask, project: Project, request: CutoverRequest, known: Followed | None, preview: Preview | None
) -> RequestView:
    typed, user = note.taken_apart(request.note)
    return RequestView(
        request=replace(request, note=typed),
        project=project.title,
        preview=preview.title if preview is not None else Text(known.preview_name if known else request.preview_id),
        now=ask.now,
        user_id=known.user if known else user,
        task=Text(known.task_name) if known and known.task else None,
    )


def _text(view: RequestView) -> Text:
    one = view.request
    parts = (one.id, one.status, one.ticket.raw, one.note.raw, one.operator_note.raw, one.rejected_reason.raw)
    return Text(" ".join((*parts, view.preview.raw, view.project.raw)))
