"""The page for the token: one person, one use, ten minutes; nothing of the token stays anywhere but sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from connect_steps import KEYS, linked_stage, rows
from stage import DANA, FAILOVER, GIL, SAM, Stage

from bot.identity import tickets
from bot.settings import SettingsError

PUBLIC = "https://bot.harbour.example/cutover"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(params=["socket", "http"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A bot with keys and a page, by both deliveries."""
    given = {"delivery": request.param, "bot_listen": "127.0.0.1:0", "bot_public_url": f"{PUBLIC}/"}
    async with linked_stage(tmp_path, **given) as opened:
        yield opened


async def link(stage: Stage, user: str = SAM) -> str:
    """Type the command; the address behind the button."""
    await stage.command("/cutover connect", user=user)
    (button,) = [one for block in stage.last(user)["blocks"] for one in block.get("elements", []) if "url" in one]
    return str(button["url"])


async def ask(
    stage: Stage, url: str, data: Any = None, method: str = "POST", **headers: str
) -> tuple[int, str, dict[str, str]]:
    """Open the page, or send its form; status, text and headers. `PUBLIC` leads to the bot through a proxy."""
    where = url.replace(PUBLIC, stage.bot.url)
    async with (
        aiohttp.ClientSession() as browser,
        browser.request(method, where, data=data, headers={k.replace("_", "-"): v for k, v in headers.items()}) as got,
    ):
        assert not browser.cookie_jar
        return got.status, await got.text(), dict(got.headers)


def told(stage: Stage, user: str = SAM) -> str:
    return "\n".join(str(message.get("text", "")) for message in stage.messages(user))


async def test_a_token_pasted_there_connects_and_leaves_no_trace(stage: Stage) -> None:
    token = stage.cutover.tokens["sam"]
    with structlog.testing.capture_logs() as lines:
        url = await link(stage)
        status, page, headers = await ask(stage, url, method="GET")
        assert status == 200
        assert "Sam Reyes" in page
        assert SAM in page
        assert 'type="password"' in page
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        status, page, headers = await ask(
            stage, url, {"token": f" Bearer {token} "}, Origin="https://bot.harbour.example"
        )
    assert (status, "Connected" in page, token[-4:] in page) == (200, True, True)
    await stage.until(lambda: "Connected as *Sam Reyes*" in told(stage))
    (row,) = await rows(stage)
    everything = [page, told(stage), repr(row), repr(lines), repr(headers), url, repr(stage.slack.calls)]
    assert [one[:60] for one in everything if token in one] == []
    assert "Set-Cookie" not in headers
    trail = await stage.bot.trail.latest(3)
    assert [one["what"] for one in trail if one.get("by") == "page"] == ["connected"]


async def test_a_link_is_good_for_one_use_also_after_a_restart(stage: Stage) -> None:
    url, token = await link(stage), {"token": stage.cutover.tokens["sam"]}
    assert (await ask(stage, url, method="GET"))[0] == 200
    assert (await ask(stage, url, method="GET"))[0] == 200, "looking is no use"
    assert (await ask(stage, url, token))[0] == 200
    assert (await ask(stage, url, token))[0] == 410
    before = url.replace(PUBLIC, "")
    await stage.stop()
    await stage.start()
    assert (await ask(stage, stage.bot.url + before, token))[0] == 410


async def test_a_link_lives_ten_minutes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    url, real = await link(stage), stage.bot.clock.unix()
    assert tickets.GOOD_FOR == 600
    monkeypatch.setattr(stage.bot.clock, "unix", lambda: real + 601)
    assert (await ask(stage, url, method="GET"))[0] == 410
    assert (await ask(stage, url, {"token": stage.cutover.tokens["sam"]}))[0] == 410
    assert await rows(stage) == []


async def test_a_token_that_does_not_work_may_be_tried_again(stage: Stage) -> None:
    url = await link(stage)
    status, page, _ = await ask(stage, url, {"token": "f" * 48})
    assert (status, "does not accept this token" in page) == (422, True)
    again = page.partition('action="')[2].partition('"')[0]
    assert (await ask(stage, url, {"token": stage.cutover.tokens["sam"]}))[0] == 410
    assert (await ask(stage, f"{PUBLIC}/connect/{again}", {"token": stage.cutover.tokens["sam"]}))[0] == 200
    assert len(await rows(stage)) == 1


async def test_somebody_else_s_token_connects_nobody_but_its_owner(stage: Stage) -> None:
    await ask(stage, await link(stage, DANA), {"token": stage.cutover.tokens["dana"]})
    status, page, _ = await ask(stage, await link(stage), {"token": stage.cutover.tokens["dana"]})
    assert (status, "connected to another Slack user" in page) == (422, True)
    assert [row["user_id"] for row in await rows(stage)] == [DANA]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}],
    ids=["another site", "a hidden site", "cross-site"],
)
async def test_another_site_s_form_uses_nothing_up(stage: Stage, headers: dict[str, str]) -> None:
    url, token = await link(stage), {"token": stage.cutover.tokens["sam"]}
    assert (await ask(stage, url, token, **headers))[0] == 400
    assert await rows(stage) == []
    assert (await ask(stage, url, token))[0] == 200


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"token=",
        b"token=a&token=b",
        b"other=1",
        b"\xff=1",
        b"&".join(b"a%d=1" % n for n in range(9)),
        b"token=" + b"x" * 9000,
    ],
    ids=range(7),
)
async def test_what_is_no_such_form_is_refused(stage: Stage, data: bytes) -> None:
    url = await link(stage)
    status, page, _ = await ask(stage, url, data, **FORM)
    assert status in (400, 422)
    assert await rows(stage) == []
    assert "x" * 50 not in page


@pytest.mark.parametrize("text", ["x", "AAAA", "%00", "é", "k1:AAAA", "x" * 3000])
async def test_a_link_nobody_made_leads_nowhere(stage: Stage, text: str) -> None:
    for method in ("GET", "POST"):
        assert (await ask(stage, f"{PUBLIC}/connect/{text}", {"token": "f" * 48}, method=method))[0] in (404, 410)


async def test_a_changed_link_leads_nowhere(stage: Stage) -> None:
    url = await link(stage)
    changed = url[:-12] + ("A" if url[-12] != "A" else "B") + url[-11:]
    assert (await ask(stage, changed, {"token": stage.cutover.tokens["sam"]}))[0] == 410


async def test_guests_get_no_link_and_a_name_is_no_html(stage: Stage) -> None:
    said = await stage.command("/cutover connect", user=GIL)
    assert "Guests may not connect" in said
    ticket = stage.bot.connect_page._tickets  # type: ignore[union-attr]
    actor = tickets.Actor("T0HARBOUR01", SAM, tickets.Text("<script>alert(1)</script>"))
    _, page, _ = await ask(stage, f"{PUBLIC}/connect/{ticket.make(actor, FAILOVER)}", method="GET")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


async def test_without_a_disk_it_says_so_and_connects_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    url = await link(stage)
    assert KEYS[SAM] == "sam"
    await stage.bot.database.close()
    status, page, _ = await ask(stage, url, {"token": stage.cutover.tokens["sam"]})
    assert status == 503
    assert "Nothing was done" in page
    monkeypatch.undo()


async def test_a_fault_of_the_bot_shows_and_logs_no_token(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    url, token = await link(stage), stage.cutover.tokens["sam"]

    async def broken(_actor: object, given: str) -> None:
        raise RuntimeError(f"a bug with {given}")

    monkeypatch.setattr(stage.bot.connections, "connect", broken)
    with structlog.testing.capture_logs() as lines:
        status, page, _ = await ask(stage, url, {"token": token})
    assert (status, token in page, token in repr(lines)) == (500, False, False)
    assert lines[-1]["reference"] in page


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("http://bot.example.com", {}),
        ("ftp://x", {}),
        ("https://u:p@bot.example.com", {}),
        (PUBLIC, {"bot_listen": None}),
    ],
)
async def test_settings_that_make_no_safe_page_are_refused(tmp_path: Path, url: str, more: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        async with linked_stage(tmp_path, **{"bot_listen": "127.0.0.1:0", "bot_public_url": url, **more}):
            pytest.fail("it started")
