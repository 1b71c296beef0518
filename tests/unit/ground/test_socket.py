"""Socket Mode against a whole Slack: whatever happens to the connection, what people do arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from ground_tools import Ear, HastyClock, ScriptedSlack, ok, refused, serving

from bot.sandbox.slack import EmbeddedSlack
from bot.slack import socket as module
from bot.slack.front import Reply
from bot.slack.socket import SocketMode
from bot.slack.web import SlackWeb

DANA, LINKED = "U0DANA00001", "C0DCFAILOVR"


class Line:
    """A running SocketMode with an ear at its end."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str, clock: HastyClock) -> None:
        self.ear, self.clock = Ear(), clock
        self.socket = SocketMode(session, SlackWeb(session, url, token, clock), self.ear, clock)  # type: ignore[arg-type]
        self.task = asyncio.create_task(self.socket.run())

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def line(slack: EmbeddedSlack, session: aiohttp.ClientSession, hasty: HastyClock) -> AsyncIterator[Line]:
    one = Line(session, slack.api_url, slack.app_token, hasty)
    await slack.until(one.socket.connected.is_set)
    yield one
    await one.end()


def links(slack: EmbeddedSlack) -> int:
    """Connections that Slack has open now."""
    return len(slack._ws.delivery.sockets.connections)


def opened(slack: EmbeddedSlack) -> int:
    return sum(call.method == "apps.connections.open" for call in slack.calls)


async def command(slack: EmbeddedSlack, text: str = "list") -> Any:
    """Type a command and wait for the ack; its envelope."""
    await slack.command(DANA, LINKED, "/task", text)
    return slack.envelopes[-1]


async def test_a_command_is_heard_and_acknowledged(slack: EmbeddedSlack, line: Line) -> None:
    envelope = await command(slack, "list mine")
    assert envelope.acked
    assert [(kind, body["text"]) for kind, body in line.ear.heard] == [("command", "list mine")]


async def test_the_answer_to_a_form_goes_back_in_the_ack(slack: EmbeddedSlack, line: Line) -> None:
    line.ear.reply = Reply(200, {"response_type": "ephemeral", "text": "hello"})
    assert (await command(slack)).answer == {"response_type": "ephemeral", "text": "hello"}


async def test_a_refresh_opens_the_new_connection_before_the_old_one_goes(slack: EmbeddedSlack, line: Line) -> None:
    for number in (2, 3, 4):
        slack.clock.advance(18_051)  # the warning
        await slack.until(lambda: opened(slack) == number and links(slack) == 2)  # noqa: B023
        assert line.socket.connected.is_set()
        assert (await command(slack)).acked
        slack.clock.advance(10)  # the refresh
        assert (await command(slack)).acked
        slack.clock.advance(10)  # the end
        await slack.until(lambda: links(slack) == 1)
        assert line.socket.connected.is_set()
        assert (await command(slack)).acked
        assert opened(slack) == number
    assert len(line.ear.heard) == 9


async def test_after_a_reset_it_connects_again_and_nothing_is_lost(slack: EmbeddedSlack, line: Line) -> None:
    for _ in range(3):
        await slack.order([{"on": "socket", "do": {"reset": True}}])
        await slack.until(lambda: links(slack) == 1 and line.socket.connected.is_set())
        assert (await command(slack)).acked
    assert len(line.ear.heard) == 3


async def test_what_was_under_way_when_the_connection_broke_comes_again(slack: EmbeddedSlack, line: Line) -> None:
    arrived, go = asyncio.Event(), asyncio.Event()
    heard = line.ear.receive

    async def slowly(kind: str, body: Any) -> Reply:
        reply = await heard(kind, body)
        arrived.set()
        await go.wait()
        return reply

    line.ear.receive = slowly  # type: ignore[method-assign]
    typed = asyncio.create_task(slack.command(DANA, LINKED, "/task", "list"))
    await asyncio.wait_for(arrived.wait(), 5)
    await slack.order([{"on": "socket", "do": {"reset": True}}])
    await slack.until(lambda: len(line.ear.heard) == 2)
    go.set()
    await typed
    assert slack.envelopes[-1].acked
    assert line.ear.heard[0] == line.ear.heard[1]


async def test_a_connection_that_has_gone_silent_is_replaced(
    slack: EmbeddedSlack, session: aiohttp.ClientSession, hasty: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PING_SECONDS", 0.02)
    line = Line(session, slack.api_url, slack.app_token, hasty)
    await slack.until(line.socket.connected.is_set)
    await slack.order([{"on": "socket", "do": {"silence": 1000}}])
    await slack.until(lambda: opened(slack) >= 2)
    slack.clock.advance(1001)
    await slack.until(lambda: line.socket.connected.is_set() and links(slack) >= 1)
    await slack.until(lambda: not slack._ws.delivery.sockets.silent)
    assert (await command(slack)).acked
    await line.end()


@pytest.mark.parametrize(
    "frame",
    ["", "{broken", "[]", '"x"', "null", "[" * 5000, '{"type":"quantum"}', '{"type":5}', '{"type":"disconnect","x":'],
    ids=lambda frame: frame[:12],
)
async def test_frames_that_make_no_sense_change_nothing(slack: EmbeddedSlack, line: Line, frame: str) -> None:
    await slack.order([{"on": "socket", "do": {"send": frame}}])
    assert (await command(slack)).acked
    assert opened(slack) == 1
    assert len(line.ear.heard) == 1


@pytest.mark.parametrize("payload", ['"x"', "[]", "null", "5"])
async def test_an_envelope_of_another_kind_is_acknowledged_and_not_heard(
    slack: EmbeddedSlack, line: Line, payload: str
) -> None:
    for kind in ("quantum", "slash_commands"):
        await slack.order(
            [{"on": "socket", "do": {"send": f'{{"type":"{kind}","envelope_id":"e1","payload":{payload}}}'}}]
        )
    assert (await command(slack)).acked
    assert len(line.ear.heard) == 1
    assert not slack.violations


async def test_what_the_bot_failed_to_take_is_not_acknowledged(slack: EmbeddedSlack, line: Line) -> None:
    line.ear.trouble.append(RuntimeError("the bot is broken"))
    typed = asyncio.create_task(slack.command(DANA, LINKED, "/task", "list"))
    await slack.until(lambda: len(line.ear.heard) == 1)
    slack.clock.advance(4)
    await typed
    assert not slack.envelopes[-1].acked
    assert (await command(slack)).acked


async def test_the_end_closes_every_connection(slack: EmbeddedSlack, line: Line) -> None:
    await line.end()
    await slack.until(lambda: links(slack) == 0)
    assert not line.socket.connected.is_set()


async def test_a_token_that_is_refused_is_told_and_tried_less_and_less(
    slack: EmbeddedSlack, session: aiohttp.ClientSession, hasty: HastyClock
) -> None:
    line = Line(session, slack.api_url, "xapp-wrong", hasty)
    await slack.until(lambda: len(hasty.slept) >= 9)
    await line.end()
    assert line.socket.failure == "invalid_auth"
    assert not line.socket.connected.is_set()
    assert hasty.slept[0] < 2 < 20 < hasty.slept[8] <= 30


@pytest.mark.parametrize("url", ["", "nonsense", "ws://127.0.0.1:1/", "http://[::1", "ws://127.0.0.1:99999/"])
async def test_an_address_that_leads_nowhere_is_asked_for_again(
    scripted: ScriptedSlack, session: aiohttp.ClientSession, hasty: HastyClock, slack: EmbeddedSlack, url: str
) -> None:
    scripted.then(refused("internal_error"), ok(url=url))
    line = Line(session, scripted.url, "xapp-1", hasty)
    await slack.until(lambda: len(scripted.asked) >= 4)
    assert line.socket.failure
    assert not line.task.done()
    await line.end()


async def test_a_delivery_is_as_good_as_a_hello(
    scripted: ScriptedSlack, session: aiohttp.ClientSession, hasty: HastyClock
) -> None:
    """Slack greets; a server that only speaks its protocol may not."""
    acks: asyncio.Queue[Any] = asyncio.Queue()

    async def curt(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        payload = {"command": "/task", "text": "list", "trigger_id": "1.2.a"}
        await ws.send_json({"envelope_id": "e1", "type": "slash_commands", "payload": payload})
        async for frame in ws:
            acks.put_nowait(frame.json())
        return ws

    app = web.Application()
    app.router.add_get("/", curt)
    async with serving(app) as url:
        scripted.then(ok(url=url.replace("http", "ws")))
        line = Line(session, scripted.url, "xapp-1", hasty)
        await asyncio.wait_for(line.socket.connected.wait(), 5)
        assert await asyncio.wait_for(acks.get(), 5) == {"envelope_id": "e1"}
        await line.end()


@pytest.mark.parametrize("hello", [False, True], ids=["no hello", "hello and goodbye"])
async def test_a_server_that_hangs_up_at_once_is_not_pestered(
    scripted: ScriptedSlack,
    session: aiohttp.ClientSession,
    hasty: HastyClock,
    slack: EmbeddedSlack,
    monkeypatch: pytest.MonkeyPatch,
    hello: bool,
) -> None:
    monkeypatch.setattr(module, "_HELLO_SECONDS", 0.05)

    async def rude(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        if hello:
            await ws.send_json({"type": "hello"})
            await ws.close()
        else:
            await ws.receive()
        return ws

    app = web.Application()
    app.router.add_get("/", rude)
    async with serving(app) as url:
        scripted.then(ok(url=url.replace("http", "ws")))
        line = Line(session, scripted.url, "xapp-1", hasty)
        await slack.until(lambda: len(scripted.asked) >= 5)
        await line.end()
    assert len(hasty.slept) >= 3
    assert hasty.slept[2] > hasty.slept[0] > 0.3


async def test_draining_waits_for_what_is_not_acknowledged_yet(slack: EmbeddedSlack, line: Line) -> None:
    go, heard = asyncio.Event(), line.ear.receive

    async def slowly(kind: str, body: Any) -> Reply:
        reply = await heard(kind, body)
        await go.wait()
        return reply

    line.ear.receive = slowly  # type: ignore[method-assign]
    typed = asyncio.create_task(slack.command(DANA, LINKED, "/task", "list"))
    await slack.until(lambda: line.ear.heard)
    draining = asyncio.create_task(line.socket.drain(5.0))
    go.set()
    await draining
    await typed
    assert slack.envelopes[-1].acked
