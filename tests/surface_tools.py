"""What tests of drawn surfaces share: the golden files, and the judgement of a text that may hold tricks."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.blocks.fit import check
from bot.blocks.message import Message
from bot.sandbox.slack.blockkit import check_message_blocks, check_view

GOLDEN = Path(__file__).parent / "golden" / "blocks"
_TIME = re.compile(r"<!date\^\d+\^[^|<>]+\|[^|<>]+>")


def dump(made: Any) -> dict[str, Any]:
    """A message or a view as Slack gets it."""
    return {"text": made.text, "blocks": list(made.blocks)} if isinstance(made, Message) else dict(made.payload)


def looks_as_it_did(made: Any, file: Path) -> None:
    """Against the golden file; with UPDATE_GOLDEN=1 in the environment that is written anew."""
    now = json.dumps(dump(made), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.write_text(now, encoding="utf-8")
    assert now == file.read_text(encoding="utf-8"), f"{file.stem} changed; if that is meant: UPDATE_GOLDEN=1"


def none_left_over(folder: Path, surfaces: Mapping[str, Any]) -> None:
    """Each golden file belongs to a surface."""
    assert {file.stem for file in folder.glob("*.json")} == set(surfaces)


def acting(made: Any) -> set[str]:
    """Control sequences that Slack would act on; times are none, and differ in their number only."""
    found = {one for text in _parsed(dump(made)) for one in re.findall("<[^>]*>?", text)}
    return {one for one in found if not _TIME.fullmatch(one)}


def accepted(name: str, made: Any, allowed: set[str]) -> None:
    """Within Slack's limits, by our own reckoning and the embedded Slack's, and nothing in it acts but `allowed`."""
    assert check(made) == [], name
    assert _refused(made) == [], name
    assert acting(made) <= allowed, name
    json.dumps(dump(made), ensure_ascii=False).encode()


def _parsed(node: Any) -> Iterator[str]:
    """Every string in which Slack looks for control sequences."""
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn" or ("blocks" in node and isinstance(node.get("text"), str)):
            yield node["text"]
        for value in node.values():
            yield from _parsed(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _parsed(value)


def _refused(made: Any) -> list[str]:
    """What the embedded Slack, written apart from the bot, says of it."""
    if isinstance(made, Message):
        verdict = check_message_blocks(list(made.blocks))
    else:
        verdict = check_view(made.payload, home=made.payload["type"] == "home")
    return verdict.lines() if verdict is not None else []
