"""The form for a token, and the audit list: within Slack's limits, deaf to what stands in names, no token shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import modal_connect, say
from bot.blocks.audit_list import audit_list
from bot.blocks.forms import Errors
from bot.blocks.ids import SECRET
from bot.blocks.modal_connect import ConnectForm, read_connect
from bot.errors import BadInput
from bot.model import Person, Text
from bot.sandbox.slack.blockkit import check_message_blocks, check_view

TOKEN = "0123456789abcdef" * 3
ODD = st.one_of(st.none(), st.integers(), st.text(max_size=300), st.just("<!channel> *x* `y`"))
NAMES = ("id", "user", "verb", "runbook", "task", "state", "note", "why", "channel", "of", "cutover")
KINDS = ("intent", "outcome", "refused", "not connected", "linked", "unlinked", "connected", "disconnected", "begin")


def state(value: Any, block: str = f"{SECRET}_x") -> dict[str, Any]:
    return {"values": {block: {"input": {"type": "plain_text_input", "value": value}}}}


def test_the_form_holds_to_slacks_rules_also_with_a_problem() -> None:
    for problem in (None, say.error(BadInput("No.", "Try again."))):
        payload = modal_connect.connect("command:0123456789abcdef0123456789abcdef", problem=problem).payload
        check_view(payload)
        (field,) = [block for block in payload["blocks"] if block["type"] == "input"]
        assert field["block_id"].startswith(SECRET)
        assert "initial_value" not in field["element"]


def test_each_form_names_its_input_anew_else_slack_fills_in_the_old_token() -> None:
    ids = {modal_connect.connect(once).payload["blocks"][1]["block_id"] for once in ("a", "b")}
    assert len(ids) == 2


@pytest.mark.parametrize("typed", [TOKEN, f" {TOKEN} ", f"Bearer {TOKEN}", f'"{TOKEN}"', f"`Bearer {TOKEN}`"])
def test_a_token_is_read_as_people_paste_it(typed: str) -> None:
    form = read_connect(state(typed))
    assert isinstance(form, ConnectForm)
    assert form.token.get_secret_value() == TOKEN
    assert TOKEN not in repr(form)
    assert TOKEN not in str(form)


@pytest.mark.parametrize(
    "typed", [None, "", "   ", "''", "Bearer ", 7, "two words", "tab\there", "ümlaut", "\x00", "a\u200bb"]
)
def test_what_is_no_token_is_told_beside_the_field(typed: Any) -> None:
    errors = read_connect(state(typed))
    assert isinstance(errors, dict)
    assert list(errors) == [f"{SECRET}_x"]


@pytest.mark.parametrize("sent", [{}, {"values": None}, {"values": {}}, {"values": {"other": {}}}])
def test_a_form_without_its_field_is_no_token(sent: dict[str, Any]) -> None:
    form: ConnectForm | Errors = read_connect(sent)
    assert form == {"": "Paste the token."}


def test_what_is_said_shows_the_end_only() -> None:
    person = Person("7", "sam@harbour.example", Text("<!channel>"), Text("*Reyes*"))
    for said in (
        modal_connect.connected(person, TOKEN[-4:]),
        modal_connect.account_line(TOKEN[-4:], datetime(2026, 11, 21, tzinfo=UTC)),
    ):
        assert TOKEN[-4:] in said
        assert "<!channel>" not in said


def test_a_wish_is_told_with_its_outcome() -> None:
    rows = [
        {"what": "outcome", "id": "1", "state": "refused", "note": "not_done", "at": 2.0},
        {
            "what": "intent",
            "id": "1",
            "user": "U0SAM000002",
            "verb": "task.start",
            "runbook": "7",
            "task": "9",
            "at": 1.0,
        },
        {"what": "intent", "id": "2", "user": "U0SAM000002", "verb": "task.skip", "origin": {"as": "own:3"}, "at": 0.5},
    ]
    text = audit_list(rows, 5).text
    assert "🚫 task.start on runbook 7, task 9, by the bot's account (not_done)" in text
    assert "⏳ task.skip on runbook –, as themselves" in text
    assert "task.skip" not in audit_list(rows, 1).text


@given(
    st.lists(
        st.fixed_dictionaries(
            {"what": st.one_of(st.sampled_from(KINDS), ODD), "at": st.floats(0, 4e9)},
            optional=dict.fromkeys(NAMES, ODD)
            | {"origin": st.one_of(ODD, st.dictionaries(st.sampled_from(["as", "kind"]), ODD))},
        ),
        max_size=60,
    )
)
def test_whatever_is_on_record_can_be_shown(rows: list[dict[str, Any]]) -> None:
    made = audit_list(rows, 50)
    check_message_blocks(list(made.blocks))
    assert "<!channel>" not in repr(made.blocks)
