"""Each limit of Block Kit: accepted at the limit, refused one over it with Slack's words."""

from __future__ import annotations

from typing import Any

import pytest
from slack_blocks import (
    CARD,
    address,
    asking,
    choosing,
    container,
    grouped,
    image,
    offering,
    option,
    rows,
    section,
    select,
    trash_cans,
    video,
)
from slack_double import TEXT, actions, button, field, modal, mrkdwn, plain

from bot.sandbox.slack.blockkit import check_message_blocks, check_view

# name, builder of one block by size, the largest allowed size, pointer of the refusal below /blocks/0, words in it
SIZES = [
    ("section text", lambda n: section("x" * n), 3000, "text/text", "must be less than 3001 characters"),
    ("section fields", lambda n: {"type": "section", "fields": [mrkdwn("x")] * n}, 10, "fields", "no more than 10"),
    ("field text", lambda n: {"type": "section", "fields": [plain("x" * n)]}, 2000, "fields/0/text", "2001"),
    ("header", lambda n: {"type": "header", "text": plain("x" * n)}, 150, "text/text", "151"),
    ("context", lambda n: {"type": "context", "elements": [mrkdwn("x")] * n}, 10, "elements", "10 items"),
    ("actions", lambda n: actions(*[button(action_id=f"a{i}") for i in range(n)]), 25, "elements", "25 items"),
    ("block_id", lambda n: {"type": "divider", "block_id": "b" * n}, 255, "block_id", "256"),
    ("action_id", lambda n: actions(button(action_id="a" * n)), 255, "elements/0/action_id", "256"),
    ("button text", lambda n: actions(button("x" * n)), 75, "elements/0/text/text", "76"),
    ("button value", lambda n: actions(button(value="x" * n)), 2000, "elements/0/value", "2001"),
    ("button url", lambda n: actions(button(url=address(n))), 3000, "elements/0/url", "3001"),
    ("label", lambda n: actions(button(accessibility_label="x" * n)), 75, "elements/0/accessibility_label", "76"),
    ("confirm title", lambda n: asking(title=plain("x" * n)), 100, "elements/0/confirm/title/text", "101"),
    ("confirm text", lambda n: asking(text=plain("x" * n)), 300, "elements/0/confirm/text/text", "301"),
    ("confirm yes", lambda n: asking(confirm=plain("x" * n)), 30, "elements/0/confirm/confirm/text", "31"),
    ("confirm no", lambda n: asking(deny=plain("x" * n)), 30, "elements/0/confirm/deny/text", "31"),
    ("select options", lambda n: actions(select(n)), 100, "elements/0/options", "100 items"),
    ("option text", lambda n: choosing(option(text="x" * n)), 75, "elements/0/options/0/text/text", "76"),
    ("option value", lambda n: choosing(option(value="x" * n)), 150, "elements/0/options/0/value", "151"),
    ("placeholder", lambda n: actions(select(placeholder=plain("x" * n))), 150, "elements/0/placeholder/text", "151"),
    ("option groups", lambda n: actions(grouped(n)), 100, "elements/0/option_groups", "100 items"),
    ("overflow", lambda n: offering("overflow", n), 5, "elements/0/options", "5 items"),
    ("checkboxes", lambda n: offering("checkboxes", n), 10, "elements/0/options", "10 items"),
    ("radio", lambda n: offering("radio_buttons", n), 10, "elements/0/options", "10 items"),
    ("image url", lambda n: image(address(n)), 3000, "image_url", "3001"),
    ("image alt", lambda n: image(alt="x" * n), 2000, "alt_text", "2001"),
    ("image title", lambda n: image() | {"title": plain("x" * n)}, 2000, "title/text", "2001"),
    ("input label", lambda n: field(TEXT) | {"label": plain("x" * n)}, 2000, "label/text", "2001"),
    ("input hint", lambda n: field(TEXT, hint=plain("x" * n)), 2000, "hint/text", "2001"),
    ("max_length", lambda n: field(TEXT | {"max_length": n}), 3000, "element/max_length", "equal to 3000"),
    ("markdown", lambda n: {"type": "markdown", "text": "x" * n}, 12_000, "text", "12001"),
    ("table rows", lambda n: rows(n), 100, "rows", "100 items"),
    ("table columns", lambda n: rows(1, n), 20, "rows/0", "20 items"),
    ("video title", lambda n: video("x" * n), 199, "title/text", "200"),
    ("card body", lambda n: {"type": "card", "body": mrkdwn("x" * n)}, 200, "body/text", "201"),
    ("carousel", lambda n: {"type": "carousel", "elements": [CARD] * n}, 10, "elements", "10 items"),
    ("container", lambda n: container(n), 10, "child_blocks", "10 items"),
    ("context_actions", lambda n: trash_cans(n), 5, "elements", "5 items"),
]


@pytest.mark.parametrize(
    ("build", "most", "pointer", "words"), [row[1:] for row in SIZES], ids=[row[0] for row in SIZES]
)
def test_at_the_limit_accepted_one_over_refused(build: Any, most: int, pointer: str, words: str) -> None:
    pointer = f"/blocks/0/{pointer}"
    assert check_message_blocks([build(most)]) is None
    verdict = check_message_blocks([build(most + 1)])
    assert verdict is not None
    assert verdict.code == "invalid_blocks"
    assert verdict.findings[0].pointer == pointer
    assert words in verdict.lines()[0]
    assert verdict.lines()[0].endswith(f"[json-pointer:{pointer}]")


VIEWS = [
    ("title", lambda n: modal(section()) | {"title": plain("x" * n)}, 24, "/view/title/text"),
    ("submit", lambda n: modal(section()) | {"submit": plain("x" * n)}, 24, "/view/submit/text"),
    ("close", lambda n: modal(section()) | {"close": plain("x" * n)}, 24, "/view/close/text"),
    ("callback_id", lambda n: modal(section(), callback_id="x" * n), 255, "/view/callback_id"),
    ("external_id", lambda n: modal(section(), external_id="x" * n), 255, "/view/external_id"),
    ("private_metadata", lambda n: modal(section(), private_metadata="x" * n), 3000, "/view/private_metadata"),
    ("blocks", lambda n: modal(*[{"type": "divider"}] * n), 100, "/view/blocks"),
]


@pytest.mark.parametrize(("build", "most", "pointer"), [row[1:] for row in VIEWS], ids=[row[0] for row in VIEWS])
def test_limits_of_a_view(build: Any, most: int, pointer: str) -> None:
    assert check_view(build(most)) is None
    verdict = check_view(build(most + 1))
    assert verdict is not None
    assert verdict.code == "invalid_arguments"
    assert [f.pointer for f in verdict.findings] == [pointer]
