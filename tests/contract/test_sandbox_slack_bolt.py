"""slack_bolt, unmodified, works against the embedded Slack in both delivery modes: the same app, the same outcome."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import EmbeddedSlack

DANA, ROOM = "U0DANA00001", "C0DCFAILOVR"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "section", "block_id": "s", "text": plain("x"), "accessory": element}


BUTTON = {"type": "button", "action_id": "press", "text": plain("Press"), "value": "42"}
TYPE_AHEAD = {"type": "external_select", "action_id": "pick", "min_query_length": 0, "placeholder": plain("Task")}
FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Form"),
    "submit": plain("Send"),
    "blocks": [{"type": "input", "block_id": "b", "label": plain("Task"), "element": TYPE_AHEAD}],
}


def build(slack: EmbeddedSlack) -> AsyncApp:
    """A small app with one listener of each kind."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret, process_before_response=False)

    @app.command("/task")
    async def command(ack: Any, respond: Any, say: Any, client: Any, body: Any) -> None:
        await ack()
        if body["text"] == "form":
            await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        elif body["text"] == "say":
            await say(text="said", blocks=[section(BUTTON)])
        else:
            await respond(f"you typed {body['text']}")

    @app.action("press")
    async def press(ack: Any, respond: Any, action: Any) -> None:
        await ack()
        await respond(text=f"pressed {action['value']}", replace_original=True)

    @app.options("pick")
    async def pick(ack: Any, payload: Any) -> None:
        await ack(options=[{"text": plain(f"{payload['value']} one"), "value": "1"}])

    @app.view("form")
    async def form(ack: Any, client: Any, view: Any, body: Any) -> None:
        await ack()
        chosen = view["state"]["values"]["b"]["pick"]["selected_option"]["value"]
        await client.chat_postEphemeral(channel=ROOM, user=body["user"]["id"], text=f"chose {chosen}")

    @app.event("app_home_opened")
    async def home(client: Any, event: Any) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section(BUTTON)]})

    @app.shortcut("note")
    async def note(ack: Any, say: Any, shortcut: Any) -> None:
        await ack()
        await say(text=f"noted {shortcut['message']['text']}", thread_ts=shortcut["message_ts"])

    return app


@pytest.fixture(params=["socket", "http"])
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[EmbeddedSlack]:
    async with EmbeddedSlack(delivery=request.param) as server:
        await server.set_app(shortcuts=[{"callback_id": "note", "name": "Note"}])
        app = build(server)
        if request.param == "socket":
            opener = AsyncWebClient(token=server.app_token, base_url=server.api_url)
            handler = AsyncSocketModeHandler(app, server.app_token, web_client=opener)
            await handler.connect_async()
            await server.until(lambda: server.world["app"]["connections"])
            yield server
            await handler.close_async()
        else:
            runner = web.AppRunner(app.web_app(), access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            server.set_request_url(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
            yield server
            await runner.cleanup()


def texts(slack: EmbeddedSlack) -> list[str]:
    return [message["text"] for message in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]]


async def test_command_and_respond(slack: EmbeddedSlack) -> None:
    done = await slack.command(DANA, ROOM, "/task", "list mine")
    assert done["in_time"]
    await slack.until(lambda: texts(slack) == ["you typed list mine"])
    assert slack.envelopes[0].transport == slack.world["app"]["delivery"]


async def test_button_replaces_its_message(slack: EmbeddedSlack) -> None:
    await slack.command(DANA, ROOM, "/task", "say")
    message = await slack.until(lambda: slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0])
    await slack.click(DANA, channel=ROOM, message_ts=message["ts"], action_id="press")
    await slack.until(lambda: texts(slack) == ["pressed 42"])
    assert "blocks" not in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]


async def test_modal_with_type_ahead(slack: EmbeddedSlack) -> None:
    await slack.command(DANA, ROOM, "/task", "form")
    view = await slack.until(lambda: slack.screen(DANA)["views"][0])
    found = await slack.options(DANA, "pick", "net", view_id=view["id"])
    assert found["options"][0]["text"]["text"] == "net one"
    assert (await slack.submit(DANA, view["id"], {"b": {"pick": "1"}}))["in_time"]
    await slack.until(lambda: texts(slack) == ["chose 1"])
    assert slack.screen(DANA)["views"] == []
    assert slack.violations == []


async def test_home_and_message_shortcut(slack: EmbeddedSlack) -> None:
    await slack.open_home(DANA)
    assert (await slack.until(lambda: slack.screen(DANA)["home"]))["blocks"][0]["block_id"] == "s"
    ts = (await slack.message(DANA, ROOM, "fans are loud"))["ts"]
    await slack.shortcut(DANA, "note", channel=ROOM, message_ts=ts)
    thread = await slack.until(lambda: slack.screen(DANA, ROOM)["threads"][ROOM][ts])
    assert [message["text"] for message in thread] == ["fans are loud", "noted fans are loud"]


async def test_an_app_that_does_not_know_the_command_is_seen(slack: EmbeddedSlack) -> None:
    await slack.set_app(commands=[{"command": "/other"}])
    await slack.command(DANA, ROOM, "/other", "x", wait=False)
    await slack.until(lambda: slack.envelopes[0].attempts)
    slack.clock.advance(3.1)
    toast = await slack.until(lambda: slack.screen(DANA)["toasts"])
    assert toast[0]["text"].startswith("/other failed with the error ")
