"""The Web API through slack_sdk's own client and, where the SDK is too kind, by plain HTTP."""

from __future__ import annotations

import json

import aiohttp
import pytest
from slack_double import BOT, DANA, DB, EXEC, GIL, ROOM, actions, button, mrkdwn
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import EmbeddedSlack


async def refused(call: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call  # type: ignore[misc]
    return str(caught.value.response["error"])


async def test_posts_into_a_channel_and_reads_it_back(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    sent = await web.chat_postMessage(channel=ROOM, text="hi <!channel> & all", blocks=[{"type": "divider"}])
    history = await web.conversations_history(channel=ROOM)
    assert history["messages"][0]["ts"] == sent["ts"]
    assert history["messages"][0]["text"] == "hi <!channel> & all"
    assert history["messages"][0]["blocks"][0]["block_id"]
    assert history["messages"][0]["bot_id"] == "B0CUTOVERBT"
    assert slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]["text"] == "hi <!channel> & all"
    assert sent.headers["X-OAuth-Scopes"].startswith("app_mentions:read")


@pytest.mark.parametrize("how", ["query", "form", "json", "multipart"])
async def test_arguments_come_in_every_way(slack: EmbeddedSlack, how: str) -> None:
    blocks = [actions(button())]
    url, bearer = f"{slack.api_url}chat.postMessage", {"Authorization": f"Bearer {slack.bot_token}"}
    text_form = {"text": "x", "blocks": json.dumps(blocks)}
    async with aiohttp.ClientSession() as http:
        if how == "query":
            response = await http.post(url, params={"channel": ROOM, **text_form}, headers=bearer)
        elif how == "form":
            response = await http.post(url, data={"channel": ROOM, "token": slack.bot_token, **text_form})
        elif how == "json":
            response = await http.post(f"{url}?channel={ROOM}", json={"text": "x", "blocks": blocks}, headers=bearer)
        else:
            form = aiohttp.FormData({"channel": ROOM, **text_form}, default_to_multipart=True)
            response = await http.post(url, data=form, headers=bearer)
        answer = await response.json()
    assert answer["ok"], answer
    assert answer["message"]["blocks"][0]["elements"][0]["action_id"] == "go"
    assert slack.calls[-1].args["text"] == "x"
    assert "token" not in slack.calls[-1].args


async def test_a_bad_block_is_refused_as_slack_does(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=ROOM, text="x", blocks=[{"type": "section", "text": mrkdwn("x" * 3001)}])
    answer = caught.value.response.data
    assert isinstance(answer, dict)
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert slack.violations[0].source == "chat.postMessage"
    assert slack.violations[0].error == "invalid_blocks"


@pytest.mark.filterwarnings("ignore::UserWarning")
async def test_refusals_of_chat(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    assert await refused(web.chat_postMessage(channel=ROOM, text="  ")) == "no_text"
    assert await refused(web.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
    assert await refused(web.chat_postMessage(channel=EXEC, text="x")) == "channel_not_found"
    assert await refused(web.chat_postMessage(channel=DB, text="x")) == "not_in_channel"
    assert await refused(web.chat_postMessage(channel=ROOM, text="x", thread_ts="1.000000")) == "thread_not_found"
    assert await refused(web.chat_postMessage(channel=ROOM, text="x", thread_ts="abc")) == "invalid_thread_ts"
    assert await refused(web.chat_postMessage(channel=ROOM, attachments=[{}] * 101)) == "too_many_attachments"
    assert (
        await refused(web.chat_postMessage(channel=ROOM, text="x", metadata={"event_type": "a"}))
        == "invalid_metadata_format"
    )
    big = {"event_type": "a", "event_payload": {"x": "y" * 9000}}
    assert await refused(web.chat_postMessage(channel=ROOM, text="x", metadata=big)) == "metadata_too_large"
    assert await refused(web.chat_postMessage(channel=ROOM, text="x", markdown_text="y")) == "markdown_text_conflict"
    assert await refused(web.chat_postEphemeral(channel=ROOM, user="U404", text="x")) == "user_not_in_channel"
    assert await refused(web.chat_update(channel=ROOM, ts="1.000000", text="x")) == "message_not_found"
    assert await refused(web.api_call("chat.nothing")) == "unknown_method"
    mine = await slack.message(DANA, ROOM, "from dana")
    assert await refused(web.chat_update(channel=ROOM, ts=mine["ts"], text="x")) == "cant_update_message"
    assert await refused(web.chat_delete(channel=ROOM, ts=mine["ts"])) == "cant_delete_message"


async def test_update_follows_slacks_rules(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    sent = await web.chat_postMessage(
        channel=ROOM, text="old", blocks=[{"type": "divider"}], metadata={"event_type": "k", "event_payload": {}}
    )
    ts = sent["ts"]
    await web.chat_update(channel=ROOM, ts=ts, text="new", blocks=[actions(button())])
    message = slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]
    assert message["blocks"][0]["type"] == "actions"
    assert "edited" not in message
    await web.chat_update(channel=ROOM, ts=ts, text="text only")
    message = slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]
    assert "blocks" not in message
    assert message["edited"]["user"] == BOT
    found = await web.conversations_history(channel=ROOM, include_all_metadata=True)
    assert found["messages"][0]["metadata"]["event_type"] == "k"
    await web.chat_update(channel=ROOM, ts=ts, text="x", metadata={})
    found = await web.conversations_history(channel=ROOM, include_all_metadata=True)
    assert "metadata" not in found["messages"][0]
    assert await refused(web.chat_update(channel=ROOM, ts=ts, text="x" * 4001)) == "msg_too_long"


async def test_too_long_a_post_is_cut_not_refused(web: AsyncWebClient) -> None:
    sent = await web.chat_postMessage(channel=ROOM, text="x" * 40_001)
    assert len(sent["message"]["text"]) == 40_000
    assert sent["warning"] == "message_truncated"


async def test_metadata_is_shown_only_on_demand(web: AsyncWebClient) -> None:
    metadata = {"event_type": "letter", "event_payload": {"key": "k1"}}
    await web.chat_postMessage(channel=ROOM, text="x", metadata=metadata)
    assert "metadata" not in (await web.conversations_history(channel=ROOM))["messages"][0]
    found = await web.conversations_history(channel=ROOM, include_all_metadata=True)
    assert found["messages"][0]["metadata"] == metadata


async def test_threads(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    root = (await web.chat_postMessage(channel=ROOM, text="root"))["ts"]
    reply = (await web.chat_postMessage(channel=ROOM, text="reply", thread_ts=root))["ts"]
    await slack.message(DANA, ROOM, "me too", thread_ts=root)
    loud = (await web.chat_postMessage(channel=ROOM, text="loud", thread_ts=root, reply_broadcast=True))["ts"]
    shown = slack.screen(DANA, ROOM)
    assert [m["text"] for m in shown["channels"][ROOM]["messages"]] == ["root", "loud"]
    assert [m["text"] for m in shown["threads"][ROOM][root]] == ["root", "reply", "me too", "loud"]
    assert shown["channels"][ROOM]["messages"][0]["reply_count"] == 3
    assert shown["channels"][ROOM]["messages"][0]["reply_users"] == [BOT, DANA]
    assert shown["channels"][ROOM]["messages"][1]["subtype"] == "thread_broadcast"
    replies = await web.conversations_replies(channel=ROOM, ts=root)
    assert [m["ts"] for m in replies["messages"]][1] == reply
    assert await refused(web.chat_postMessage(channel=ROOM, text="x", thread_ts=reply)) == "cannot_reply_to_message"
    await web.chat_delete(channel=ROOM, ts=loud)
    assert slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]["reply_count"] == 2
    await web.chat_delete(channel=ROOM, ts=root)
    assert slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]["subtype"] == "tombstone"


async def test_history_pages_and_bounds(web: AsyncWebClient) -> None:
    stamps = [(await web.chat_postMessage(channel=ROOM, text=str(n)))["ts"] for n in range(5)]
    first = await web.conversations_history(channel=ROOM, limit=2)
    assert [m["text"] for m in first["messages"]] == ["4", "3"]
    assert first["has_more"]
    second = await web.conversations_history(channel=ROOM, limit=2, cursor=first["response_metadata"]["next_cursor"])
    assert [m["text"] for m in second["messages"]] == ["2", "1"]
    between = await web.conversations_history(channel=ROOM, oldest=stamps[1], latest=stamps[3])
    assert [m["text"] for m in between["messages"]] == ["2"]
    inclusive = await web.conversations_history(channel=ROOM, oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert [m["text"] for m in inclusive["messages"]] == ["3", "2", "1"]
    assert await refused(web.conversations_history(channel=ROOM, cursor="bad")) == "invalid_cursor"
    assert await refused(web.conversations_history(channel=ROOM, oldest="x")) == "invalid_ts_oldest"
    assert await refused(web.conversations_history(channel=DB)) == "not_in_channel"


async def test_ephemeral_is_for_one_person_and_gone_on_reload(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    await web.chat_postEphemeral(channel=ROOM, user=DANA, text="psst")
    assert [m["text"] for m in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]] == ["psst"]
    assert slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][0]["is_ephemeral"]
    assert slack.screen(GIL, ROOM)["channels"][ROOM]["messages"] == []
    assert (await web.conversations_history(channel=ROOM))["messages"] == []
    await slack.act(DANA, "reload")
    assert slack.screen(DANA, ROOM)["channels"][ROOM]["messages"] == []


async def test_tokens_and_scopes(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    assert await refused(AsyncWebClient(base_url=slack.api_url).auth_test()) == "not_authed"
    assert await refused(AsyncWebClient("xoxb-no", base_url=slack.api_url).auth_test()) == "invalid_auth"
    app_level = AsyncWebClient(slack.app_token, base_url=slack.api_url)
    assert await refused(app_level.chat_postMessage(channel=ROOM, text="x")) == "not_allowed_token_type"
    assert await refused(web.api_call("apps.connections.open")) == "not_allowed_token_type"
    assert (await app_level.auth_test())["ok"]
    await slack.set_app(scopes=["commands", "channels:read"])
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=ROOM, text="x")
    answer = caught.value.response
    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "chat:write",
        "commands,channels:read",
    )
    assert await refused(web.conversations_list(types="public_channel,private_channel")) == "missing_scope"


async def test_people(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    assert (await web.users_info(user=DANA))["user"]["profile"]["email"] == "dana.okafor@harbour.example"
    assert (await web.users_lookupByEmail(email="SAM.reyes@harbour.example"))["user"]["name"] == "sam"
    assert await refused(web.users_lookupByEmail(email="no@harbour.example")) == "users_not_found"
    assert len((await web.users_list())["members"]) == 9
    await slack.set_app(scopes=["users:read"])
    assert "email" not in (await web.users_info(user=DANA))["user"]["profile"]
    assert await refused(web.users_lookupByEmail(email="x")) == "missing_scope"


async def test_rooms(slack: EmbeddedSlack, web: AsyncWebClient) -> None:
    await web.conversations_join(channel=DB)
    assert BOT in (await web.conversations_members(channel=DB))["members"]
    made = (await web.conversations_create(name="war-room"))["channel"]["id"]
    await web.conversations_invite(channel=made, users=[DANA])
    await web.conversations_setTopic(channel=made, topic="now")
    assert slack.world["channels"][-1]["members"] == [BOT, DANA]
    assert await refused(web.conversations_create(name="war-room")) == "name_taken"
    await web.conversations_archive(channel=made)
    assert await refused(web.chat_postMessage(channel=made, text="x")) == "is_archived"
    direct = (await web.conversations_open(users=DANA))["channel"]["id"]
    assert (await web.chat_postMessage(channel=DANA, text="x"))["channel"] == direct
    await web.conversations_leave(channel=ROOM)
    assert await refused(web.chat_postMessage(channel=ROOM, text="x")) == "not_in_channel"
    names = [c["name"] for c in (await web.conversations_list(exclude_archived=True))["channels"]]
    assert "war-room" not in names
    assert "exec-bridge" not in names
