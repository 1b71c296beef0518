"""The whole bot with an embedded CapyDB beside, whose operator acts when the test says so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from stage import DANA, FAILOVER, Stage, open_stage

from bot.sandbox.capydb import EmbeddedCapyDB
from bot.sandbox.capydb.things import Request

SOUTH, SHORT, OLD, NEW = "prv_ledger_south", "prv_ledger_short", "prv_ledger_old", "prv_ledger_new"
TASK = "Promote DC South database cluster"
Json = dict[str, Any]


class CapyStage:
    """`stage` and `capydb`; `look` makes the bot read CapyDB and deliver what it has to tell."""

    def __init__(self, stage: Stage, capydb: EmbeddedCapyDB) -> None:
        self.stage, self.capydb = stage, capydb

    @property
    def opened(self) -> list[Request]:
        """All requests in CapyDB, oldest first."""
        return list(self.capydb.world.requests.values())

    @property
    def posts(self) -> list[Json]:
        """What was asked of CapyDB by POST."""
        return [seen.body for seen in self.capydb.seen if seen.method == "POST"]

    async def choose(self, preview: str = SOUTH, user: str = DANA) -> None:
        """In the form with the previews, choose one and go on."""
        await self.stage.submit({"preview": {"input": option(self.stage, "preview", preview, user)}}, user)

    async def ask(self, ticket: str = "CHG0041877", note: str = "", user: str = DANA, **more: Any) -> None:
        """Type the command, choose the ledger's preview, fill the form in and send it."""
        await self.stage.command("/cutover request", user)
        await self.choose(user=user)
        await self.fill(ticket=ticket, note=note, user=user, **more)

    async def fill(self, user: str = DANA, **fields: Any) -> Json:
        """Fill the form on top in and send it."""
        return await self.stage.submit({name: {"input": value} for name, value in fields.items()}, user)

    async def look(self) -> None:
        """One reading of CapyDB, and all letters delivered."""
        bot = self.stage.bot
        await bot.database.write(lambda c: c.exec_driver_sql("UPDATE cutover_requests SET due_at = 0"))
        await bot.following.run_due()
        await self.delivered()

    async def delivered(self) -> None:
        while await self.stage.bot.outbox.waiting():
            await asyncio.sleep(0.01)

    def said(self, words: str, channel: str = FAILOVER) -> list[str]:
        """Posts of the channel that hold these words."""
        return [str(one["text"]) for one in self.stage.messages(DANA, channel) if words in str(one.get("text"))]

    def card(self) -> str:
        """The newest card of a request."""
        return [str(one["text"]) for one in self.stage.messages() if "Database cutover\n" in str(one.get("text"))][-1]

    def comments(self) -> list[str]:
        """Comments on the runbook's tasks that speak of CapyDB."""
        world = self.stage.cutover.world
        found = world.comments.get(world.runbook_named("DC North to DC South fail-over").id, [])
        return [one.content for one in found if "CapyDB" in one.content]

    def operator(self, do: str, *more: Any) -> None:
        """CapyDB's operator does something with the newest request."""
        getattr(self.capydb.world, do)(self.opened[-1], *more)


@asynccontextmanager
async def held_open(capydb: EmbeddedCapyDB) -> AsyncIterator[asyncio.Event]:
    """CapyDB takes requests and does not answer them, until the end; the event is set when the first has arrived."""
    arrived, over, answer = asyncio.Event(), asyncio.Event(), capydb._answer

    async def stuck(request: Any, *rest: Any) -> Any:
        response = await answer(request, *rest)
        if request.method == "POST":
            arrived.set()
            await over.wait()
        return response

    capydb._answer = stuck  # type: ignore[method-assign]
    try:
        yield arrived
    finally:
        capydb._answer = answer  # type: ignore[method-assign]
        over.set()


def option(stage: Stage, block: str, words: str, user: str = DANA) -> str:
    """The value of the option of the form on top that holds these words."""
    for one in stage.view(user)["blocks"]:
        if one.get("block_id") == block:
            return next(o["value"] for o in one["element"]["options"] if words in json.dumps(o))
    raise LookupError(f"the form has no {block}")


@asynccontextmanager
async def open_capydb(folder: Path, **given: Any) -> AsyncIterator[CapyStage]:
    """A running bot that has a key for the ledger. What it follows is read by `look` only."""
    async with EmbeddedCapyDB() as capydb, AsyncExitStack() as outer:
        defaults = {"capydb_api_url": capydb.url, "capydb_api_key": capydb.key}
        stage, stack = await open_stage(folder, **{**defaults, **given})
        await outer.enter_async_context(stack)
        for work in asyncio.all_tasks():
            if work.get_name() == "requests":  # the bot's own following would read when it pleases
                work.cancel()
        yield CapyStage(stage, capydb)
        assert not stage.slack.violations, stage.slack.violations
