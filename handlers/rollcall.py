"""Who has pressed Start of a task that everybody must start. The one rule: only a press with an own account counts.

Cutover counts people, and takes a press by the bot's user for the bot's.
"""

from __future__ import annotations

from typing import Final

from bot.errors import BotError
from bot.journal import Intent, Journal
from bot.model import Ref, Runbook, Task
from bot.watch.people import Mentions

_BEFORE: Final = 60.0
"""Seconds: clocks differ, and the run's start is Cutover's."""


class RollCall:
    """Reads the journal of what went through the bot."""

    def __init__(self, journal: Journal, mentions: Mentions) -> None:
        self._journal = journal
        self._mentions = mentions

    async def present(self, task: Task, runbook: Runbook) -> frozenset[Ref] | None:
        """Who of those assigned has pressed Start in this run; None where there is no roll to call, or no knowing."""
        if not (task.needs_everyone_to_start and task.is_startable and runbook.start_actual):
            return None
        since = runbook.start_actual.timestamp() - _BEFORE
        try:
            pressed = await self._journal.carried_out(runbook.id, ("task.start",), since, task.id)
            accounts = await self._mentions.of(task.assignees or ())
        except BotError:
            return None
        people = {one.user_id for one in pressed if _by_own_hand(one)}
        return frozenset(ref for ref, user in accounts.items() if user in people)


def _by_own_hand(wish: Intent) -> bool:
    """The bot signs what its own account does."""
    return "sign" not in wish.wish
