"""What reaches the HTTP door that Slack did not send, or sent before: refused or answered without a second effect."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import aiohttp.web
import pytest
from fault_world import HastyClock, effects, read, still_works
from stage import DANA, FAILOVER, Stage, open_stage

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def door(tmp_path: Path, clock: HastyClock) -> AsyncIterator[Stage]:
    stage, stack = await open_stage(tmp_path, clock=clock, delivery="http")
    async with stack:
        await stage.run()
        yield stage


def command(stage: Stage, text: str = "start roll", trigger: str = "1.2.abc") -> bytes:
    fields = {
        "command": "/task",
        "text": text,
        "team_id": "T0HARBOUR01",
        "user_id": DANA,
        "user_name": "dana",
        "channel_id": FAILOVER,
        "trigger_id": trigger,
        "response_url": f"{stage.slack.url}/response/unknown",
        "api_app_id": "A0CUTOVERBT",
    }
    return urlencode(fields).encode()


def signed(
    stage: Stage, body: bytes, *, at: float | None = None, secret: str = "", version: str = "v0"
) -> dict[str, str]:
    stamp = str(int(stage.clock.unix() if at is None else at))
    key = (secret or stage.slack.signing_secret).encode()
    mac = hmac.new(key, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"{version}={mac}", "Content-Type": FORM}


async def post(stage: Stage, body: bytes, headers: dict[str, str]) -> int:
    url = f"{stage.bot.url}/slack/events"
    async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=headers) as reply:
        await reply.read()
        return reply.status


async def test_a_replayed_request_is_answered_and_not_carried_out_again(door: Stage) -> None:
    body = command(door)
    headers = signed(door, body)
    assert [await post(door, body, headers) for _ in range(3)] == [200, 200, 200]
    await door.settle()
    assert effects(door).count("PATCH start") == 1
    assert read(door).count("You started this") == 1
    await still_works(door)


async def test_a_replay_after_a_restart_is_not_carried_out_again(door: Stage) -> None:
    body = command(door, "comment roll hello there")
    headers = signed(door, body)
    assert await post(door, body, headers) == 200
    await door.settle()
    await door.stop()
    await door.start()
    assert await post(door, body, headers) == 200
    await door.settle()
    assert effects(door).count("POST comments") == 1
    await still_works(door)


async def test_a_valid_request_is_known_for_five_minutes_only(door: Stage) -> None:
    now = door.clock.unix()
    assert (
        await post(door, command(door, "list", "1.1.a"), signed(door, command(door, "list", "1.1.a"), at=now - 290))
        == 200
    )
    for offset in (-302, 302):
        body = command(door, "start roll", f"1.1.{offset}")
        assert await post(door, body, signed(door, body, at=now + offset)) == 401
    await door.settle()
    assert effects(door) == []


def wrong(stage: Stage, body: bytes) -> list[dict[str, Any]]:
    good = signed(stage, body)
    other = signed(stage, body + b"&text=finish")
    return [
        signed(stage, body, secret="another"),
        signed(stage, body, version="v1"),
        {**good, "X-Slack-Signature": other["X-Slack-Signature"]},
        {**good, "X-Slack-Signature": good["X-Slack-Signature"].upper()},
        {**good, "X-Slack-Signature": good["X-Slack-Signature"][:-1]},
        {**good, "X-Slack-Signature": ""},
        {**good, "X-Slack-Signature": "v0=" + "é" * 64},
        {**good, "X-Slack-Signature": "x" * 5000},
        *({**good, "X-Slack-Request-Timestamp": stamp} for stamp in ("", "abc", "-1", "1.5", "9" * 3000, "١٢٣")),
        {name: value for name, value in good.items() if name != "X-Slack-Signature"},
        {name: value for name, value in good.items() if name != "X-Slack-Request-Timestamp"},
    ]


async def test_whatever_is_wrong_with_the_signature_is_refused_before_it_is_read(door: Stage) -> None:
    body = command(door)
    assert [await post(door, body, headers) for headers in wrong(door, body)] == [401] * 16
    await door.settle()
    assert effects(door) == []
    assert "roll" not in read(door)
    await still_works(door)


BODIES = [b"payload={nope", b"payload=[1,2]", b"payload=null", b"payload=" + b"[" * 100_000, b"\xff\xfe", b"", b"a=1"]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_nonsense_is_400_signed_and_401_unsigned(door: Stage, body: bytes) -> None:
    assert await post(door, body, {"Content-Type": FORM}) == 401
    assert await post(door, body, signed(door, body)) == 400
    await still_works(door)


async def test_a_body_of_two_megabytes_is_refused(door: Stage) -> None:
    assert await post(door, b"x" * 2_000_000, {"Content-Type": FORM}) == 413
    await still_works(door)


async def test_a_stranger_s_response_url_is_never_called(door: Stage) -> None:
    taken = []

    async def listen(request: aiohttp.web.Request) -> aiohttp.web.Response:
        taken.append(request)
        return aiohttp.web.Response()

    app = aiohttp.web.Application()
    app.router.add_route("*", "/{tail:.*}", listen)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    body = command(door, "show roll").replace(
        urlencode({"": f"{door.slack.url}/response/unknown"})[1:].encode(),
        urlencode({"": f"http://127.0.0.1:{runner.addresses[0][1]}/response/x"})[1:].encode(),
    )
    assert await post(door, body, signed(door, body)) == 200
    await door.settle()
    await runner.cleanup()
    assert taken == []
    assert "call the roll" in read(door)
