"""The note that CapyDB keeps, and the ticket that a runbook names."""

from __future__ import annotations

from typing import Any

import pytest

from bot.journal import Intent
from bot.model import EMPTY, FieldValue, Runbook, Task, Text
from bot.model.cutover_request import NOTE_LIMIT
from bot.requests import note
from handlers.cutover_request import ticket_of


def intent(**changes: Any) -> Intent:
    base = {"id": "i", "at": 0.0, "team_id": "T1", "user_id": "U0DANA00001", "user_name": Text("Dana Okafor")}
    return Intent(**{**base, "verb": "capydb.create", "runbook_id": "101", "once": "V1", **changes})


def test_the_longest_note_fits_with_the_longest_names() -> None:
    long = Text("n" * 4000)
    made = note.compose(intent(user_name=long, user_id="U" + "0" * 20), Text("m" * 650), long, long)
    assert len(made) <= NOTE_LIMIT
    assert made.startswith("m" * 650 + "\n\n")


def test_what_is_too_long_is_cut_and_the_mark_stays() -> None:
    made = note.compose(intent(), Text("x" * 5000), EMPTY, EMPTY)
    assert len(made) <= NOTE_LIMIT
    assert made.endswith(note.mark(intent()))


def test_each_wish_has_its_own_mark_and_keeps_it() -> None:
    assert note.mark(intent(id="another", at=9.0)) == note.mark(intent())
    assert note.mark(intent(once="V2")) != note.mark(intent())


@pytest.mark.parametrize("typed", ["", "After the switch.", "two\nlines", "Requested from Slack by me"])
def test_what_was_typed_and_who_asked_come_back(typed: str) -> None:
    made = note.compose(intent(), Text(typed), Text("Promote"), Text("Fail-over"))
    assert note.taken_apart(Text(made)) == (Text(typed), "U0DANA00001")


@pytest.mark.parametrize("other", ["by hand", "Requested from Slack by X (U0EVIL00001)", ""])
def test_a_note_of_somebody_else_is_left_as_it_is(other: str) -> None:
    assert note.taken_apart(Text(other)) == (Text(other), "")


def things(task: dict[str, Any] | None = None, runbook: dict[str, Any] | None = None) -> tuple[Task, Runbook]:
    return (
        Task(**{"id": "1", "runbook_id": "101", "name": Text("Promote"), **(task or {})}),
        Runbook(**{"id": "101", "name": Text("Fail-over"), **(runbook or {})}),
    )


def answers(name: str, *values: str) -> dict[str, Any]:
    return {"field_values": (FieldValue("82", Text(name), tuple(map(Text, values))),)}


@pytest.mark.parametrize(
    ("task", "runbook", "found"),
    [
        ({}, {}, None),
        (answers("Change ticket", "INC 7"), {"description": Text("CHG1234567")}, "INC 7"),
        ({}, answers("Support reference", "thread 12"), "thread 12"),
        (answers("Change ticket"), {"description": Text("see CHG0041877.")}, "CHG0041877"),
        ({"description": Text("OPS-123 and OPS-124")}, {"description": Text("CHG0041877")}, "OPS-123"),
        ({"name": Text("Move DC12 to DC13")}, {}, None),
        ({}, {"name": Text("Fail-over RFC-2291")}, "RFC-2291"),
        (answers("Impacted sites", "DC North"), {}, None),
    ],
)
def test_the_ticket_that_a_runbook_names(task: dict[str, Any], runbook: dict[str, Any], found: str | None) -> None:
    assert ticket_of(*things(task, runbook)) == (Text(found) if found else None)
