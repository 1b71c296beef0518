"""What Slack sends back from a modal, as a person would fill it in."""

from __future__ import annotations

from typing import Any

from bot.blocks.message import View


def filled(view: View, **answers: Any) -> dict[str, Any]:
    """`state.values` as Slack sends it: what each input shows at the start, with `answers` by block_id put in."""
    values = {}
    for block in view.payload["blocks"]:
        if block["type"] == "input":
            element, name = block["element"], block["block_id"]
            state = _shown(element)
            if name in answers:
                state = _answered(element, answers[name])
            values[name] = {element["action_id"]: {"type": element["type"], **state}}
    assert set(answers) <= set(values), "no such field"
    return values


def _shown(element: dict[str, Any]) -> dict[str, Any]:
    if element["type"] == "plain_text_input":
        return {"value": element.get("initial_value")}
    if element["type"] in ("checkboxes", "multi_static_select"):
        return {"selected_options": element.get("initial_options", [])}
    if element["type"] == "datetimepicker":
        return {"selected_date_time": element.get("initial_date_time")}
    if element["type"] == "multi_users_select":
        return {"selected_users": []}
    return {"selected_option": element.get("initial_option")}


def _answered(element: dict[str, Any], answer: Any) -> dict[str, Any]:
    options = {o["value"]: o for o in _options(element)}
    if element["type"] == "plain_text_input":
        return {"value": answer}
    if element["type"] in ("checkboxes", "multi_static_select"):
        return {"selected_options": [options[value] for value in answer]}
    if element["type"] == "datetimepicker":
        return {"selected_date_time": int(answer.timestamp())}
    if element["type"] == "multi_users_select":
        return {"selected_users": answer}
    if element["type"] == "external_select":
        return {"selected_option": {"value": answer}}
    return {"selected_option": options[answer]}


def _options(element: dict[str, Any]) -> list[dict[str, Any]]:
    return [*element.get("options", []), *(o for g in element.get("option_groups", []) for o in g["options"])]
