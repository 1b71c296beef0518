"""Finds what Slack would refuse in a message or view. The one rule: it shares no code with the builders it judges.

For tests and for a last look before sending. Limits are Slack's own (Block Kit reference), not ours with margin.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ALLOWED = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#[CGD][A-Z0-9]+|!date\^-?\d+\^[^<>|^]+\|[^<>|]+|https?://[^\s<>|]+(?:\|[^<>|]+)?)>"
)
_OPTION_LIMITS = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}
_BLOCK_TYPES = {"header", "section", "context", "actions", "divider", "input", "rich_text", "image"}


def check(payload: Any) -> list[str]:
    """Complaints about a `Message`, a `View`, or their plain dictionaries; empty when Slack will take it."""
    if isinstance(payload, Mapping):
        return list(_view(payload) if payload.get("type") in ("modal", "home") else _message(payload))
    if hasattr(payload, "payload"):
        return list(_view(payload.payload))
    return list(_message({"text": payload.text, "blocks": list(payload.blocks)}))


def _message(payload: Mapping[str, Any]) -> Iterator[str]:
    text, blocks = payload.get("text", ""), payload.get("blocks", [])
    if not text.strip():
        yield "text: empty"
    yield from _markup(text, "text")
    yield from _length(text, 1, 4_000, "text")
    yield from _count(blocks, 0, 50, "blocks")
    if _units(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) >= 13_000:
        yield "blocks: too long together"
    yield from _blocks(blocks, modal=False)


def _view(view: Mapping[str, Any]) -> Iterator[str]:
    blocks = view.get("blocks", [])
    yield from _count(blocks, 1, 100, "blocks")
    yield from _length(view.get("private_metadata", ""), 0, 3_000, "private_metadata")
    if view.get("type") == "modal" or "callback_id" in view:
        yield from _length(view.get("callback_id", ""), 1, 255, "callback_id")
    if len(json.dumps(view).encode()) > 250_000:
        yield "view: over 250 kB"
    for name in ("title", "submit", "close"):
        if name in view:
            yield from _text(view[name], 24, f"{name}", "plain_text")
    if "title" not in view and view.get("type") == "modal":
        yield "title: missing"
    if "submit" not in view and any(b.get("type") == "input" for b in blocks):
        yield "submit: needed with inputs"
    yield from _blocks(blocks, modal=True)


def _blocks(blocks: Sequence[Mapping[str, Any]], *, modal: bool) -> Iterator[str]:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "block_id: not unique"
    for i, block in enumerate(blocks):
        at = f"blocks/{i}"
        if block.get("type") not in _BLOCK_TYPES:
            yield f"{at}: type {block.get('type')}"
        if "block_id" in block:
            yield from _length(block["block_id"], 1, 255, f"{at}/block_id")
        yield from _block(block, at, modal)


def _block(block: Mapping[str, Any], at: str, modal: bool) -> Iterator[str]:
    kind = block.get("type")
    if kind == "header":
        yield from _text(block["text"], 150, f"{at}/text", "plain_text")
    elif kind == "section":
        yield from _text(block["text"], 3_000, f"{at}/text")
        if "accessory" in block:
            yield from _element(block["accessory"], f"{at}/accessory")
    elif kind == "context":
        yield from _count(block["elements"], 1, 10, f"{at}/elements")
        for i, element in enumerate(block["elements"]):
            yield from _text(element, 3_000, f"{at}/elements/{i}")
    elif kind == "actions":
        yield from _count(block["elements"], 1, 25, f"{at}/elements")
        names = [e["action_id"] for e in block["elements"]]
        if len(names) != len(set(names)):
            yield f"{at}: action_id not unique"
        for i, element in enumerate(block["elements"]):
            yield from _element(element, f"{at}/elements/{i}")
    elif kind == "input":
        if not modal:
            yield f"{at}: input in a message"
        yield from _text(block["label"], 2_000, f"{at}/label", "plain_text")
        if "hint" in block:
            yield from _text(block["hint"], 2_000, f"{at}/hint", "plain_text")
        yield from _element(block["element"], f"{at}/element")


def _element(element: Mapping[str, Any], at: str) -> Iterator[str]:
    kind = element["type"]
    yield from _length(element["action_id"], 1, 255, f"{at}/action_id")
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{at}/confirm")
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, f"{at}/placeholder", "plain_text")
    if kind == "button":
        yield from _text(element["text"], 75, f"{at}/text", "plain_text")
        yield from _length(element.get("value", ""), 0, 2_000, f"{at}/value")
    elif kind == "plain_text_input":
        yield from _length(element.get("initial_value", ""), 0, element.get("max_length", 3_000), f"{at}/initial_value")
    elif "options" in element or "option_groups" in element or "initial_option" in element:
        yield from _menu(element, at)


def _menu(element: Mapping[str, Any], at: str) -> Iterator[str]:
    groups = element.get("option_groups", [])
    all_options = [*element.get("options", []), *(o for group in groups for o in group["options"])]
    if element["type"] != "external_select":
        most = _OPTION_LIMITS.get(element["type"], 100)
        for options in [group["options"] for group in groups] or [all_options]:
            yield from _count(options, 1, most, f"{at}/options")
    yield from _count(groups, 0, 100, f"{at}/option_groups")
    initial = [
        *element.get("initial_options", []),
        *([element["initial_option"]] if "initial_option" in element else []),
    ]
    if element["type"] != "external_select" and any(option not in all_options for option in initial):
        yield f"{at}: initial option is none of the options"
    for option in [*all_options, *initial]:
        yield from _text(option["text"], 75, f"{at}/option/text")
        yield from _length(option["value"], 1, 150, f"{at}/option/value")
        if "description" in option:
            yield from _text(option["description"], 75, f"{at}/option/description", "plain_text")
    values = [option["value"] for option in all_options]
    if len(values) != len(set(values)):
        yield f"{at}: option values not unique"


def _confirm(dialog: Mapping[str, Any], at: str) -> Iterator[str]:
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        yield from _text(dialog[name], most, f"{at}/{name}")


def _text(text: Mapping[str, Any], most: int, at: str, kind: str | None = None) -> Iterator[str]:
    if kind is not None and text.get("type") != kind:
        yield f"{at}: must be {kind}"
    yield from _length(text["text"], 1, most, at)
    if not text["text"].strip():
        yield f"{at}: blank"
    if text["type"] == "mrkdwn":
        yield from _markup(text["text"], at)


def _markup(text: str, at: str) -> Iterator[str]:
    """Control sequences that are none of ours, and signs that are not escaped."""
    rest = _ALLOWED.sub("", text)
    rest = re.sub(r"(?m)^> ", "", rest)
    if "<" in rest or ">" in rest or re.search(r"&(?!(?:amp|lt|gt);)", rest):
        yield f"{at}: unescaped {rest[:60]!r}"


def _length(text: str, least: int, most: int, at: str) -> Iterator[str]:
    if not least <= _units(text) <= most:
        yield f"{at}: {_units(text)} characters, not {least} to {most}"
    if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text):
        yield f"{at}: control characters"


def _count(items: Sequence[Any], least: int, most: int, at: str) -> Iterator[str]:
    if not least <= len(items) <= most:
        yield f"{at}: {len(items)} entries, not {least} to {most}"


def _units(text: str) -> int:
    """UTF-16 units, the widest count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
