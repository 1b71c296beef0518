"""Block elements: buttons, menus, pickers, inputs, images.

The one rule: each element has its own full list of fields; an extra one is a refusal, as in Slack.
"""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.slack.blockkit.checks import (
    Check,
    Findings,
    array,
    boolean,
    enum,
    exactly_one,
    integer,
    obj,
    string,
    url,
)
from bot.sandbox.slack.blockkit.objects import (
    ACTION_ID,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    WORKFLOW,
    initial_among_options,
    plain,
)

_STYLE = enum("primary", "danger")
_DATE = string(10, 10, r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_TIME = string(5, 5, r"([01]\d|2[0-3]):[0-5]\d")


def element(kind: str, required: dict[str, Check], optional: dict[str, Check], *also: Check) -> Check:
    """An interactive element: `type`, an optional `action_id` (Slack makes one up) and its own fields."""
    return obj({"type": enum(kind), **required}, {"action_id": ACTION_ID, **optional}, *also)


def _focusing(kind: str, required: dict[str, Check], optional: dict[str, Check], *also: Check) -> Check:
    own = {"placeholder": plain(150), "focus_on_load": boolean, **optional}
    return element(kind, required, own, *also)


def _menu(kind: str, required: dict[str, Check], optional: dict[str, Check], *also: Check) -> Check:
    return _focusing(kind, required, {"confirm": CONFIRM, **optional}, *also)


def _multi(kind: str, required: dict[str, Check], optional: dict[str, Check], *also: Check) -> Check:
    return _menu(kind, required, {"max_selected_items": integer(1), **optional}, *also)


def _bounds(low: str, high: str) -> Check:
    def check(value: Any, at: str, out: Findings) -> None:
        first, last = number_of(value.get(low)), number_of(value.get(high))
        if first is not None and last is not None and first > last:
            out.add(at, f"{low} must not be greater than {high}")

    return check


def number_of(value: Any) -> float | None:
    """The number that a bound stands for, or None."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value):
        return float(value)
    return None


def _numeric_text(value: Any, at: str, out: Findings) -> None:
    if not isinstance(value, str) or number_of(value) is None:
        out.add(at, "must provide a string that is a number", "invalid_type")


BUTTON = element(
    "button",
    {"text": plain(75)},
    {
        "value": string(2000),
        "url": url(),
        "style": _STYLE,
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)
_LABELLED = {"text": plain(75), "value": string(2000)}
FEEDBACK_BUTTON = obj(_LABELLED, {"accessibility_label": string(75)})
CHOICES: dict[str, Check] = {"options": array(OPTION, 1, 100), "option_groups": array(OPTION_GROUP, 1, 100)}

MENUS: dict[str, Check] = {
    "static_select": _menu(
        "static_select",
        {},
        {**CHOICES, "initial_option": OPTION},
        exactly_one("options", "option_groups"),
        initial_among_options,
    ),
    "multi_static_select": _multi(
        "multi_static_select",
        {},
        {**CHOICES, "initial_options": array(OPTION, 1, 100)},
        exactly_one("options", "option_groups"),
        initial_among_options,
    ),
    "external_select": _menu("external_select", {}, {"min_query_length": integer(0), "initial_option": OPTION}),
    "multi_external_select": _multi(
        "multi_external_select", {}, {"min_query_length": integer(0), "initial_options": array(OPTION, 1, 100)}
    ),
    "users_select": _menu("users_select", {}, {"initial_user": string()}),
    "multi_users_select": _multi("multi_users_select", {}, {"initial_users": array(string(), 1)}),
    "conversations_select": _menu(
        "conversations_select",
        {},
        {
            "initial_conversation": string(),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "multi_conversations_select": _multi(
        "multi_conversations_select",
        {},
        {
            "initial_conversations": array(string(), 1),
            "default_to_current_conversation": boolean,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "channels_select": _menu("channels_select", {}, {"initial_channel": string(), "response_url_enabled": boolean}),
    "multi_channels_select": _multi("multi_channels_select", {}, {"initial_channels": array(string(), 1)}),
}

PICKERS: dict[str, Check] = {
    "checkboxes": element(
        "checkboxes",
        {"options": array(RICH_OPTION, 1, 10)},
        {"initial_options": array(RICH_OPTION, 1, 10), "confirm": CONFIRM, "focus_on_load": boolean},
        initial_among_options,
    ),
    "radio_buttons": element(
        "radio_buttons",
        {"options": array(RICH_OPTION, 1, 10)},
        {"initial_option": RICH_OPTION, "confirm": CONFIRM, "focus_on_load": boolean},
        initial_among_options,
    ),
    "datepicker": _menu("datepicker", {}, {"initial_date": _DATE}),
    "timepicker": _menu("timepicker", {}, {"initial_time": _TIME, "timezone": string(100)}),
    "datetimepicker": element(
        "datetimepicker",
        {},
        {
            "initial_date_time": integer(1_000_000_000, 9_999_999_999),
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
    ),
}

INPUTS: dict[str, Check] = {
    "plain_text_input": _focusing(
        "plain_text_input",
        {},
        {
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
            "dispatch_action_config": DISPATCH_CONFIG,
        },
        _bounds("min_length", "max_length"),
    ),
    "number_input": _focusing(
        "number_input",
        {"is_decimal_allowed": boolean},
        {
            "initial_value": _numeric_text,
            "min_value": _numeric_text,
            "max_value": _numeric_text,
            "dispatch_action_config": DISPATCH_CONFIG,
        },
        _bounds("min_value", "max_value"),
    ),
    "email_text_input": _focusing(
        "email_text_input", {}, {"initial_value": string(3000, 0), "dispatch_action_config": DISPATCH_CONFIG}
    ),
    "url_text_input": _focusing(
        "url_text_input", {}, {"initial_value": string(3000, 0), "dispatch_action_config": DISPATCH_CONFIG}
    ),
    "file_input": element("file_input", {}, {"filetypes": array(string(), 1), "max_files": integer(1, 10)}),
}

OVERFLOW = element("overflow", {"options": array(OVERFLOW_OPTION, 1, 5)}, {"confirm": CONFIRM})
WORKFLOW_BUTTON = element(
    "workflow_button",
    {"text": plain(75), "workflow": WORKFLOW},
    {"style": _STYLE, "accessibility_label": string(75)},
)
FEEDBACK_BUTTONS = element(
    "feedback_buttons", {"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON}, {}
)
ICON_BUTTON = element(
    "icon_button",
    {"icon": enum("trash"), "text": plain(75)},
    {
        "value": string(2000),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "visible_to_user_ids": array(string()),
    },
)
IMAGE = obj(
    {"type": enum("image"), "alt_text": string(2000)},
    {"image_url": url(), "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)
