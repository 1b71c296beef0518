"""Short answers: errors, notes, help. The one rule: a sentence that says what happened, then what to do next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks import parts, words
from bot.blocks.announce import (
    linked,
    runbook_buttons,
    unlinked,
)
from bot.blocks.card import task_value
from bot.blocks.ids import ActionId
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn, bold, coded, duration, join, literal, phrase, user
from bot.blocks.values import TaskValue, Value, encode
from bot.errors import BadInput, BotError, NotAllowed, RateLimited, Unavailable, UnknownOutcome
from bot.model import Person, Task, Text

__all__ = [
    "HelpEntry",
    "ask_to_finish",
    "ask_to_start",
    "done",
    "error",
    "help",
    "linked",
    "note",
    "runbook_buttons",
    "task_buttons",
    "try_again",
    "unlinked",
    "whoami",
]

_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|capy_\w+|whsec_\w+|bearer\s+\S+|\b[0-9a-f]{32,}\b|eyJ[\w-]{10,}[\w.\-]*|://[^\s/@]+@",
    re.I,
)
_SIGNS: tuple[tuple[type[BotError], str], ...] = (
    (UnknownOutcome, "❓"),
    (Unavailable, "🔌"),
    (RateLimited, "🐢"),
    (NotAllowed, "🚫"),
    (BadInput, "🤔"),
)


def error(error: BotError) -> Message:
    """What went wrong, what came from outside (one bounded line, secrets hidden), and what to do."""
    sign = next((sign for kind, sign in _SIGNS if isinstance(error, kind)), "⚠️")
    wait = error.retry_after if isinstance(error, RateLimited) else None
    lines = [
        phrase("{sign} {sentence}", sign=Mrkdwn(sign), sentence=coded(error.sentence)),
        quoted(error.speaker, error.detail),
        coded(error.hint) if error.hint else None,
        Mrkdwn(f"Try again in {duration(max(1, round(wait)))}.") if wait is not None else None,
    ]
    return message([parts.section(join("\n", lines))])


def quoted(who: str, said: Text) -> Mrkdwn | None:
    """The first line of what a server said: never a stack trace, never a token."""
    first = next(iter(said.raw[:4_000].strip().splitlines()), "")
    return phrase("{who} says: {it}", who=who, it=literal(_SECRETS.sub("[hidden]", first), 200)) if first else None


def note(sentence: Mrkdwn | str, hint: Mrkdwn | str | None = None) -> Message:
    """A plain answer."""
    return message([parts.section(_said(sentence)), *([parts.context(_said(hint))] if hint else [])])


def _said(value: Mrkdwn | str) -> Mrkdwn:
    return value if isinstance(value, Mrkdwn) else coded(value, 600)


def done(sentence: Mrkdwn | str, *, hint: Mrkdwn | str | None = None, buttons: Sequence[parts.Element] = ()) -> Message:
    """Something was done. `buttons` come from `task_buttons` or `runbook_buttons`."""
    blocks = [parts.section(phrase("✅ {said}", said=_said(sentence)))]
    if hint:
        blocks.append(parts.context(_said(hint)))
    if buttons:
        blocks.append(parts.actions(*buttons))
    return message(blocks)


def task_buttons(task: Task) -> tuple[parts.Element, ...]:
    """What to do after a word about a task: see its card."""
    return (parts.button("Show task", ActionId.TASK_SHOW, encode(task_value(task))),)


def try_again(sentence: Mrkdwn | str, action: ActionId, value: Value) -> Message:
    """For a modal that could not open (a trigger lives 3 seconds): the same once more, by a button."""
    button = parts.button("Try again", action, encode(value), style="primary")
    return message([parts.section(_said(sentence)), parts.actions(button)])


def ask_to_start(task: Task, value: TaskValue) -> Message:
    """Starting this task needs answers: the button opens the form."""
    button = parts.button("Answer and start", ActionId.TASK_START_ASK, encode(value), style="primary")
    sentence = phrase("📝 {task} asks something before it can start.", task=words.task_name(task))
    return message([parts.section(sentence), parts.actions(button)])


def ask_to_finish(task: Task, value: TaskValue) -> Message:
    """Finishing this task needs answers: the button opens the form."""
    button = parts.button("Answer and finish", ActionId.TASK_FINISH_ASK, encode(value), style="primary")
    sentence = phrase("📝 {task} asks something before it can finish.", task=words.task_name(task))
    return message([parts.section(sentence), parts.actions(button)])


@dataclass(frozen=True, slots=True)
class HelpEntry:
    """One verb: command `task`, usage `start [task]`, sentence `Start a task.`"""

    command: str
    usage: str
    sentence: str


def help(commands: Sequence[HelpEntry], prefix: str) -> Message:
    """All commands by name; `prefix` stands before each (`dr-` makes `/dr-task`)."""
    blocks: list[parts.Block] = []
    for name in dict.fromkeys(entry.command.lstrip("/") for entry in commands):
        entries = [entry for entry in commands if entry.command.lstrip("/") == name]
        lines = [_help_line(f"/{prefix}{name}", entry) for entry in entries]
        blocks.extend(parts.section(join("\n", lines[i : i + 12])) for i in range(0, len(lines), 12))
    blocks.append(
        parts.context(Mrkdwn("A name may be a part of it, in quotes if it has spaces. Without one you get a menu."))
    )
    return message(blocks)


def _help_line(command: str, entry: HelpEntry) -> Mrkdwn:
    usage = literal(f"{command} {entry.usage}".strip(), 120)
    return phrase("`{usage}`  {sentence}", usage=usage, sentence=literal(entry.sentence, 200))


def whoami(
    user_id: str,
    *,
    person: Person | None,
    known: bool = True,
    operator: bool = False,
    linked_here: Text | None = None,
    acting: Mrkdwn | None = None,
    rights: Sequence[str] | None = None,
) -> Message:
    """Who the bot takes somebody for. `person`: their Cutover user; `known` False: Cutover could not be asked.

    `acting`: with which account they act, where it is not the bot's; `rights`: what the policy grants them here.
    """
    absent = "no user with your e-mail address was found." if known else "you could not be looked up now."
    reserved = "Live starts, canceling a live run and override are"
    lines = [
        phrase("👤 You are {who} in Slack.", who=user(user_id)),
        phrase("In Cutover: {name} ({email})", name=bold(person.name), email=person.email or "no e-mail")
        if person is not None
        else Mrkdwn(f"In Cutover: {absent}"),
        acting or Mrkdwn("What you do here is done with the bot's own Cutover account, and a comment names you."),
        phrase("The bot's policy grants you here: {rights}.", rights=", ".join(rights) or "nothing")
        if rights is not None
        else Mrkdwn(f"You are an operator. {reserved} open to you." if operator else f"{reserved} for operators only."),
        phrase("This channel is linked to {name}.", name=linked_here)
        if linked_here is not None
        else Mrkdwn("This channel is linked to no runbook."),
    ]
    return message([parts.section(join("\n", lines))])
