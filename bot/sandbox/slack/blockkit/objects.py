"""Composition objects: text, confirm, option, option group, filters, dispatch configuration.

The one rule: composition objects other than text have no `type` field; Slack refuses a message that gives them one.
"""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.blockkit.checks import (
    Check,
    Findings,
    array,
    at_least_one,
    boolean,
    by_type,
    enum,
    exactly_one,
    obj,
    string,
    url,
)

BLOCK_ID = string(255)
ACTION_ID = string(255)


def plain(most: int, least: int = 1) -> Check:
    """A plain_text object."""
    return obj({"type": enum("plain_text"), "text": string(most, least)}, {"emoji": boolean})


def mrkdwn(most: int, least: int = 1) -> Check:
    """A mrkdwn object."""
    return obj({"type": enum("mrkdwn"), "text": string(most, least)}, {"verbatim": boolean})


def text(most: int, least: int = 1) -> Check:
    """A plain_text or mrkdwn object."""
    return by_type({"plain_text": plain(most, least), "mrkdwn": mrkdwn(most, least)}, "text object")


CONFIRM = obj(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": enum("primary", "danger")},
)

OPTION = obj({"text": plain(75), "value": string(150)}, {"description": plain(75)})
# Checkboxes and radio buttons may use mrkdwn in their options; menus may not.
RICH_OPTION = obj({"text": text(75), "value": string(150)}, {"description": text(75)})
OVERFLOW_OPTION = obj({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": url()})

OPTION_GROUP = obj({"label": plain(75), "options": array(OPTION, 1, 100)})

DISPATCH_CONFIG = obj(
    {"trigger_actions_on": array(enum("on_enter_pressed", "on_character_entered"), 1, 2)},
)

CONVERSATION_FILTER = obj(
    {},
    {
        "include": array(enum("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)

SLACK_FILE = obj({}, {"id": string(64), "url": url()}, exactly_one("id", "url"))

WORKFLOW = obj(
    {
        "trigger": obj(
            {"url": url()},
            {"customizable_input_parameters": array(obj({"name": string(), "value": string()}))},
        )
    }
)


def initial_among_options(value: Any, at: str, out: Findings) -> None:
    """`initial_option(s)` must be exactly one of the offered options (Slack: "initial_option must match")."""
    chosen: list[Any] = []
    if "initial_option" in value:
        chosen.append(value["initial_option"])
    listed = value.get("initial_options")
    chosen += listed if isinstance(listed, list) else []
    if not chosen:
        return
    offered = list_options(value)
    for option in chosen:
        if option not in offered:
            out.add(at, "the initial option must exactly match one of the options")


def list_options(element: Any) -> list[Any]:
    """All options of a menu, those in groups too; [] for anything malformed."""
    found: list[Any] = []
    options = element.get("options")
    found += options if isinstance(options, list) else []
    groups = element.get("option_groups")
    for group in groups if isinstance(groups, list) else []:
        inner = group.get("options") if isinstance(group, dict) else None
        found += inner if isinstance(inner, list) else []
    return found
