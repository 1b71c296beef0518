"""Keeps polls and ends them. The one rule: vote and redrawn post are one transaction, and a result is told once.

The result goes into Cutover as a comment of who opened the poll, by the journal's key: a crash in between repeats
nothing. The task itself is never touched: finishing it is for a person, by the buttons that the result offers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import sqlalchemy as sa
import structlog
from msgspec.structs import replace

from bot.actions import EditActions, Wish
from bot.blocks import poll_post
from bot.clock import Clock
from bot.errors import BadInput, BotError, CutoverError, NotAllowed
from bot.identity import Actor
from bot.model import Text
from bot.model.poll import Choice, Poll
from bot.outbox.letter import Letter
from bot.outbox.queue import put_all
from bot.store import Database
from bot.store.claims import release
from bot.store.due import DueRows, Row
from bot.store.tables import polls as table

_log = structlog.get_logger(__name__)
_AGAIN: Final = 30.0
_TRIES: Final = 20
"""Times that Cutover may be down for the comment before the channel is told without it."""
_KEPT: Final = 30 * 86_400.0
_GONE: Final = "This poll is not known any more."


class Polls:
    """`run` works until cancelled. `wake_sender`: there are letters."""

    def __init__(
        self, database: Database, edits: EditActions, clock: Clock, owner: str, wake_sender: Callable[[], None]
    ) -> None:
        self._database = database
        self._edits = edits
        self._clock = clock
        self._due = DueRows(database, table, clock, owner, self._one)
        self._wake_sender = wake_sender

    async def open(self, poll: Poll) -> None:
        """Keep and post it; the same key twice is one poll. Raises `StoreUnavailable`."""

        def unit(connection: sa.Connection) -> None:
            connection.execute(sa.delete(table).where(table.c.key.in_(_old(connection, poll.at - _KEPT))))
            if connection.execute(sa.select(table.c.key).where(table.c.key == poll.key)).first() is None:
                row = {"key": poll.key, "due_at": poll.closes_at, "data": _text(poll)}
                connection.execute(sa.insert(table).values(row))
                put_all(connection, [_card(poll)], poll.at)

        await self._database.write(unit)
        self._wake()

    async def vote(self, key: str, user: str, choice: Choice) -> Poll:
        """Count what this person says; the last word counts. Raises `BadInput` once it is over, `NotAllowed`."""

        def voted(poll: Poll) -> Poll:
            if poll.verdict is not None or poll.is_due(self._clock.unix()):
                raise BadInput("This poll is over.", "Its post tells how it ended.")
            if all(voter.user != user for voter in poll.voters):
                raise NotAllowed("You are not asked in this poll.", "Its post names who is.")
            return replace(poll, votes={**poll.votes, user: choice})

        return await self._change(key, voted)

    async def close(self, key: str, user: str) -> Poll:
        """End it with the votes there are; for who opened it, and who is asked. Raises `BadInput`, `NotAllowed`."""

        def closed(poll: Poll) -> Poll:
            if poll.verdict is not None:
                raise BadInput("This poll is over.", "Its post tells how it ended.")
            if user != poll.by and all(voter.user != user for voter in poll.voters):
                raise NotAllowed("Only who opened the poll or is asked in it can end it.")
            return replace(poll, closed_by=user)

        return await self._change(key, closed)

    async def _change(self, key: str, change: Callable[[Poll], Poll]) -> Poll:
        now = self._clock.unix()

        def unit(connection: sa.Connection) -> Poll:
            found = connection.execute(sa.select(table.c.data).where(table.c.key == key).with_for_update()).scalar()
            if found is None:
                raise BadInput(_GONE)
            before = _read(found)
            after = change(before)
            if after == before:
                return before
            after = replace(after, cards=before.cards + 1)
            due_at = now if after.is_due(now) else after.closes_at
            connection.execute(sa.update(table).where(table.c.key == key).values(data=_text(after), due_at=due_at))
            put_all(connection, [_card(after)], now)
            return after

        poll = await self._database.write(unit)
        self._wake()
        return poll

    async def run(self) -> None:
        """Until cancelled."""
        await self._due.run()

    async def run_due(self) -> float:
        """End what is due; seconds until there may be more to do."""
        return await self._due.run_due()

    async def _one(self, row: Row) -> None:
        await self._end(_read(row["data"]), int(row["fence"]))

    async def _end(self, poll: Poll, fence: int) -> None:
        """Comment first: it is done once by its key, so that trouble after it only repeats the rest."""
        ended = replace(poll, verdict=poll.decide(), cards=poll.cards + 1)
        try:
            await self._note(ended)
        except CutoverError as error:
            _log.warning("poll_not_noted", poll=poll.key, error=error.code)
            if poll.tries < _TRIES:
                await self._keep(replace(poll, tries=poll.tries + 1), fence, self._clock.unix() + _AGAIN, [])
                return
        except BotError as error:  # who opened it may not comment: the channel is told all the same
            _log.warning("poll_without_comment", poll=poll.key, error=error.code)
        await self._keep(ended, fence, None, [_card(ended)])

    async def _note(self, poll: Poll) -> None:
        actor = Actor(poll.team, poll.by, Text(poll.by_name))
        wish = Wish(actor, {"kind": "poll", "channel": poll.channel}, f"poll:{poll.key}")
        await self._edits.comment(wish, poll.runbook, poll.task, poll_post.comment(poll))

    async def _keep(self, poll: Poll, fence: int, due_at: float | None, letters: list[Letter]) -> None:
        now = self._clock.unix()

        def unit(connection: sa.Connection) -> None:
            release(connection, table, poll.key, fence, due_at)
            connection.execute(sa.update(table).where(table.c.key == poll.key).values(data=_text(poll)))
            put_all(connection, letters, now)

        await self._database.write(unit)
        if letters:
            self._wake_sender()

    def _wake(self) -> None:
        self._due.wake()
        self._wake_sender()


def _card(poll: Poll) -> Letter:
    """Its post, edited in place."""
    return Letter(
        f"poll:{poll.key}:{poll.cards}", poll.channel, poll_post.poll(poll), slot=f"poll:{poll.key}", urgent=True
    )


def _old(connection: sa.Connection, before: float) -> list[str]:
    """Keys of polls that ended long ago."""
    rows = connection.execute(sa.select(table.c.key, table.c.data).where(table.c.due_at.is_(None)))
    return [key for key, data in rows if _read(data).closes_at < before]


def _text(poll: Poll) -> str:
    return msgspec.json.encode(poll).decode()


def _read(text: str) -> Poll:
    return msgspec.json.decode(text, type=Poll)
