"""The limits: too much becomes "+N more", and the checker finds every breach."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import parts
from bot.blocks.fit import check, fit
from bot.blocks.message import Message, message
from bot.blocks.text import Mrkdwn


def sections(count: int, letters: int = 10) -> list[dict[str, Any]]:
    return [parts.section(Mrkdwn("x" * letters)) for _ in range(count)]


BUTTONS = parts.actions(parts.button("Go", "task.start", "{}"))


@given(st.integers(0, 120), st.integers(1, 2_900), st.booleans())
def test_whatever_is_put_in_fits(count: int, letters: int, buttons: bool) -> None:
    blocks = [*sections(count, letters), *([BUTTONS] if buttons else [])]
    if blocks:
        made = Message("x", tuple(fit(blocks)))
        assert check(made) == []
        assert (made.blocks[-1] == BUTTONS) == buttons


def test_what_fits_is_left_alone() -> None:
    assert fit(sections(48)) == sections(48)


def test_what_is_missing_is_counted() -> None:
    made = fit([*sections(60), BUTTONS])
    assert len(made) == 48
    assert made[-2]["elements"][0]["text"] == "+14 more not shown"
    assert made[-1] == BUTTONS


def test_a_modal_holds_more() -> None:
    assert len(fit(sections(90), "modal")) == 90
    assert len(fit(sections(120), "modal")) == 96


def test_text_is_gathered_and_bounded() -> None:
    made = message([parts.header("A <b> *c*"), *sections(4, 2_000)])
    assert made.text.startswith("A &lt;b&gt; ")
    assert len(made.text) <= 3_500


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _button(**changes: Any) -> dict[str, Any]:
    return {"type": "button", "text": _plain("Go"), "action_id": "a", "value": "v"} | changes


def _menu(kind: str, count: int, **changes: Any) -> dict[str, Any]:
    options = [{"text": _plain("o"), "value": str(i)} for i in range(count)]
    return {"type": kind, "action_id": "a", "options": options} | changes


def _row(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": _plain("x" * 151)},
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        _section(""),
        _section("x" * 3_001),
        _section("<!channel>"),
        _section("<@someone>"),
        _section("<javascript:x|y>"),
        _section("a & b"),
        _section("a > b"),
        _section("\u202ex"),
        _section("\x00"),
        _row(),
        _row(_button(), _button()),
        _row(_button(text=_plain("x" * 76))),
        _row(_button(value="x" * 2_001)),
        _row(_button(action_id="x" * 256)),
        _row(_button(confirm={n: _plain("x" * 301) for n in ("title", "text", "confirm", "deny")})),
        _row(_menu("overflow", 6)),
        _row(_menu("checkboxes", 11)),
        _row(_menu("static_select", 101)),
        _row(_menu("static_select", 0)),
        _row(_menu("static_select", 2, initial_option={"text": _plain("o"), "value": "9"})),
        _row(_menu("static_select", 1, options=[{"text": _plain("o"), "value": "x" * 151}])),
        _row(_menu("static_select", 1, placeholder=_plain("x" * 151))),
        _row(_menu("static_select", 2, options=[{"text": _plain("o"), "value": "1"}] * 2)),
        {"type": "context", "elements": []},
        {"type": "context", "elements": [_plain("x")] * 11},
        {"type": "input", "label": _plain("x"), "element": _button()},
        {"type": "nonsense"},
        {**_section("x"), "block_id": "x" * 256},
    ],
)
def test_the_checker_finds(block: dict[str, Any]) -> None:
    assert check({"text": "x", "blocks": [_section("fine")]}) == []
    assert check({"text": "x", "blocks": [block]})


@pytest.mark.parametrize(
    "payload",
    [
        {"text": "", "blocks": [_section("x")]},
        {"text": "<!here>", "blocks": []},
        {"text": "x" * 4_001, "blocks": []},
        {"text": "x", "blocks": [_section("x")] * 51},
        {"text": "x", "blocks": [_section("x" * 2_900)] * 5},
        {"text": "x", "blocks": [{**_section("x"), "block_id": "a"}] * 2},
        {"type": "modal", "title": _plain("x" * 25), "callback_id": "c", "blocks": [_section("x")]},
        {"type": "modal", "callback_id": "c", "blocks": [_section("x")]},
        {"type": "modal", "title": _plain("x"), "callback_id": "c", "blocks": []},
        {
            "type": "modal",
            "title": _plain("x"),
            "callback_id": "c",
            "blocks": [_section("x")],
            "private_metadata": "x" * 3_001,
        },
        {
            "type": "modal",
            "title": _plain("x"),
            "callback_id": "c",
            "blocks": [{"type": "input", "label": _plain("x"), "element": _menu("static_select", 1)}],
        },
    ],
)
def test_the_checker_finds_in_the_whole(payload: dict[str, Any]) -> None:
    assert check(payload)
