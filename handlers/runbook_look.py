"""Find and look at runbooks. The one rule: nothing here changes anything in Cutover."""

from __future__ import annotations

from bot.blocks import lists
from bot.blocks.ids import ActionId
from bot.blocks.message import Message
from bot.blocks.values import ListValue, RunbookValue
from bot.clock import Clock
from bot.cutover import Catalogue, CutoverClient
from bot.model import Runbook
from bot.slack.answer import Answer
from bot.store import Links
from handlers import grammar
from handlers.ask import Ask
from handlers.cards import Cards, counted
from handlers.routes import Routes
from handlers.targets import Targets

routes = Routes()
_MOST = 1000
_TASKS = 10_000


@routes.command("runbook", "list", "[words]")
async def list_runbooks(ask: Ask, answer: Answer, client: CutoverClient, links: Links) -> None:
    """Find runbooks by words of their name."""
    value = ListValue(r="", kind="runbooks", arg=grammar.unquoted(ask.words)[:200])
    await answer.say(await runbook_page(ask, client, links, value))


async def runbook_page(ask: Ask, client: CutoverClient, links: Links, value: ListValue) -> Message:
    """One page; running ones first, templates last."""
    found = await client.list_runbooks(query=value.arg or None).all(_MOST)
    if value.arg:  # Cutover's search is fuzzy: exact words first
        found = [one for one in found if one.name.contains(value.arg)] or found
    shown = sorted((one for one in found if not one.archived), key=_rank)
    link = links.of(ask.team_id, ask.channel_id)
    start = (value.page - 1) * lists.PAGE
    return lists.runbooks(
        shown[start : start + lists.PAGE],
        title="Runbooks",
        linked=link.runbook_id if link else None,
        page=value.page,
        total=len(shown),
        value=value,
        now=ask.now,
    )


def _rank(runbook: Runbook) -> tuple[bool, bool, bool]:
    return runbook.is_template, runbook.is_over, not runbook.is_running


@routes.command("runbook", "show", "[runbook]")
async def show_runbook(ask: Ask, answer: Answer, targets: Targets, cards: Cards) -> None:
    """Show a runbook: what runs, what can start, streams, times."""
    runbook = await targets.runbook(ask, grammar.unquoted(ask.words))
    await answer.say(await cards.runbook(runbook))


@routes.action(ActionId.RUNBOOK_SHOW, ActionId.RUNBOOK_REFRESH)
async def press_show(ask: Ask, answer: Answer, client: CutoverClient, cards: Cards) -> None:
    message = await cards.runbook(await client.get_runbook(ask.value(RunbookValue).r))
    refresh = ask.delivery.name == ActionId.RUNBOOK_REFRESH
    await (answer.replace(message) if refresh else answer.say(message))


@routes.command("runbook", "streams", "[runbook]")
async def show_streams(
    ask: Ask, answer: Answer, targets: Targets, client: CutoverClient, catalogue: Catalogue, clock: Clock
) -> None:
    """Show the streams of a runbook with their status and progress."""
    runbook = await targets.runbook(ask, grammar.unquoted(ask.words))
    catalogue.forget_streams(runbook.id)
    streams = await catalogue.streams(runbook.id)
    tasks = await client.list_runbook_tasks(runbook.id, page_size=100).all(_TASKS)
    await answer.say(lists.streams(runbook, streams, counted(tasks), clock.now()))
