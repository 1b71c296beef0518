"""What lies inside a narrowed run, and the files of a folder that is shipped to."""

from __future__ import annotations

import orjson
import pytest

from bot.archive.errors import ArchiveError
from bot.archive.scope import Scope
from bot.archive.ship_files import last_of, name_of


def runbook(**attributes: object) -> bytes:
    links = {"workspace": {"data": {"id": "3", "type": "workspace"}}, "folder": {"data": None}}
    return orjson.dumps({"id": "7", "type": "runbook", "attributes": attributes, "relationships": links})


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        (Scope(), True),
        (Scope(runbook="7"), True),
        (Scope(runbook="8"), False),
        (Scope(workspace="3"), True),
        (Scope(workspace="4"), False),
        (Scope(folder="9"), True),  # not told: the list that was asked for it speaks for it
        (Scope(stages=("planning", "active")), True),
        (Scope(stages=("complete",)), False),
        (Scope(template=True), False),
        (Scope(template=False), True),
    ],
)
def test_a_runbook_is_inside_or_outside(scope: Scope, inside: bool) -> None:
    assert scope.covers(runbook(stage="active", is_template=False)) is inside


def test_what_an_instance_does_not_send_excludes_nothing() -> None:
    assert Scope(stages=("active",), template=True).covers(runbook())


def test_runs_of_the_same_scope_have_the_same_text() -> None:
    assert Scope().text() == "{}"
    assert Scope(workspace="3", stages=("active",)).text() == Scope(stages=("active",), workspace="3").text()


def test_the_names_of_files_tell_how_far_a_target_is() -> None:
    names = [name_of(1, 50, "csv"), name_of(51, 60, "csv"), ".part.csv", name_of(61, 70, "jsonl"), "notes.txt"]
    assert last_of(names, "csv") == 60
    assert last_of([], "csv") == 0


@pytest.mark.parametrize("spans", [[(1, 50), (52, 60)], [(1, 50), (40, 60)], [(2, 3)]])
def test_files_that_do_not_follow_each_other_are_noticed(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(ArchiveError, match=r"are missing|in two files"):
        last_of([name_of(*span, "csv") for span in spans], "csv")
