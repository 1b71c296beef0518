"""What a picker's button does, and the entries of type-ahead menus. The one rule: a choice reruns its command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from bot.blocks import lists
from bot.blocks.forms import choice
from bot.blocks.ids import ActionId
from bot.blocks.values import PickValue, decode, read_pick
from bot.cutover import CutoverClient
from bot.errors import BadInput
from bot.model import Runbook, Task
from bot.slack.answer import Answer
from bot.store import Links
from handlers.ask import Ask, state_of
from handlers.routes import Routes

routes = Routes()
_SECONDS: Final = 1.6
_MOST: Final = 1000
Option = dict[str, Any]
Rerun = Callable[[Ask, Answer], Awaitable[None]]


@routes.action(ActionId.PICK_TASK)
async def pick_task(ask: Ask, answer: Answer, rerun: Rerun) -> None:
    value = read_pick(ask.delivery.action)
    words = f"{value.chosen} {value.rest}".strip()
    await rerun(replace(ask, command=value.command, verb=value.verb, words=words, runbook_id=value.r or ""), answer)


@routes.action(ActionId.PICK_RUNBOOK)
async def pick_runbook(ask: Ask, answer: Answer, rerun: Rerun) -> None:
    value = read_pick(ask.delivery.action)
    await rerun(replace(ask, command=value.command, verb=value.verb, words=value.rest, runbook_id=value.chosen), answer)


@routes.action(ActionId.PICK_PERSON)
async def pick_person(ask: Ask, answer: Answer, rerun: Rerun) -> None:
    value = read_pick(ask.delivery.action)
    words = f"{value.rest} <@{value.chosen}>".strip()
    await rerun(replace(ask, command=value.command, verb=value.verb, words=words, runbook_id=value.r or ""), answer)


@routes.action(ActionId.OPEN_LINK, ActionId.CHOOSE_RUNBOOK, ActionId.CHOOSE_TASK, ActionId.CHOOSE_TEMPLATE)
async def nothing_to_do(ask: Ask) -> None:
    """Slack reports these presses too; the browser or the form does the rest."""


@routes.options(ActionId.PICK_TASK)
async def suggest_tasks(ask: Ask, client: CutoverClient) -> list[Option]:
    value = decode(PickValue, str(ask.delivery.action.get("block_id", "")))
    return await _tasks(client, value.r or "", ask.delivery.query, value.verb)


@routes.options(ActionId.CHOOSE_TASK)
async def suggest_tasks_of_form(ask: Ask, client: CutoverClient, links: Links) -> list[Option]:
    """Tasks of the runbook chosen in the same form; before one is chosen, of the channel's."""
    link = links.of(ask.team_id, ask.channel_id)
    chosen = choice(state_of(ask.delivery.view), "runbook")
    return await _tasks(client, chosen or (link.runbook_id if link else ""), ask.delivery.query, "")


@routes.options(ActionId.PICK_RUNBOOK, ActionId.CHOOSE_RUNBOOK)
async def suggest_runbooks(ask: Ask, client: CutoverClient) -> list[Option]:
    return await _runbooks(client, ask.delivery.query, {})


@routes.options(ActionId.CHOOSE_TEMPLATE)
async def suggest_templates(ask: Ask, client: CutoverClient) -> list[Option]:
    return await _runbooks(client, ask.delivery.query, {"is_template": True})


async def _tasks(client: CutoverClient, runbook_id: str, query: str, verb: str) -> list[Option]:
    if not runbook_id:
        raise BadInput("No runbook is chosen yet.")
    quick, words = client.within(_SECONDS), query.strip()
    found: list[Task] = []
    if any(ch.isalpha() for ch in words):  # only Cutover's own search reaches all tasks of a big runbook in time
        longest = max(words.split(), key=len)  # words may stand in any order, so Cutover looks for one of them
        hits = await quick.list_runbook_tasks(runbook_id, page_size=100, search_term=longest).first(_MOST)
        found = [task for task in hits if _fits(task, words)]
    if not found:
        tasks = await quick.list_runbook_tasks(runbook_id, page_size=100).first(_MOST)
        found = [task for task in tasks if _fits(task, words)]
    return lists.options_tasks(sorted(found, key=lambda task: _order(task, verb)))


def _fits(task: Task, words: str) -> bool:
    return task.name.contains(words) or words.removeprefix("#") in (str(task.number), task.id)


def _order(task: Task, verb: str) -> tuple[bool, bool]:
    """What the verb can be done to comes first."""
    likely = {"start": task.is_startable, "finish": task.is_running}.get(verb, task.is_running or task.is_startable)
    return not likely, task.is_complete


async def _runbooks(client: CutoverClient, query: str, filters: Mapping[str, bool]) -> list[Option]:
    words = query.strip()
    pages = client.within(_SECONDS).list_runbooks(query=words or None, **filters)  # type: ignore[arg-type]
    found = [one for one in await pages.first(200) if not one.archived and (not filters or one.is_template)]
    return lists.options_runbooks(sorted(found, key=lambda one: _rank(one, words)))


def _rank(runbook: Runbook, words: str) -> tuple[bool, bool, bool]:
    return not runbook.name.contains(words), not runbook.is_running, runbook.is_over
