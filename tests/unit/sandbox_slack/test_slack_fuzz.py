"""No argument and no control body, however odd, makes the server fail: it answers or refuses."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_double import DANA, ROOM, actions, button

from bot.sandbox.slack.acts import ACTS, perform
from bot.sandbox.slack.arguments import Args
from bot.sandbox.slack.delivery import Delivery
from bot.sandbox.slack.errors import Refused, SlackError
from bot.sandbox.slack.files import FileShelf
from bot.sandbox.slack.methods import METHODS
from bot.sandbox.slack.posting import post
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.scheduled import Scheduled
from bot.sandbox.slack.screen import screen
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.views import ViewBook
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.slack.world import load_world

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=6)
    | st.sampled_from([ROOM, DANA, "1.000001", "go", "V1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "blocks", "id"]), inner)
    ),
    max_leaves=5,
)
NAMES = sorted(
    {"channel", "text", "thread_ts", "blocks", "attachments", "metadata", "view", "trigger_id", "user", "users", "ts"}
    | {"timestamp", "name", "limit", "cursor", "types", "oldest", "latest", "message_ts", "action_id", "block_id"}
    | {"value", "state", "values", "view_id", "command", "query", "callback_id", "clear", "confirm", "post_at", "files"}
    | {
        "filename",
        "length",
        "channels",
        "user_id",
        "hash",
        "external_id",
        "channel_id",
        "title",
        "type",
        "link",
        "email",
    }
)
WORLD = load_world()
bodies = st.dictionaries(st.sampled_from(NAMES), junk, max_size=6)


def workspace() -> tuple[Workspace, str]:
    """A workspace without a network, with one message that has a button."""
    ws = Workspace(copy.deepcopy(WORLD), strict=False)
    ws.triggers, ws.views, ws.files = Triggers(ws.clock, ws.ids), ViewBook(ws), FileShelf(ws)
    ws.response_urls, ws.scheduled, ws.delivery = ResponseUrls(ws), Scheduled(ws), Delivery(ws)
    blocks = [actions(button())]
    ts = post(ws, ws.channels[ROOM], {"type": "message", "user": ws.bot, "text": "x", "blocks": blocks}).ts
    return ws, ts


@pytest.mark.parametrize("name", [name for name in METHODS if name != "chat.scheduleMessage"])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=bodies)
def test_methods_answer_or_refuse(name: str, body: dict[str, Any]) -> None:
    ws, ts = workspace()
    ws.app.events = []
    for args in (Args(body), Args({"channel": ROOM, "ts": ts, "timestamp": ts, **body})):
        try:
            answer = METHODS[name].handler(ws, args)
        except SlackError as refusal:
            answer = refusal.answer()
        assert json.dumps(answer, default=repr)
    assert screen(ws, DANA)["channels"]


@pytest.fixture
def no_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person does is built as ever; only the sending beside is left out, for there is no loop."""
    monkeypatch.setattr(Workspace, "spawn", lambda self, work: work.close())


@pytest.mark.usefixtures("no_delivery")
@pytest.mark.parametrize("verb", list(ACTS))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(body=bodies)
def test_acts_answer_or_refuse(verb: str, body: dict[str, Any]) -> None:
    ws, ts = workspace()
    view = ws.views.publish(DANA, {"type": "home", "blocks": [actions(button())]})
    known = {"channel": ROOM, "message_ts": ts, "ts": ts, "action_id": "go"}
    for given_body in (body, {**known, **body}, {**body, "view_id": view["id"], "action_id": "go"}):
        assert json.dumps(answer_of(ws, verb, given_body), default=repr)


def answer_of(ws: Workspace, verb: str, body: dict[str, Any]) -> Any:
    """What `perform` answers; without waiting it never gives way, so one step ends it."""
    try:
        perform(ws, DANA, verb, {**body, "wait": False}).send(None)
    except StopIteration as ended:
        return ended.value
    except Refused as refusal:
        return refusal.answer()
    raise AssertionError("it waits although it was told not to")
