"""Every surface: as drawn last time, within Slack's limits, and deaf to what is written in names."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blocks_world import GROUPS, surfaces
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blocks.fit import check
from bot.blocks.message import Message
from bot.sandbox.slack.blockkit import check_message_blocks, check_view

GOLDEN = Path(__file__).parents[2] / "golden" / "blocks"
PLAIN = "Fail over DB 7"
HOSTILE = (
    "<!channel>",
    "<@U1> <#C1> <!subteam^S1>",
    "<https://evil|bank>",
    "&lt;!here&gt;",
    "*bold* _it_ ~no~ `code` ```",
    "> quote",
    ":boom: :100:",
    "\u202eevil\u202c \u2066x\u2069 \u200b\ufeff\u2060",
    "e" + "\u0301" * 50,
    "👨‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪",
    "שלום עולם مرحبا",
    "\x00\x07\x1b[31m\r\n\n\n\n",
    '{"v":1,"r":"1"}',
    "\ud800",
    "\ufffe\uffff",
    "<!date^1^{date}|now>",
    "<https://evil.example>",
    "\u3164\u2800",
    "&amp;&&&<<<>>>",
)
LETTERS = st.characters(codec=None)
TEXTS = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(LETTERS, max_size=20)), max_size=8).map("".join)
LONG = st.builds(lambda text, n: (text * n)[:4_000], TEXTS, st.integers(1, 400))


def dump(made: Any) -> Any:
    if isinstance(made, Message):
        return {"text": made.text, "blocks": list(made.blocks)}
    return made.payload


def mrkdwn_of(node: Any) -> Iterator[str]:
    """Every string that Slack parses for control sequences."""
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield node["text"]
        if "blocks" in node and isinstance(node.get("text"), str):
            yield node["text"]
        for value in node.values():
            yield from mrkdwn_of(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from mrkdwn_of(value)


def refused(made: Any) -> list[str]:
    """What the embedded Slack, written apart from the bot, says of it."""
    view = not isinstance(made, Message)
    verdict = check_view(made.payload) if view else check_message_blocks(list(made.blocks))
    return verdict.lines() if verdict is not None else []


def sequences(made: Any) -> set[str]:
    return {found for text in mrkdwn_of(dump(made)) for found in re.findall("<[^>]*>?", text)}


@pytest.mark.parametrize("name", sorted(surfaces(PLAIN)))
def test_a_surface_looks_as_it_did(name: str) -> None:
    now = json.dumps(dump(surfaces(PLAIN)[name]), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    file = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.write_text(now, encoding="utf-8")
    assert now == file.read_text(encoding="utf-8"), f"{name} changed; if that is meant: UPDATE_GOLDEN=1"


def test_no_golden_file_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(surfaces(PLAIN))


ALLOWED = {name: sequences(made) for name, made in surfaces(PLAIN).items()}
LONGEST = (
    "x" * 4_000,
    "&" * 4_000,
    "*" * 4_000,
    "😀" * 2_000,
    "<!channel>" * 400,
    "\n" * 4_000,
    "ש`" * 2_000,
    "",
    "\ud800" * 100,
    "\u200b" * 1_100 + "x",
)


def accepted(group: str, text: str) -> None:
    for name, made in GROUPS[group](text).items():
        assert check(made) == [], name
        assert refused(made) == [], name
        assert sequences(made) <= ALLOWED[name], name
        json.dumps(dump(made), ensure_ascii=False).encode()


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("text", [*HOSTILE, *LONGEST], ids=range(len(HOSTILE) + len(LONGEST)))
def test_each_known_trick_is_harmless(group: str, text: str) -> None:
    accepted(group, text)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(group=st.sampled_from(sorted(GROUPS)), text=st.one_of(TEXTS, LONG))
def test_whatever_a_name_holds_slack_takes_it_and_nothing_in_it_acts(group: str, text: str) -> None:
    accepted(group, text)


def test_the_words_of_a_card_are_in_its_text() -> None:
    made = surfaces(PLAIN)["card_task_running"]
    assert isinstance(made, Message)
    assert PLAIN in made.text
    assert "Running" in made.text
    assert "Late" in made.text


@pytest.mark.parametrize("name", [n for n in surfaces(PLAIN) if n.endswith("_live")])
def test_live_is_marked(name: str) -> None:
    assert "LIVE" in json.dumps(dump(surfaces(PLAIN)[name]))


def controls(made: Any) -> dict[str, Any]:
    return {e["action_id"]: e for b in made.blocks if b["type"] == "actions" for e in b["elements"]}


def test_live_asks_before_it_starts_and_a_rehearsal_does_not() -> None:
    live = controls(surfaces(PLAIN)["card_task_startable_live"])
    assert PLAIN in live["task.start"]["confirm"]["text"]["text"]
    assert "confirm" in live["task.skip"]
    assert "confirm" not in controls(surfaces(PLAIN)["card_task_running"])["task.finish"]


@pytest.mark.parametrize(
    ("name", "there", "absent"),
    [
        ("card_task_running", {"task.finish", "task.skip"}, {"task.start", "task.finish_ask"}),
        ("card_task_asks", {"task.finish_ask"}, {"task.finish", "task.start"}),
        ("card_task_waiting", {"task.comment"}, {"task.start", "task.finish", "task.skip"}),
        ("card_task_done", {"task.comment"}, {"task.start", "task.finish", "task.skip", "task.more"}),
        ("card_task_working", set(), {"task.start", "task.finish", "task.skip", "task.comment"}),
        ("card_runbook_planning", {"runbook.start"}, {"runbook.pause", "runbook.cancel", "runbook.next"}),
        ("card_runbook_active", {"runbook.pause", "runbook.cancel", "runbook.next"}, {"runbook.start"}),
        ("card_runbook_paused_live", {"runbook.resume", "runbook.cancel"}, {"runbook.pause", "runbook.start"}),
    ],
)
def test_buttons_follow_the_state(name: str, there: set[str], absent: set[str]) -> None:
    shown = set(controls(surfaces(PLAIN)[name]))
    assert there <= shown
    assert not absent & shown
