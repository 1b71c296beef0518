"""Gathers what a look ahead needs. The one rule: a person that Slack does not tell of is no gap."""

from __future__ import annotations

from functools import partial
from typing import Final

from bot.cutover import Catalogue
from bot.errors import SlackError
from bot.model import Person, Ref
from bot.plan import Readiness, Run, Staff, readiness
from bot.slack.web import SlackWeb
from bot.watch.beside import MANY, beside
from bot.watch.people import Mentions
from handlers.runs import Runs

_PAGES: Final = 10
_PAGE: Final = 1000


class Checks:
    """Readiness of a run, seen from a channel."""

    def __init__(self, runs: Runs, catalogue: Catalogue, mentions: Mentions, web: SlackWeb) -> None:
        self._runs = runs
        self._catalogue = catalogue
        self._mentions = mentions
        self._web = web

    async def look(self, runbook_id: str, channel: str) -> Readiness:
        """All checks of a run that has not begun. Raises `Cyclic`, `CutoverError`."""
        run = await self._runs.look(runbook_id)
        return await beside(run.tasks, partial(readiness, run, await self._staff(run, channel)), MANY)

    async def _staff(self, run: Run, channel: str) -> Staff:
        refs = {ref for task in run.tasks.values() for ref in task.assignees or () if ref.type == "user"}
        people = {ref.id: person for ref in sorted(refs, key=_id) if (person := await self._person(ref)) is not None}
        teams = await self._catalogue.runbook_teams(run.runbook.id)
        accounts = await self._mentions.of(sorted(refs, key=_id))
        if not accounts:  # nobody at all: without the scope users:read.email Slack tells no account
            return Staff(people, teams)
        members = await self._members(channel)
        here = None if members is None else frozenset(ref.id for ref, user in accounts.items() if user in members)
        return Staff(people, teams, frozenset(ref.id for ref in accounts), here)

    async def _person(self, ref: Ref) -> Person | None:
        return await self._catalogue.person(ref.id)

    async def _members(self, channel: str) -> frozenset[str] | None:
        """Slack ids of the people in the channel; None where the bot may not know, and for a very big channel."""
        found: set[str] = set()
        cursor = ""
        for _ in range(_PAGES):
            try:
                page = await self._web.call(
                    "conversations.members", channel=channel, limit=_PAGE, cursor=cursor or None
                )
            except SlackError:
                return None
            found |= {str(member) for member in page.get("members") or ()}
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return frozenset(found)
        return None


def _id(ref: Ref) -> str:
    return ref.id
