"""The bricks: one function per block, element and object. The one rule: each keeps Slack's limits by itself.

plain_text has `emoji: false`, so `:boom:` in a name stays text. mrkdwn has `verbatim: true`, so Slack makes no links
of addresses, names or channels that it finds in the text (Block Kit reference, text object).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from bot.blocks import fit
from bot.blocks.text import Mrkdwn, cut_mrkdwn, plain
from bot.model import Text

Block = dict[str, Any]
Element = dict[str, Any]
Style = Literal["primary", "danger"]


def plain_text(value: Text | str, limit: int) -> Element:
    """One line, cut to `limit`; emoji codes stay text."""
    shown = _label(value, limit) if isinstance(value, str) else plain(value, limit)
    return {"type": "plain_text", "text": shown, "emoji": False}


@lru_cache(maxsize=1024)
def _label(value: str, limit: int) -> str:
    """Our own labels come again with each card."""
    return plain(value, limit)


def mrkdwn(value: Mrkdwn, limit: int = fit.SECTION_TEXT) -> Element:
    """Escaped mrkdwn, cut to `limit`; nothing in it turns into a link."""
    return {"type": "mrkdwn", "text": cut_mrkdwn(value, limit), "verbatim": True}


def header(value: Text | str) -> Block:
    """A title of one plain line."""
    return {"type": "header", "text": plain_text(value, fit.HEADER_TEXT)}


def section(value: Mrkdwn, accessory: Element | None = None) -> Block:
    """A paragraph, with one control beside it at most."""
    block: Block = {"type": "section", "text": mrkdwn(value)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def context(*values: Mrkdwn | None) -> Block:
    """At most 10 short texts in small print."""
    return {"type": "context", "elements": [mrkdwn(v, fit.CONTEXT_TEXT) for v in values if v][:10]}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def actions(*elements: Element | None, block_id: str | None = None) -> Block:
    """A row of controls; None is left out. At least one must remain."""
    block: Block = {"type": "actions", "elements": [e for e in elements if e is not None][:25]}
    if block_id is not None:
        block["block_id"] = block_id
    return block


def button(
    label: str, action: str, value: str, *, style: Style | None = None, confirm: Element | None = None
) -> Element:
    """A button; `value` is what `values.encode` made."""
    element: Element = {
        "type": "button",
        "text": plain_text(label, fit.BUTTON_TEXT),
        "action_id": str(action),
        "value": value,
    }
    if style is not None:
        element["style"] = style
    if confirm is not None:
        element["confirm"] = confirm
    return element


def link_button(label: str, action: str, url: str) -> Element:
    """A button that opens an address in the browser; Slack tells the bot of the press as well."""
    return {"type": "button", "text": plain_text(label, fit.BUTTON_TEXT), "action_id": str(action), "url": url}


def confirm(title: str, text: Text | str, yes: str, *, danger: bool = False) -> Element:
    """A dialog before a click is sent; the text is one plain line."""
    return {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text("Go back", 30),
        "style": "danger" if danger else "primary",
    }


def option(label: Text | str, value: str, description: Text | str | None = None) -> Element:
    """An entry of a menu; label and description are cut to what Slack takes."""
    entry: Element = {"text": plain_text(label, fit.OPTION_TEXT), "value": value}
    if description:
        entry["description"] = plain_text(description, fit.OPTION_TEXT)
    return entry


def overflow(action: str, options: Sequence[Element]) -> Element | None:
    """A `…` menu of at most 5 entries; None when there is nothing in it."""
    return {"type": "overflow", "action_id": str(action), "options": list(options)[:5]} if options else None


def select(options: Sequence[Element], *, action: str = "input", initial: str | None = None, hint: str = "") -> Element:
    """A menu; over 100 options are grouped by the hundred, as Slack takes 100 groups of 100."""
    element: Element = {"type": "static_select", "action_id": str(action)}
    if hint:
        element["placeholder"] = plain_text(hint, 140)
    _fill(element, options)
    chosen = [entry for entry in options if entry["value"] == initial]
    if chosen:
        element["initial_option"] = chosen[0]
    return element


def multi_select(options: Sequence[Element], *, initial: Sequence[str] = (), hint: str = "") -> Element:
    """A menu to choose many from; `initial` are values."""
    element: Element = {"type": "multi_static_select", "action_id": "input"}
    if hint:
        element["placeholder"] = plain_text(hint, 140)
    _fill(element, options)
    chosen = [entry for entry in options if entry["value"] in initial][: fit.OPTIONS]
    if chosen:
        element["initial_options"] = chosen
    return element


def _fill(element: Element, options: Sequence[Element]) -> None:
    if len(options) <= fit.OPTIONS:
        element["options"] = list(options)
        return
    pages = [options[i : i + fit.OPTIONS] for i in range(0, min(len(options), 1_000), fit.OPTIONS)]
    element["option_groups"] = [
        {"label": plain_text(f"{i * fit.OPTIONS + 1} to {i * fit.OPTIONS + len(page)}", 75), "options": list(page)}
        for i, page in enumerate(pages)
    ]


def choices(
    kind: Literal["radio_buttons", "checkboxes"], options: Sequence[Element], initial: Sequence[str] = ()
) -> Element:
    """Radio buttons or checkboxes, at most 10."""
    element: Element = {"type": kind, "action_id": "input", "options": list(options)[:10]}
    chosen = [entry for entry in element["options"] if entry["value"] in initial]
    if chosen and kind == "radio_buttons":
        element["initial_option"] = chosen[0]
    elif chosen:
        element["initial_options"] = chosen
    return element


def external_select(action: str, hint: str, *, initial: Element | None = None) -> Element:
    """A type-ahead menu; 0 letters already ask, so the most likely entries show at once."""
    element: Element = {
        "type": "external_select",
        "action_id": str(action),
        "min_query_length": 0,
        "placeholder": plain_text(hint, 140),
    }
    if initial is not None:
        element["initial_option"] = initial
    return element


def users_select(action: str, hint: str, *, many: bool = False) -> Element:
    """A menu of the people of the workspace; `many` takes several."""
    kind = "multi_users_select" if many else "users_select"
    return {"type": kind, "action_id": str(action), "placeholder": plain_text(hint, 140)}


def text_input(*, initial: str | None = None, lines: bool = False, longest: int = 3_000, hint: str = "") -> Element:
    """`initial` must fit `longest` already: cutting it here would cut what is stored when it is sent back."""
    element: Element = {"type": "plain_text_input", "action_id": "input", "multiline": lines, "max_length": longest}
    if initial:
        element["initial_value"] = initial
    if hint:
        element["placeholder"] = plain_text(hint, 140)
    return element


def datetime_input(initial: datetime | None = None) -> Element:
    """A moment in the viewer's own time zone; Slack sends Unix seconds."""
    element: Element = {"type": "datetimepicker", "action_id": "input"}
    if initial is not None:
        element["initial_date_time"] = int(initial.timestamp())
    return element


def field(label: Text | str, element: Element, block_id: str, *, hint: str = "", optional: bool = False) -> Block:
    """An input block."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, fit.LABEL_TEXT),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain_text(hint, fit.HINT_TEXT)
    return block


def modal(
    title: Text | str,
    callback: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    meta: str = "",
    close: str = "Close",
) -> dict[str, Any]:
    """A modal's payload. `submit` is needed where it has inputs."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": str(callback),
        "title": plain_text(title, fit.TITLE_TEXT),
        "close": plain_text(close, fit.TITLE_TEXT),
        "blocks": fit.fit(blocks, "modal"),
        "private_metadata": meta,
    }
    if submit is not None:
        view["submit"] = plain_text(submit, fit.TITLE_TEXT)
    return view
