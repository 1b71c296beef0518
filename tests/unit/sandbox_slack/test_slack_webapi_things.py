"""Reactions, pins, bookmarks, files, later messages, permalinks, limits, and bodies that are no arguments."""

from __future__ import annotations

import json

import aiohttp
import pytest
from slack_double import BOT, DANA, GENERAL, ROOM
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import EmbeddedSlack


async def refused(call: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call  # type: ignore[misc]
    return str(caught.value.response["error"])


async def test_marks(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    ts = (await web.chat_postMessage(channel=ROOM, text="x"))["ts"]
    await web.reactions_add(channel=ROOM, timestamp=ts, name="eyes")
    assert await refused(web.reactions_add(channel=ROOM, timestamp=ts, name="eyes")) == "already_reacted"
    await slack.act(DANA, "react", channel=ROOM, ts=ts, name="eyes")
    await web.pins_add(channel=ROOM, timestamp=ts)
    message = slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]
    assert message["reactions"] == [{"name": "eyes", "users": [BOT, DANA], "count": 2}]
    assert message["pinned"]
    assert (await web.pins_list(channel=ROOM))["items"][0]["message"]["ts"] == ts
    await web.reactions_remove(channel=ROOM, timestamp=ts, name="eyes")
    assert await refused(web.reactions_remove(channel=ROOM, timestamp=ts, name="eyes")) == "no_reaction"
    mark = await web.bookmarks_add(channel_id=ROOM, title="Runbook", type="link", link="https://a.example")
    await web.bookmarks_edit(channel_id=ROOM, bookmark_id=mark["bookmark"]["id"], title="Plan")
    assert (await web.bookmarks_list(channel_id=ROOM))["bookmarks"][0]["title"] == "Plan"
    await web.bookmarks_remove(channel_id=ROOM, bookmark_id=mark["bookmark"]["id"])
    assert await refused(web.bookmarks_remove(channel_id=ROOM, bookmark_id="Bk1")) == "not_found"


async def test_a_file_goes_up_in_three_steps(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    done = await web.files_upload_v2(channel=ROOM, filename="run.csv", content="a,b\n1,2\n", initial_comment="the run")
    file = done["files"][0]
    shown = slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]
    assert (shown["text"], shown["files"][0]["name"]) == ("the run", "run.csv")
    async with aiohttp.ClientSession() as http:
        assert (await http.get(file["url_private"])).status == 404
        bearer = {"Authorization": f"Bearer {slack.bot_token}"}
        assert await (await http.get(file["url_private"], headers=bearer)).text() == "a,b\n1,2\n"
        assert (await http.get(f"{file['url_private']}?user={DANA}")).status == 200
    assert (await web.files_info(file=file["id"]))["file"]["size"] == 8
    await web.files_delete(file=file["id"])
    assert await refused(web.files_info(file=file["id"])) == "file_not_found"


async def test_scheduled_messages(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    now = int(slack.clock.now())
    assert await refused(web.chat_scheduleMessage(channel=ROOM, post_at=now - 5, text="x")) == "time_in_past"
    assert await refused(web.chat_scheduleMessage(channel=ROOM, post_at=now + 121 * 86400, text="x")) == "time_too_far"
    await web.chat_scheduleMessage(channel=ROOM, post_at=now + 600, text="later")
    lost = {"event_type": "k", "event_payload": {}}
    await web.chat_scheduleMessage(channel=ROOM, post_at=now + 601, text="never", metadata=lost)
    dropped = await web.chat_scheduleMessage(channel=ROOM, post_at=now + 602, text="dropped")
    await web.chat_deleteScheduledMessage(channel=ROOM, scheduled_message_id=dropped["scheduled_message_id"])
    assert len((await web.chat_scheduledMessages_list())["scheduled_messages"]) == 2
    slack.clock.advance(700)
    await slack.until(lambda: slack.screen(DANA, ROOM)["channels"][ROOM]["messages"])
    assert (await web.chat_scheduledMessages_list())["scheduled_messages"] == []
    assert [m["text"] for m in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]] == ["later"]


async def test_permalink_and_basics(web: AsyncWebClient) -> None:
    ts = (await web.chat_postMessage(channel=GENERAL, text="x"))["ts"]
    link = (await web.chat_getPermalink(channel=GENERAL, message_ts=ts))["permalink"]
    assert link == f"https://harbour-bank.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"
    assert (await web.team_info())["team"]["domain"] == "harbour-bank"
    assert (await web.bots_info(bot="B0CUTOVERBT"))["bot"]["user_id"] == BOT
    assert (await web.usergroups_list(include_users=True))["usergroups"][0]["handle"] == "cutover-team"
    with pytest.raises(SlackApiError) as caught:
        await web.api_call("blocks.validate", params={"blocks": json.dumps([{"type": "x"}])})
    assert caught.value.response["errors"][0]["pointer"] == "/0/type"


async def test_rate_limits_when_switched_on() -> None:
    async with EmbeddedSlack(limits=True) as slack:
        web = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        for _ in range(5):
            await web.chat_postMessage(channel=ROOM, text="x")
        with pytest.raises(SlackApiError) as caught:
            await web.chat_postMessage(channel=ROOM, text="x")
        assert caught.value.response.status_code == 429
        wait = int(caught.value.response.headers["Retry-After"])
        assert 1 <= wait <= 5
        await web.chat_postMessage(channel=GENERAL, text="another channel is free")
        slack.clock.advance(wait)
        ts = (await web.chat_postMessage(channel=ROOM, text="x"))["ts"]
        for _ in range(50):
            await web.chat_update(channel=ROOM, ts=ts, text="y")
        assert await refused(web.chat_update(channel=ROOM, ts=ts, text="y")) == "ratelimited"


async def test_bodies_that_are_no_arguments(slack: EmbeddedSlack) -> None:
    url, bearer = f"{slack.api_url}chat.postMessage", {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession() as http:
        for raw, code in [(b"{", "invalid_json"), (b"[1]", "json_not_object"), (b"[" * 5000, "invalid_json")]:
            response = await http.post(url, data=raw, headers={**bearer, "Content-Type": "application/json"})
            assert (await response.json())["error"] == code
        deep = b'{"blocks":' + b"[" * 300 + b"]" * 300 + b"}"
        response = await http.post(url, data=deep, headers={**bearer, "Content-Type": "application/json"})
        assert (await response.json())["error"] == "invalid_json"
        response = await http.post(url, data={"channel": ROOM, "blocks": "{no"}, headers=bearer)
        assert (await response.json())["error"] == "invalid_blocks_format"
        response = await http.post(url, data=b"x", headers={**bearer, "Content-Type": "text/plain"})
        assert (await response.json())["error"] == "invalid_post_type"
