"""Find and look at tasks. The one rule: a list says how many there are, and offers what can be done now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from bot.actions import TaskActions
from bot.blocks import home, lists
from bot.blocks.ids import ActionId
from bot.blocks.message import Message
from bot.blocks.values import ListValue, RunbookValue
from bot.cutover import Catalogue, CutoverClient
from bot.errors import BadInput
from bot.model import Stream, TaskStage, Text
from bot.model.progress import as_task, is_late
from bot.model.snapshot import TaskState
from bot.slack.answer import Answer
from bot.slack.people import People
from bot.store import Links
from handlers import grammar, words
from handlers.ask import Ask
from handlers.cards import Cards
from handlers.homes import Homes
from handlers.listing import Listing
from handlers.persons import cutover_person
from handlers.routes import Routes
from handlers.runbook_look import runbook_page
from handlers.targets import Targets

routes = Routes()
_WORDS: Final = 200
_MANY: Final = 1_000
"""Tasks from which on they are looked through beside the event loop."""
_STATES: Final[dict[str, tuple[str, Callable[[TaskState, datetime], bool]]]] = {
    "startable": ("Can start now", lambda task, now: task.stage == TaskStage.STARTABLE),
    "running": ("Running", lambda task, now: task.stage == TaskStage.IN_PROGRESS),
    "late": ("Late", is_late),
    "all": ("Tasks", lambda task, now: True),
}
_STAGES: Final[dict[str, str]] = {"startable": TaskStage.STARTABLE, "running": TaskStage.IN_PROGRESS}


@routes.command("task", "list", "[mine | startable | running | late | stream <name> | <words>]")
async def list_tasks(
    ask: Ask,
    answer: Answer,
    targets: Targets,
    client: CutoverClient,
    catalogue: Catalogue,
    cards: Cards,
    people: People,
    links: Links,
    homes: Homes,
    listing: Listing,
) -> None:
    """List tasks of the linked runbook; your own of all runs, where there is none."""
    kind, arg = _wanted(ask.words)
    if kind == "mine" and not ask.runbook_id and links.of(ask.team_id, ask.channel_id) is None:
        await answer.say(home.my_tasks(await homes.full(ask.team_id, ask.user_id)))
        return
    runbook_id = targets.runbook_id(ask, ask.words)
    value = ListValue(r=runbook_id, kind=kind, arg=arg)
    await answer.say(await task_page(ask, value, client, catalogue, cards, people, listing))


def _wanted(typed: str) -> tuple[str, str]:
    """(kind of list, words): `late payments` are late tasks with that word; what stands in quotes is words only."""
    first, _, rest = typed.partition(" ")
    kind = first.casefold()
    if kind not in {*_STATES, "mine", "stream"}:
        return ("words", grammar.unquoted(typed)[:_WORDS]) if typed else ("all", "")
    words = grammar.unquoted(rest.strip())[:_WORDS]
    if kind == "stream" and not words:
        raise BadInput("Which stream?", "For example `/task list stream network`.")
    return kind, words


@routes.command("task", "next")
async def show_next(
    ask: Ask,
    answer: Answer,
    targets: Targets,
    client: CutoverClient,
    catalogue: Catalogue,
    cards: Cards,
    people: People,
    listing: Listing,
) -> None:
    """Show what can start now, and who it is for."""
    value = ListValue(r=targets.runbook_id(ask, ""), kind="startable")
    await answer.say(await task_page(ask, value, client, catalogue, cards, people, listing))


@routes.action(ActionId.RUNBOOK_NEXT)
async def press_next(
    ask: Ask,
    answer: Answer,
    client: CutoverClient,
    catalogue: Catalogue,
    cards: Cards,
    people: People,
    listing: Listing,
) -> None:
    value = ListValue(r=ask.value(RunbookValue).r, kind="startable")
    await answer.say(await task_page(ask, value, client, catalogue, cards, people, listing))


@routes.action(ActionId.LIST_PAGE, ActionId.LIST_BACK)
async def turn_page(
    ask: Ask,
    answer: Answer,
    client: CutoverClient,
    catalogue: Catalogue,
    cards: Cards,
    people: People,
    links: Links,
    listing: Listing,
) -> None:
    value = ask.value(ListValue)
    if value.kind == "runbooks":
        await answer.replace(await runbook_page(ask, client, links, value))
        return
    await answer.replace(await task_page(ask, value, client, catalogue, cards, people, listing))


@routes.command("task", "show", "<task>")
async def show_task(
    ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, tasks: TaskActions, cards: Cards
) -> None:
    """Show one task with its buttons, what it waits for and its comments."""
    task = await targets.task(ask, grammar.unquoted(ask.words), question="Which task do you want to see?")
    await answer.say(await words.full_card(client, tasks, cards, task))


async def task_page(
    ask: Ask,
    value: ListValue,
    client: CutoverClient,
    catalogue: Catalogue,
    cards: Cards,
    people: People,
    listing: Listing,
) -> Message:
    """One page of the tasks that `value` describes, in order of their planned start."""
    runbook = await cards.runbook_of(value.r)
    streams = await catalogue.streams(value.r)
    tasks = await listing.tasks(value.r, _STAGES.get(value.kind))  # `_chosen` looks again at the stage
    mine = await _mine(ask, client, people, listing, value.r, tasks) if value.kind == "mine" else None

    def work() -> tuple[str, list[TaskState]]:
        return _chosen(value, streams, tasks if mine is None else mine, ask.now)

    title, chosen = await asyncio.to_thread(work) if len(tasks) > _MANY else work()
    page = min(value.page, max(1, -(-len(chosen) // lists.PAGE)))
    shown = [as_task(task, value.r) for task in chosen[(page - 1) * lists.PAGE : page * lists.PAGE]]
    return lists.tasks(
        runbook,
        shown,
        title=title,
        names=await cards.names([ref for task in shown for ref in task.assignees or ()], value.r),
        streams={stream.id: stream for stream in streams},
        page=page,
        total=len(chosen),
        value=value,
        now=ask.now,
    )


def _chosen(
    value: ListValue, streams: Sequence[Stream], tasks: Sequence[TaskState], now: datetime
) -> tuple[str, list[TaskState]]:
    """(title, tasks in order)."""
    words = value.arg
    if value.kind == "stream":
        found, words = _streams_named(streams, value.arg), ""
        title, chosen = "Stream " + ", ".join(one.name.raw for one in found)[:60], _in(tasks, found, streams)
    elif value.kind == "mine":
        title, chosen = "Your tasks", list(tasks)
    else:
        title, fits = _STATES.get(value.kind, _STATES["all"])
        chosen = [task for task in tasks if fits(task, now)]
    if words:
        title, chosen = f"{title} with “{words[:40]}”", [task for task in chosen if Text(task.name).contains(words)]
    return title, sorted(chosen, key=_place)


def _place(task: TaskState) -> tuple[bool, bool, str, int]:
    """What runs stands first, what is done last. Times of one instance have one form, so text sorts them."""
    is_complete, is_running = task.stage == TaskStage.COMPLETE, task.stage == TaskStage.IN_PROGRESS
    return is_complete, not is_running, task.start_planned or "~", task.number or 0


async def _mine(
    ask: Ask, client: CutoverClient, people: People, listing: Listing, runbook_id: str, tasks: Sequence[TaskState]
) -> list[TaskState]:
    """Tasks of a person: named on them, or through a team, which only Cutover's own filter knows (it may ignore it)."""
    person = await cutover_person(client, people, ask.user_id)
    if person is None:
        raise BadInput("No Cutover user has your e-mail address.", "`/cutover whoami` tells more.")
    told = await listing.of_person(runbook_id, person.id)
    through = {task.id for task in told} if len(told) < len(tasks) else set()
    me = f"user:{person.id}"
    return [task for task in tasks if me in (task.assignees or ()) or task.id in through]


def _streams_named(streams: Sequence[Stream], name: str) -> list[Stream]:
    same = [one for one in streams if one.name.raw.casefold() == name.casefold()]
    found = same or [one for one in streams if one.name.contains(name)]
    if not found:
        near = grammar.closest(name, [one.name.raw for one in streams])
        hint = f"Did you mean {near}?" if near else "`/runbook streams` shows them."
        raise BadInput("No stream of this runbook fits that.", hint)
    return found


def _in(tasks: Sequence[TaskState], chosen: Sequence[Stream], streams: Sequence[Stream]) -> list[TaskState]:
    """Tasks of these streams and of their sub-streams."""
    ids = {stream.id for stream in chosen}
    while more := {one.id for one in streams if one.parent_id in ids} - ids:
        ids |= more
    return [task for task in tasks if task.stream_id in ids]
