"""Letters to channels: kept, then sent in order, one a second per channel. The one rule: a key is posted once.

The key travels in the message's metadata. When the outcome of a post is unknown the letter is tried again, with
growing waits, and the log says that it may stand there twice; a channel that refuses for good ends its letters
without holding up others.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

import sqlalchemy as sa
import structlog

from bot.blocks.message import Message
from bot.clock import Clock
from bot.errors import SlackError, StoreUnavailable
from bot.slack.web import SlackOutcomeUnknown, SlackWeb
from bot.store import Database
from bot.store.sql import inserting
from bot.store.tables import letters

_log = structlog.get_logger(__name__)
_GAP: Final = 1.0
_RETRY: Final = 5.0
_LONGEST: Final = 300.0
_TRIES: Final = 20
_IDLE: Final = 30.0
_OPEN: Final = letters.c.state.in_(["waiting", "sending"])
_TEMPORARY: Final = frozenset({"ratelimited", "unreachable", "internal_error", "fatal_error", "service_unavailable"})


class Outbox:
    """`put` keeps a letter for the sender; `deliver` posts at once and answers the message's ts."""

    def __init__(self, database: Database, web: SlackWeb, clock: Clock) -> None:
        self._database = database
        self._web = web
        self._clock = clock
        self._wake = asyncio.Event()
        self._next_at: dict[str, float] = {}

    async def put(self, key: str, channel_id: str, message: Message) -> None:
        """Keep a letter; the same key twice is one letter. Raises `StoreUnavailable`."""
        now = self._clock.unix()
        row = {
            "key": key,
            "channel_id": channel_id,
            "at": now,
            "due_at": now,
            "body": json.dumps({"text": message.text, "blocks": list(message.blocks)}),
            "state": "waiting",
        }
        await self._database.write(
            lambda c: c.execute(inserting(c)(letters).on_conflict_do_nothing(index_elements=["key"]), row)
        )
        self._wake.set()

    async def deliver(self, key: str, channel_id: str, message: Message) -> str:
        """Post now and return the message's ts. Raises `SlackError` when Slack refuses: nothing is kept then."""
        content = {"text": message.text, "blocks": list(message.blocks)}
        try:
            answer = await self._post(key, channel_id, content)
        except SlackOutcomeUnknown:  # it may stand there already; a post that nobody remembers would be worse
            _log.warning("post_may_be_twice", channel=channel_id)
            answer = await self._post(key, channel_id, content)
        return str(answer.get("ts", ""))

    async def waiting(self) -> int:
        """How many letters are not sent yet."""
        query = sa.select(sa.func.count()).where(_OPEN)
        return int(await self._database.read(lambda c: c.execute(query).scalar_one()))

    async def run(self) -> None:
        """Send what is due until cancelled."""
        while True:
            self._wake.clear()
            try:
                wait = await self.send_due()
            except StoreUnavailable:
                wait = _RETRY
            sleeper = asyncio.ensure_future(self._clock.sleep(wait))
            woken = asyncio.ensure_future(self._wake.wait())
            try:
                await asyncio.wait({sleeper, woken}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleeper.cancel()
                woken.cancel()

    async def send_due(self) -> float:
        """Send each channel's oldest due letter; returns the seconds until there may be more to do."""
        now = self._clock.unix()
        oldest = sa.select(sa.func.min(letters.c.id)).where(_OPEN).group_by(letters.c.channel_id)
        query = sa.select(letters).where(letters.c.id.in_(oldest)).order_by(letters.c.id)
        first = await self._database.read(lambda c: c.execute(query).mappings().all())
        due = [row for row in first if self._due(row) <= now]
        await asyncio.gather(*(self._send(row) for row in due))
        if due:
            return 0.05
        return min((max(self._due(row) - now, 0.05) for row in first), default=_IDLE)

    def _due(self, row: sa.RowMapping) -> float:
        return max(float(row["due_at"]), self._next_at.get(row["channel_id"], 0.0))

    async def _send(self, row: sa.RowMapping) -> None:
        channel, now = row["channel_id"], self._clock.unix()
        self._next_at[channel] = now + _GAP
        await self._mark(row["id"], state="sending", attempts=row["attempts"] + 1)
        if row["state"] == "sending":
            _log.warning("letter_may_be_twice", letter=row["id"], channel=channel)
        try:
            answer = await self._post(row["key"], channel, json.loads(row["body"]))
        except SlackError as error:
            await self._failed(row, error)
            return
        await self._mark(row["id"], state="sent", message_ts=str(answer.get("ts", "")))

    async def _failed(self, row: sa.RowMapping, error: SlackError) -> None:
        unknown = isinstance(error, SlackOutcomeUnknown)
        again = (error.error in _TEMPORARY or unknown) and row["attempts"] + 1 < _TRIES
        # Waits grow: each try without an answer may have posted.
        wait = error.retry_after if error.retry_after is not None else min(_RETRY * 2 ** row["attempts"], _LONGEST)
        self._next_at[row["channel_id"]] = self._clock.unix() + wait
        state = ("sending" if unknown else "waiting") if again else "failed"
        _log.warning("letter_not_sent", letter=row["id"], error=error.error, again=again)
        await self._mark(row["id"], state=state, due_at=self._clock.unix() + wait, error=error.error)

    async def _mark(self, letter: int, **values: Any) -> None:
        change = sa.update(letters).where(letters.c.id == letter).values(**values)
        await self._database.write(lambda c: c.execute(change))

    async def _post(self, key: str, channel: str, content: dict[str, Any]) -> dict[str, Any]:
        metadata = {"event_type": "cutover_letter", "event_payload": {"key": key}}
        return await self._web.call(
            "chat.postMessage",
            patience=0.0,
            channel=channel,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
            **content,
        )
