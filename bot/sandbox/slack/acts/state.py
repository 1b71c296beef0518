"""What a person has put into the inputs of a surface, in Slack's `state.values` form.

The one rule: a person can only choose what is offered; anything else is Refused before it reaches the app.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from bot.sandbox.slack.blockkit.objects import list_options
from bot.sandbox.slack.blockkit.tidy import interactive, with_children
from bot.sandbox.slack.errors import Json, Refused
from bot.sandbox.slack.workspace import Workspace

# element type -> (field in the state, field of the element that presets it)
_FIELDS = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
STATEFUL = frozenset(_FIELDS)
_LISTS = ("selected_options", "selected_users", "selected_conversations", "selected_channels", "files")


def field_of(kind: str) -> str:
    """The state field of an element type: value, selected_option..."""
    return _FIELDS[kind][0]


def initial(element: Json) -> Json:
    """The state before anybody touched it."""
    name, preset = _FIELDS[element["type"]]
    empty: Any = [] if name in _LISTS else None
    return {"type": element["type"], name: element.get(preset, empty)}


def current(ws: Workspace, user: str, surface: str, block_id: str, element: Json) -> Json:
    """The state of one element for one person; a leftover of another element type does not count."""
    kept = ws.inputs.values.get((user, surface), {}).get(block_id, {}).get(element["action_id"])
    return kept if kept is not None and kept["type"] == element["type"] else initial(element)


def values(ws: Workspace, user: str, surface: str, blocks: list[Json]) -> Json:
    """`state.values`: every stateful element of the surface, set or not."""
    found: Json = {}
    for block in with_children(blocks):
        for element in interactive(block):
            if element["type"] in STATEFUL:
                state = current(ws, user, surface, block["block_id"], element)
                found.setdefault(block["block_id"], {})[element["action_id"]] = state
    return found


def put(ws: Workspace, user: str, surface: str, block_id: str, element: Json, value: Any) -> Json:
    """Set one element from a control value (see docs/sandbox-slack.md); the new state."""
    offered = ws.inputs.offered.get((user, surface, block_id, element["action_id"]), {})
    state = {"type": element["type"], field_of(element["type"]): read_value(ws, element, value, offered)}
    kept = ws.inputs.values.setdefault((user, surface), {})
    kept.setdefault(block_id, {})[element["action_id"]] = state
    return state


def put_all(ws: Workspace, user: str, surface: str, blocks: list[Json], given: Any) -> None:
    """Set many: {block_id: {action_id: value}}. Refused unknown_input for what is not there."""
    if not isinstance(given, dict):
        raise Refused("invalid_values", "values must be {block_id: {action_id: value}}")
    by_id = {block["block_id"]: block for block in with_children(blocks)}
    for block_id, entries in given.items():
        if not isinstance(entries, dict):
            raise Refused("invalid_values", "values must be {block_id: {action_id: value}}")
        for action_id, value in entries.items():
            found = [e for e in interactive(by_id.get(block_id, {})) if e["action_id"] == action_id]
            if not found or found[0]["type"] not in STATEFUL:
                raise Refused("unknown_input", f"there is no input {action_id} in block {block_id}", 404)
            put(ws, user, surface, block_id, found[0], value)


def read_value(ws: Workspace, element: Json, value: Any, offered: dict[str, Json]) -> Any:
    """A control value in Slack's form for this element; None or "" or [] empties it."""
    kind = element["type"]
    name = field_of(kind)
    if value is None or value == "" or value == []:
        return [] if name in _LISTS else None
    if name == "value":
        return str(value)
    if name == "rich_text_value":
        return value if isinstance(value, dict) else _rich(str(value))
    if name == "selected_option":
        return _option(element, value, offered)
    if name == "selected_options":
        chosen = value if isinstance(value, list) else [value]
        return [_option(element, entry, offered) for entry in chosen]
    if name.endswith("s") and name != "files":
        return [_known(ws, name, str(entry)) for entry in (value if isinstance(value, list) else [value])]
    if name in ("selected_user", "selected_conversation", "selected_channel"):
        return _known(ws, name, str(value))
    if name == "files":
        return value if isinstance(value, list) else [value]
    return _moment(kind, value)


def _option(element: Json, value: Any, offered: dict[str, Json]) -> Json:
    wanted = value.get("value") if isinstance(value, dict) else value
    options = [*list_options(element), *offered.values()]
    options += [element["initial_option"]] if "initial_option" in element else []
    options += element.get("initial_options", [])
    for option in options:
        if option.get("value") == wanted:
            return dict(option)
    raise Refused("option_not_offered", f"{str(wanted)[:80]!r} is not among the options that this person sees", 409)


def _known(ws: Workspace, name: str, wanted: str) -> str:
    if name.startswith("selected_user"):
        known = wanted in ws.users
    else:
        known = wanted in ws.channels or (name.startswith("selected_conversation") and wanted in ws.users)
    if not known:
        raise Refused("not_selectable", f"{wanted[:40]!r} is not in this workspace", 404)
    return wanted


def _moment(kind: str, value: Any) -> Any:
    text = str(value)
    if kind == "datepicker":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise Refused("invalid_date", "a date is YYYY-MM-DD") from None
    if kind == "timepicker":
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
            raise Refused("invalid_time", "a time is HH:MM")
        return text
    if not re.fullmatch(r"\d{10}", text):
        raise Refused("invalid_time", "a moment is ten digits of Unix time")
    return int(text)


def _rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
