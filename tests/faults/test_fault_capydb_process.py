"""The bot as a process, killed after CapyDB has the request and before the bot has its answer."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from capydb_stage import held_open
from stage import DANA, FAILOVER
from test_fault_process import Process

from bot import manifest
from bot.sandbox.capydb import EmbeddedCapyDB
from bot.sandbox.cutover import EmbeddedCutover
from bot.sandbox.slack import EmbeddedSlack


class WithCapyDB(Process):
    """The process has a key for CapyDB."""

    capydb: EmbeddedCapyDB

    def environment(self) -> dict[str, str]:
        return super().environment() | {"CAPYDB_API_URL": self.capydb.url, "CAPYDB_API_KEY": self.capydb.key}

    def shows(self, words: str) -> bool:
        """Whether a form on Dana's screen holds these words."""
        return words in repr(self.slack.screen(DANA)["views"])


async def test_killed_between_opening_and_recording_there_is_one_request_and_it_is_followed(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(EmbeddedSlack(manifest=manifest.build(), delivery="socket"))
        cutover = await stack.enter_async_context(EmbeddedCutover(world="small"))
        process = WithCapyDB(slack, cutover, tmp_path, None)
        process.capydb = await stack.enter_async_context(EmbeddedCapyDB())
        stack.push_async_callback(process.stop)
        await process.start()
        async with held_open(process.capydb) as arrived:
            await slack.command(DANA, FAILOVER, "/cutover", "request dc-south")
            await process.until(lambda: process.shows("will be *replaced*"))
            view_id = process.view()["id"]
            await slack.submit(DANA, view_id=view_id, values={"ticket": {"input": "CHG1"}}, wait=False)
            await arrived.wait()
            await process.kill()
        await process.start()
        await process.until(lambda: process.shows("Requested: preview"))
        await process.said("waiting for an operator")
        assert len([seen for seen in process.capydb.seen if seen.method == "POST"]) == 1
        assert len(process.capydb.world.requests) == 1
        assert not slack.violations, slack.violations
