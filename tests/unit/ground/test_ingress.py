"""Slack's HTTP delivery over a real socket: who is not Slack learns nothing, and nothing it sends does harm."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest
from ground_tools import SECRET, Ear, serving
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.slack import ingress
from bot.slack.front import Reply
from bot.slack.ingress import Ingress, parse

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
COMMAND = urlencode({"command": "/task", "text": "list", "team_id": "T1"}).encode()


class Door:
    """Posts to the bot as Slack would, or nearly."""

    def __init__(self, session: aiohttp.ClientSession, url: str, clock: ManualClock) -> None:
        self.session, self.url, self.clock, self.ear = session, f"{url}{ingress.PATH}", clock, Ear()

    def signed(self, raw: bytes, secret: str = SECRET, late: float = 0) -> dict[str, str]:
        stamp = str(int(self.clock.unix() - late))
        digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def post(
        self, raw: bytes = COMMAND, kind: str = FORM, headers: Any = None, sign: bool = True
    ) -> tuple[int, bytes]:
        given = [*(self.signed(raw) if sign else {}).items(), *(headers or []), ("Content-Type", kind)]
        async with self.session.post(self.url, data=io.BytesIO(raw), headers=given) as reply:
            return reply.status, await reply.read()


@pytest.fixture
async def door(session: aiohttp.ClientSession, clock: ManualClock) -> AsyncIterator[Door]:
    one = Door(session, "", clock)
    app = Ingress(one.ear, (SECRET, "the old one"), clock).app  # type: ignore[arg-type]
    async with serving(app) as url:
        one.url = f"{url}{ingress.PATH}"
        yield one


async def test_a_command_is_heard_and_acknowledged_without_a_word(door: Door) -> None:
    assert await door.post() == (200, b"")
    assert door.ear.heard == [("command", {"command": "/task", "text": "list", "team_id": "T1"})]


async def test_a_press_comes_as_one_field_of_a_form(door: Door) -> None:
    payload = {"type": "block_actions", "actions": [{"action_id": "task.start", "value": "ü&="}]}
    assert (await door.post(urlencode({"payload": json.dumps(payload)}).encode()))[0] == 200
    assert door.ear.heard == [("interactive", payload)]


async def test_an_event_comes_as_json(door: Door) -> None:
    event = {"type": "event_callback", "event": {"type": "app_home_opened"}}
    assert (await door.post(json.dumps(event).encode(), f"{JSON}; charset=utf-8"))[0] == 200
    assert door.ear.heard == [("event", event)]


async def test_the_answer_to_a_form_goes_back_in_the_ack(door: Door) -> None:
    door.ear.reply = Reply(200, {"response_action": "errors", "errors": {"text": "Write something."}})
    status, body = await door.post()
    assert (status, json.loads(body)) == (200, door.ear.reply.payload)


async def test_the_secret_before_a_change_is_still_good(door: Door) -> None:
    assert (await door.post(headers=door.signed(COMMAND, "the old one").items(), sign=False))[0] == 200


@pytest.mark.parametrize(
    ("secret", "late"), [("another", 0), (SECRET, 301), (SECRET, -301)], ids=["wrong", "too old", "from the future"]
)
async def test_a_wrong_signature_is_refused(door: Door, secret: str, late: float) -> None:
    status, body = await door.post(headers=door.signed(COMMAND, secret, late).items(), sign=False)
    assert (status, body, door.ear.heard) == (401, b"", [])


@pytest.mark.parametrize("name", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_each_signature_header_stands_there_once(door: Door, name: str) -> None:
    good = door.signed(COMMAND)
    without = [(key, value) for key, value in good.items() if key != name]
    assert (await door.post(headers=without, sign=False))[0] == 401
    assert (await door.post(headers=[(name, good[name])]))[0] == 401
    assert (await door.post(headers=[(name, "")]))[0] == 401
    assert door.ear.heard == []


async def test_a_signature_is_checked_before_anything_is_read(door: Door) -> None:
    assert (await door.post(b"{nonsense", JSON, headers=[], sign=False))[0] == 401


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"{nonsense", JSON),
        (b"[]", JSON),
        (b'"x"', JSON),
        (b"\xff\xfe", FORM),
        (b"text=list", FORM),
        (b"", FORM),
        (b"payload={nonsense", FORM),
        (b"payload=[]", FORM),
        (b"&".join(b"f%d=1" % number for number in range(300)), FORM),
        (b"[" * 100_000, JSON),
        (b'{"a":' * 100 + b"1" + b"}" * 100, JSON),
        (COMMAND, "text/plain"),
        (COMMAND, "multipart/form-data"),
        (COMMAND, ""),
    ],
    ids=lambda part: repr(part)[:24],
)
async def test_what_slack_does_not_send_is_refused_without_detail(door: Door, raw: bytes, kind: str) -> None:
    assert await door.post(raw, kind) == (400, b"")
    assert door.ear.heard == []


async def test_a_body_of_more_than_a_megabyte_is_not_read(door: Door) -> None:
    almost = urlencode({"command": "/task", "text": "x"}).encode()
    fits = almost + b"x" * (1024 * 1024 - len(almost))
    assert (await door.post(fits))[0] == 200
    assert (await door.post(fits + b"x"))[0] == 413
    assert len(door.ear.heard) == 1


async def test_a_body_that_never_ends_is_given_up(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingress, "_BODY_SECONDS", 0.01)
    parts = urlsplit(door.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"POST {ingress.PATH} HTTP/1.1\r\nHost: bot\r\nContent-Type: {FORM}\r\nContent-Length: 100\r\n\r\ncommand="
    writer.write(head.encode())
    assert (await asyncio.wait_for(reader.readline(), 5)).split()[1] == b"408"
    writer.close()
    await writer.wait_closed()
    assert door.ear.heard == []
    assert (await door.post())[0] == 200


async def test_slack_may_check_the_certificate(door: Door) -> None:
    assert await door.post(b"ssl_check=1&token=x") == (200, b"")
    assert door.ear.heard == []


async def test_slack_may_check_that_the_address_is_ours(door: Door) -> None:
    status, body = await door.post(b'{"type":"url_verification","challenge":"3eZbrw1a"}', JSON)
    assert (status, json.loads(body)) == (200, {"challenge": "3eZbrw1a"})
    assert (await door.post(b'{"type":"url_verification","challenge":"x"}', JSON, sign=False))[0] == 401


async def test_a_fault_of_the_bot_shows_nothing_of_it(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.ear.trouble.append(RuntimeError("xoxb-1-secret"))
    status, body = await door.post()
    assert status == 500
    assert b"secret" not in body
    assert b"RuntimeError" not in body
    assert (await door.post())[0] == 200


@pytest.mark.parametrize(("method", "path", "status"), [("GET", ingress.PATH, 405), ("POST", "/", 404)])
async def test_there_is_one_way_in(door: Door, method: str, path: str, status: int) -> None:
    url = door.url.removesuffix(ingress.PATH) + path
    async with door.session.request(method, url) as reply:
        assert reply.status == status


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=6))
def test_a_form_comes_through_letter_by_letter(fields: dict[str, str]) -> None:
    fields = {**fields, "command": "/task"}
    found = parse(FORM, urlencode(fields).encode())
    if "payload" not in fields and "ssl_check" not in fields:
        assert found == ("command", fields)


@given(st.text('{}[]"\\x', max_size=300))
def test_brackets_in_words_are_no_depth(words: str) -> None:
    raw = json.dumps({"text": words * 3}).encode()
    assert parse(JSON, raw) == ("event", {"text": words * 3})


@pytest.mark.parametrize(("fields", "read"), [(200, True), (201, False)])
def test_a_form_has_two_hundred_fields_at_most(fields: int, read: bool) -> None:
    raw = urlencode({"command": "/task", **{f"f{number}": "1" for number in range(fields - 1)}}).encode()
    assert (parse(FORM, raw) is not None) is read


TRICKY = st.text(st.sampled_from('{}[]"\\x'), max_size=40)


@given(TRICKY, st.sampled_from([1, 62, 63, 64, 65, 90]), st.booleans())
def test_just_as_deep_as_allowed_is_read_whatever_the_words_hold(words: str, deep: int, lists: bool) -> None:
    """Names and words full of brackets, quotes and backslashes stand before, in and behind the nest."""
    nest: Any = words
    for _ in range(deep - 1):
        nest = [words, nest] if lists else {words: 1, words + "x": nest}
    raw = json.dumps({"a": words, "closed before": [[]] * 40, "b": nest, "c": [words] * 70}).encode()
    found = parse(JSON, raw)
    assert (found is not None) is (deep <= 64)
    assert found is None or found[1] == json.loads(raw)


@given(st.integers(0, 140))
def test_wide_is_not_deep(wide: int) -> None:
    assert parse(JSON, json.dumps({"a": [[] for _ in range(wide)], "b": [{}] * wide}).encode()) is not None
