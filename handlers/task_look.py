"""Find and look at tasks. The one rule: a list says how many there are, and offers what can be done now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from bot.actions import TaskActions
from bot.blocks import home, lists
from bot.blocks.ids import ActionId
from bot.blocks.message import Message
from bot.blocks.values import ListValue, RunbookValue
from bot.cutover import Catalogue, CutoverClient
from bot.cutover.tasks import TaskFilters
from bot.errors import BadInput
from bot.model import Ref, Stream, Task, TaskStage
from bot.slack.answer import Answer
from bot.slack.people import People
from bot.store import Links
from handlers import grammar, words
from handlers.ask import Ask
from handlers.cards import Cards
from handlers.homes import Homes
from handlers.persons import cutover_person
from handlers.routes import Routes
from handlers.runbook_look import runbook_page
from handlers.targets import Targets

routes = Routes()
_MOST: Final = 10_000
_WORDS: Final = 200
_LATER: Final = datetime.max.replace(tzinfo=UTC)
_STATES: Final[dict[str, tuple[str, Callable[[Task], bool]]]] = {
    "startable": ("Can start now", lambda task: task.is_startable),
    "running": ("Running", lambda task: task.is_running),
    "late": ("Late", lambda task: task.is_behind),
    "all": ("Tasks", lambda task: True),
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
) -> None:
    """List tasks of the linked runbook; your own of all runs, where there is none."""
    kind, arg = _wanted(ask.words)
    if kind == "mine" and not ask.runbook_id and links.of(ask.team_id, ask.channel_id) is None:
        await answer.say(home.my_tasks(await homes.full(ask.team_id, ask.user_id)))
        return
    runbook_id = targets.runbook_id(ask, ask.words)
    value = ListValue(r=runbook_id, kind=kind, arg=arg)
    await answer.say(await task_page(ask, value, client, catalogue, cards, people))


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
) -> None:
    """Show what can start now, and who it is for."""
    value = ListValue(r=targets.runbook_id(ask, ""), kind="startable")
    await answer.say(await task_page(ask, value, client, catalogue, cards, people))


@routes.action(ActionId.RUNBOOK_NEXT)
async def press_next(
    ask: Ask, answer: Answer, client: CutoverClient, catalogue: Catalogue, cards: Cards, people: People
) -> None:
    value = ListValue(r=ask.value(RunbookValue).r, kind="startable")
    await answer.say(await task_page(ask, value, client, catalogue, cards, people))


@routes.action(ActionId.LIST_PAGE, ActionId.LIST_BACK)
async def turn_page(
    ask: Ask, answer: Answer, client: CutoverClient, catalogue: Catalogue, cards: Cards, people: People, links: Links
) -> None:
    value = ask.value(ListValue)
    if value.kind == "runbooks":
        await answer.replace(await runbook_page(ask, client, links, value))
        return
    await answer.replace(await task_page(ask, value, client, catalogue, cards, people))


@routes.command("task", "show", "<task>")
async def show_task(
    ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, tasks: TaskActions, cards: Cards
) -> None:
    """Show one task with its buttons, what it waits for and its comments."""
    task = await targets.task(ask, grammar.unquoted(ask.words), question="Which task do you want to see?")
    await answer.say(await words.full_card(client, tasks, cards, task))


async def task_page(
    ask: Ask, value: ListValue, client: CutoverClient, catalogue: Catalogue, cards: Cards, people: People
) -> Message:
    """One page of the tasks that `value` describes, in order of their planned start."""
    runbook = await cards.runbook_of(value.r)
    streams = await catalogue.streams(value.r)
    stages = _STAGES.get(value.kind)  # an instance may ignore the filter, so `_chosen` looks again
    filters: TaskFilters = {"stage": [stages]} if stages else {}
    tasks = await client.list_runbook_tasks(value.r, page_size=100, **filters).all(_MOST)
    title, chosen = await _chosen(ask, value, streams, tasks, client, people)
    chosen.sort(
        key=lambda task: (task.is_complete, not task.is_running, task.start_planned or _LATER, task.number or 0)
    )
    page = min(value.page, max(1, -(-len(chosen) // lists.PAGE)))
    shown = chosen[(page - 1) * lists.PAGE : page * lists.PAGE]
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


async def _chosen(
    ask: Ask,
    value: ListValue,
    streams: Sequence[Stream],
    tasks: Sequence[Task],
    client: CutoverClient,
    people: People,
) -> tuple[str, list[Task]]:
    """(title, tasks)."""
    if value.kind == "stream":
        found = _streams_named(streams, value.arg)
        return "Stream " + ", ".join(stream.name.raw for stream in found)[:60], _in(tasks, found, streams)
    if value.kind == "mine":
        person = await cutover_person(client, people, ask.user_id)
        if person is None:
            raise BadInput("No Cutover user has your e-mail address.", "`/cutover whoami` tells more.")
        title, chosen = "Your tasks", await _mine(client, person.id, value.r, tasks)
    else:
        title, fits = _STATES.get(value.kind, _STATES["all"])
        chosen = [task for task in tasks if fits(task)]
    if value.arg:
        title, chosen = f"{title} with “{value.arg[:40]}”", [task for task in chosen if task.name.contains(value.arg)]
    return title, chosen


async def _mine(client: CutoverClient, user_id: str, runbook_id: str, tasks: Sequence[Task]) -> list[Task]:
    """Tasks of a person: named on them, or through a team, which only Cutover's own filter knows (it may ignore it)."""
    told = await client.list_runbook_tasks(runbook_id, page_size=100, user_id=[user_id]).all(_MOST)
    through = {task.id for task in told} if len(told) < len(tasks) else set()
    me = Ref("user", user_id)
    return [task for task in tasks if me in (task.assignees or ()) or task.id in through]


def _streams_named(streams: Sequence[Stream], name: str) -> list[Stream]:
    same = [one for one in streams if one.name.raw.casefold() == name.casefold()]
    found = same or [one for one in streams if one.name.contains(name)]
    if not found:
        near = grammar.closest(name, [one.name.raw for one in streams])
        hint = f"Did you mean {near}?" if near else "`/runbook streams` shows them."
        raise BadInput("No stream of this runbook fits that.", hint)
    return found


def _in(tasks: Sequence[Task], chosen: Sequence[Stream], streams: Sequence[Stream]) -> list[Task]:
    """Tasks of these streams and of their sub-streams."""
    ids = {stream.id for stream in chosen}
    while more := {one.id for one in streams if one.parent_id in ids} - ids:
        ids |= more
    return [task for task in tasks if task.stream_id in ids]
