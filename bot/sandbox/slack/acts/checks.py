"""Slack's own checks of a modal's inputs, before the app hears of a submission.

The one rule: one sentence for each input block that is not right; the app's checks are the app's.
"""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.slack.acts.state import field_of
from bot.sandbox.slack.blockkit.elements import number_of
from bot.sandbox.slack.errors import Json

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_URL = re.compile(r"https?://[^\s/.]+(\.[^\s/.]+)*(:\d+)?(/\S*)?", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def check_inputs(blocks: list[Json], values: Json) -> dict[str, str]:
    """{block_id: sentence} for all inputs that are not right."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = values[block["block_id"]][element["action_id"]][field_of(element["type"])]
        problem = _problem(element, value, optional=bool(block.get("optional")))
        if problem:
            errors[block["block_id"]] = problem
    return errors


def _problem(element: Json, value: Any, *, optional: bool) -> str | None:
    if value in (None, "", []):
        return None if optional else "Please complete this required field."
    kind = element["type"]
    if kind == "plain_text_input":
        return _length(element, value)
    if kind == "number_input":
        return _number(element, value)
    if kind == "email_text_input" and not _EMAIL.fullmatch(value):
        return "Please enter a valid email address."
    if kind == "url_text_input" and not _URL.fullmatch(value):
        return "Please enter a valid URL."
    most = element.get("max_selected_items") or element.get("max_files")
    if most is not None and isinstance(value, list) and len(value) > most:
        return f"Please choose at most {most}."
    return None


def _length(element: Json, value: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < least:
        return f"Must be at least {least} characters long."
    if len(value) > most:
        return f"Must be no more than {most} characters long."
    if not element.get("multiline") and "\n" in value:
        return "This field has one line only."
    return None


def _number(element: Json, value: str) -> str | None:
    if not _NUMBER.fullmatch(value):
        return "Please enter a number."
    if "." in value and not element.get("is_decimal_allowed"):
        return "Please enter a whole number."
    found = float(value)
    least, most = number_of(element.get("min_value")), number_of(element.get("max_value"))
    if least is not None and found < least:
        return f"Must be {element['min_value']} or more."
    if most is not None and found > most:
        return f"Must be {element['max_value']} or less."
    return None
