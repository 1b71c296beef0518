"""Every kind of input, as Slack sends it; what cannot be chosen; the commands that are Slack's own."""

from __future__ import annotations

from typing import Any

import pytest
from slack_double import BOT, DANA, DB, GIL, ROOM, SAM, TEXT, SocketApp, actions, button, field, modal, plain
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import EmbeddedSlack

OPTIONS = [{"text": plain("A"), "value": "a"}, {"text": plain("B"), "value": "b"}]
A = {"text": {**plain("A"), "emoji": True}, "value": "a"}
RICH = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}

KINDS: list[tuple[dict[str, Any], Any, str, Any]] = [
    ({"type": "plain_text_input"}, "x", "value", "x"),
    ({"type": "number_input", "is_decimal_allowed": True}, 1.5, "value", "1.5"),
    ({"type": "email_text_input"}, "a@b.example", "value", "a@b.example"),
    ({"type": "url_text_input"}, "https://a.example", "value", "https://a.example"),
    ({"type": "rich_text_input"}, "x", "rich_text_value", RICH),
    ({"type": "static_select", "options": OPTIONS}, "a", "selected_option", A),
    ({"type": "radio_buttons", "options": OPTIONS}, "a", "selected_option", A),
    ({"type": "multi_static_select", "options": OPTIONS}, ["a"], "selected_options", [A]),
    ({"type": "checkboxes", "options": OPTIONS}, "a", "selected_options", [A]),
    ({"type": "users_select"}, SAM, "selected_user", SAM),
    ({"type": "multi_users_select"}, [SAM, DANA], "selected_users", [SAM, DANA]),
    ({"type": "channels_select"}, ROOM, "selected_channel", ROOM),
    ({"type": "multi_channels_select"}, [ROOM], "selected_channels", [ROOM]),
    ({"type": "conversations_select"}, SAM, "selected_conversation", SAM),
    ({"type": "multi_conversations_select"}, [ROOM], "selected_conversations", [ROOM]),
    ({"type": "datepicker"}, "2026-02-28", "selected_date", "2026-02-28"),
    ({"type": "timepicker"}, "23:59", "selected_time", "23:59"),
    ({"type": "datetimepicker"}, 1_790_000_000, "selected_date_time", 1_790_000_000),
]


@pytest.mark.parametrize(("element", "value", "name", "stored"), KINDS, ids=[row[0]["type"] for row in KINDS])
async def test_what_is_chosen_arrives_as_slack_sends_it(
    slack: EmbeddedSlack, app: SocketApp, element: dict[str, Any], value: Any, name: str, stored: Any
) -> None:
    view = await app.modal_for(DANA, modal(field({**element, "action_id": "a"})))
    missing = await slack.submit(DANA, view["id"], {})
    assert missing["errors"] == {"b": "Please complete this required field."}
    await slack.submit(DANA, view["id"], {"b": {"a": value}})
    state = app.got[-1].payload["view"]["state"]["values"]["b"]["a"]
    assert state == {"type": element["type"], name: stored}


@pytest.mark.parametrize(
    ("element", "value", "error"),
    [
        ({"type": "static_select", "options": OPTIONS}, "z", "option_not_offered"),
        ({"type": "users_select"}, "U404", "not_selectable"),
        ({"type": "channels_select"}, SAM, "not_selectable"),
        ({"type": "datepicker"}, "2026-02-30", "invalid_date"),
        ({"type": "timepicker"}, "24:00", "invalid_time"),
        ({"type": "datetimepicker"}, "soon", "invalid_time"),
    ],
)
async def test_what_cannot_be_chosen(
    slack: EmbeddedSlack, app: SocketApp, element: dict[str, Any], value: Any, error: str
) -> None:
    view = await app.modal_for(DANA, modal(field({**element, "action_id": "a"})))
    assert (await slack.submit(DANA, view["id"], {"b": {"a": value}}))["error"] == error


async def test_presets_count_and_can_be_emptied(slack: EmbeddedSlack, app: SocketApp) -> None:
    preset = {"type": "static_select", "action_id": "a", "options": OPTIONS, "initial_option": OPTIONS[0]}
    view = await app.modal_for(DANA, modal(field(preset), field({**TEXT, "initial_value": "old"}, "t", optional=True)))
    await slack.submit(DANA, view["id"], {"t": {"a": ""}})
    values = app.got[-1].payload["view"]["state"]["values"]
    assert values["b"]["a"]["selected_option"] == A
    assert values["t"]["a"]["value"] is None


async def test_response_urls_of_a_modal(slack: EmbeddedSlack, app: SocketApp) -> None:
    element = {"type": "conversations_select", "action_id": "a", "response_url_enabled": True}
    view = await app.modal_for(DANA, modal(field(element)))
    await slack.submit(DANA, view["id"], {"b": {"a": ROOM}})
    given = app.got[-1].payload["response_urls"][0]
    assert (given["channel_id"], given["block_id"], given["action_id"]) == (ROOM, "b", "a")


async def test_overflow_and_feedback(slack: EmbeddedSlack, app: SocketApp) -> None:
    more = {"type": "overflow", "action_id": "more", "options": OPTIONS}
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "fb",
        "positive_button": {"text": plain("+"), "value": "up"},
        "negative_button": {"text": plain("-"), "value": "down"},
    }
    blocks = [actions(more), {"type": "context_actions", "elements": [thumbs]}]
    ts = (await app.web.chat_postMessage(channel=ROOM, text="x", blocks=blocks))["ts"]
    where = {"channel": ROOM, "message_ts": ts}
    await slack.click(DANA, action_id="more", value="b", **where)
    assert app.got[-1].payload["actions"][0]["selected_option"]["value"] == "b"
    await slack.click(DANA, action_id="fb", value="down", **where)
    assert app.got[-1].payload["actions"][0]["value"] == "down"
    assert (await slack.click(DANA, action_id="more", value="z", **where))["error"] == "option_not_offered"
    assert (await slack.click(DANA, action_id="none", **where))["error"] == "action_not_found"


async def test_slacks_own_commands(slack: EmbeddedSlack, app: SocketApp) -> None:
    def members(channel: str) -> list[str]:
        found: list[str] = next(c["members"] for c in slack.world["channels"] if c["id"] == channel)
        return found

    await slack.command(DANA, ROOM, "/topic", "Cut at 22:00")
    await slack.command(DANA, ROOM, "/me", "waves")
    assert slack.screen(DANA, ROOM)["channels"][ROOM]["messages"][-1]["subtype"] == "me_message"
    await slack.command(DANA, ROOM, "/remove", "@gil")
    assert GIL not in members(ROOM)
    await slack.command(SAM, DB, "/leave")
    assert SAM not in members(DB)
    await slack.act(SAM, "join", channel=DB)
    assert SAM in members(DB)
    assert (await slack.act(GIL, "join", channel=DB))["error"] == "channel_not_found"
    assert (await slack.act(DANA, "invite", channel=ROOM, user=BOT))["error"] == "already_in_channel"
    for text in ("@nobody", "@sam", ""):
        assert (await slack.command(DANA, ROOM, "/invite", text))["sent"] is False
    assert len(slack.screen(DANA)["toasts"]) == 3


async def test_unread_counts_until_read(slack: EmbeddedSlack, app: SocketApp) -> None:
    await app.web.chat_postMessage(channel=ROOM, text="one")
    await slack.message(SAM, ROOM, "two")
    assert slack.screen(DANA)["channels"][ROOM]["unread"] == 2
    assert slack.screen(SAM)["channels"][ROOM]["unread"] == 0
    await slack.act(DANA, "read", channel=ROOM)
    assert slack.screen(DANA)["channels"][ROOM]["unread"] == 0


async def test_link_names_make_mentions_and_that_is_seen(slack: EmbeddedSlack, app: SocketApp) -> None:
    await app.web.chat_postMessage(channel=ROOM, text="@dana @here mail a@b.example", link_names=True)
    assert slack.screen(DANA)["channels"][ROOM]["messages"][0]["text"] == f"<@{DANA}> <!here> mail a@b.example"


async def test_without_strict_a_bad_block_is_noted_and_shown() -> None:
    async with EmbeddedSlack(strict=False) as slack:
        app = SocketApp(slack)
        await app.web.chat_postMessage(channel=ROOM, text="x", blocks=[actions(button("x" * 80))])
        assert slack.violations[0].error == "invalid_blocks"
        assert len(slack.screen(DANA)["channels"][ROOM]["messages"]) == 1
        with pytest.raises(SlackApiError):
            await app.web.chat_postMessage(channel=ROOM, text="x", blocks={"type": "x"})
        await app.close()


async def test_until_says_what_is_on_the_screens(slack: EmbeddedSlack) -> None:
    await slack.message(DANA, ROOM, "something to see")
    with pytest.raises(AssertionError, match="something to see"):
        await slack.until(lambda: slack.screen(DANA)["views"][0], timeout=0.05)
