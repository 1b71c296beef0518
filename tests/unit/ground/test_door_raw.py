"""The open port itself, byte by byte: whoever connects, however odd or slow, the next one is served."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import structlog
from ground_tools import SECRET, Ear

from bot import background
from bot.background import Doors
from bot.clock import ManualClock
from bot.slack.ingress import PATH, Ingress

BODY = b"command=%2Ftask&text=list&trigger_id=1.2.a"
FORM = "Content-Type: application/x-www-form-urlencoded"


class Port:
    """A door as the bot opens it; `say` writes bytes and reads what comes until the end or the answer."""

    def __init__(self, clock: ManualClock) -> None:
        self.ear, self.clock, self.doors = Ear(), clock, Doors()
        self.host, self.port = "", 0

    async def open(self) -> None:
        ingress = Ingress(self.ear, (SECRET,), self.clock)  # type: ignore[arg-type]
        parts = urlsplit(await self.doors.open(ingress.app, "127.0.0.1:0"))
        self.host, self.port = str(parts.hostname), int(parts.port or 0)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port)

    def request(self, body: bytes = BODY, *more: str, version: str = "1.1", length: int | None = None) -> bytes:
        """A signed request; `more` are header lines, `length` a Content-Length that need not be true."""
        stamp = str(int(self.clock.unix()))
        digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        lines = [
            f"POST {PATH} HTTP/{version}",
            "Host: bot",
            f"X-Slack-Request-Timestamp: {stamp}",
            f"X-Slack-Signature: v0={digest}",
            *(more or (FORM,)),
        ]
        if not any(line.startswith("Transfer-Encoding") for line in lines):
            lines.append(f"Content-Length: {len(body) if length is None else length}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    async def say(self, raw: bytes) -> str:
        """Status of the answer; empty when the connection was closed without one."""
        reader, writer = await self.connect()
        writer.write(raw)
        line = await asyncio.wait_for(reader.readline(), 10)
        writer.close()
        return line.decode("latin-1").split(" ")[1] if line else ""

    async def serves(self) -> bool:
        """Whether a request of Slack's is taken now."""
        before = len(self.ear.heard)
        return await self.say(self.request()) == "200" and len(self.ear.heard) == before + 1


@pytest.fixture
async def port(clock: ManualClock) -> AsyncIterator[Port]:
    one = Port(clock)
    await one.open()
    yield one
    await one.doors.close()


@pytest.mark.parametrize("length", [3, len(BODY) - 1])
async def test_a_length_that_is_too_short_is_another_body_and_refused(port: Port, length: int) -> None:
    assert await port.say(port.request(length=length)) in ("400", "401")
    assert port.ear.heard == []
    assert await port.serves()


async def test_a_chunked_body_is_the_same_body(port: Port) -> None:
    head, _, body = port.request(BODY, FORM, "Transfer-Encoding: chunked").partition(b"\r\n\r\n")
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"
    assert await port.say(head + b"\r\n\r\n" + chunks) == "200"
    assert len(port.ear.heard) == 1


@pytest.mark.parametrize(
    "more",
    [
        (FORM, "Content-Length: 5", "Content-Length: 6"),
        (FORM, "Transfer-Encoding: chunked", "Content-Length: 5"),
        (FORM, "Content-Length: -1"),
        (FORM, "Content-Length: 1e3"),
    ],
)
async def test_two_opinions_about_the_length_are_refused(port: Port, more: tuple[str, ...]) -> None:
    assert await port.say(port.request(BODY, *more)) in ("400", "")
    assert port.ear.heard == []
    assert await port.serves()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (f"GET {PATH} HTTP/1.1\r\nHost: bot\r\n\r\n", "405"),
        (f"HEAD {PATH} HTTP/1.1\r\nHost: bot\r\n\r\n", "405"),
        (f"DELETE {PATH} HTTP/1.1\r\nHost: bot\r\n\r\n", "405"),
        ("POST /slack/events/../events HTTP/1.1\r\nHost: bot\r\n\r\n", "404"),
        ("POST //slack/events HTTP/1.1\r\nHost: bot\r\n\r\n", "404"),
        (f"POST {PATH}%00 HTTP/1.1\r\nHost: bot\r\n\r\n", "404"),
        (f"POST {PATH} HTTP/9.9\r\nHost: bot\r\n\r\n", "400"),
        (f"QUITE{PATH} HTTP/1.1\r\n\r\n", "400"),
        ("\x00\x01\x02\x03\r\n\r\n", "400"),
        ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400"),
        ("POST " + "/x" * 9000 + " HTTP/1.1\r\nHost: bot\r\n\r\n", "400"),
        (f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nX: " + "a" * 1_000_000 + "\r\n\r\n", "400"),
    ],
    ids=lambda part: repr(part)[:40],
)
async def test_odd_requests_are_refused_and_the_next_is_served(port: Port, raw: str, status: str) -> None:
    assert await port.say(raw.encode("latin-1")) == status
    assert port.ear.heard == []
    assert await port.serves()


async def test_an_old_client_and_one_that_does_not_wait_are_served(port: Port) -> None:
    assert await port.say(port.request(version="1.0")) == "200"
    reader, writer = await port.connect()
    writer.write(port.request() + port.request() + port.request())  # pipelined
    answers = b""
    while answers.count(b"HTTP/1.1 200") < 3:
        answers += await asyncio.wait_for(reader.read(4096), 10)
    writer.close()
    assert len(port.ear.heard) == 4


async def test_who_sends_the_head_byte_by_byte_is_let_go(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert background._IDLE <= 10
    monkeypatch.setattr(background, "_IDLE", 0.05)
    port = Port(clock)
    await port.open()
    reader, writer = await port.connect()
    slow = asyncio.create_task(trickle(writer))
    with contextlib.suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 10) == b""
    assert await port.serves()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)
    await port.doors.close()


async def trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(f"POST {PATH} HTTP/1.1\r\nX-Slow: ".encode())
    while not writer.is_closing():
        writer.write(b"a")
        await asyncio.sleep(0.001)


async def test_who_hangs_up_before_the_ack_is_worked_for_all_the_same(port: Port) -> None:
    arrived, go, heard = asyncio.Event(), asyncio.Event(), port.ear.receive
    finished: list[str] = []

    async def slowly(kind: str, body: object) -> object:
        arrived.set()
        await go.wait()
        finished.append(kind)
        return await heard(kind, body)  # type: ignore[arg-type]

    port.ear.receive = slowly  # type: ignore[method-assign,assignment]
    reader, writer = await port.connect()
    writer.write(port.request())
    await asyncio.wait_for(arrived.wait(), 10)
    writer.transport.abort()
    del reader
    go.set()
    while not finished:
        await asyncio.sleep(0)
    assert finished == ["command"]


async def test_what_slack_repeats_and_we_never_had_is_taken(port: Port) -> None:
    raw = port.request(BODY, FORM, "X-Slack-Retry-Num: 1", "X-Slack-Retry-Reason: http_timeout")
    assert await port.say(raw) == "200"
    assert len(port.ear.heard) == 1


async def test_a_clock_that_is_off_is_told_long_before_it_hurts(port: Port, clock: ManualClock) -> None:
    raw = port.request()
    with structlog.testing.capture_logs() as lines:
        clock.advance(60)
        assert await port.say(raw) == "200"
        assert lines == []
        clock.advance(1)
        assert await port.say(raw) == "200"
    assert [(line["event"], line["seconds"]) for line in lines] == [("clock_differs_from_slack", 61)]
