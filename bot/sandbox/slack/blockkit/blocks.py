"""The blocks of today, each with its fields and limits.

The one rule: which block may stand on which surface is decided in `surfaces`, not here.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.blockkit import elements as el
from bot.sandbox.slack.blockkit.checks import (
    Check,
    Findings,
    array,
    at_least_one,
    boolean,
    by_type,
    enum,
    exactly_one,
    integer,
    obj,
    string,
    url,
)
from bot.sandbox.slack.blockkit.objects import BLOCK_ID, SLACK_FILE, mrkdwn, plain, text
from bot.sandbox.slack.blockkit.rich_text import CONTAINERS, RICH_TEXT_INPUT, RICH_TEXT_VALUE

ACTION_ELEMENTS: dict[str, Check] = {
    "button": el.BUTTON,
    "overflow": el.OVERFLOW,
    "workflow_button": el.WORKFLOW_BUTTON,
    **el.MENUS,
    **el.PICKERS,
    "rich_text_input": RICH_TEXT_INPUT,
}
ACCESSORIES: dict[str, Check] = {
    "image": el.IMAGE,
    "button": el.BUTTON,
    "overflow": el.OVERFLOW,
    "workflow_button": el.WORKFLOW_BUTTON,
    **el.MENUS,
    **{kind: check for kind, check in el.PICKERS.items() if kind != "datetimepicker"},
}
INPUT_ELEMENTS: dict[str, Check] = {
    **el.INPUTS,
    **el.MENUS,
    **el.PICKERS,
    "rich_text_input": RICH_TEXT_INPUT,
}
DISPATCHING = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"})


def block(kind: str, required: dict[str, Check], optional: dict[str, Check] | None = None, *also: Check) -> Check:
    return obj({"type": enum(kind), **required}, {"block_id": BLOCK_ID, **(optional or {})}, *also)


def _unique_action_ids(value: Any, at: str, out: Findings) -> None:
    """action_id must be unique within its block."""
    seen: set[str] = set()
    items = value.get("elements")
    for index, item in enumerate(items if isinstance(items, list) else []):
        action_id = item.get("action_id") if isinstance(item, dict) else None
        if not isinstance(action_id, str):
            continue
        if action_id in seen:
            out.add(f"{at}/elements/{index}/action_id", f"`action_id` already exists: {action_id}", "duplicate")
        seen.add(action_id)


def _raw_cell(kind: str, value: Check) -> Check:
    return obj({"type": enum(kind), **({"text": value} if kind == "raw_text" else {"value": value})})


_TABLE_CELL = by_type({"raw_text": _raw_cell("raw_text", string(least=0)), "rich_text": RICH_TEXT_VALUE}, "table cell")
_DATA_CELL = by_type(
    {
        "raw_text": _raw_cell("raw_text", string(least=0)),
        "raw_number": obj({"type": enum("raw_number"), "value": integer()}, {"text": string(least=0)}),
        "rich_text": RICH_TEXT_VALUE,
    },
    "table cell",
)
_COLUMN = obj({}, {"align": enum("left", "center", "right"), "is_wrapped": boolean})
_SOURCE = obj({"type": enum("url"), "url": url(), "text": string()}, {"icon_url": url()})
TASK_CARD = block(
    "task_card",
    {"task_id": string(), "title": string()},
    {
        "status": enum("pending", "in_progress", "complete", "error"),
        "details": RICH_TEXT_VALUE,
        "output": RICH_TEXT_VALUE,
        "sources": array(_SOURCE),
    },
)
CARD = block(
    "card",
    {},
    {
        "hero_image": el.IMAGE,
        "icon": el.IMAGE,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "actions": array(by_type({"button": el.BUTTON}, "card action"), 1, 2),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)

BASIC: dict[str, Check] = {
    "section": block(
        "section",
        {},
        {
            "text": text(3000),
            "fields": array(text(2000), 1, 10),
            "accessory": by_type(ACCESSORIES, "section accessory"),
            "expand": boolean,
        },
        at_least_one("text", "fields"),
    ),
    "header": block("header", {"text": plain(150)}),
    "divider": block("divider", {}),
    "context": block(
        "context",
        {
            "elements": array(
                by_type({"image": el.IMAGE, "plain_text": plain(3000), "mrkdwn": mrkdwn(3000)}, "context element"),
                1,
                10,
            )
        },
    ),
    "actions": block(
        "actions", {"elements": array(by_type(ACTION_ELEMENTS, "action element"), 1, 25)}, {}, _unique_action_ids
    ),
    "context_actions": block(
        "context_actions",
        {
            "elements": array(
                by_type(
                    {"feedback_buttons": el.FEEDBACK_BUTTONS, "icon_button": el.ICON_BUTTON},
                    "context action",
                ),
                1,
                5,
            )
        },
        {},
        _unique_action_ids,
    ),
    "input": block(
        "input",
        {"label": plain(2000), "element": by_type(INPUT_ELEMENTS, "input element")},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "image": block(
        "image",
        {"alt_text": string(2000)},
        {"image_url": url(), "slack_file": SLACK_FILE, "title": plain(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "rich_text": block("rich_text", {"elements": array(by_type(CONTAINERS, "rich text container"), 1)}),
    "markdown": block("markdown", {"text": string(12_000)}),
    "video": block(
        "video",
        {"alt_text": string(), "title": plain(199), "thumbnail_url": url(), "video_url": url()},
        {
            "author_name": string(49),
            "description": plain(200),
            "provider_icon_url": url(),
            "provider_name": string(),
            "title_url": url(),
        },
    ),
    "table": block(
        "table",
        {"rows": array(array(_TABLE_CELL, 1, 20), 1, 100)},
        {"column_settings": array(_COLUMN, 0, 20)},
    ),
}

NEWER: dict[str, Check] = {
    "data_table": block(
        "data_table",
        {"rows": array(array(_DATA_CELL, 1, 20), 2, 101), "caption": string()},
        {"page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
    ),
    "file": block("file", {"external_id": string(), "source": enum("remote")}),
    "task_card": TASK_CARD,
    "plan": block("plan", {"title": string()}, {"tasks": array(by_type({"task_card": TASK_CARD}, "plan task"))}),
    "alert": block("alert", {"text": text(3000)}, {"level": enum("default", "info", "warning", "error", "success")}),
    "card": CARD,
    "carousel": block("carousel", {"elements": array(by_type({"card": CARD}, "carousel card"), 1, 10)}),
}
_INSIDE = {kind: check for kind, check in {**BASIC, **NEWER}.items() if kind not in ("input", "carousel", "plan")}


def _container_header(value: Any, at: str, out: Findings) -> None:
    if value.get("is_collapsible") is True and value.get("has_header_divider") is True:
        out.add(at, "has_header_divider cannot be set when is_collapsible is true")
    if value.get("default_collapsed") is True and value.get("is_collapsible") is not True:
        out.add(at, "default_collapsed requires is_collapsible")


CONTAINER = block(
    "container",
    {"child_blocks": array(by_type(_INSIDE, "block in a container"), 1, 10)},
    {
        "title": plain(150),
        "rich_text_title": RICH_TEXT_VALUE,
        "subtitle": text(150),
        "icon": el.IMAGE,
        "width": enum("narrow", "standard", "wide", "full"),
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    },
    at_least_one("title", "rich_text_title"),
    _container_header,
)
BLOCKS: dict[str, Check] = {**BASIC, **NEWER, "container": CONTAINER}
