"""What the Block Kit judge refuses beside sizes, what it takes, and that nothing makes it fail."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_blocks import option, options, rows, section, select
from slack_double import TEXT, actions, button, field, modal, mrkdwn, plain

from bot.sandbox.slack.blockkit import check_message_blocks, check_options_answer, check_view, fill_in

WRONG = [
    (
        [
            section(""),
        ],
        "/blocks/0/text/text",
        "must be more than 0 characters",
    ),
    ([{"type": "section"}], "/blocks/0", "`text` or `fields`"),
    ([{"type": "sektion"}], "/blocks/0/type", "unsupported type: sektion"),
    ([{"text": plain("x")}], "/blocks/0", "missing required field: type"),
    ([section(colour="red")], "/blocks/0", "invalid additional property: colour"),
    ([{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text/type", "enum"),
    ([actions(button(style="green"))], "/blocks/0/elements/0/style", "primary, danger"),
    ([actions(button("a", "same"), button("b", "same"))], "/blocks/0/elements/1/action_id", "already exists"),
    (
        [{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}],
        "/blocks/1/block_id",
        "already exists",
    ),
    (
        [actions(select() | {"options": [option() | {"type": "option"}]})],
        "/blocks/0/elements/0/options/0",
        "property: type",
    ),
    ([actions(select(initial_option=option(9)))], "/blocks/0/elements/0", "initial option must exactly match"),
    ([actions({"type": "static_select"})], "/blocks/0/elements/0", "exactly one of: options, option_groups"),
    ([actions({"type": "overflow", "options": []})], "/blocks/0/elements/0/options", "no fewer than 1"),
    (
        [actions({"type": "datepicker", "initial_date": "31.12.2026"})],
        "/blocks/0/elements/0/initial_date",
        "characters|format",
    ),
    ([field({"type": "number_input"})], "/blocks/0/element", "missing required field: is_decimal_allowed"),
    (
        [field({"type": "number_input", "is_decimal_allowed": False, "min_value": 3})],
        "/blocks/0/element/min_value",
        "string",
    ),
    ([field({"type": "file_input"})], "/blocks/0/element/type", "modals only"),
    ([{"type": "alert", "text": plain("x")}], "/blocks/0/type", "unsupported type: alert"),
    ([{"type": "file", "external_id": "x", "source": "remote"}], "/blocks/0/type", "unsupported type: file"),
    ([rows(1), rows(1)], "/blocks", "only one table"),
    ([{"type": "markdown", "text": "x" * 7000}] * 2, "/blocks", "markdown blocks together"),
    ([{"type": "image", "alt_text": "x"}], "/blocks/0", "exactly one of: image_url, slack_file"),
    ([{"type": "context", "elements": [button()]}], "/blocks/0/elements/0/type", "unsupported type: button"),
    ([section(accessory={"type": "plain_text_input"})], "/blocks/0/accessory/type", "unsupported type"),
    ([{"type": "divider"}] * 51, "/blocks", "no more than 50 items allowed"),
    (["text"], "/blocks/0", "must provide an object"),
]


@pytest.mark.parametrize(("blocks", "pointer", "words"), WRONG)
def test_what_slack_refuses_is_refused(blocks: list[Any], pointer: str, words: str) -> None:
    verdict = check_message_blocks(blocks)
    assert verdict is not None
    assert verdict.code == "invalid_blocks"
    assert any(f.pointer == pointer and any(w in f.message for w in words.split("|")) for f in verdict.findings), (
        verdict
    )


def test_blocks_that_are_no_list_have_their_own_code() -> None:
    verdict = check_message_blocks({"type": "divider"})
    assert verdict is not None
    assert verdict.code == "invalid_blocks_format"


def test_all_blocks_together_have_a_limit() -> None:
    at_limit = [section("x" * 3000)] * 4 + [section("x" * 1200)]
    assert check_message_blocks(at_limit) is None
    verdict = check_message_blocks([*at_limit, section("x")])
    assert verdict is not None
    assert verdict.code == "msg_blocks_too_long"


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (
            {key: value for key, value in modal(field(TEXT)).items() if key != "submit"},
            "missing required field: submit",
        ),
        ({key: value for key, value in modal(section()).items() if key != "title"}, "missing required field: title"),
        (modal(), "no fewer than 1"),
        (modal(section(), id="V1"), "invalid additional property: id"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown"),
        (modal(rows(1)), "unsupported type: table"),
        (modal({"type": "card", "title": plain("t")}), "unsupported type: card"),
        (modal(field(TEXT | {"focus_on_load": True}), field(TEXT | {"focus_on_load": True}, "c")), "only one element"),
        ({"type": "home", "blocks": [section()], "title": plain("t")}, "invalid additional property: title"),
        ({"type": "home", "blocks": [rows(1)]}, "unsupported type: table"),
        ({"type": "workflow_step", "blocks": []}, "unsupported type: workflow_step"),
        ([], "must provide an object"),
    ],
)
def test_what_a_view_must_not_be(view: Any, words: str) -> None:
    verdict = check_view(view)
    assert verdict is not None
    assert any(words in line for line in verdict.lines()), verdict


def test_a_view_of_more_than_250_kb_is_too_large() -> None:
    verdict = check_view(modal(*[section("é" * 3000, block_id=f"b{i}") for i in range(50)]))
    assert verdict is not None
    assert verdict.code == "view_too_large"


def test_modal_takes_alert_and_home_takes_cards() -> None:
    assert check_view(modal({"type": "alert", "text": plain("careful"), "level": "warning"})) is None
    assert check_view({"type": "home", "blocks": [{"type": "card", "title": plain("t")}]}) is None
    assert check_view({"type": "home", "blocks": []}) is None


def test_options_answers() -> None:
    assert check_options_answer({"options": []}) is None
    assert check_options_answer({"options": options(100)}) is None
    assert check_options_answer({"options": options(101)}) is not None
    assert check_options_answer({"option_groups": [{"label": plain("g"), "options": options(1)}]}) is None
    assert check_options_answer({}) is not None
    assert check_options_answer(None) is not None


def test_every_kind_of_element_is_taken() -> None:
    multi = [
        {"type": f"multi_{kind}_select", "action_id": kind}
        for kind in ("users", "channels", "conversations", "external")
    ]
    single = [
        {"type": f"{kind}_select", "action_id": kind} for kind in ("users", "channels", "conversations", "external")
    ]
    pickers = [{"type": kind, "action_id": kind} for kind in ("datepicker", "timepicker", "datetimepicker")]
    texts = [{"type": f"{kind}_text_input", "action_id": kind} for kind in ("email", "url")]
    inputs = [
        *multi,
        *single,
        *pickers,
        *texts,
        {"type": "rich_text_input", "action_id": "r"},
        {"type": "file_input", "action_id": "f"},
    ]
    assert check_view(modal(*[field(element, f"b{i}") for i, element in enumerate(inputs)])) is None
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "b", "style": {"bold": True}}, {"type": "user", "user_id": "U1"}],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": []}],
            },
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]},
            {"type": "rich_text_quote", "elements": [{"type": "link", "url": "https://a.example"}]},
        ],
    }
    feedback = {
        "type": "feedback_buttons",
        "positive_button": {"text": plain("+"), "value": "1"},
        "negative_button": {"text": plain("-"), "value": "0"},
    }
    assert check_message_blocks([rich, {"type": "context_actions", "elements": [feedback]}]) is None


def test_slack_fills_in_what_is_missing() -> None:
    given_blocks = [actions(button()), {"type": "section", "text": mrkdwn("x")}]
    del given_blocks[0]["block_id"], given_blocks[0]["elements"][0]["action_id"]
    names = iter("abcdef")
    filled = fill_in(given_blocks, lambda: next(names))
    assert filled[0]["block_id"] == "a"
    assert filled[0]["elements"][0]["action_id"] == "b"
    assert filled[0]["elements"][0]["text"]["emoji"] is True
    assert filled[1]["text"]["verbatim"] is False
    assert "block_id" not in given_blocks[0]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_NAMES = st.sampled_from(
    [
        "type",
        "text",
        "elements",
        "options",
        "block_id",
        "accessory",
        "element",
        "fields",
        "rows",
        "child_blocks",
        "confirm",
        "title",
    ]
)
_WORDS = st.sampled_from(
    [
        "section",
        "actions",
        "input",
        "button",
        "static_select",
        "plain_text",
        "mrkdwn",
        "rich_text",
        "table",
        "container",
        "modal",
        "home",
    ]
)
near_blocks = st.recursive(
    _WORDS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(json_values, near_blocks))
def test_the_judge_never_fails_whatever_it_is_given(value: Any) -> None:
    for verdict in (
        check_message_blocks(value),
        check_message_blocks([value]),
        check_view(value),
        check_options_answer(value),
    ):
        assert verdict is None or verdict.lines()
    if check_message_blocks([value]) is None:
        assert fill_in([value], lambda: "id")


def test_deep_nesting_is_no_trouble() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"type": "section", "accessory": deep}
    assert check_message_blocks([deep]) is not None
