"""Help and who you are. The one rule: the help is made from the listeners, so it cannot be out of date."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import say
from bot.blocks.say import HelpEntry
from bot.cutover import CutoverClient
from bot.errors import CutoverError
from bot.identity import Policy
from bot.settings import Settings
from bot.slack.answer import Answer
from bot.slack.people import People
from bot.store import Links
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
    ask: Ask, answer: Answer, client: CutoverClient, people: People, policy: Policy, links: Links
) -> None:
    """Show who the bot takes you for, and what you may do."""
    link = links.of(ask.team_id, ask.channel_id)
    person, known = None, True
    try:
        person = await cutover_person(client, people, ask.user_id)
    except CutoverError:
        known = False
    here = link.runbook_name if link else None
    operator = policy.is_operator(ask.user_id)
    await answer.say(say.whoami(ask.user_id, person=person, known=known, operator=operator, linked_here=here))
