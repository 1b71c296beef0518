"""The outbox, or its floor, in a process of its own.

`python -m benchmarks.post_subject <bot|floor> <fake url> <database url>`. Each line of JSON that comes in orders
letters; one line answers when each was put (monotonic seconds), and how many transactions were committed so far.
Slack's pace is taken away from the bot's budget: what is measured is what the outbox could do, not what Slack lets
it do.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from typing import Any, Protocol

import aiohttp

from benchmarks.post_floor import Floor
from bot.background import put_loop_first
from bot.blocks.message import Message
from bot.clock import Clock
from bot.outbox import Outbox, budget
from bot.outbox.letter import Letter
from bot.outbox.queue import put_all
from bot.slack.web import SlackWeb
from bot.store import Database

_NO_END = 10**9
_NEWS = "*Fail-over* 🟢 *Move the payment ledger to DC South* was finished by Dana, 4 min early; 3 more can start."


class Posting(Protocol):
    """`put` keeps letters (key, channel, content) in one transaction; they are sent by themselves."""

    @property
    def commits(self) -> int: ...

    async def put(self, letters: Iterable[tuple[str, str, dict[str, Any]]]) -> None: ...


class Counted(Database):
    """A database that counts its writing transactions."""

    commits = 0

    def _commit(self, lazy: list[Any], jobs: list[Any]) -> None:
        self.commits += bool(lazy or jobs)
        super()._commit(lazy, jobs)


class Own:
    """The bot's outbox over its database."""

    def __init__(self, database: Counted, outbox: Outbox, clock: Clock) -> None:
        self._database, self._outbox, self._clock = database, outbox, clock

    @property
    def commits(self) -> int:
        return self._database.commits

    async def put(self, letters: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
        told = [Letter(key, channel, Message(content["text"], content["blocks"])) for key, channel, content in letters]
        now = self._clock.unix()
        await self._database.write(lambda c: put_all(c, told, now))
        self._outbox.wake()


def content(number: int) -> dict[str, Any]:
    """What a channel is told of a task: a section and a line of context."""
    blocks = (
        {"type": "section", "text": {"type": "mrkdwn", "text": f"{_NEWS} ({number})"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "Network · 14 of 50 done · ends 13:27 UTC"}]},
    )
    return {"text": f"{_NEWS} ({number})", "blocks": blocks}


async def serve(posting: Posting) -> None:
    """`{"name", "letters", "channels", "gap"}`: put all at once, or one every `gap` seconds."""
    print(json.dumps({"url": ""}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order, put = json.loads(line), dict[str, float]()
        letters = [
            (f"{order['name']}:{number}", f"C{number % order['channels']}", content(number))
            for number in range(order["letters"])
        ]
        began = time.monotonic()
        if order["gap"] or not letters:
            for number, letter in enumerate(letters):
                await asyncio.sleep(max(began + number * order["gap"] - time.monotonic(), 0.0))
                put[letter[0]] = time.monotonic()
                await posting.put([letter])
        else:
            put = dict.fromkeys((key for key, *_ in letters), began)
            await posting.put(letters)
        print(json.dumps({"put": put, "commits": posting.commits}), flush=True)


def no_pace() -> None:
    """What Slack lets through is not what is measured."""
    budget._BURST = budget._POSTS = budget._UPDATES = _NO_END  # type: ignore[misc]


async def main(which: str, fake: str, url: str) -> None:
    """Serve until the standard input ends."""
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=connector) as session:
        if which == "floor":
            await serve(Floor(session, fake, url))
            return
        no_pace()
        database, clock = Counted(url), Clock()
        await database.open()
        web = SlackWeb(session, f"{fake}/api/", "xoxb-bench", clock)
        outbox = Outbox(database, web, clock)
        sending = asyncio.create_task(outbox.run())
        put_loop_first()
        await serve(Own(database, outbox, clock))
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await database.close()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(*sys.argv[1:]))
