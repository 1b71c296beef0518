"""The same command and button in slack-machine, with aiohttp for Cutover (httpx doubles its CPU): no commit, no check.

Runs in an environment of its own: `python machine_peer.py <fake url>`. It knows Slack's address only as a constant.
"""

from __future__ import annotations

import asyncio
import json
import sys
from functools import partial

import aiohttp
import machine.core
from machine import Machine
from machine.plugins.base import MachineBasePlugin
from machine.plugins.decorators import action, command
from machine.utils.collections import CaseInsensitiveDict
from slack_sdk.web.async_client import AsyncWebClient

FAKE = sys.argv[1]
HEADERS = {"Authorization": "Bearer token", "Api-Version": "2022-02-22"}
machine.core.AsyncWebClient = partial(AsyncWebClient, base_url=f"{FAKE}/api/")


class Tasks(MachineBasePlugin):
    """Starts tasks."""

    async def init(self) -> None:
        self.cutover = aiohttp.ClientSession(FAKE, headers=HEADERS)

    @command("/task")
    async def on_command(self, command) -> None:
        await self.start(command.text.split()[-1], command.sender.id, command.say)

    @action(action_id="task.start", block_id="b")
    async def on_button(self, action) -> None:
        await self.start(json.loads(action.triggered_action.value)["t"], action.user.id, action.say)

    async def start(self, task_id: str, user_id: str, say) -> None:
        """Read, start, answer, comment: what the floor does, without its two commits."""
        path = f"/core/runbooks/101/tasks/{task_id}"
        async with self.cutover.get(path) as reply:
            await reply.json()
        async with self.cutover.patch(f"{path}/start", json={"meta": {"override": True}}) as reply:
            name = (await reply.json())["data"]["attributes"]["name"]
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"{i} {name}"}} for i in range(10)]
        await say(text=name, blocks=blocks)
        comment = {"data": {"type": "comment", "attributes": {"content": f"<p>{user_id}</p>"}}}
        async with self.cutover.post("/core/runbooks/101/comments", json=comment) as reply:
            await reply.read()


async def main() -> None:
    """Serve until killed."""
    print(json.dumps({"url": ""}), flush=True)
    settings = {
        "SLACK_APP_TOKEN": "xapp-bench",
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "PLUGINS": ["__main__.Tasks"],
        "LOGLEVEL": "ERROR",
        "HTTP_PROXY": None,
        "TZ": "UTC",
        "STORAGE_BACKEND": "machine.storage.backends.memory.MemoryStorage",
        "ALIASES": "",
    }
    await Machine(CaseInsensitiveDict(settings)).run()


asyncio.run(main())
