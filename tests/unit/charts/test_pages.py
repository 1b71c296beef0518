"""The report as PDF: every page holds what it can, nothing is drawn beside it, and names are text."""

from __future__ import annotations

import re
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts import Lane, Sheet, Studio, pages
from bot.charts.letters import Letters
from bot.charts.pages import EDGE, HIGH, WIDE, print_pages
from bot.charts.sheet import Bar
from bot.model.printed import Printed, Table

LETTERS = Letters()
BAR = Bar("Stop $payments$", 0.0, 600.0, 0.0, 500.0, "done", late=True)
SHEET = Sheet("Fail-over", "UTC", (Lane("Network", (BAR,)),), None, 0.0, 600.0, 500.0)
EMPTY = Sheet("Fail-over", "UTC", (), None, 0.0, 600.0, 500.0)


def report(rows: int, text: str = "Stop payments", **more: object) -> Printed:
    table = Table("Tasks", (0.6, 0.4), tuple((f"{text} {n}", "Dana Okafor") for n in range(rows)), ("Task", "Who"))
    return Printed("Fail-over", "After-run report", ("Took 1:30 h",), (table,), "Report")


def count(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def drawn(printed: Printed) -> list[list[pages._Word]]:
    """The words of each page, as they are laid out."""
    laid = pages._laid_out(printed, LETTERS)
    return laid.words


@pytest.mark.parametrize(("rows", "expected"), [(0, 1), (1, 1), (20, 1), (200, 7)])
def test_a_long_table_goes_on_over_pages(rows: int, expected: int) -> None:
    pdf = print_pages(report(rows), EMPTY)
    assert pdf.startswith(b"%PDF-")
    assert count(pdf) == expected


def test_the_pictures_stand_on_pages_of_their_own() -> None:
    assert count(print_pages(report(1), SHEET)) == count(print_pages(report(1), EMPTY)) + 2


def test_all_rows_are_there_once_and_a_table_that_goes_on_says_so() -> None:
    words = drawn(report(120))
    texts = [word.text for page in words for word in page]
    assert [text for text in texts if text.startswith("Stop payments")] == [f"Stop payments {n}" for n in range(120)]
    assert texts.count("Tasks") == 1
    assert texts.count("Tasks, continued") == len(words) - 1
    assert texts.count("Who") == len(words)
    assert texts.count(f"Report · page 1 of {len(words)}") == 1


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(TEXT, TEXT), max_size=40), TEXT, st.lists(TEXT, max_size=4))
def test_whatever_is_printed_stays_on_its_page(rows: list[tuple[str, str]], title: str, facts: list[str]) -> None:
    table = Table(title, (0.7, 0.3), tuple(rows), ("Task", title), note=title)
    for page in drawn(Printed(title, title, tuple(facts), (table, table), title)):
        for word in page:
            assert EDGE - 10 <= word.y <= HIGH - EDGE
            assert word.x >= EDGE
            assert word.x + LETTERS.width(word.text, word.size, bold=word.bold) <= WIDE - EDGE + 1


UNSEEN = "".join(map(chr, (0xAD, 0x200B, 0x200D, 0x200E, 0x2028, 0x202E, 0x2060, 0xFEFF, 0xE000)))


def test_marks_that_nobody_sees_cost_no_page() -> None:
    text = f"{UNSEEN}Stop{UNSEEN}"
    table = Table(text, (0.6, 0.4), ((text, text),), (text, text), note=text)
    pdf = print_pages(
        Printed(text, text, (text,), (table,), text), Sheet(text, "UTC", SHEET.lanes, None, 0.0, 9.0, 5.0)
    )
    assert count(pdf) == 3
    assert LETTERS.wrap("Dr\ufeffain", 10.0, 1000.0, 1) == ["Drain"]


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("one two three", 1000.0, ["one two three"]),
        ("one two three", 30.0, ["one", "two", "three"]),
        ("", 100.0, []),
        ("日本", 100.0, []),
        ("a\nb\tc", 100.0, ["a b c"]),
    ],
)
def test_text_breaks_between_words(text: str, room: float, lines: list[str]) -> None:
    assert LETTERS.wrap(text, 10.0, room, 5) == lines


def test_a_long_word_is_broken_and_a_long_text_is_cut_with_a_word_of_it() -> None:
    broken = LETTERS.wrap("x" * 100, 10.0, 60.0, 50)
    assert "".join(broken) == "x" * 100
    assert all(LETTERS.width(line, 10.0) <= 60.0 for line in broken)
    cut = LETTERS.wrap("word " * 100, 10.0, 60.0, 2)
    assert (len(cut), cut[-1][-1]) == (2, "…")
    assert LETTERS.width(cut[-1], 10.0) <= 60.0


def test_names_are_text_and_never_a_formula() -> None:
    pdf = print_pages(report(1, "Stop $\\frac{1}{2}$ {payments} <b>"), EMPTY)
    streams = [_inflated(part) for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)]
    assert any(b"BT" in one for one in streams)


def _inflated(part: bytes) -> bytes:
    try:
        return zlib.decompress(part)
    except zlib.error:
        return part


async def test_the_studio_prints_beside_its_pictures() -> None:
    studio = Studio()
    try:
        pdf = await studio.print(report(3), SHEET)
        assert (pdf[:5], count(pdf)) == (b"%PDF-", 3)
    finally:
        await studio.close()
