"""Reading what Slack delivers: any JSON is read without raising, and a redelivery has the same name."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.slack.delivery import _KINDS, Delivery, read_command, read_event, read_interactive
from bot.slack.front import read
from bot.slack.ingress import parse

NAMES = """type user team channel container view actions action_id action_ts trigger_id response_url response_urls
message ts id callback_id private_metadata event event_id command text value is_ephemeral team_id
user_id name thread_ts"""
KEYS = st.sampled_from(NAMES.split())
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
TYPES = st.sampled_from(list(_KINDS))
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))
OBJECTS = st.dictionaries(KEYS, st.one_of(JSON, TYPES), max_size=12)
PRESS: dict[str, Any] = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1", "name": "dana", "team_id": "T9"},
    "trigger_id": "1.2.a",
    "response_url": "https://hooks.slack.com/actions/x",
    "container": {"type": "message", "channel_id": "C1", "message_ts": "5.5", "thread_ts": "4.4", "is_ephemeral": True},
    "message": {"ts": "5.5", "text": "card"},
    "actions": [{"action_id": "task.start", "value": "v", "action_ts": "9.9"}],
}
SUBMITTED: dict[str, Any] = {
    "type": "view_submission",
    "team": {"id": "T1"},
    "user": {"id": "U1", "name": "dana"},
    "trigger_id": "1.2.b",
    "view": {"id": "V1", "callback_id": "comment", "private_metadata": '{"v":1,"channel":"C7"}'},
    "response_urls": [],
}


def strings(delivery: Delivery) -> list[Any]:
    """Everything that has to be text."""
    return [getattr(delivery, one.name) for one in fields(delivery) if one.type == "str"]


@settings(suppress_health_check=[HealthCheck.too_slow])  # big objects, on machines with much else to do
@given(OBJECTS, st.sampled_from(["command", "interactive", "event"]))
def test_any_object_is_read_without_raising(body: dict[str, Any], kind: str) -> None:
    delivery = read(kind, body)
    if delivery is not None:
        assert [type(one) for one in strings(delivery)] == [str] * 12
        assert len(delivery.key) < 200
        assert read(kind, json.loads(json.dumps(body))) == delivery


@given(st.binary(max_size=300), st.sampled_from(["application/json", "application/x-www-form-urlencoded", "", "x/y"]))
def test_any_bytes_are_parsed_or_refused(raw: bytes, content_type: str) -> None:
    assert parse(content_type, raw) is None or content_type.startswith("application/")


@given(JSON)
def test_any_json_is_parsed_or_refused(value: Any) -> None:
    raw = json.dumps(value).encode()
    found = parse("application/json", raw)
    assert (found is not None) is isinstance(value, dict)


def test_a_press_tells_who_where_and_what() -> None:
    found = read_interactive(PRESS)
    assert found is not None
    assert strings(found)[:2] == ["action", "task.start"]
    assert (found.team_id, found.user_id, found.user_name.raw, found.channel_id) == ("T1", "U1", "dana", "C1")
    assert (found.message_ts, found.thread_ts, found.is_ephemeral) == ("5.5", "4.4", True)
    assert found.action["value"] == "v"


def test_a_submitted_form_answers_into_the_channel_it_was_opened_from() -> None:
    found = read_interactive(SUBMITTED)
    assert found is not None
    assert (found.kind, found.name, found.channel_id, found.view["id"]) == ("view", "comment", "C7", "V1")


@pytest.mark.parametrize(
    "kept", ["", "nonsense", "[1]", '{"channel":["C7"]}', '{"channel":"U7"}', '{"channel":"c7 x"}']
)
def test_a_form_without_a_usable_channel_has_none(kept: str) -> None:
    found = read_interactive({**SUBMITTED, "view": {**SUBMITTED["view"], "private_metadata": kept}})
    assert found is not None
    assert found.channel_id == ""


def test_a_type_ahead_carries_what_was_typed() -> None:
    found = read_interactive(
        {"type": "block_suggestion", "action_id": "pick.task", "value": "core", "user": {"id": "U1"}}
    )
    assert found is not None
    assert (found.kind, found.name, found.query) == ("options", "pick.task", "core")


def test_an_event_is_named_by_its_type() -> None:
    event = {"type": "app_home_opened", "user": "U1", "channel": "D1"}
    found = read_event({"team_id": "T1", "event_id": "Ev1", "event": event})
    assert (found.kind, found.name, found.user_id, found.channel_id) == ("event", "app_home_opened", "U1", "D1")


def test_what_this_bot_does_not_know_is_nothing() -> None:
    assert read_interactive({"type": "workflow_step_edit"}) is None
    assert read_interactive({}) is None


@pytest.mark.parametrize(
    ("kind", "body", "differing"),
    [
        ("command", {"command": "/task", "trigger_id": "1"}, {"trigger_id": "2"}),
        ("interactive", PRESS, {"trigger_id": "1.2.z"}),
        ("interactive", SUBMITTED, {"trigger_id": "1.2.z"}),
        ("event", {"event_id": "Ev1", "event": {"type": "x"}}, {"event_id": "Ev2"}),
        ("interactive", {"type": "shortcut", "callback_id": "x", "action_ts": "1.1"}, {"action_ts": "1.2"}),
        ("command", {"command": "/task", "text": "list"}, {"text": "next"}),
    ],
    ids=["command", "press", "form", "event", "no trigger", "nothing of Slack's"],
)
def test_a_redelivery_has_the_same_key_and_another_delivery_another(
    kind: str, body: dict[str, Any], differing: dict[str, Any]
) -> None:
    first, again, other = read(kind, body), read(kind, dict(reversed(body.items()))), read(kind, {**body, **differing})
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.key == again.key != other.key


def test_the_name_of_a_command_has_no_slash() -> None:
    assert read_command({"command": "/dr-task", "text": "list"}).name == "dr-task"
