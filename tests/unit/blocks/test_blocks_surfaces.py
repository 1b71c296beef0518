"""Every surface: as drawn last time, within Slack's limits, and deaf to what is written in names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from blocks_world import GROUPS, surfaces
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from surface_tools import GOLDEN, accepted, acting, dump, looks_as_it_did, none_left_over

from bot.blocks.message import Message

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


@pytest.mark.parametrize("name", sorted(surfaces(PLAIN)))
def test_a_surface_looks_as_it_did(name: str) -> None:
    looks_as_it_did(surfaces(PLAIN)[name], GOLDEN / f"{name}.json")


def test_no_golden_file_is_left_over() -> None:
    none_left_over(GOLDEN, surfaces(PLAIN))


ALLOWED = {name: acting(made) for name, made in surfaces(PLAIN).items()}
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


def harmless(group: str, text: str) -> None:
    for name, made in GROUPS[group](text).items():
        accepted(name, made, ALLOWED[name])


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("text", [*HOSTILE, *LONGEST], ids=range(len(HOSTILE) + len(LONGEST)))
def test_each_known_trick_is_harmless(group: str, text: str) -> None:
    harmless(group, text)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(group=st.sampled_from(sorted(GROUPS)), text=st.one_of(TEXTS, LONG))
def test_whatever_a_name_holds_slack_takes_it_and_nothing_in_it_acts(group: str, text: str) -> None:
    harmless(group, text)


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
