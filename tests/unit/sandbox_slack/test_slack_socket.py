"""Socket Mode with slack_sdk's aiohttp client: delivery, acks, the three seconds, refresh, loss and redelivery."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from slack_double import BOT, DANA, DB, EXEC, GIL, ROOM, SILENT, SocketApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import EmbeddedSlack


async def test_a_command_and_its_ack(slack: EmbeddedSlack, app: SocketApp) -> None:
    app.answer = lambda request: {"text": "done *now*"}
    done = await slack.command(DANA, ROOM, "/task", "start  42 ")
    assert done["acked"]
    assert done["in_time"]
    assert done["ack_ms"] < 3000
    payload = app.got[0].payload
    assert payload["command"] == "/task"
    assert payload["text"] == "start  42"
    assert payload["channel_name"] == "dc-failover"
    assert payload["user_id"] == DANA
    assert payload["api_app_id"] == "A0CUTOVERBT"
    assert payload["response_url"].startswith(slack.url)
    shown = slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]
    assert [(m["text"], m["is_ephemeral"]) for m in shown] == [("done *now*", True)]
    assert slack.screen(GIL, ROOM)["channels"][ROOM]["messages"] == []


async def test_an_ack_in_the_channel(slack: EmbeddedSlack, app: SocketApp) -> None:
    app.answer = lambda request: {"text": "for all", "response_type": "in_channel"}
    await slack.command(DANA, DB, "/task", "x")  # the bot is no member there: an answer to a command still works
    assert slack.screen(DANA, DB)["channels"][DB]["messages"][0]["text"] == "for all"


async def test_silence_for_three_seconds_is_a_timeout_for_that_person(slack: EmbeddedSlack, app: SocketApp) -> None:
    app.answer = lambda request: SILENT
    await slack.command(DANA, ROOM, "/task", "list", wait=False)
    await slack.until(lambda: app.got)
    slack.clock.advance(2.9)
    assert slack.screen(DANA)["toasts"] == []
    slack.clock.advance(0.2)
    toasts = await slack.until(lambda: slack.screen(DANA)["toasts"])
    assert toasts[0]["text"] == "/task failed with the error operation_timeout"
    assert slack.screen(GIL)["toasts"] == []


async def test_a_late_ack_is_recorded_and_changes_nothing(slack: EmbeddedSlack, app: SocketApp) -> None:
    gate = asyncio.Event()

    async def late(request: Any) -> dict[str, str]:
        await gate.wait()
        return {"text": "too late"}

    app.answer = late
    await slack.command(DANA, ROOM, "/task", "list", wait=False)
    await slack.until(lambda: app.got)
    slack.clock.advance(3.1)
    await slack.until(lambda: slack.envelopes[0].done.is_set())
    gate.set()
    await slack.until(lambda: slack.envelopes[0].acked)
    assert not slack.envelopes[0].in_time
    assert slack.screen(DANA, ROOM)["channels"][ROOM]["messages"] == []


async def test_without_any_connection_the_person_hears_at_once(slack: EmbeddedSlack) -> None:
    done = await slack.command(DANA, ROOM, "/task", "list")
    assert not done["acked"]
    assert slack.screen(DANA)["toasts"][0]["text"] == "/task failed with the error dispatch_failed"


async def test_unknown_and_built_in_commands(slack: EmbeddedSlack, app: SocketApp) -> None:
    assert (await slack.command(DANA, ROOM, "/nope", "x"))["sent"] is False
    assert slack.screen(DANA)["toasts"][0]["text"] == "/nope is not a valid command"
    await slack.command(DANA, DB, "/invite", "@cutover")
    assert BOT in next(c for c in slack.world["channels"] if c["id"] == DB)["members"]
    joined = await slack.until(lambda: [r for r in app.got if r.type == "events_api"])
    assert joined[0].payload["event"]["type"] == "member_joined_channel"
    assert joined[0].payload["event"]["inviter"] == DANA
    in_thread = await slack.act(DANA, "command", channel=ROOM, command="/task", text="x", thread_ts="1.0")
    assert in_thread["sent"] is False


async def test_nobody_types_where_they_are_not(slack: EmbeddedSlack) -> None:
    assert (await slack.command(GIL, DB, "/task", "x"))["error"] == "not_in_channel"
    assert (await slack.command("U404", ROOM, "/task", "x"))["error"] == "user_not_found"
    assert (await slack.command(BOT, ROOM, "/task", "x"))["error"] == "user_not_found"
    assert (await slack.message(GIL, EXEC, "x"))["error"] == "not_in_channel"


async def test_each_envelope_goes_to_one_of_several_connections(slack: EmbeddedSlack, app: SocketApp) -> None:
    second = SocketApp(slack)
    await second.connect()
    try:
        for _ in range(6):
            await slack.command(DANA, ROOM, "/task", "x")
        assert len(app.got) + len(second.got) == 6
        assert app.got
        assert second.got
        assert {len(e.attempts) for e in slack.envelopes} == {1}
    finally:
        await second.close()


async def test_an_unacked_envelope_goes_to_another_connection_when_the_first_breaks(
    slack: EmbeddedSlack, app: SocketApp
) -> None:
    app.answer = lambda request: SILENT
    await slack.command(DANA, ROOM, "/task", "x", wait=False)
    await slack.until(lambda: app.got)
    await slack.order([{"on": "socket", "do": {"reset": True}}])
    second = SocketApp(slack)
    await second.connect()
    try:
        await slack.until(lambda: slack.envelopes[0].acked)
        assert slack.envelopes[0].in_time
        again = (app.got[1:] + second.got)[0]
        assert again.envelope_id == app.got[0].envelope_id
        assert again.retry_attempt == 1
        assert [a.error for a in slack.envelopes[0].attempts] == ["connection lost", None]
    finally:
        await second.close()


async def test_an_unacked_event_comes_again_at_once_after_a_minute_and_after_five(
    slack: EmbeddedSlack, app: SocketApp
) -> None:
    app.answer = lambda request: SILENT
    await slack.open_home(DANA, wait=False)
    for number, pause in enumerate((0, 0, 60, 300), 1):
        slack.clock.advance(pause)
        await slack.until(lambda n=number: len(app.got) == n)
        slack.clock.advance(3.1)
        await slack.until(lambda n=number: slack.envelopes[0].attempts[n - 1].error)
    await slack.until(lambda: slack.envelopes[0].done.is_set())
    assert [r.retry_attempt for r in app.got] == [0, 1, 2, 3]
    assert [r.retry_reason for r in app.got] == ["", "timeout", "timeout", "timeout"]
    assert len({r.payload["event_id"] for r in app.got}) == 1


async def test_after_a_refresh_the_new_connection_serves(slack: EmbeddedSlack, app: SocketApp) -> None:
    await slack.command(DANA, ROOM, "/task", "before")
    await slack.order([{"on": "socket", "do": {"disconnect": "refresh_requested"}}])
    first = slack.envelopes[0].attempts[0].connection

    async def served_by_another() -> bool:
        await slack.command(DANA, ROOM, "/task", "after")
        return slack.envelopes[-1].acked and slack.envelopes[-1].attempts[-1].connection != first

    async with asyncio.timeout(10):
        while not await served_by_another():
            pass


async def test_a_draining_connection_gets_nothing_while_another_is_open(slack: EmbeddedSlack, app: SocketApp) -> None:
    opener = AsyncWebClient(slack.app_token, base_url=slack.api_url)
    async with aiohttp.ClientSession() as http:
        old, new = [
            await http.ws_connect((await opener.apps_connections_open(app_token=slack.app_token))["url"])
            for _ in range(2)
        ]
        await app.close()
        await slack.until(lambda: slack.world["app"]["connections"] == 2)
        assert (await new.receive_json())["num_connections"] == 3
        assert (await old.receive_json())["type"] == "hello"
        await slack.order([{"on": "socket", "do": {"disconnect": "warning"}}])
        third = await http.ws_connect((await opener.apps_connections_open(app_token=slack.app_token))["url"])
        assert (await third.receive_json())["type"] == "hello"
        for _ in range(3):
            await slack.command(DANA, ROOM, "/task", "x", wait=False)
            envelope = await third.receive_json()
            await third.send_json({"envelope_id": envelope["envelope_id"]})
        await slack.until(lambda: all(e.acked for e in slack.envelopes))


async def test_a_connection_is_asked_to_refresh_after_its_hours(slack: EmbeddedSlack) -> None:
    opener = AsyncWebClient(slack.app_token, base_url=slack.api_url)
    url = (await opener.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert hello["type"] == "hello"
        assert hello["num_connections"] == 1
        assert hello["connection_info"]["app_id"] == "A0CUTOVERBT"
        slack.clock.advance(18_060 - 9)
        assert (await socket.receive_json())["reason"] == "warning"
        slack.clock.advance(10)
        assert (await socket.receive_json())["reason"] == "refresh_requested"


async def test_a_link_is_for_one_use_and_ten_connections_are_the_most(slack: EmbeddedSlack) -> None:
    opener = AsyncWebClient(slack.app_token, base_url=slack.api_url)
    async with aiohttp.ClientSession() as http:
        sockets = []
        for _ in range(11):
            url = (await opener.apps_connections_open(app_token=slack.app_token))["url"]
            socket = await http.ws_connect(url)
            sockets.append((socket, await socket.receive_json()))
        assert [first["type"] for _, first in sockets] == ["hello"] * 10 + ["disconnect"]
        assert sockets[-1][1]["reason"] == "too_many_websockets"
        assert (await http.get(url.replace("ws:", "http:"))).status == 404
        await sockets[0][0].send_str("not json")
        await sockets[0][0].send_str('{"envelope_id": "unknown"}')
        await slack.until(lambda: slack.violations)
        for socket, _ in sockets:
            await socket.close()


async def test_a_duplicate_on_order(slack: EmbeddedSlack, app: SocketApp) -> None:
    await slack.order([{"on": "delivery", "kind": "slash_commands", "do": {"duplicate": 1}}])
    await slack.command(DANA, ROOM, "/task", "x")
    await slack.until(lambda: len(app.got) == 2)
    assert app.got[0].envelope_id == app.got[1].envelope_id
    assert app.got[1].retry_attempt == 1


async def test_a_dropped_and_a_delayed_delivery(slack: EmbeddedSlack, app: SocketApp) -> None:
    await slack.order([{"on": "delivery", "do": {"drop": True}}, {"on": "delivery", "do": {"delay": 2.0}}])
    await slack.command(DANA, ROOM, "/task", "lost", wait=False)
    slack.clock.advance(0.1)
    await slack.command(DANA, ROOM, "/task", "late", wait=False)
    await asyncio.wait([asyncio.create_task(slack.until(lambda: len(slack.envelopes) == 2))])
    slack.clock.advance(3.2)
    await slack.until(lambda: slack.screen(DANA)["toasts"])
    await slack.until(lambda: slack.envelopes[1].acked)
    assert [r.payload["text"] for r in app.got] == ["late"]


async def test_faults_of_the_web_api(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    await slack.order(
        [
            {"on": "api", "method": "chat.postMessage", "do": {"status": 429, "headers": {"Retry-After": "7"}}},
            {"on": "api", "method": "chat.postMessage", "channel": ROOM, "do": {"error": "is_archived"}},
            {"on": "api", "method": "chat.postMessage", "do": {"cut": "after"}, "skip": 1},
        ]
    )
    codes = []
    for _ in range(2):
        try:
            await web.chat_postMessage(channel=ROOM, text="x")
        except SlackApiError as error:
            codes.append((error.response.status_code, error.response["error"]))
    assert codes == [(429, "ratelimited"), (200, "is_archived")]
    await web.chat_postMessage(channel=ROOM, text="skipped by the third order")
    async with aiohttp.ClientSession() as http:
        try:
            await http.post(
                f"{slack.api_url}chat.postMessage", data={"channel": ROOM, "text": "y", "token": slack.bot_token}
            )
            cut = False
        except aiohttp.ClientError:
            cut = True
    assert cut
    assert [m["text"] for m in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]][-1] == "y"


async def test_events_reach_the_app_by_subscription(slack: EmbeddedSlack, app: SocketApp) -> None:
    await slack.message(DANA, ROOM, "plain talk")
    await slack.message(DANA, ROOM, "@cutover help <!channel>")
    await slack.until(lambda: app.got)
    event = app.got[0].payload["event"]
    assert (event["type"], event["text"]) == ("app_mention", f"<@{BOT}> help &lt;!channel&gt;")
    assert app.got[0].payload["authorizations"][0]["user_id"] == BOT
    await slack.set_app(events=["message.channels"])
    await app.web.chat_postMessage(channel=ROOM, text="mine")
    await slack.until(lambda: len(app.got) == 2)
    assert app.got[1].payload["event"]["bot_id"] == "B0CUTOVERBT"
    await slack.set_app(scopes=["chat:write"])
    await app.web.chat_postMessage(channel=ROOM, text="unheard")
    assert len(slack.envelopes) == 2


async def test_a_command_scope_is_needed(slack: EmbeddedSlack, app: SocketApp) -> None:
    await slack.set_app(scopes=["chat:write"])
    assert (await slack.command(DANA, ROOM, "/task", "x"))["toast"] == "/task is not a valid command"
