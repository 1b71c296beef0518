"""How replicas wake each other: PostgreSQL's LISTEN and NOTIFY. The one rule: it makes things sooner, nothing depends
on it.

A bell is rung in the transaction that gives others something to do, so it sounds at its commit. Everybody looks by
himself every few seconds all the same: a connection pooler may not pass bells on, and a connection may be dead for a
while before that is noticed. On SQLite there is nobody to wake.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from typing import Any, Final, Literal

import sqlalchemy as sa
import structlog

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.store.database import Database

Topic = Literal["letters", "links"]
_TOPICS: Final[tuple[Topic, ...]] = ("links", "letters")
_CHANNEL: Final = "cutover_bot"
_RING: Final = "SELECT pg_notify(%s, %s)"
_AGAIN: Final = 5.0
_log = structlog.get_logger(__name__)


def ring(connection: sa.Connection, topic: Topic) -> None:
    """Wake the other replicas when this transaction commits; the same topic twice in it is one bell."""
    if connection.dialect.name == "postgresql":
        raw: Any = connection.connection.driver_connection
        raw.execute(_RING, (_CHANNEL, topic))


class Bell:
    """Listens on a connection of its own. `heard` is called with each topic that another replica rang."""

    def __init__(self, database: Database, clock: Clock, heard: Callable[[Topic], None]) -> None:
        self._database = database
        self._clock = clock
        self._heard = heard

    async def run(self) -> None:
        """Until cancelled, over lost connections; ends at once where there can be no other replica."""
        while self._database.shared:
            try:
                await self._listen()
            except StoreUnavailable as error:
                _log.info("no_bell", error=error.code)
            await self._clock.sleep(_AGAIN)

    async def _listen(self) -> None:
        async with aclosing(self._database.listen(_CHANNEL)) as bells:
            async for bell in bells:
                for topic in _TOPICS:
                    if bell in (topic, ""):  # empty: it listens from now on, and may have missed any before
                        self._heard(topic)
