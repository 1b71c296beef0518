"""Every surface of watching: as drawn last time, within Slack's limits, and deaf to what is written in names."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from digest_surfaces import GROUPS, surfaces
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blocks.fit import check
from bot.blocks.message import Message
from bot.sandbox.slack.blockkit import check_message_blocks, check_view

GOLDEN = Path(__file__).parents[2] / "golden" / "blocks" / "watching"
TRICKS = (
    "<!channel> <@U1> <#C1>",
    "<https://evil|bank> &amp;&&<<>>",
    "*bold* _it_ ~no~ `code` ``` > quote\n> second",
    ":boom: :100: <!date^1^{date}|now>",
    "\u202eevil\u202c \u200b\ufeff",
    "שלום עולם مرحبا",
    "\x00\x07\x1b[31m\r\n\n\n",
    "{name} {0} %s",
    "\ud800\ufffe",
    "x" * 4_000,
    "&" * 4_000,
    "😀" * 2_000,
    "",
)


def dump(made: Any) -> dict[str, Any]:
    return {"text": made.text, "blocks": list(made.blocks)} if isinstance(made, Message) else dict(made.payload)


def mrkdwn_of(node: Any) -> Iterator[str]:
    """Every string that Slack parses for control sequences."""
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn" or ("blocks" in node and isinstance(node.get("text"), str)):
            yield node["text"]
        for value in node.values():
            yield from mrkdwn_of(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from mrkdwn_of(value)


def acting(made: Any) -> set[str]:
    """Control sequences that are no time: times differ in their number only."""
    found = {one for text in mrkdwn_of(dump(made)) for one in re.findall("<[^>]*>?", text)}
    return {one for one in found if not re.fullmatch(r"<!date\^\d+\^[^|<>]+\|[^|<>]+>", one)}


def refused(made: Any) -> list[str]:
    """What the embedded Slack, written apart from the bot, says of it."""
    if isinstance(made, Message):
        verdict = check_message_blocks(list(made.blocks))
    else:
        verdict = check_view(made.payload, home=made.payload["type"] == "home")
    return verdict.lines() if verdict is not None else []


@pytest.mark.parametrize("name", sorted(surfaces()))
def test_a_surface_of_watching_looks_as_it_did(name: str) -> None:
    now = json.dumps(dump(surfaces()[name]), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    file = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.write_text(now, encoding="utf-8")
    assert now == file.read_text(encoding="utf-8"), f"{name} changed; if that is meant: UPDATE_GOLDEN=1"


def test_no_golden_file_of_watching_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(surfaces())


ALLOWED = {name: acting(made) for name, made in surfaces().items()}


def accepted(group: str, text: str) -> None:
    for name, made in GROUPS[group](text).items():
        assert check(made) == [], name
        assert refused(made) == [], name
        assert acting(made) <= ALLOWED[name], name
        json.dumps(dump(made), ensure_ascii=False).encode()


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("text", TRICKS, ids=range(len(TRICKS)))
def test_each_trick_in_a_name_is_harmless(group: str, text: str) -> None:
    accepted(group, text)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(group=st.sampled_from(sorted(GROUPS)), text=st.text(st.characters(codec=None), max_size=60))
def test_no_name_whatever_it_holds_is_refused_or_acts(group: str, text: str) -> None:
    accepted(group, text)
