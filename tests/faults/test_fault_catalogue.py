"""The catalogue is whole: each row has tests that exist, and the page says so."""

from __future__ import annotations

import re
from collections import Counter

import fault_page
import pytest

SIZES = {"A": 20, "B": 12, "C": 10, "D": 10, "E": 15, "F": 8, "G": 14, "H": 14, "I": 12, "J": 8, "K": 9, "L": 11}


def test_every_row_is_there_and_has_a_test_or_a_reason() -> None:
    titles, rows = fault_page.catalogue()
    assert [row.id for row in rows] == [
        f"{letter}{number}" for letter, size in SIZES.items() for number in range(1, size + 1)
    ]
    assert titles.keys() == SIZES.keys()
    assert [row.id for row in rows if bool(row.tests and row.does) == bool(row.not_yet)] == []


def test_only_installations_wait() -> None:
    assert [row.id for row in fault_page.catalogue()[1] if row.not_yet] == ["J1", "J4", "J5"]


def test_the_page_has_every_row_as_it_is_and_none_that_failed() -> None:
    rows = fault_page.catalogue()[1]
    fresh = fault_page.page({row.id: "not applicable yet" if row.not_yet else "pass (0)" for row in rows})
    kept = fault_page.PAGE.read_text(encoding="utf-8")
    assert re.sub(r"pass \(\d+\)", "pass (0)", kept) == fresh, "run `make faults`"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"passed": 2}, {"passed": 1}, "pass (3)"),
        ({"passed": 2}, {"passed": 1, "failed": 1}, "**FAIL**"),
        ({"passed": 2}, {"skipped": 1}, "**not run**"),
        ({"passed": 2}, {}, "**not run**"),
    ],
)
def test_a_row_passes_when_all_its_tests_did(first: dict[str, int], second: dict[str, int], said: str) -> None:
    row = fault_page.Row("A1", "a fault", "what is done", ("one", "two"))
    assert fault_page.verdict(row, {"one": Counter(first), "two": Counter(second)}) == said


def test_a_name_that_means_no_test_is_an_error() -> None:
    with pytest.raises(LookupError):
        fault_page.node_id("nobody_wrote_this")
