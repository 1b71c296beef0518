"""Buttons, menus, modals, Home, type-ahead, shortcuts, response_url: what a person does and what the app is told."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_double import DANA, GIL, ROOM, SAM, SILENT, TEXT, SocketApp, actions, button, field, modal, mrkdwn, plain
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import EmbeddedSlack

SECTION = {"type": "section", "text": mrkdwn("x")}


async def code_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


def views(slack: EmbeddedSlack, user: str = DANA) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = slack.screen(user)["views"]
    return found


async def test_a_button_in_a_message(slack: EmbeddedSlack, app: SocketApp) -> None:
    select = {"type": "static_select", "action_id": "s", "options": [{"text": plain("A"), "value": "a"}]}
    blocks = [actions(button(value="1"), select), actions(button(value="2"), block_id="other")]
    ts = (await app.web.chat_postMessage(channel=ROOM, text="x", blocks=blocks))["ts"]
    assert (await slack.click(DANA, channel=ROOM, message_ts=ts, action_id="go"))["error"] == "ambiguous_action"
    await slack.click(DANA, channel=ROOM, message_ts=ts, action_id="go", value="2", state={"acts": {"s": "a"}})
    payload = app.got[0].payload
    assert payload["type"] == "block_actions"
    assert payload["actions"][0]["block_id"] == "other"
    assert payload["actions"][0]["value"] == "2"
    assert payload["container"] == {"type": "message", "message_ts": ts, "channel_id": ROOM, "is_ephemeral": False}
    assert payload["message"]["ts"] == ts
    assert payload["state"]["values"]["acts"]["s"]["selected_option"]["value"] == "a"
    assert payload["response_url"]
    assert payload["channel"] == {"id": ROOM, "name": "dc-failover"}
    assert (await slack.click(DANA, channel=ROOM, message_ts=ts, action_id="s", value="z"))[
        "error"
    ] == "option_not_offered"


async def test_confirm_dialog_no_sends_nothing(slack: EmbeddedSlack, app: SocketApp) -> None:
    ask = {"title": plain("Sure?"), "text": plain("?"), "confirm": plain("Yes"), "deny": plain("No")}
    ts = (await app.web.chat_postMessage(channel=ROOM, text="x", blocks=[actions(button(confirm=ask))]))["ts"]
    assert (await slack.click(DANA, channel=ROOM, message_ts=ts, action_id="go", confirm=False))["sent"] is False
    assert app.got == []
    assert (await slack.click(DANA, channel=ROOM, message_ts=ts, action_id="go"))["acked"]


async def test_an_ephemeral_message_is_acted_on_by_its_person_only(slack: EmbeddedSlack, app: SocketApp) -> None:
    ts = (await app.web.chat_postEphemeral(channel=ROOM, user=DANA, text="x", blocks=[actions(button())]))["message_ts"]
    assert (await slack.click(GIL, channel=ROOM, message_ts=ts, action_id="go"))["error"] == "message_not_found"
    await slack.click(DANA, channel=ROOM, message_ts=ts, action_id="go")
    payload = app.got[0].payload
    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload
    await respond(payload["response_url"], {"replace_original": True, "text": "replaced"})
    assert [m["text"] for m in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]] == ["replaced"]
    await respond(payload["response_url"], {"delete_original": True})
    assert slack.screen(DANA, ROOM)["channels"][ROOM]["messages"] == []


async def respond(url: str, body: dict[str, Any]) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.post(url, json=body) as response:
        return response.status, await response.text()


async def test_a_response_url_lives_five_uses_and_half_an_hour(slack: EmbeddedSlack, app: SocketApp) -> None:
    await slack.command(DANA, ROOM, "/task", "x")
    url = app.got[0].payload["response_url"]
    assert (await respond(url, {"text": "1"})) == (200, "ok")
    await respond(url, {"text": "2", "response_type": "in_channel"})
    assert (await respond(url, {"text": "3", "blocks": [{"type": "x"}]}))[0] == 400
    assert (await respond(url, {"bogus": 1}))[0] == 400
    assert (await respond(url, {"text": "5"}))[0] == 200
    status, text = await respond(url, {"text": "6"})
    assert status == 404
    assert "used_url" in text
    assert [m["text"] for m in slack.screen(DANA, ROOM)["channels"][ROOM]["messages"]] == ["1", "2", "5"]
    assert [m["text"] for m in slack.screen(SAM, ROOM)["channels"][ROOM]["messages"]] == ["2"]
    await slack.command(DANA, ROOM, "/task", "x")
    slack.clock.advance(1801)
    assert "expired_url" in (await respond(app.got[1].payload["response_url"], {"text": "x"}))[1]
    assert (await respond(f"{slack.url}/response/none", {"text": "x"}))[0] == 404
    assert slack.calls[-1].token == "response_url"
    assert {v.error for v in slack.violations} == {"invalid_blocks", "invalid_payload"}


async def test_trigger_ids_live_three_seconds_and_one_use(slack: EmbeddedSlack, app: SocketApp) -> None:
    await slack.command(DANA, ROOM, "/task", "x")
    trigger = app.got[0].payload["trigger_id"]
    assert await code_of(app.web.views_open(trigger_id=trigger, view={"type": "modal"})) == "invalid_arguments"
    opened = await app.web.views_open(trigger_id=trigger, view=modal(SECTION))
    assert opened["view"]["id"] == views(slack)[0]["id"]
    assert await code_of(app.web.views_open(trigger_id=trigger, view=modal(SECTION))) == "exchanged_trigger_id"
    assert await code_of(app.web.views_open(trigger_id="1.2.abc", view=modal(SECTION))) == "invalid_trigger_id"
    await slack.command(DANA, ROOM, "/task", "x")
    slack.clock.advance(3.1)
    late = app.web.views_open(trigger_id=app.got[1].payload["trigger_id"], view=modal(SECTION))
    assert await code_of(late) == "expired_trigger_id"


async def test_submission_client_checks_come_first(slack: EmbeddedSlack, app: SocketApp) -> None:
    number = {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}
    view = await app.modal_for(
        DANA,
        modal(
            field({**TEXT, "min_length": 3, "max_length": 5}, "text"),
            field(number, "number"),
            field({"type": "email_text_input", "action_id": "e"}, "mail"),
            field({"type": "url_text_input", "action_id": "u"}, "url"),
            field({**TEXT}, "free", optional=True),
        ),
    )
    refused = await slack.submit(
        DANA, view["id"], {"text": {"a": "ab"}, "number": {"n": "10"}, "mail": {"e": "x"}, "url": {"u": "x"}}
    )
    assert refused["error"] == "client_validation"
    assert set(refused["errors"]) == {"text", "number", "mail", "url"}
    assert views(slack)[0]["errors"] == refused["errors"]
    assert (await slack.submit(DANA, view["id"], {"text": {"a": "abcdef"}}))["errors"]["text"].endswith(
        "5 characters long."
    )
    assert (await slack.submit(DANA, view["id"], {"nope": {"a": "x"}}))["error"] == "unknown_input"
    good = {"text": {"a": "abc"}, "number": {"n": 4}, "mail": {"e": "a@b.example"}, "url": {"u": "https://a.example/x"}}
    assert (await slack.submit(DANA, view["id"], good))["acked"]
    sent = app.got[-1].payload
    assert sent["type"] == "view_submission"
    assert sent["view"]["state"]["values"]["number"]["n"] == {"type": "number_input", "value": "4"}
    assert sent["view"]["state"]["values"]["free"]["a"] == {"type": "plain_text_input", "value": None}
    assert views(slack) == []


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (None, []),
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": modal(SECTION, callback_id="new")}, ["new"]),
        ({"response_action": "push", "view": modal(SECTION, callback_id="top")}, ["first", "top"]),
        ({"response_action": "errors", "errors": {"b": "taken"}}, ["first"]),
    ],
)
async def test_what_the_answer_to_a_submission_does(
    slack: EmbeddedSlack, app: SocketApp, answer: dict[str, Any] | None, left: list[str]
) -> None:
    view = await app.modal_for(DANA, modal(field(TEXT), callback_id="first"))
    app.answer = lambda request: answer
    await slack.submit(DANA, view["id"], {"b": {"a": "x"}})
    assert [v["callback_id"] for v in views(slack)] == left
    assert slack.violations == []
    if answer and "errors" in answer:
        assert views(slack)[0]["errors"] == {"b": "taken"}


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"unknown": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "explode"},
        {"text": "hi"},
    ],
)
async def test_a_wrong_answer_leaves_the_modal_open(
    slack: EmbeddedSlack, app: SocketApp, answer: dict[str, Any]
) -> None:
    view = await app.modal_for(DANA, modal(field(TEXT)))
    app.answer = lambda request: answer
    await slack.submit(DANA, view["id"], {"b": {"a": "x"}})
    assert len(views(slack)) == 1
    assert slack.violations[0].source == "answer to view_submission"
    assert "Trouble connecting" in slack.screen(DANA)["toasts"][0]["text"]


async def test_each_person_has_a_stack_of_three(slack: EmbeddedSlack, app: SocketApp) -> None:
    pushing = modal(actions(button()), callback_id="pushing")
    first = await app.modal_for(DANA, modal(actions(button()), callback_id="first"))
    await app.modal_for(SAM, modal(SECTION, callback_id="sam"))
    view_id, codes = first["id"], []
    for _ in range(3):
        await slack.click(DANA, view_id=view_id, action_id="go")
        trigger = app.got[-1].payload["trigger_id"]
        try:
            view_id = (await app.web.views_push(trigger_id=trigger, view=pushing))["view"]["id"]
        except SlackApiError as error:
            codes.append(error.response["error"])
    assert codes == ["push_limit_reached"]
    assert [v["callback_id"] for v in views(slack)] == ["first", "pushing", "pushing"]
    assert views(slack)[1]["previous_view_id"] == first["id"]
    assert views(slack)[2]["root_view_id"] == first["id"]
    assert [v["callback_id"] for v in views(slack, SAM)] == ["sam"]
    assert (await slack.click(DANA, view_id=first["id"], action_id="go"))["error"] == "view_covered"
    assert (await slack.click(SAM, view_id=view_id, action_id="go"))["error"] == "view_not_found"
    payload = app.got[-1].payload
    assert payload["container"] == {"type": "view", "view_id": view_id}
    assert payload["view"]["id"] == view_id
    assert "response_url" not in payload
    await slack.close_view(DANA, view_id)
    assert len(views(slack)) == 2


async def test_update_with_hash_and_what_was_typed_stays(slack: EmbeddedSlack, app: SocketApp) -> None:
    kinds = {"type": "static_select", "action_id": "kind", "options": [{"text": plain("A"), "value": "a"}]}
    shape = modal(field(TEXT), field(kinds, "k", dispatch_action=True), external_id="one")
    view = await app.modal_for(DANA, shape)
    await slack.click(DANA, view_id=view["id"], action_id="kind", value="a", state={"b": {"a": "typed"}})
    assert app.got[-1].payload["view"]["state"]["values"]["b"]["a"]["value"] == "typed"
    assert app.got[-1].payload["actions"][0]["selected_option"]["value"] == "a"
    updated = await app.web.views_update(view_id=view["id"], hash=view["hash"], view=shape)
    assert updated["view"]["hash"] != view["hash"]
    assert views(slack)[0]["state"]["values"]["b"]["a"]["value"] == "typed"
    stale = app.web.views_update(view_id=view["id"], hash=view["hash"], view=shape)
    assert await code_of(stale) == "hash_conflict"
    assert (await app.web.views_update(external_id="one", view=modal(SECTION)))["view"]["id"] == view["id"]
    await slack.close_view(DANA, view["id"])
    assert await code_of(app.web.views_update(view_id=view["id"], view=shape)) == "not_found"


async def test_an_input_without_dispatch_sends_nothing(slack: EmbeddedSlack, app: SocketApp) -> None:
    view = await app.modal_for(DANA, modal(field(TEXT)))
    before = len(app.got)
    assert (await slack.click(DANA, view_id=view["id"], action_id="a", value="x"))["sent"] is False
    assert len(app.got) == before
    assert views(slack)[0]["state"]["values"]["b"]["a"]["value"] == "x"


async def test_view_closed_only_when_asked_for(slack: EmbeddedSlack, app: SocketApp) -> None:
    quiet = await app.modal_for(DANA, modal(SECTION))
    assert (await slack.close_view(DANA, quiet["id"]))["sent"] is False
    told = await app.modal_for(DANA, modal(SECTION, notify_on_close=True))
    await slack.close_view(DANA, told["id"])
    assert app.got[-1].payload["type"] == "view_closed"
    assert app.got[-1].payload["is_cleared"] is False


async def test_silence_at_a_submission_leaves_the_modal(slack: EmbeddedSlack, app: SocketApp) -> None:
    view = await app.modal_for(DANA, modal(field(TEXT)))
    app.answer = lambda request: SILENT
    await slack.submit(DANA, view["id"], {"b": {"a": "x"}}, wait=False)
    await slack.until(lambda: app.got[-1].payload.get("type") == "view_submission")
    slack.clock.advance(3.1)
    await slack.until(lambda: slack.screen(DANA)["toasts"])
    assert slack.screen(DANA)["toasts"][0]["text"] == "Trouble connecting (operation_timeout)"
    assert len(views(slack)) == 1
