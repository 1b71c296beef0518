"""Every surface of watching: as drawn last time, within Slack's limits, and deaf to what is written in names."""

from __future__ import annotations

import pytest
from digest_surfaces import GROUPS, surfaces
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from surface_tools import GOLDEN, accepted, acting, looks_as_it_did, none_left_over

FOLDER = GOLDEN / "watching"
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


@pytest.mark.parametrize("name", sorted(surfaces()))
def test_a_surface_of_watching_looks_as_it_did(name: str) -> None:
    looks_as_it_did(surfaces()[name], FOLDER / f"{name}.json")


def test_no_golden_file_of_watching_is_left_over() -> None:
    none_left_over(FOLDER, surfaces())


ALLOWED = {name: acting(made) for name, made in surfaces().items()}


def harmless(group: str, text: str) -> None:
    for name, made in GROUPS[group](text).items():
        accepted(name, made, ALLOWED[name])


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("text", TRICKS, ids=range(len(TRICKS)))
def test_each_trick_in_a_name_is_harmless(group: str, text: str) -> None:
    harmless(group, text)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(group=st.sampled_from(sorted(GROUPS)), text=st.text(st.characters(codec=None), max_size=60))
def test_no_name_whatever_it_holds_is_refused_or_acts(group: str, text: str) -> None:
    harmless(group, text)
