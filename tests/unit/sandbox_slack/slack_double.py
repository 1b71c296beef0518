"""An app for the embedded Slack, made of slack_sdk's own clients, so that they judge the server.

The one rule: it does nothing by itself; a test says how each payload is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import EmbeddedSlack

DANA, SAM, MEI, GIL, ROSA, BOT = (
    "U0DANA00001",
    "U0SAM000002",
    "U0MEI000003",
    "U0GIL000008",
    "U0ROSA00007",
    "U0CUTOVERBT",
)
ROOM, DB, EXEC, GENERAL = "C0DCFAILOVR", "C0DATABASE1", "G0EXECBRDG1", "C0GENERAL01"
SILENT = object()
Answer = Callable[[SocketModeRequest], Any]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(text: str = "Go", action_id: str = "go", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements: dict[str, Any], block_id: str = "acts") -> dict[str, Any]:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def field(element: dict[str, Any], block_id: str = "b", **more: Any) -> dict[str, Any]:
    return {"type": "input", "block_id": block_id, "label": plain("Label"), "element": element, **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": list(blocks), **more}


TEXT = {"type": "plain_text_input", "action_id": "a"}


class SocketApp:
    """One Socket Mode connection; `answer(request)` gives the ack's payload, SILENT for none, or an awaitable of it."""

    def __init__(self, slack: EmbeddedSlack) -> None:
        self.slack = slack
        self.web = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        self.got: list[SocketModeRequest] = []
        self.answer: Answer = lambda request: None
        opener = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
        self.client = SocketModeClient(app_token=slack.app_token, web_client=opener)
        self.client.socket_mode_request_listeners.append(self._hear)  # type: ignore[arg-type]

    async def _hear(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        self.got.append(request)
        payload = self.answer(request)
        if isinstance(payload, Awaitable):
            payload = await payload
        if payload is not SILENT:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    async def connect(self) -> None:
        before = self.slack.world["app"]["connections"]
        await self.client.connect()
        await self.slack.until(lambda: self.slack.world["app"]["connections"] > before)

    async def close(self) -> None:
        await self.client.close()
        if not self.client.aiohttp_client_session.closed:
            await self.client.aiohttp_client_session.close()

    async def modal_for(self, user: str, view: dict[str, Any]) -> dict[str, Any]:
        """Open a modal for a person by way of a command; the view as Slack returned it."""
        opened: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        async def answer(request: SocketModeRequest) -> None:
            response = await self.web.views_open(trigger_id=request.payload["trigger_id"], view=view)
            opened.set_result(response["view"])

        kept, self.answer = self.answer, answer
        await self.slack.command(user, ROOM, "/task", "modal")
        self.answer = kept
        return await opened
