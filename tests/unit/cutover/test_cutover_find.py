"""What a person typed is one thing, a choice, or a suggestion; never a silent guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cutover import find_runbook, find_task
from bot.cutover.find import MOST_CANDIDATES
from bot.errors import BadInput
from bot.model import Runbook, Task, Text


def task(identifier: str, name: str, number: int | None = None) -> Task:
    return Task(identifier, "7", Text(name), number=number)


TASKS = (
    task("101", "Stop the database", 1),
    task("102", "Stop the batch jobs", 2),
    task("103", "Stop the batch jobs on site B", 3),
    task("104", "Fail over DNS <!channel>", 101),
    task("105", "Überprüfung “final”", 5),
)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("102", "102"),
        ("#2", "102"),
        ("# 2", "102"),
        ("2", "102"),
        ("#101", "104"),
        ("stop  the BATCH jobs", "102"),
        ("site b", "103"),
        ("b SITE", "103"),
        ("dns", "104"),
        ("<!channel>", "104"),
        ("überprüfung", "105"),
        (" database ", "101"),
    ],
)
def test_one_is_meant(words: str, wanted: str) -> None:
    found = find_task(TASKS, words)
    assert found.exact is not None
    assert found.exact.id == wanted
    assert found.candidates == ()


@pytest.mark.parametrize(
    ("words", "wanted", "guessed"),
    [
        ("stop", {"101", "102", "103"}, False),
        ("101", {"101", "104"}, False),  # an id here, a number there
        ("batch", {"102", "103"}, False),
        ("stop databse", {"101", "102"}, True),
        ("xyzzy", set(), True),
        ("#77", set(), False),
        ("77777", set(), True),
    ],
)
def test_a_person_has_to_choose(words: str, wanted: set[str], guessed: bool) -> None:
    found = find_task(TASKS, words)
    assert found.exact is None
    assert {one.id for one in found.candidates} == wanted
    assert found.guessed is guessed


def test_the_best_guess_is_first() -> None:
    assert find_task(TASKS, "stop databse").candidates[0].id == "101"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "No task was named"),
        (" \t ", "No task was named"),
        ("../../core/users", "not a task"),
        ("..\\x", "not a task"),
        ("a\x00b", "not a task"),
        ("#" + "9" * 10**6, "too long"),
        ("9" * 3000, "3000 digits"),
        ("#" + "9" * 19, "19 digits"),
        ("x" * 4001, "too long"),
    ],
)
def test_what_cannot_be_used(words: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        find_task(TASKS, words)
    assert caught.value.hint


def test_numbers_only_where_they_are_shown() -> None:
    bare = (task("1", "A"), task("2", "B"))
    with pytest.raises(BadInput, match="does not show task numbers"):
        find_task(bare, "#1")
    assert find_task(bare, "1").exact == bare[0]
    assert find_task((), "#1").candidates == ()


def test_runbooks() -> None:
    books = (
        Runbook("7", Text("DC fail-over")),
        Runbook("8", Text("DC fail-over (copy)")),
        Runbook("9", Text("Release 7")),
    )
    assert find_runbook(books, "7").exact == books[0]
    assert find_runbook(books, "dc fail-over").exact == books[0]
    assert find_runbook(books, "fail-over").candidates == books[:2]
    assert find_runbook(books, "release").exact == books[2]
    with pytest.raises(BadInput, match="No runbook was named"):
        find_runbook(books, "")


def test_same_names_are_a_choice_and_choices_are_few() -> None:
    many = [task(str(n), "Check") for n in range(100)]
    assert find_task(many, "check").exact is None
    assert len(find_task(many, "check").candidates) == MOST_CANDIDATES


@given(st.text(max_size=60))
def test_nothing_typed_breaks_it(words: str) -> None:
    try:
        found = find_task(TASKS, words)
    except BadInput:
        return
    assert found.exact is None or found.candidates == ()
