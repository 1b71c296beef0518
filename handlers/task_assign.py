"""Assign tasks. The one rule: Cutover ignores people who are no participants, so the result is read back and told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.actions import EditActions
from bot.blocks import modals, picks, say
from bot.blocks.forms import AssignForm
from bot.blocks.ids import ViewId
from bot.blocks.message import Message, View
from bot.blocks.text import Mrkdwn, join, literal, phrase, user
from bot.blocks.values import TaskMeta, seen
from bot.cutover import CutoverClient
from bot.errors import BadInput
from bot.model import Person
from bot.slack.answer import Answer
from bot.slack.people import People
from handlers import grammar
from handlers.ask import Ask, Choose, state_of
from handlers.cards import Cards
from handlers.persons import cutover_person, person_by_email
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()
_HOW: Final = "Mention people with @, or give their e-mail addresses, or `me`."
_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>")
_EMAIL: Final = re.compile(r"(?:<mailto:)?([^\s<>|@]+@[^\s<>|@]+)(?:\|[^>]*>)?\Z")


@routes.command("task", "assign", "<task> <@person...>")
async def assign_task(
    ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, people: People, edits: EditActions, cards: Cards
) -> None:
    """Assign a task to people of the runbook."""
    target, who = _split(ask.words)
    task = await targets.task(ask, target, rest=" ".join(who), question="Which task do you want to assign?")
    if not who:
        pick = ask.pick(task.id).model_copy(update={"r": task.runbook_id})
        raise Choose(picks.ask_person("Who should do it?", pick))
    persons = [await _meant(ask, one, client, people) for one in dict.fromkeys(who)]
    await answer.say(await assign(ask, edits, cards, task.runbook_id, task.id, persons))


def _split(words: str) -> tuple[str, list[str]]:
    """(task, people): the people are the last words, or all behind a quoted name."""
    if words.startswith('"'):
        target, rest = grammar.split_target(words)
        left = rest.split()
    else:
        target, left = "", words.split()
    who: list[str] = []
    while left and _names_person(left[-1]):
        who.insert(0, left.pop())
    if left and (target or left[-1].startswith("@")):
        raise BadInput("That names nobody in this workspace.", _HOW)
    return target or grammar.plain(" ".join(left)), who


def _names_person(word: str) -> bool:
    return bool(_MENTION.fullmatch(word) or _EMAIL.fullmatch(word)) or word.casefold() == "me"


async def _meant(ask: Ask, who: str, client: CutoverClient, people: People) -> Person:
    """A mention, `me`, or an e-mail address; nothing else names a person without a guess."""
    mention, email = _MENTION.fullmatch(who), _EMAIL.fullmatch(who)
    if mention or who.casefold() == "me":
        user_id = mention[1] if mention else ask.user_id
        person = await cutover_person(client, people, user_id)
    elif email:
        person = await person_by_email(client, email[1])
    else:  # only from a picker's value that was tampered with
        raise BadInput("Who is that?", _HOW)
    if person is None:
        raise BadInput("This person is not known in Cutover by that e-mail address.", "Nothing was changed.")
    return person


async def assign(
    ask: Ask,
    edits: EditActions,
    cards: Cards,
    runbook_id: str,
    task_id: str,
    persons: Sequence[Person],
    *,
    replace: bool = False,
) -> Message:
    """The card, with who was assigned and whom Cutover ignored."""
    ids = [person.id for person in persons]
    task, ignored = await edits.assign(ask.wish, runbook_id, task_id, ids, replace=replace)
    taken = [literal(person.name, 60) for person in persons if person.id not in ignored]
    left = [literal(person.name, 60) for person in persons if person.id in ignored]
    told = task.assignees is not None
    lines: list[Mrkdwn | None] = [
        phrase("✅ Assigned to {who}.", who=join(", ", taken)) if taken and told else None,
        phrase("☑️ Sent for {who}; this Cutover does not tell who is assigned.", who=join(", ", taken))
        if taken and not told
        else None,
        phrase(
            "⚠️ Cutover ignored {who}: no participant of this runbook. Add them in Cutover first.", who=join(", ", left)
        )
        if left
        else None,
    ]
    return await cards.task(task, join("\n", lines))


def _read(view: Mapping[str, Any]) -> Any:
    return modals.read_assign(state_of(view))


@routes.submit(ViewId.ASSIGN, _read)
async def submit_assign(
    ask: Ask, answer: Answer, form: AssignForm, client: CutoverClient, people: People, edits: EditActions, cards: Cards
) -> None:
    meta = ask.meta(TaskMeta)
    persons: list[Person] = []
    unknown: list[Mrkdwn] = []
    for user_id in form.users:
        person = await cutover_person(client, people, user_id)
        if person is None:
            unknown.append(user(user_id))
        else:
            persons.append(person)
    if unknown:
        who = join(", ", unknown)
        said = phrase("🤔 Not known in Cutover by their e-mail address: {who}. Nothing was changed.", who=who)
        await answer.say(say.note(said))
        return
    await answer.say(await assign(ask, edits, cards, meta.r, meta.t, persons, replace=form.replace))


async def assign_form(ask: Ask, client: CutoverClient, cards: Cards, runbook_id: str, task_id: str) -> View:
    """The form, with who is assigned now."""
    task = await client.get_runbook_task(runbook_id, task_id)
    meta = TaskMeta(r=runbook_id, t=task_id, seen=seen(task), channel=ask.channel_id)
    return modals.assign(await cards.view(task), meta=meta)
