"""A trivial Slack app, as anybody would write it with slack_bolt, for the page to talk to.

The one rule: it keeps what it received, in order, and does nothing clever.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import EmbeddedSlack

DANA, SAM, GIL = "U0DANA00001", "U0SAM000002", "U0GIL000008"
FAILOVER, GENERAL, DATABASE = "C0DCFAILOVR", "C0GENERAL01", "C0DATABASE1"
Json = dict[str, Any]
Listener = Callable[[Any, Json], Awaitable[None]]
OpenPage = Callable[..., Awaitable[Page]]
MANIFEST: Json = {
    "display_information": {"name": "Cutover"},
    "features": {
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [
            {"command": "/task", "description": "Work on tasks", "usage_hint": "list | start | finish"},
            {"command": "/runbook", "description": "Work on a runbook", "usage_hint": "list | show"},
        ],
        "shortcuts": [
            {"name": "Add to runbook as comment", "type": "message", "callback_id": "comment"},
            {"name": "Create a runbook", "type": "global", "callback_id": "create"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "chat:write",
                "commands",
                "channels:read",
                "channels:history",
                "pins:write",
                "reactions:write",
                "files:write",
            ]
        }
    },
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "socket_mode_enabled": True,
    },
}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: Json, block_id: str = "buttons") -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def text_field(block_id: str, label: str, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "v", **more}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element}


def modal(callback_id: str, title: str, *blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "callback_id": callback_id, "title": plain(title), "blocks": list(blocks)}
    return {**view, "submit": plain("Save"), **more}


class PageApp:
    """Connected by Socket Mode. `got` is what arrived: (kind, id, body)."""

    def __init__(self, slack: EmbeddedSlack) -> None:
        self.slack = slack
        self.client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        self.got: list[tuple[str, str, Json]] = []
        self.once: dict[str, Listener] = {}
        self.free = asyncio.Event()
        self.free.set()
        self.bolt = AsyncApp(client=self.client, request_verification_enabled=False)
        self.handler = AsyncSocketModeHandler(
            self.bolt, slack.app_token, web_client=AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
        )
        self._route()

    def on_next(self, action_id: str, listener: Listener) -> None:
        """What the next press of this action does, instead of the usual."""
        self.once[action_id] = listener

    def hold(self) -> None:
        """From now on actions get no ack until `release`."""
        self.free.clear()

    def release(self) -> None:
        self.free.set()

    async def refused(self, channel: str, blocks: list[Json]) -> None:
        """Posts what Slack must refuse."""
        try:
            await self.client.chat_postMessage(channel=channel, text="refused", blocks=blocks)
        except SlackApiError:
            return
        raise AssertionError("Slack took what it should refuse")

    def forget(self) -> None:
        """Nothing received, nothing planned."""
        self.got.clear()
        self.once.clear()
        self.release()

    def pressed(self, action_id: str) -> list[Json]:
        return [body["actions"][0] for kind, name, body in self.got if kind == "action" and name == action_id]

    async def __aenter__(self) -> PageApp:
        await self.handler.connect_async()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.handler.close_async()

    def _route(self) -> None:
        anything = re.compile(".*")
        self.bolt.command(anything)(self.on_command)
        self.bolt.action(anything)(self.on_action)
        self.bolt.options(anything)(self.on_options)
        self.bolt.view(anything)(self.on_view)
        self.bolt.shortcut(anything)(self.on_shortcut)
        self.bolt.event("app_home_opened")(self.on_home)

    async def on_command(self, ack: Any, body: Json, respond: Any, client: AsyncWebClient) -> None:
        await ack()
        self.got.append(("command", body["command"], body))
        if body["text"] == "form":
            view = modal("form", "Finish the task", text_field("reason", "Reason"))
            await client.views_open(trigger_id=body["trigger_id"], view=view)
        elif body["text"] == "card":
            await client.chat_postMessage(
                channel=body["channel_id"], text="card", blocks=[section("A task"), actions(button("start", "Start"))]
            )
        else:
            await respond(f"Only for you: {body['text']}")

    async def on_action(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        action = body["actions"][0]
        if action["action_id"] in self.once:
            await self.once.pop(action["action_id"])(ack, body)
            return
        await self.free.wait()
        await ack()
        self.got.append(("action", action["action_id"], body))
        if action["action_id"] == "start":
            await client.chat_update(
                channel=body["channel"]["id"],
                ts=body["message"]["ts"],
                text="started",
                blocks=[section("Started"), actions(button("start", "Start again"), block_id="changed")],
            )
        elif action["action_id"] == "more":
            view = modal("inner", "More", text_field("detail", "Detail"))
            await client.views_push(trigger_id=body["trigger_id"], view=view)

    async def on_options(self, ack: Any, body: Json) -> None:
        self.got.append(("options", body["action_id"], body))
        names = [f"{body['value']} {number}" for number in (1, 2, 3)]
        await ack(options=[{"text": plain(name), "value": name} for name in names])

    async def on_view(self, ack: Any, body: Json) -> None:
        view = body["view"]
        self.got.append(("view", view["callback_id"], body))
        values = view["state"]["values"]
        if "reason" in values and values["reason"]["v"]["value"] == "no":
            await ack(response_action="errors", errors={"reason": "That is no reason."})
        else:
            await ack()

    async def on_shortcut(self, ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        self.got.append(("shortcut", body["callback_id"], body))
        more = actions(button("more", "More"))
        view = modal("outer", "Outer", text_field("note", "Note", initial_value="kept"), more)
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def on_home(self, event: Json, client: AsyncWebClient) -> None:
        self.got.append(("home", event["user"], event))
        view = {"type": "home", "blocks": [section("*Your tasks*"), actions(button("home_press", "Refresh"))]}
        await client.views_publish(user_id=event["user"], view=view)


async def open_modal(page: Page, app: PageApp, view: Json) -> None:
    """Opens a view for Dana by her own press of a button, as an app would."""

    async def opens(ack: Any, body: Json) -> None:
        await ack()
        await app.client.views_open(trigger_id=body["trigger_id"], view=view)

    app.on_next("open_it", opens)
    await app.client.chat_postMessage(channel=FAILOVER, text="open", blocks=[actions(button("open_it", "Open it"))])
    await page.get_by_role("button", name="Open it").click()
    await page.wait_for_selector("[data-testid=modal]")
