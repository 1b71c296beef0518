"""Every surface of a database cutover: as drawn last time, within Slack's limits, deaf to what names hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from surface_tools import GOLDEN, accepted, looks_as_it_did, none_left_over

from bot.blocks import capydb_forms, capydb_list, capydb_post, say
from bot.blocks.capydb_forms import RequestForm, RequestSheet
from bot.blocks.capydb_post import GONE, RequestView
from bot.blocks.values import RequestMeta
from bot.errors import CapyRefused
from bot.model import Text
from bot.model.cutover_request import CutoverRequest, Preview, Project

FOLDER = GOLDEN / "capydb"
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


@pytest.mark.parametrize("name", sorted(surfaces()))
def test_a_surface_looks_as_it_did(name: str) -> None:
    looks_as_it_did(surfaces()[name], FOLDER / f"{name}.json")


def test_no_golden_file_is_left_over() -> None:
    none_left_over(FOLDER, surfaces())


def harmless(text: str) -> None:
    for name, made in surfaces(text).items():
        accepted(name, made, {"<@U0DANA00001>"})


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
