"""What of a delivery comes to disk: everything that is needed to take it up again, and no secret that was typed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.blocks.ids import SECRET
from bot.slack.secrets import without_secrets

TOKEN = "0123456789abcdefABCDEF" + "0" * 26


def form(**values: Any) -> dict[str, Any]:
    return {
        "type": "view_submission",
        "view": {"id": "V1", "state": {"values": values, "more": 1}},
        "user": {"id": "U1"},
    }


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (f"connect {TOKEN}", "connect"),
        ("CONNECT something short", "CONNECT"),
        ("  connect  two words ", "connect"),
        ("connect", "connect"),
        ("connected yesterday", "connected yesterday"),
        (f"comment 7 {TOKEN} is it", "comment 7  is it"),
        (TOKEN, ""),
        (f"{TOKEN}0", f"{TOKEN}0"),
        (TOKEN[1:], TOKEN[1:]),
        ("start core", "start core"),
        ("", ""),
    ],
)
def test_no_token_that_was_typed_after_a_command_is_kept(typed: str, kept: str) -> None:
    body = {"command": "/cutover", "text": typed, "user_id": "U1"}
    assert without_secrets("command", body) == {**body, "text": kept}


def test_a_command_without_words_is_kept_as_it_is() -> None:
    assert without_secrets("command", {"command": "/task"}) == {"command": "/task"}


def test_only_the_secret_inputs_of_a_form_are_left_out() -> None:
    secret = {f"{SECRET}token": {"value": TOKEN}}
    body = form(words={"value": "power is back"}, **secret)
    assert without_secrets("interactive", body) == form(words={"value": "power is back"})
    assert body["view"]["state"]["values"].keys() == {"words", *secret}, "the listener still reads it"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "block_actions"},
        {"view": None},
        {"view": "x"},
        {"view": {"id": "V1"}},
        {"view": {"state": None}},
        {"view": {"state": {"values": [f"{SECRET}token"]}}},
        {"view": {"state": {}}},
        form(words={"value": TOKEN}),
        form(),
    ],
)
def test_what_holds_no_secret_is_kept_as_it_is(body: dict[str, Any]) -> None:
    assert without_secrets("interactive", body) is body
