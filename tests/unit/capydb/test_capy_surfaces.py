"""Every surface of a database cutover: as drawn last time, within Slack's limits, deaf to what names hold."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blocks import capydb_forms, capydb_list, capydb_post, say
from bot.blocks.capydb_forms import RequestForm, RequestSheet
from bot.blocks.capydb_post import GONE, RequestView
from bot.blocks.fit import check
from bot.blocks.message import Message
from bot.blocks.values import RequestMeta
from bot.errors import CapyRefused
from bot.model import Text
from bot.model.cutover_request import CutoverRequest, Preview, Project
from bot.sandbox.slack.blockkit import check_message_blocks, check_view

GOLDEN = Path(__file__).parents[2] / "golden" / "blocks" / "capydb"
NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
STATES = ("open", "acked", "in_progress", "completed", "rejected", GONE, "half_way")
META = RequestMeta(channel="C0DCFAILOVR", r="101", t="101019", p="prj_1", d="prv_1")
TRICKS = (
    "<!channel> <@U1> <#C1> <https://evil|bank>",
    "*bold* _it_ `code` :boom: <!date^1^{date}|now>",
    "\u202eevil\u202c שלום \x00\x1b[31m\r\n\n{name} {0} %s",
    "😀" * 2_000,
    "&" * 4_000,
    "",
)


def view(status: str, t: Text) -> RequestView:
    request = CutoverRequest(
        "cut_1",
        status,
        ticket=t,
        note=t,
        operator_note=t,
        rejected_reason=t if status == "rejected" else Text(),
        backup_id="bkp_1" if status == "completed" else "",
        job_id="job_1" if status == "in_progress" else "",
        created_at=NOW - timedelta(minutes=80),
        completed_at=NOW if status == "completed" else None,
    )
    ends = NOW + timedelta(hours=3)
    return RequestView(request, t, t, NOW, "U0DANA00001", t, ends, finishes=True)


def surfaces(text: str = "ledger-dc-south") -> dict[str, Any]:
    """Name to what is drawn; `text` stands wherever people or CapyDB write something."""
    t = Text(text)
    project, preview = Project("prj_1", t), Preview("prv_1", "prj_1", t, "ready", NOW + timedelta(hours=3))
    sheet = RequestSheet(project, preview, NOW, t, can_finish=True)
    views = [view(status, t) for status in STATES]
    problem = say.error(CapyRefused("CapyDB refused this (status 400).", "Check what you entered.", detail=t))
    filled = RequestForm(Text(text[:120]), Text(text[:650]), finish=True)
    return {
        **{f"card_{one.request.status}": capydb_post.card(one) for one in views},
        **{f"news_{one.request.status}": capydb_post.news(one) for one in views},
        "expires": capydb_post.expires(views[0]),
        "unseen": capydb_post.unseen(views[0], "CapyDB cannot be reached."),
        "unfinished": capydb_post.unfinished(views[3], "This task does not run yet.", "It has to be started first."),
        "list": capydb_list.requests(views, words=text[:100]),
        "list_long": capydb_list.requests(views * 3, only=t),
        "list_empty": capydb_list.requests([], only=t),
        "choice": capydb_forms.choice([(project, (preview,))], NOW, meta=META, task=t),
        "choice_of_projects": capydb_forms.choice([(project, (preview,)), (Project("prj_2", t), ())], NOW, meta=META),
        "choice_none": capydb_forms.choice([(project, ())], NOW, meta=META),
        "choice_typed": capydb_forms.choice([(project, None)], NOW, meta=META),
        "request": capydb_forms.request(sheet, RequestForm(Text("CHG0041877")), meta=META),
        "request_again": capydb_forms.request(sheet, filled, meta=META, problem=problem),
    }


def dump(made: Any) -> dict[str, Any]:
    return {"text": made.text, "blocks": list(made.blocks)} if isinstance(made, Message) else dict(made.payload)


def parsed(node: Any) -> Iterator[str]:
    """Every string in which Slack looks for control sequences."""
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn" or ("blocks" in node and isinstance(node.get("text"), str)):
            yield node["text"]
        for value in node.values():
            yield from parsed(value)
    elif isinstance(node, list):
        for value in node:
            yield from parsed(value)


def acting(made: Any) -> set[str]:
    """Control sequences that are no time."""
    found = {one for text in parsed(dump(made)) for one in re.findall("<[^>]*>?", text)}
    return {one for one in found if not one.startswith("<!date^")}


@pytest.mark.parametrize("name", sorted(surfaces()))
def test_a_surface_looks_as_it_did(name: str) -> None:
    now = json.dumps(dump(surfaces()[name]), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    file = GOLDEN / f"{name}.json"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.write_text(now, encoding="utf-8")
    assert now == file.read_text(encoding="utf-8"), f"{name} changed; if that is meant: UPDATE_GOLDEN=1"


def test_no_golden_file_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(surfaces())


def harmless(text: str) -> None:
    for name, made in surfaces(text).items():
        judged = (
            check_message_blocks(list(made.blocks))
            if isinstance(made, Message)
            else check_view(made.payload, home=False)
        )
        assert judged is None, (name, judged.lines())
        assert check(made) == [], name
        assert acting(made) <= {"<@U0DANA00001>"}, name


@pytest.mark.parametrize("text", TRICKS, ids=range(len(TRICKS)))
def test_each_trick_is_harmless(text: str) -> None:
    harmless(text)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(st.characters(codec=None), max_size=60))
def test_no_text_is_refused_or_acts(text: str) -> None:
    harmless(text)


@pytest.mark.parametrize("text", [*TRICKS, "<script>alert(1)</script>"])
@pytest.mark.parametrize("status", STATES)
def test_a_comment_is_one_paragraph_of_escaped_text(status: str, text: str) -> None:
    made = capydb_post.comment(view(status, Text(text)))
    assert re.fullmatch(r"<p>[^<>]*</p>", made), made
    assert len(made) < 10_000
