"""A front over a real Bolt app, for the tests of what goes through it."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.clock import ManualClock
from bot.metrics import Metrics
from bot.slack.bolt import make_bolt
from bot.slack.front import Front, Reply
from bot.slack.inbox import Inbox
from bot.store import Database

COMMAND = {"command": "/task", "text": "list", "team_id": "T1", "user_id": "U1", "trigger_id": "1.2.a"}
PRESSED = {
    "type": "block_actions",
    "trigger_id": "1.2.b",
    "actions": [{"action_id": "task.start"}],
    "user": {"id": "U1"},
    "team": {"id": "T1"},
}
FORM = {
    "type": "view_submission",
    "trigger_id": "1.2.c",
    "view": {"id": "V1", "type": "modal", "callback_id": "form.finish"},
    "user": {"id": "U1"},
    "team": {"id": "T1"},
}
ASKED = {
    "type": "block_suggestion",
    "action_id": "pick.task",
    "value": "core",
    "user": {"id": "U1"},
    "team": {"id": "T1"},
}


class Desk:
    """A front over a real Bolt app whose listeners only take notes."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        self.database, self.clock, self.metrics = database, clock, Metrics()
        self.inbox = Inbox(database, clock)
        self.worked: list[str] = []
        self.go = asyncio.Event()
        self.go.set()
        app = make_bolt("xoxb-1")

        @app.command("/task")
        async def command(ack: AsyncAck, context: dict[str, Any]) -> None:
            await self.go.wait()
            self.worked.append(context["delivery"].text)
            await ack(text="what a command's ack says is heard by nobody")

        @app.view("form.finish")
        async def form(ack: AsyncAck) -> None:
            await self.go.wait()
            self.worked.append("form")
            await ack(response_action="clear")

        @app.options("pick.task")
        async def options(ack: AsyncAck) -> None:
            self.worked.append("options")
            await ack(options=[])

        self.app = app
        self.front = self.restarted()

    def restarted(self) -> Front:
        """The front of a bot that was started anew."""
        return Front(self.app, self.inbox, self.clock, self.metrics)

    async def receive(self, kind: str, body: dict[str, Any]) -> Reply:
        """The ack, once what is behind it is done too."""
        reply = await self.front.receive(kind, body)
        await self.front.drain(15.0)
        return reply
