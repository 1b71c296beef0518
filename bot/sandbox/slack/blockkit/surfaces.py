"""Rules that hold for a whole surface: a message, a modal, the Home tab, an options answer.

The one rule: the answer is a Verdict with Slack's own error code; None means that Slack takes it.
Which block stands where: docs.slack.dev/reference/block-kit/blocks; a block whose surface is undocumented is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.blockkit.blocks import BLOCKS
from bot.sandbox.slack.blockkit.checks import (
    Check,
    Finding,
    Findings,
    array,
    boolean,
    by_type,
    enum,
    exactly_one,
    obj,
    string,
)
from bot.sandbox.slack.blockkit.objects import OPTION, OPTION_GROUP, plain

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Not in Slack's pages; measured by others at 13,200 to 13,297 characters (slackapi/bolt-js#2509).
TOTAL_CHARACTERS = 13_200
MARKDOWN_CHARACTERS = 12_000
VIEW_BYTES = 250_000

_NOT_IN_MESSAGE = {"alert", "file"}
_MESSAGE_ONLY = {"markdown", "table", "data_table", "plan", "task_card", "context_actions", "container"}
_NOT_IN_HOME = _MESSAGE_ONLY | {"file"}
_NOT_IN_MODAL = _NOT_IN_HOME | {"card", "carousel"}


def _allowed(without: set[str]) -> dict[str, Check]:
    return {kind: check for kind, check in BLOCKS.items() if kind not in without}


_MESSAGE = array(by_type(_allowed(_NOT_IN_MESSAGE), "message block"), 0, MESSAGE_BLOCKS)
_SHARED = {"private_metadata": string(3000, 0), "callback_id": string(255, 0), "external_id": string(255, 0)}
_MODAL = obj(
    {
        "type": enum("modal"),
        "title": plain(24),
        "blocks": array(by_type(_allowed(_NOT_IN_MODAL), "modal block"), 1, VIEW_BLOCKS),
    },
    {
        **_SHARED,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_HOME = obj(
    {
        "type": enum("home"),
        "blocks": array(by_type(_allowed(_NOT_IN_HOME), "Home block"), 0, VIEW_BLOCKS),
    },
    _SHARED,
)
_OPTIONS = obj(
    {},
    {"options": array(OPTION, 0, 100), "option_groups": array(OPTION_GROUP, 0, 100)},
    exactly_one("options", "option_groups"),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A refusal: Slack's error code and what was found."""

    code: str
    findings: list[Finding]

    def lines(self) -> list[str]:
        return [finding.line() for finding in self.findings]


def check_message_blocks(blocks: Any, at: str = "/blocks") -> Verdict | None:
    """Blocks of a message. Codes: invalid_blocks_format (not an array), invalid_blocks, msg_blocks_too_long."""
    if not isinstance(blocks, list):
        return Verdict("invalid_blocks_format", [Finding(at, "must provide an array", "invalid_type")])
    out = Findings()
    _MESSAGE(blocks, at, out)
    _whole_surface(blocks, at, out, "message")
    if out.found:
        return Verdict("invalid_blocks", out.found)
    if sum(len(text) for text in shown_strings(blocks)) > TOTAL_CHARACTERS:
        return Verdict("msg_blocks_too_long", [Finding(at, "the blocks together are too long")])
    return None


def check_view(view: Any, at: str = "/view", *, home: bool | None = None) -> Verdict | None:
    """A modal or Home view; `home` says which, None takes either. Codes: invalid_arguments, view_too_large."""
    out = Findings()
    if not isinstance(view, dict):
        return Verdict("invalid_arguments", [Finding(at, "must provide an object", "invalid_type")])
    # Compact UTF-8, as it travels; Slack says 250 kB.
    if len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")) > VIEW_BYTES:
        return Verdict("view_too_large", [Finding(at, "the view is larger than 250 kB")])
    wanted: dict[str, Check] = {"modal": _MODAL, "home": _HOME}
    if home is not None:
        del wanted["modal" if home else "home"]
    by_type(wanted, "view")(view, at, out)
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        surface = "home" if view.get("type") == "home" else "modal"
        _whole_surface(blocks, f"{at}/blocks", out, surface)
        has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
        if surface == "modal" and has_input and "submit" not in view:
            out.add(at, "missing required field: submit (a modal with an input block needs it)", "missing_field")
    return Verdict("invalid_arguments", out.found) if out.found else None


def check_options_answer(answer: Any) -> Verdict | None:
    """What an app answers to a type-ahead query: `options` or `option_groups`, up to 100."""
    out = Findings()
    _OPTIONS(answer, "", out)
    return Verdict("invalid_options", out.found) if out.found else None


def _whole_surface(blocks: list[Any], at: str, out: Findings, surface: str) -> None:
    _unique_block_ids(blocks, at, out)
    focused = [path for path, node in _objects(blocks, at) if node.get("focus_on_load") is True]
    for path in focused[1:]:
        out.add(f"{path}/focus_on_load", "only one element may have focus_on_load")
    for path, node in _objects(blocks, at):
        kind = node.get("type")
        if surface != "modal" and kind == "file_input":
            out.add(f"{path}/type", "unsupported type: file_input (modals only)", "unsupported_type")
        if surface != "modal" and node.get("response_url_enabled") is True:
            out.add(f"{path}/response_url_enabled", "only available in modals")
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    if kinds.count("table") > 1:
        out.add(at, "only one table is allowed in a message", "only_one_table_allowed")
    markdown = [b.get("text") for b in blocks if isinstance(b, dict) and b.get("type") == "markdown"]
    if sum(len(text) for text in markdown if isinstance(text, str)) > MARKDOWN_CHARACTERS:
        out.add(at, f"markdown blocks together must be less than {MARKDOWN_CHARACTERS + 1} characters")


def _unique_block_ids(blocks: list[Any], at: str, out: Findings) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if not isinstance(block_id, str):
            continue
        if block_id in seen:
            out.add(f"{at}/{index}/block_id", f"`block_id` already exists: {block_id[:80]}", "duplicate")
        seen.add(block_id)


def _objects(value: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object inside, with its pointer; without recursion, for JSON may be nested a thousand deep."""
    stack: list[tuple[str, Any]] = [(at, value)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict):
            yield path, node
            stack += [(f"{path}/{name}", entry) for name, entry in node.items()]
        elif isinstance(node, list):
            stack += [(f"{path}/{index}", entry) for index, entry in enumerate(node)]


def shown_strings(blocks: Any) -> Iterator[str]:
    """The texts that count towards the total: everything under a `text`, `title` or `alt_text` key."""
    for _, node in _objects(blocks, ""):
        for name in ("text", "title", "alt_text"):
            entry = node.get(name)
            if isinstance(entry, str):
                yield entry
