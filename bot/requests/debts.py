"""What a request's progress owes to its task in Cutover. The one rule: each comment once, by the person who asked.

It goes the way of every wish: policy, intent, call, outcome. So it is not written twice after a crash, and a write
without an answer is looked for before it is written again.
"""

from __future__ import annotations

from typing import Final

import msgspec
import structlog

from bot.actions import DoneUnread, EditActions, NotDone, StillOpen, TaskActions, Wish
from bot.blocks import capydb_post
from bot.clock import Clock
from bot.errors import BotError, RateLimited, StoreUnavailable, Unavailable, UnknownOutcome
from bot.identity import Actor
from bot.model import Text
from bot.model.cutover_request import CutoverRequest
from bot.outbox.letter import Letter
from bot.requests.follow import view_of
from bot.requests.rows import Debt, Followed

_log = structlog.get_logger(__name__)
_GIVE_UP: Final = 24 * 3600.0
_SHORTEST, _LONGEST = 5.0, 300.0
_PASSING: Final = (RateLimited, Unavailable, UnknownOutcome, StillOpen, NotDone, StoreUnavailable)


class Debts:
    """Pays what rows owe."""

    def __init__(self, edits: EditActions, tasks: TaskActions, clock: Clock) -> None:
        self._edits = edits
        self._tasks = tasks
        self._clock = clock

    async def pay(self, row: Followed) -> tuple[Followed, list[Letter]]:
        """The row with what could not be paid yet, and what the channel has to be told of it. In order."""
        letters: list[Letter] = []
        left = list(row.debts)
        while left and left[0].again <= self._clock.unix():
            try:
                await self._one(row, left[0])
            except DoneUnread:
                pass
            except _PASSING as error:
                if (later := self._later(left[0])) is not None:
                    left[0] = later
                    break
                letters += self._failed(row, left[0], error)
            except BotError as error:
                letters += self._failed(row, left[0], error)
            left.pop(0)
        return msgspec.structs.replace(row, debts=tuple(left)), letters

    def _later(self, debt: Debt) -> Debt | None:
        """Tried again after as long as it has been owed, five minutes at most; None after a day."""
        now = self._clock.unix()
        if now - debt.at >= _GIVE_UP:
            return None
        return msgspec.structs.replace(debt, again=now + min(_LONGEST, max(_SHORTEST, now - debt.at)))

    async def _one(self, row: Followed, debt: Debt) -> None:
        name = f"capydb:{row.key}:{debt.word}"
        origin = {"kind": "capydb", "name": debt.word, "channel": row.channel, "delivery": name}
        wish = Wish(Actor(row.team, row.user, Text(row.user_name)), origin, name)
        if debt.html:
            await self._edits.comment(wish, row.runbook, row.task, debt.html)
        else:
            await self._tasks.finish(wish, row.runbook, row.task)

    def _failed(self, row: Followed, debt: Debt, error: BotError) -> list[Letter]:
        """A comment that may not be written is no news for the channel; a task that stays open is."""
        _log.warning("request_not_told_to_task", request=row.request, what=debt.word, error=error.code)
        if debt.html:
            return []
        view = view_of(row, CutoverRequest(row.request, row.status), self._clock.unix())
        body = capydb_post.unfinished(view, error.sentence, error.hint)
        return [Letter(f"capydb:{row.key}:unfinished", row.channel, body, urgent=True)]
