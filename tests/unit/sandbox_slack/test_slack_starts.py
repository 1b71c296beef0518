"""Type-ahead, shortcuts and the Home tab."""

from __future__ import annotations

from typing import Any

import pytest
from slack_double import DANA, ROOM, SAM, SocketApp, actions, button, field, modal, mrkdwn, plain
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import EmbeddedSlack

SECTION = {"type": "section", "text": mrkdwn("x")}


async def code_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_type_ahead(slack: EmbeddedSlack, app: SocketApp) -> None:
    element = {"type": "external_select", "action_id": "t", "min_query_length": 1}
    view = await app.modal_for(DANA, modal(field(element)))
    where = {"view_id": view["id"]}
    app.answer = lambda request: {"options": [{"text": plain("Task 1"), "value": "1"}]}
    assert (await slack.options(DANA, "t", "", **where))["sent"] is False
    assert (await slack.submit(DANA, view["id"], {"b": {"t": "1"}}))["error"] == "option_not_offered"
    found = await slack.options(DANA, "t", "task", **where)
    assert [o["value"] for o in found["options"]] == ["1"]
    payload = app.got[-1].payload
    assert (payload["type"], payload["value"], payload["container"]["type"]) == ("block_suggestion", "task", "view")
    app.answer = lambda request: None
    assert (await slack.submit(DANA, view["id"], {"b": {"t": "1"}}))["acked"]
    assert app.got[-1].payload["view"]["state"]["values"]["b"]["t"]["selected_option"]["value"] == "1"


async def test_a_wrong_options_answer_is_a_violation(slack: EmbeddedSlack, app: SocketApp) -> None:
    view = await app.modal_for(DANA, modal(field({"type": "external_select", "action_id": "t"})))
    app.answer = lambda request: {"options": [{"text": plain("x" * 76), "value": "1"}]}
    assert "options" not in await slack.options(DANA, "t", "task", view_id=view["id"])
    assert slack.violations[0].source == "answer to block_suggestion"


async def test_shortcuts(slack: EmbeddedSlack, app: SocketApp) -> None:
    await slack.set_app(
        shortcuts=[{"callback_id": "note", "name": "Note"}, {"callback_id": "new", "name": "New", "type": "global"}]
    )
    ts = (await slack.message(DANA, ROOM, "we are <done> & @sam knows"))["ts"]
    await slack.shortcut(SAM, "note", channel=ROOM, message_ts=ts)
    payload = app.got[0].payload
    assert payload["type"] == "message_action"
    assert payload["message"]["text"] == f"we are &lt;done&gt; &amp; <@{SAM}> knows"
    assert payload["response_url"]
    await slack.shortcut(SAM, "new")
    assert app.got[1].payload["type"] == "shortcut"
    assert "channel" not in app.got[1].payload
    assert (await slack.shortcut(SAM, "none"))["error"] == "shortcut_not_found"


async def test_home(slack: EmbeddedSlack, app: SocketApp) -> None:
    await slack.open_home(DANA)
    event = app.got[0].payload["event"]
    assert (event["type"], event["tab"], event["user"]) == ("app_home_opened", "home", DANA)
    published = await app.web.views_publish(user_id=DANA, view={"type": "home", "blocks": [actions(button())]})
    home = slack.screen(DANA)["home"]
    assert home["id"] == published["view"]["id"]
    assert slack.screen(SAM)["home"] is None
    await slack.click(DANA, view_id=home["id"], action_id="go")
    assert app.got[1].payload["container"]["type"] == "view"
    stale = app.web.views_publish(user_id=DANA, hash="1.bad", view={"type": "home", "blocks": []})
    assert await code_of(stale) == "hash_conflict"
    await slack.set_app(home_tab=False)
    assert await code_of(app.web.views_publish(user_id=DANA, view={"type": "home", "blocks": []})) == "not_enabled"
