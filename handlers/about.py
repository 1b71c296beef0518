"""Help and who you are. The one rule: the help is made from the listeners, so it cannot be out of date."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import say
from bot.blocks.say import HelpEntry
from bot.cutover import CutoverClient
from bot.errors import CutoverError
from bot.identity import Connections, Policy, Right
from bot.model import Person
from bot.settings import Settings
from bot.slack.answer import Answer
from bot.slack.people import People
from bot.store import Links
from handlers.account import account_line
from handlers.ask import Ask
from handlers.persons import cutover_person
from handlers.routes import Routes

routes = Routes()


@routes.command("cutover", "help")
@routes.command("runbook", "help")
@routes.command("task", "help")
async def show_help(ask: Ask, answer: Answer, help_entries: Sequence[HelpEntry], settings: Settings) -> None:
    """Show all commands."""
    own = ask.command in ("runbook", "task")
    entries = [entry for entry in help_entries if entry.command == ask.command or (not own and entry.usage != "help")]
    await answer.say(say.help(entries, settings.bot_command_prefix))


@routes.command("cutover", "whoami")
async def show_whoami(
    ask: Ask,
    answer: Answer,
    client: CutoverClient,
    people: People,
    policy: Policy,
    links: Links,
    connections: Connections,
) -> None:
    """Show who the bot takes you for, and what you may do."""
    link = links.of(ask.team_id, ask.channel_id)
    person, known = await _person(ask, client, people)
    about = say.whoami(
        ask.user_id,
        person=person,
        known=known,
        operator=policy.is_operator(ask.user_id),
        linked_here=link.runbook_name if link else None,
        acting=await account_line(ask, connections),
        rights=await _rights(ask, policy),
    )
    await answer.say(about)


async def _person(ask: Ask, client: CutoverClient, people: People) -> tuple[Person | None, bool]:
    """Their Cutover user, and whether Cutover could be asked."""
    try:
        return await cutover_person(client, people, ask.user_id), True
    except CutoverError:
        return None, False


async def _rights(ask: Ask, policy: Policy) -> list[str] | None:
    """What the policy grants somebody in this channel; None without a policy of its own."""
    if not policy.rules.own:
        return None
    return [right for right in Right if await policy.allows(ask.wish.actor, right, ask.channel_id)]
