"""The form that opens a go/no-go poll. The one rule: who is asked, how many it takes and until when are all said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks import forms, parts
from bot.blocks.clean import clean
from bot.blocks.forms import Errors, State
from bot.blocks.ids import ActionId, ViewId
from bot.blocks.message import View
from bot.blocks.text import phrase
from bot.blocks.values import TaskMeta, encode_meta
from bot.blocks.words import task_name, task_state
from bot.model import Task, Text

MOST = 20
_LONGEST = 7 * 86_400
_QUESTION = 200
_QUORUM = "Empty: all of them. One no-go is a no-go."


@dataclass(frozen=True, slots=True)
class PollForm:
    """`users` are Slack ids; `quorum` None: all of them; `seconds` until it closes."""

    question: Text
    users: tuple[str, ...]
    quorum: int | None
    seconds: int


def open_poll(task: Task, asked: Sequence[str], *, meta: TaskMeta) -> View:
    """The form; `asked` are the Slack ids to begin with."""
    menu = parts.users_select(ActionId.INPUT, "Who decides", many=True)
    if asked:
        menu["initial_users"] = list(asked)[:MOST]
    question = clean(task.name.raw)
    preset = question if question and forms.fits(question, _QUESTION) else None
    quorum = parts.text_input(longest=3)
    until = parts.text_input(initial="30 min", longest=20)
    blocks = [
        parts.section(phrase("{task}\n{state}", task=task_name(task), state=task_state(task))),
        parts.field("Question", parts.text_input(initial=preset, longest=_QUESTION), "question"),
        parts.field("Who is asked", menu, "users", hint=f"At most {MOST}. Their roles come from Cutover."),
        parts.field("How many have to say go", quorum, "quorum", hint=_QUORUM, optional=True),
        parts.field("Until", until, "until", hint="For example 20 min or 1h 30m."),
    ]
    return View(parts.modal("Go / no-go", ViewId.POLL, blocks, submit="Open the poll", meta=encode_meta(meta)))


def read_poll(state: State) -> PollForm | Errors:
    """The form as sent."""
    question, users = forms.one_line(state, "question"), forms.users(state, "users")
    quorum, until = forms.one_line(state, "quorum").raw, forms.one_line(state, "until").raw
    seconds = forms.parse_duration(until)
    errors: Errors = {}
    if not question:
        errors["question"] = "Ask something."
    if not 0 < len(users) <= MOST:
        errors["users"] = f"Choose between one and {MOST} people."
    elif quorum and not (quorum.isascii() and quorum.isdecimal() and 0 < int(quorum) <= len(users)):
        errors["quorum"] = f"A number from 1 to {len(users)}."
    if seconds is None or not 60 <= seconds <= _LONGEST:
        errors["until"] = "A time from 1 min to 7 d, for example 20 min."
    if errors or seconds is None:
        return errors
    return PollForm(question, users, int(quorum) if quorum else None, seconds)
