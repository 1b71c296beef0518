"""Reads are tried again, writes are not; the pause is shared; the token goes nowhere else and shows nowhere."""

from __future__ import annotations

import socket
import traceback
import zlib
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cutover_script import CUT, HANG, TRUNCATED, HastyClock, ScriptedCutover, Step, answer, text

from bot import attempt
from bot.clock import ManualClock
from bot.cutover import CutoverClient, Transport
from bot.errors import BadAnswer, BadInput, BotError, Unavailable, UnknownOutcome

Make = Callable[..., Transport]
OK = answer({"data": None})
WRITES = ("PATCH", "POST", "DELETE")


def dead_url() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


@pytest.mark.parametrize(
    "fault", [answer({}, 500), text("<html>", 502), answer({}, 503), answer({}, 504), CUT, TRUNCATED]
)
async def test_a_read_survives_two_faults(
    make_transport: Make, cutover: ScriptedCutover, clock: HastyClock, fault: Step
) -> None:
    cutover.then(fault, fault, OK)
    if fault is CUT:
        cutover.then(OK)  # aiohttp may repeat a read on a lost keep-alive connection by itself
    reply = await make_transport().send("GET", "core/x")
    assert reply.status == 200
    assert clock.slept == ([0.25, 0.5] if fault is not CUT else clock.slept)


@pytest.mark.parametrize("fault", [answer({"errors": [{"title": "t"}]}, 500), text("<html>", 503), CUT, TRUNCATED])
async def test_a_read_gives_up_after_three(make_transport: Make, cutover: ScriptedCutover, fault: Step) -> None:
    cutover.then(fault)
    with pytest.raises(Unavailable):
        await make_transport().send("GET", "core/x")
    assert len(cutover.asked) >= 3
    if fault is not CUT:
        assert len(cutover.asked) == 3


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    "fault",
    [
        CUT,
        TRUNCATED,
        answer({"errors": [{"title": "t"}]}, 500),
        text("", 500),
        text("x", 502),
        text("x", 503),
        text("x", 504),
        text("x", 520),
    ],
)
async def test_a_write_is_sent_once_and_unknown(
    make_transport: Make, cutover: ScriptedCutover, method: str, fault: Step
) -> None:
    transport = make_transport()
    cutover.then(OK, fault)
    await transport.send("GET", "core/warm")  # the write then rides a kept-alive connection, where aiohttp would repeat
    with pytest.raises(UnknownOutcome) as caught:
        await transport.send(method, "core/x", body=None if method == "DELETE" else {"a": 1})
    assert cutover.lines[1:] == [f"{method} /core/x"]
    assert "may not" in caught.value.hint


@pytest.mark.parametrize("method", ["GET", *WRITES])
async def test_refused_connection_did_nothing(make_transport: Make, method: str) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        await make_transport(dead_url()).send(method, "core/x", body={})


async def test_a_write_that_times_out_is_unknown_and_a_read_is_not(
    make_transport: Make, cutover: ScriptedCutover
) -> None:
    cutover.then(HANG)
    with pytest.raises(UnknownOutcome, match="no answer came"):
        await make_transport().send("PATCH", "core/x", body={}, deadline=0.05)
    with pytest.raises(Unavailable, match="in time"):
        await make_transport(deadline=0.05).send("GET", "core/x")


async def test_a_connection_that_is_never_made_did_nothing(
    make_transport: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*args: Any, **kwargs: Any) -> Any:
        raise TimeoutError

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", never)
    with pytest.raises(Unavailable, match="in time"):
        await make_transport().send("PATCH", "core/x", body={})


async def test_the_deadline_holds_over_retries(
    make_transport: Make, cutover: ScriptedCutover, clock: HastyClock
) -> None:
    cutover.then(text("x", 503))
    with pytest.raises(Unavailable):
        await make_transport().send("GET", "core/x", deadline=0.5)
    assert len(cutover.asked) == 2
    assert clock.slept == [0.25]


async def test_no_time_left_is_an_error_before_sending(make_transport: Make, cutover: ScriptedCutover) -> None:
    with pytest.raises(Unavailable, match="in time"):
        await make_transport().send("PATCH", "core/x", deadline=0.0)
    assert cutover.asked == []


async def test_503_with_retry_after_is_honoured(
    make_transport: Make, cutover: ScriptedCutover, clock: HastyClock
) -> None:
    cutover.then(answer({}, 503, Retry_After="3"), OK)
    assert (await make_transport().send("GET", "core/x")).status == 200
    assert clock.slept == [3.0]


@pytest.mark.parametrize("status", [501, 405, 404, 422, 400])
async def test_final_answers_are_returned(make_transport: Make, cutover: ScriptedCutover, status: int) -> None:
    cutover.then(answer({}, status))
    for method in ("GET", "PATCH"):
        assert (await make_transport().send(method, "core/x")).status == status
    assert len(cutover.asked) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_redirects_are_refused(make_transport: Make, cutover: ScriptedCutover, status: int, method: str) -> None:
    stolen: list[Any] = []

    async def steal(request: web.BaseRequest) -> web.Response:
        stolen.append(request.headers)
        return web.Response()

    thief = web.ServerRunner(web.Server(steal))
    await thief.setup()
    await web.TCPSite(thief, "127.0.0.1", 0).start()
    port = thief.addresses[0][1]
    try:
        cutover.then(Step(status, headers={"Location": f"http://localhost:{port}/core/x"}))
        with pytest.raises(BadAnswer, match="another host") as caught:
            await make_transport().send(method, "core/x")
        assert caught.value.detail.raw == "localhost"
        cutover.then(Step(status, headers={"Location": "/login"}))
        with pytest.raises(BadAnswer, match="another path"):
            await make_transport().send(method, "core/x")
        cutover.then(Step(status, headers={"Location": "http://[::bad"}))
        with pytest.raises(BadAnswer):
            await make_transport().send(method, "core/x")
    finally:
        await thief.cleanup()
    assert stolen == []


async def test_big_bodies_are_refused(
    make_transport: Make, cutover: ScriptedCutover, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "BODY_LIMIT", 1000)
    bomb = Step(200, zlib.compress(b" " * 1_000_000), {"Content-Encoding": "deflate"})
    cutover.then(bomb)
    with pytest.raises(BadAnswer, match="larger"):
        await make_transport().send("GET", "core/x")
    with pytest.raises(UnknownOutcome, match="larger"):
        await make_transport().send("PATCH", "core/x")
    cutover.then(text("x" * 1001))
    with pytest.raises(BadAnswer, match="larger"):
        await make_transport().send("GET", "core/x")


async def test_a_body_in_many_pieces_is_joined(make_transport: Make, cutover: ScriptedCutover) -> None:
    body = b"".join(b"%d," % n for n in range(400_000))
    cutover.then(Step(200, body))
    assert (await make_transport().send("GET", "core/x")).body == body


async def test_headers_and_prefix(make_transport: Make, cutover: ScriptedCutover) -> None:
    transport = make_transport(f"{cutover.url}/gateway/", api_version="2021-10-13", core_url="https://core.example")
    await transport.send("GET", "core/x")
    assert cutover.lines == ["GET /gateway/core/x"]
    assert cutover.asked[0].headers["Api-Version"] == "2021-10-13"
    assert cutover.asked[0].headers["Core-Url"] == "https://core.example"


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "ä", "a\x00"])
def test_a_broken_token_is_refused_without_showing_it(session: None, token: str) -> None:
    with pytest.raises(BadInput) as caught:
        Transport("http://x", token, session=None, clock=ManualClock())  # type: ignore[arg-type]
    assert token == "" or token not in str(caught.value)


@pytest.mark.parametrize("url", ["", "api.cutover.com", "ftp://x", "http://", "http://[", "https://a:b:c"])
def test_a_broken_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        Transport(url, "t", session=None, clock=ManualClock())  # type: ignore[arg-type]


async def test_a_closed_session_is_a_sentence(make_transport: Make, session: aiohttp.ClientSession) -> None:
    transport = make_transport()
    await session.close()
    with pytest.raises(Unavailable, match="shutting down"):
        await transport.send("GET", "core/x")


async def test_no_error_or_repr_shows_the_token(
    make_transport: Make, cutover: ScriptedCutover, clock: HastyClock
) -> None:
    transport = make_transport()
    token = "5e7c0b" * 8
    seen = [repr(transport), repr(CutoverClient(transport, clock))]
    for step in (text("HTTP garbage", 302), CUT, text("x", 500), answer({}, 429, Retry_After="99")):
        for method in ("GET", "PATCH"):
            cutover.then(step)
            with pytest.raises(BotError) as caught:
                await transport.send(method, "core/x")
            error = caught.value
            assert (error.__context__, error.__cause__) == (None, None)
            seen += [repr(error), error.sentence, error.hint, error.detail.raw]
            seen += traceback.format_exception(error)
    assert len(seen) > 40
    assert not [one for one in seen if token in one]
