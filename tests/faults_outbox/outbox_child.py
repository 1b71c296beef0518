"""A bot that makes changes and posts them, to be killed. Run as a program: database URL, Slack's URL, token, changes.

A change is what the watch does at each poll: one transaction with the new state (here a number) and its letters. Leases
are short, so that a run takes seconds, and budgets wide. Says `ready`, and `done` when all is posted.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

import aiohttp
import sqlalchemy as sa

from bot.blocks.message import Message
from bot.clock import Clock
from bot.outbox import Outbox, budget, queue
from bot.outbox.letter import Letter
from bot.outbox.outbox import put_all
from bot.slack.web import SlackWeb
from bot.store import Database
from bot.store.claims import claim, release
from bot.store.tables import schedules

CHANNELS = ("C0GENERAL01", "C0DCFAILOVR")
LEASE = 0.6
SOURCE = "the source of changes"


def letters_of(number: int) -> list[Letter]:
    """A post to each channel; every fifth moves the board, every seventh answers in its thread."""
    told = []
    for channel in CHANNELS:
        board = Letter(f"board {number} {channel}", channel, Message(f"board {number}", ()), slot="board", pin=True)
        thread = "board" if number % 7 == 0 else ""
        told += [board] if number % 5 == 0 else []
        told.append(Letter(f"change {number} {channel}", channel, Message(f"change {number}", ()), thread_slot=thread))
    return told


async def change(database: Database, clock: Clock, wanted: int, owner: str) -> bool:
    """One change, if it is this replica's turn; False when all were made."""

    def unit(connection: sa.Connection) -> bool:
        now = clock.unix()
        rows = claim(connection, schedules, owner, now, LEASE, 1)
        for row in rows:
            number = int(row["data"])
            if number < wanted:
                put_all(connection, letters_of(number), now)
                change = sa.update(schedules).values(data=str(number + 1))
                connection.execute(change.where(schedules.c.key == SOURCE))
            release(connection, schedules, SOURCE, row["fence"], now)
        data = sa.select(schedules.c.data).where(schedules.c.key == SOURCE)
        return int(connection.execute(data).scalar_one()) < wanted

    return await database.write(unit)


async def main(url: str, api: str, token: str, wanted: int, owner: str) -> None:
    queue.LEASE = LEASE  # type: ignore[misc]
    budget._BURST, budget._POSTS, budget._UPDATES = 10_000, 10_000, 10_000  # type: ignore[misc]
    database, clock = Database(url), Clock()
    await database.open()
    async with aiohttp.ClientSession() as session:
        outbox = Outbox(database, SlackWeb(session, api, token, clock), clock, owner)
        running = asyncio.create_task(outbox.run())
        print("ready", flush=True)
        while await change(database, clock, wanted, owner):
            outbox.wake()
            await asyncio.sleep(0.004)
        while await outbox.waiting():
            await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await database.close()
    print("done", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]))
