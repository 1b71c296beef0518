"""A Slack of channels and messages in memory, which fails when told to; and an outbox to send to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.blocks.message import Message
from bot.clock import ManualClock
from bot.errors import SlackError
from bot.outbox import Outbox
from bot.outbox.letter import Letter
from bot.outbox.outbox import put_all
from bot.slack.web import SlackOutcomeUnknown, SlackWeb
from bot.store import Database
from bot.store.tables import lanes, letters, links

Json = dict[str, Any]


def refusal(error: str, retry_after: float | None = None) -> SlackError:
    return SlackError(error, method="x", retry_after=retry_after)


def no_answer() -> SlackError:
    return SlackOutcomeUnknown("no_answer", method="x")


@dataclass
class Trouble:
    """What the next call like this meets; `taken`: it has its effect all the same."""

    method: str
    error: SlackError
    channel: str | None
    taken: bool


@dataclass
class Desk(SlackWeb):
    """Messages by channel, oldest first. `open_gate` set: calls go through; cleared: they hang."""

    posts: dict[str, list[Json]] = field(default_factory=dict)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    pins: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    hanging: asyncio.Event | None = None
    number: int = 0
    patience: dict[str, float] = field(default_factory=dict)

    def fail(self, method: str, *errors: SlackError, channel: str | None = None, taken: bool = False) -> None:
        self.troubles += [Trouble(method, error, channel, taken) for error in errors]

    async def call(self, method: str, /, *, patience: float = 3.0, **args: Any) -> Json:
        given = {name: value for name, value in args.items() if value is not None}
        self.patience[method] = patience
        self.calls.append((method, given))
        hit = [one for one in self.troubles if one.method == method and one.channel in (None, given["channel"])]
        if not hit:
            answer = self._do(method, given)
            if self.hanging is not None:
                await self.hanging.wait()
            return answer
        self.troubles.remove(hit[0])
        if hit[0].taken:
            self._do(method, given)
        raise hit[0].error

    def _do(self, method: str, given: Json) -> Json:
        here = self.posts.setdefault(given["channel"], [])
        if method == "chat.postMessage":
            self.number += 1
            here.append({"ts": f"{1_795_000_000 + self.number}.000100", **given})
            return {"ok": True, "ts": here[-1]["ts"]}
        if method == "chat.update":
            found = [one for one in here if one["ts"] == given["ts"]]
            if not found:
                raise refusal("message_not_found")
            found[0].update(text=given["text"], blocks=given["blocks"])
        elif method == "pins.add":
            self.pins.append((given["channel"], given["timestamp"]))
        elif method == "pins.remove":
            self.pins.remove((given["channel"], given["timestamp"]))
        elif method == "conversations.history":
            return {"ok": True, "messages": [one for one in here if "thread_ts" not in one][::-1]}
        elif method == "conversations.replies":
            return {"ok": True, "messages": [one for one in here if given["ts"] in (one["ts"], one.get("thread_ts"))]}
        return {"ok": True}

    def texts(self, channel: str = "C1") -> list[str]:
        """What stands there now."""
        return [one["text"] for one in self.posts.get(channel, [])]

    def methods(self, channel: str = "C1") -> list[str]:
        return [method for method, given in self.calls if given["channel"] == channel]

    def delete(self, text: str, channel: str = "C1") -> None:
        self.posts[channel] = [one for one in self.posts[channel] if one["text"] != text]


class Mail:
    """Put letters, move time, send. The key of a letter is its text unless given."""

    def __init__(self, database: Database, desk: Desk, clock: ManualClock) -> None:
        self.database, self.desk, self.clock = database, desk, clock
        self.outbox = Outbox(database, desk, clock, command="/cutover link")

    async def put(self, *texts: str, channel: str = "C1", key: str = "", **more: Any) -> None:
        """Keep letters in one transaction, as the watch does."""
        told = [Letter(key or text, channel, Message(text, ()), **more) for text in texts]
        await self.database.write(lambda c: put_all(c, told, self.clock.unix()))

    async def send(self, after: float = 0) -> float:
        """Everything that may go `after` these seconds."""
        self.clock.advance(after)
        return await self.outbox.send_due()

    async def drain(self, seconds: float = 120) -> None:
        """Send until nothing waits, or `seconds` are over."""
        end = self.clock.unix() + seconds
        while await self.outbox.waiting() and self.clock.unix() < end:
            await self.send(after=1)

    async def states(self) -> dict[str, str]:
        query = sa.select(letters.c.key, letters.c.state)
        found = await self.database.read(lambda c: c.execute(query).all())
        return {row.key: row.state for row in found}

    async def lane(self, channel: str = "C1") -> sa.RowMapping:
        query = sa.select(lanes).where(lanes.c.channel_id == channel)
        return await self.database.read(lambda c: c.execute(query).mappings().one())

    async def link(self, channel: str = "C1", owner: str = "U0DANA00001") -> None:
        row = {"team_id": "T1", "channel_id": channel, "runbook_id": "1", "runbook_name": "x", "linked_by": owner}
        await self.database.write(
            lambda c: c.execute(sa.insert(links).values({**row, "linked_at": 1, "message_ts": ""}))
        )
