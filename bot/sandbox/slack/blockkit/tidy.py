"""What Slack adds to accepted blocks before it stores them.

The one rule: only what Slack is known to fill in: `block_id`, `action_id`, `emoji` on plain_text, `verbatim` on
mrkdwn.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

_NO_ACTION = {"image", "plain_text", "mrkdwn"}


def fill_in(blocks: list[Any], new_id: Callable[[], str]) -> list[dict[str, Any]]:
    """A copy of valid blocks with the generated fields set."""
    filled: list[dict[str, Any]] = copy.deepcopy([block for block in blocks if isinstance(block, dict)])
    for block in with_children(filled):
        block.setdefault("block_id", new_id())
        for element in interactive(block):
            element.setdefault("action_id", new_id())
    _texts(filled)
    return filled


def interactive(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The elements of a block that a person can act on, in order; those of its child blocks too."""
    found: list[dict[str, Any]] = []
    if block.get("type") in ("actions", "context_actions"):
        found += [entry for entry in block.get("elements", []) if isinstance(entry, dict)]
    if block.get("type") == "section":
        found += [entry for entry in [block.get("accessory")] if isinstance(entry, dict)]
    if block.get("type") == "input":
        found += [entry for entry in [block.get("element")] if isinstance(entry, dict)]
    if block.get("type") == "card":
        found += [entry for entry in block.get("actions", []) if isinstance(entry, dict)]
    return [entry for entry in found if entry.get("type") not in _NO_ACTION]


def with_children(blocks: list[Any]) -> list[dict[str, Any]]:
    """All blocks of a surface, those inside containers and carousels too."""
    found: list[dict[str, Any]] = []
    for block in blocks:
        if not isinstance(block, dict):
            continue
        found.append(block)
        if block.get("type") == "container":
            found += with_children(block.get("child_blocks", []))
        elif block.get("type") == "carousel":
            found += with_children(block.get("elements", []))
    return found


def _texts(node: Any) -> None:
    if isinstance(node, list):
        for entry in node:
            _texts(entry)
    elif isinstance(node, dict):
        if node.get("type") == "plain_text" and isinstance(node.get("text"), str):
            node.setdefault("emoji", True)
        elif node.get("type") == "mrkdwn" and isinstance(node.get("text"), str):
            node.setdefault("verbatim", False)
        for entry in node.values():
            _texts(entry)
