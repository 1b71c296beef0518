"""Smaller parts: broken bodies, orders for faults, the HTML subset, times at their edges, the command."""

from __future__ import annotations

import asyncio
import io
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

from bot.sandbox.cutover.command import serve
from bot.sandbox.cutover.errors import Refusal
from bot.sandbox.cutover.faults import read
from bot.sandbox.cutover.markup import clean
from bot.sandbox.cutover.schema import Plain as Kind
from bot.sandbox.cutover.schema import check, moment

from .conftest import People


async def test_a_body_that_is_no_json_or_too_big(small: People) -> None:
    headers = {"Authorization": f"Bearer {small.cutover.tokens['dana']}"}
    url = f"{small.cutover.url}/core/runbooks/101/comments"
    for data in (b"{", b"", b"\xff", b"x" * 9_000_000):
        async with small.session.post(url, data=io.BytesIO(data), headers=headers) as answer:
            assert answer.status == 400


async def test_delay_and_json_bodies_on_order(small: People) -> None:
    body = {"errors": ["just a text"]}
    small.cutover.order([{"do": {"delay": 0.05, "status": 429, "headers": {"Retry-After": "7"}, "body": body}}])
    answer = await small.get("dana", "users")
    assert (answer.status, answer.headers["Retry-After"], answer.body) == (429, "7", body)
    assert small.cutover.requests[-1].ms >= 50
    listed = await small.control("GET", "faults")
    assert listed.body["faults"][0]["times"] == 0


@pytest.mark.parametrize(
    "order",
    [{"do": {"break_page": 1, "how": "eaten"}}, {"do": {"delay": 1}, "times": "two"}],
)
def test_more_senseless_orders(order: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is one of|whole number"):
        read(order)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("<h1>big</h1><img src=x onerror=y>", "big"),
        ("<script>alert(1)</script>rest", "rest"),
        (
            '<a href="javascript:x">l</a> <a href="https://x.example/?a=1&b=2">m</a>',
            '<a href="">l</a> <a href="https://x.example/?a=1&amp;b=2">m</a>',
        ),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("*md* <br/>", "*md* <br>"),
    ],
)
def test_comments_keep_a_small_subset_of_html(sent: str, kept: str) -> None:
    assert clean(sent) == kept


def test_times_and_numbers_at_their_edges() -> None:
    assert moment("") is None
    assert moment("2027-01-01") == 1798761600.0
    for bad in ("2101-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "tomorrow", "9999-99-99"):
        with pytest.raises(Refusal):
            moment(bad)
    for value in (float("inf"), -1, 0.5):
        with pytest.raises(Refusal):
            check(value, Kind("seconds"))
    check(3.0, Kind("seconds"))


async def test_the_command_serves_until_cancelled(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"path": "/core/teams", "do": {"status": 500}}]')
    serving = asyncio.create_task(serve(port=0, world="small", speed=0.0, faults=faults, additions=False))
    text = ""
    while "rosa" not in text:
        await asyncio.sleep(0)
        text += capsys.readouterr().out
    url = text.split()[3]
    token = next(line.split()[-1] for line in text.splitlines() if line.startswith("dana"))
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{url}/core/teams") as answer:
            assert answer.status == 500
        async with session.get(f"{url}/core/custom_fields") as answer:
            assert answer.status == 405
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
