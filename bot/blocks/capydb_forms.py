"""Forms for a database cutover. The one rule: the form that sends it names the project and the preview.

First the preview is chosen, then the request is filled in: so the last form is the confirmation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.blocks import forms, parts
from bot.blocks.clean import clean
from bot.blocks.fit import OPTION_VALUE
from bot.blocks.forms import Errors, State
from bot.blocks.ids import ViewId
from bot.blocks.message import Message, View
from bot.blocks.text import Mrkdwn, bold, join, phrase, when
from bot.blocks.values import PreviewValue, RequestMeta, decode, encode, encode_meta
from bot.errors import BadInput
from bot.model import EMPTY, Text
from bot.model.cutover_request import TICKET_LIMIT, Preview, Project

TITLE: Final = "Database cutover"
_SOON: Final = timedelta(days=1)
_MOST: Final = 1_000
_LONGEST_NOTE: Final = 650
"""Characters: CapyDB takes 1,000, and the bot adds who asked and what for."""
Choice = tuple[Project, Sequence[Preview] | None]


@dataclass(frozen=True, slots=True)
class PreviewForm:
    """The preview chosen, or its id as typed."""

    project_id: str
    preview_id: str


@dataclass(frozen=True, slots=True)
class RequestForm:
    """`finish`: the task is finished when the cutover is completed."""

    ticket: Text = EMPTY
    note: Text = EMPTY
    finish: bool = False


@dataclass(frozen=True, slots=True)
class RequestSheet:
    """What the last form is about. `task`: the one it is for. `can_finish`: that takes no choice of a person."""

    project: Project
    preview: Preview
    now: datetime
    task: Text | None = None
    can_finish: bool = False


def choice(choices: Sequence[Choice], now: datetime, *, meta: RequestMeta, task: Text | None = None) -> View:
    """Which preview becomes production. Where CapyDB lists none, its id is typed."""
    told = Mrkdwn("The contents of a preview database become the production data of its project.")
    about = phrase("📋 For task {task}", task=task) if task is not None else None
    entries = _entries(choices, now)
    listed = any(previews is not None for _, previews in choices)
    if listed and not entries:
        none = Mrkdwn("No preview is ready: make one at CapyDB, then ask again.")
        return View(parts.modal(TITLE, ViewId.NOTICE, [parts.section(join("\n", [told, none]))]))
    blocks = [parts.section(join("\n", [told, about]))]
    if listed:
        blocks.append(parts.field("Preview", parts.select(entries, hint="Choose a preview"), "preview"))
    else:
        blocks += _typed(choices)
    return View(parts.modal(TITLE, ViewId.REQUEST_CHOICE, blocks, submit="Next", meta=encode_meta(meta)))


def _typed(choices: Sequence[Choice]) -> list[parts.Block]:
    options = [parts.option(project.title, encode(PreviewValue(p=project.id), OPTION_VALUE)) for project, _ in choices]
    menu = parts.select(options, initial=options[0]["value"] if len(options) == 1 else None)
    return [
        parts.field("Project", menu, "project"),
        parts.field("Id of the preview", parts.text_input(longest=64), "id", hint="CapyDB lists none here."),
    ]


def _entries(choices: Sequence[Choice], now: datetime) -> list[parts.Element]:
    """Previews that are ready, the project beside each where there are several."""
    found: list[parts.Element] = []
    for project, previews in choices:
        for one in (one for one in previews or () if one.is_ready):
            value = PreviewValue(p=project.id, d=one.id)
            left = f"expires {one.expires_at:%Y-%m-%d %H:%M} UTC" if one.expires_at else ""
            where = project.title.raw if len(choices) > 1 else ""
            told = " · ".join(part for part in (where, left) if part)
            found.append(parts.option(one.title, encode(value, OPTION_VALUE), told or None))
    return found[:_MOST]


def read_choice(state: State) -> PreviewForm | Errors:
    """The preview as sent."""
    chosen = forms.choice(state, "preview") or forms.choice(state, "project")
    beside = "preview" if forms.has(state, "preview") else "project"
    try:
        value = decode(PreviewValue, chosen)
    except BadInput:
        return {beside: "Choose one."}
    preview = value.d or forms.one_line(state, "id").raw
    return PreviewForm(value.p, preview) if preview else {"id": "Give the id of the preview."}


def request(sheet: RequestSheet, filled: RequestForm, *, meta: RequestMeta, problem: Message | None = None) -> View:
    """Ticket and note, what it will do above. `filled`: what stands in it; `problem`: what went wrong before."""
    about = phrase("📋 For task {task}", task=sheet.task) if sheet.task is not None else None
    blocks = [
        *(problem.blocks if problem is not None else ()),
        parts.section(join("\n", [_what(sheet.project, sheet.preview), about])),
        *([parts.section(line)] if (line := _expiry(sheet.preview, sheet.now)) else []),
        _ticket(filled.ticket),
        _note(filled.note),
    ]
    if sheet.can_finish:
        flag = [parts.option("Finish the task when the cutover is completed", "finish")]
        box = parts.choices("checkboxes", flag, ["finish"] if filled.finish else [])
        blocks.append(parts.field("Task", box, "finish", optional=True))
    view = parts.modal(TITLE, ViewId.REQUEST, blocks, submit="Request cutover", meta=encode_meta(meta), close="Cancel")
    return View(view)


def _ticket(filled: Text) -> parts.Block:
    initial = clean(filled.raw)
    box = parts.text_input(initial=initial if forms.fits(initial, TICKET_LIMIT) else None, longest=TICKET_LIMIT)
    hint = (
        "The ticket or support thread of this cutover. Without it CapyDB takes the request, "
        "but its operators do not carry it out."
    )
    return parts.field("Ticket reference", box, "ticket", hint=hint, optional=True)


def _note(filled: Text) -> parts.Block:
    initial = clean(filled.raw, lines=True)
    box = parts.text_input(
        initial=initial if forms.fits(initial, _LONGEST_NOTE) else None, lines=True, longest=_LONGEST_NOTE
    )
    return parts.field("Note for CapyDB's operators", box, "note", hint="Your name is added.", optional=True)


def _what(project: Project, preview: Preview) -> Mrkdwn:
    return phrase(
        "⚠️ The production data of {project} will be *replaced* by preview {preview}.\n"
        "CapyDB's operators review the request first; when they carry it out, production is backed up before.",
        project=bold(project.title, 80),
        preview=bold(preview.title, 80),
    )


def _expiry(preview: Preview, now: datetime) -> Mrkdwn | None:
    if preview.expires_at is None:
        return None
    at = when(preview.expires_at)
    if preview.expires_at - now > _SOON:
        return phrase("⌛ The preview expires {at}.", at=at)
    return phrase("⌛ The preview expires {at}: if it is not carried out by then, the request is gone too.", at=at)


def read_request(state: State) -> RequestForm | Errors:
    """Ticket and note as sent."""
    ticket = forms.one_line(state, "ticket")
    if len(ticket.raw) > TICKET_LIMIT:
        return {"ticket": f"At most {TICKET_LIMIT} characters."}
    return RequestForm(ticket, forms.text(state, "note"), "finish" in forms.choices(state, "finish"))


__all__ = ["TITLE", "PreviewForm", "RequestForm", "choice", "read_choice", "read_request", "request"]
