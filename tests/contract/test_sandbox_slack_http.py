"""Signed HTTP delivery and the control interface, by plain HTTP as an outside program would use them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.slack import EmbeddedSlack
from bot.sandbox.slack.command import serve

DANA, ROOM = "U0DANA00001", "C0DCFAILOVR"


class Receiver:
    """An app that keeps what it is sent and answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[web.Response] = []
        self.hold: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        if self.hold is not None:
            await self.hold.wait()
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    app = web.Application()
    app.router.add_post("/slack/events", found.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"  # type: ignore[attr-defined]
    yield found
    await runner.cleanup()


@pytest.fixture
async def slack(receiver: Receiver) -> AsyncIterator[EmbeddedSlack]:
    async with EmbeddedSlack(delivery="http", request_url=receiver.url) as server:  # type: ignore[attr-defined]
        yield server


async def test_a_command_is_a_signed_form(slack: EmbeddedSlack, receiver: Receiver) -> None:
    receiver.answers = [web.json_response({"response_type": "in_channel", "text": "for all"})]
    done = await slack.command(DANA, ROOM, "/task", "a & b = 100%")
    assert done["in_time"]
    headers, body = receiver.got[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body.decode())["text"] == ["a & b = 100%"]
    stamp, signature = headers["x-slack-request-timestamp"], headers["x-slack-signature"]
    assert SignatureVerifier(slack.signing_secret).is_valid(body, stamp, signature)
    base = b"v0:" + stamp.encode() + b":" + body
    assert signature == "v0=" + hmac.new(slack.signing_secret.encode(), base, hashlib.sha256).hexdigest()
    assert slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]["text"] == "for all"


async def test_text_and_bad_answers_to_a_command(slack: EmbeddedSlack, receiver: Receiver) -> None:
    receiver.answers = [web.Response(text="only text"), web.Response(status=500), web.json_response({"blocks": [1]})]
    for _ in range(3):
        await slack.command(DANA, ROOM, "/task", "x")
    assert [m["text"] for m in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]] == ["only text"]
    shown = [toast["text"] for toast in slack.screen(DANA)["toasts"]]
    assert shown == ["/task failed with the error dispatch_failed", "/task failed with the error invalid_blocks"]
    assert slack.violations[0].source == "answer to /task"
    assert len(receiver.got) == 3  # a command is never sent again


async def test_an_app_that_is_not_there(slack: EmbeddedSlack) -> None:
    slack.set_request_url("http://127.0.0.1:9/slack/events")
    await slack.command(DANA, ROOM, "/task", "x")
    assert slack.screen(DANA)["toasts"][0]["text"] == "/task failed with the error dispatch_failed"


async def test_a_slow_app_runs_into_the_three_seconds(slack: EmbeddedSlack, receiver: Receiver) -> None:
    receiver.hold = asyncio.Event()
    await slack.command(DANA, ROOM, "/task", "x", wait=False)
    await slack.until(lambda: receiver.got)
    slack.clock.advance(3.1)
    await slack.until(lambda: slack.screen(DANA)["toasts"])
    receiver.hold.set()
    await slack.until(lambda: slack.envelopes[0].acked)
    assert not slack.envelopes[0].in_time


async def test_events_are_sent_again_with_reason(slack: EmbeddedSlack, receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=500) for _ in range(3)]
    await slack.open_home(DANA, wait=False)
    for number, pause in enumerate((0, 0, 60, 300), 1):
        slack.clock.advance(pause)
        await slack.until(lambda n=number: len(receiver.got) == n)
        if number < 4:
            await slack.until(lambda n=number: slack.envelopes[0].attempts[n - 1].error)
    await slack.until(lambda: slack.envelopes[0].done.is_set())
    retries = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h, _ in receiver.got]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({body for _, body in receiver.got}) == 1
    assert slack.envelopes[0].acked


async def test_no_retry_stops_it(slack: EmbeddedSlack, receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=500, headers={"X-Slack-No-Retry": "1"})]
    await slack.open_home(DANA)
    assert len(receiver.got) == 1
    assert slack.envelopes[0].done.is_set()


async def test_verification_of_the_url(slack: EmbeddedSlack, receiver: Receiver) -> None:
    assert not (await slack.verify())["verified"]
    assert (await slack.verify("ssl_check"))["verified"]
    assert b"url_verification" in receiver.got[0][1]
    assert receiver.got[1][1].startswith(b"ssl_check=1")


async def call(http: aiohttp.ClientSession, method: str, url: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    async with http.request(method, url, json=body) as response:
        return response.status, await response.json()


async def test_the_control_interface_by_http(slack: EmbeddedSlack, receiver: Receiver) -> None:
    control = f"{slack.url}/control"
    async with aiohttp.ClientSession() as http:
        status, world = await call(http, "GET", f"{control}/world")
        assert (status, world["app"]["delivery"], len(world["users"])) == (200, "http", 9)
        assert world["tokens"]["bot"] == slack.bot_token
        live = await http.ws_connect(f"{control}/live?user={DANA}")
        assert (await live.receive_json())["type"] == "hello"
        body = {"channel": ROOM, "command": "/task", "text": "x", "wait": 5}
        status, done = await call(http, "POST", f"{control}/users/{DANA}/command", body)
        assert (status, done["ok"], done["acked"]) == (200, True, True)
        assert (await live.receive_json())["what"] == "traffic"
        await live.close()
        status, sent = await call(http, "GET", f"{control}/envelopes?after=0")
        assert sent["envelopes"][0]["id"] == done["envelope"]
        assert sent["envelopes"][0]["attempts"][0]["status"] == 200
        status, none = await call(http, "GET", f"{control}/envelopes?after=1")
        assert none["envelopes"] == []
        status, said = await call(http, "POST", f"{control}/users/{DANA}/message", {"channel": ROOM, "text": "hello"})
        status, screen = await call(http, "GET", f"{control}/users/{DANA}/screen?channel={ROOM}&limit=1")
        assert [m["ts"] for m in screen["channels"][ROOM]["messages"]] == [said["ts"]]
        status, made = await call(http, "POST", f"{control}/channels", {"name": "new-room", "members": [DANA]})
        status, _ = await call(http, "PATCH", f"{control}/channels/{made['channel']['id']}", {"is_archived": True})
        assert status == 200
        status, moved = await call(http, "POST", f"{control}/clock", {"advance": 60})
        assert moved["now"] >= world["now"] + 60
        assert (await call(http, "POST", f"{control}/reset"))[0] == 200
        assert slack.envelopes == []
        assert "new-room" not in [c["name"] for c in slack.world["channels"]]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", "nothing", None, 404, "unknown_address"),
        ("GET", "users/U404/screen", None, 404, "user_not_found"),
        ("GET", f"users/{DANA}/screen?channel=C404", None, 404, "channel_not_found"),
        ("GET", "calls?after=x", None, 400, "invalid_number"),
        ("POST", f"users/{DANA}/dance", {}, 404, "unknown_act"),
        ("POST", f"users/{DANA}/message", {}, 400, "missing_field"),
        ("POST", f"users/{DANA}/click", {"view_id": "V404", "action_id": "x"}, 404, "view_not_found"),
        ("POST", "faults", {"faults": [{"on": "moon", "do": {"x": 1}}]}, 400, "invalid_fault"),
        ("POST", "faults", {"faults": [{"on": "api", "do": {"delay": "x"}}]}, 400, "invalid_fault"),
        ("POST", "faults", {"faults": [{"on": "api", "do": {"error": "x"}, "times": "x"}]}, 400, "invalid_fault"),
        ("POST", f"users/{DANA}/home", {"wait": "soon"}, 400, "invalid_wait"),
        ("PATCH", "users/U404", {"deleted": True}, 404, "user_not_found"),
        ("PATCH", f"users/{DANA}", {"deleted": "x"}, 400, "invalid_user"),
        ("POST", "clock", {"advance": -1}, 400, "invalid_time"),
        ("POST", "channels", {"name": "Bad Name"}, 409, "invalid_name_specials"),
        ("POST", "app", {"scopes": "x"}, 400, "invalid_app"),
    ],
)
async def test_refusals_of_the_control_interface(
    slack: EmbeddedSlack, method: str, path: str, body: Any, status: int, error: str
) -> None:
    async with aiohttp.ClientSession() as http:
        found, answer = await call(http, method, f"{slack.url}/control/{path}", body)
    assert (found, answer["ok"], answer["error"]) == (status, False, error)
    assert answer["detail"]


async def test_the_page_is_served(slack: EmbeddedSlack) -> None:
    async with aiohttp.ClientSession() as http:
        page = await http.get(f"{slack.url}/")
        assert (page.status, page.content_type) == (200, "text/html")
        script = await http.get(f"{slack.url}/page/main.js")
        assert (script.status, script.content_type.rpartition("/")[2]) == (200, "javascript")


async def test_a_person_is_deactivated(slack: EmbeddedSlack) -> None:
    async with aiohttp.ClientSession() as http:
        assert (await call(http, "PATCH", f"{slack.url}/control/users/{DANA}", {"deleted": True}))[0] == 200
    assert (await slack.command(DANA, ROOM, "/task", "x"))["error"] == "user_not_found"


async def test_faults_of_a_response_url(slack: EmbeddedSlack, receiver: Receiver) -> None:
    await slack.command(DANA, ROOM, "/task", "x")
    url = parse_qs(receiver.got[0][1].decode())["response_url"][0]
    orders = [{"status": 500, "body": "<html>"}, {"error": "used_url"}, {"cut": "before"}, {"cut": "after"}]
    await slack.order([{"on": "response_url", "do": do} for do in orders])
    seen: list[object] = []
    async with aiohttp.ClientSession() as http:
        for number in range(5):
            try:
                seen.append((await http.post(url, json={"text": str(number)})).status)
            except aiohttp.ClientError:
                seen.append("cut")
    assert seen == [500, 404, "cut", "cut", 200]
    assert [m["text"] for m in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]] == ["3", "4"]


async def test_a_foreign_page_gets_nothing(slack: EmbeddedSlack) -> None:
    async with aiohttp.ClientSession() as http:
        address = f"{slack.url}/control/users/{DANA}/message"
        foreign = await http.post(
            address, json={"channel": ROOM, "text": "x"}, headers={"Origin": "https://evil.example"}
        )
        assert foreign.status == 403
        assert (await http.get(f"{slack.url}/control/world", headers={"Host": "evil.example"})).status == 403
        plain = await http.post(address, data='{"channel": "x"}', headers={"Content-Type": "text/plain"})
        assert (await plain.json())["error"] == "not_json"
        assert (await http.get(f"{slack.url}/page/../server.py")).status == 404
        assert (await http.get(f"{slack.url}/page/%2e%2e/server.py")).status == 404


async def test_serve_prints_what_an_app_needs(capsys: pytest.CaptureFixture[str]) -> None:
    task = asyncio.create_task(serve("127.0.0.1", 0, "socket", None, None, True))
    printed = ""
    async with asyncio.timeout(10):
        while "SLACK_APP_TOKEN" not in printed:
            await asyncio.sleep(0)
            printed += capsys.readouterr().out
    api = printed.split("SLACK_API_URL=")[1].split()[0]
    async with aiohttp.ClientSession() as http, http.post(f"{api}api.test", data={"a": "1"}) as response:
        assert (await response.json())["args"] == {"a": "1"}
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_manifest_registers_the_app() -> None:
    manifest = {
        "display_information": {"name": "Other"},
        "features": {
            "slash_commands": [{"command": "/dr"}],
            "shortcuts": [{"callback_id": "x", "type": "global", "name": "X"}],
        },
        "oauth_config": {"scopes": {"bot": ["commands"]}},
        "settings": {"socket_mode_enabled": True, "interactivity": {"is_enabled": True}},
    }
    async with EmbeddedSlack(manifest=manifest) as slack:
        app = slack.world["app"]
        assert [entry["command"] for entry in app["commands"]] == ["/dr"]
        assert (app["scopes"], app["events"], app["home_tab"]) == (["commands"], [], False)
        assert (await slack.command(DANA, ROOM, "/task", "x"))["toast"] == "/task is not a valid command"
        assert (await slack.open_home(DANA))["error"] == "not_enabled"


async def test_faults_of_the_web_api(slack: EmbeddedSlack) -> None:
    orders: list[dict[str, Any]] = [
        {"status": 503, "body": "<html>down</html>"},
        {"truncate": 10},
        {"cut": "before"},
        {"delay": 0.01},
    ]
    await slack.order([{"on": "api", "method": "chat.postMessage", "channel": ROOM, "do": do} for do in orders])
    seen: list[object] = []
    async with aiohttp.ClientSession() as http:
        for number in range(5):
            form = {"channel": ROOM, "text": str(number), "token": slack.bot_token}
            try:
                async with http.post(f"{slack.api_url}chat.postMessage", data=form) as response:
                    seen.append((response.status, response.content_type, (await response.text())[:10]))
            except aiohttp.ClientError:
                seen.append("cut")
    good = (200, "application/json", '{"ok": tru')
    assert seen == [(503, "text/html", "<html>down"), good, "cut", good, good]
    assert [m["text"] for m in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]] == ["1", "3", "4"]
    assert [entry.status for entry in slack.calls] == [503, 200, 0, 200, 200]
    slack.forget_faults()
