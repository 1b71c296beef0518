"""What stands on a card beside the facts: no word that says nothing, and the button for what comes next."""

from __future__ import annotations

from dataclasses import replace

from blocks_world import kind, runbook, task, task_view

from bot.blocks import card, words
from bot.blocks.announce import runbook_buttons
from bot.blocks.ids import ActionId
from bot.model import Ref, Text

NEXT = f"'action_id': '{ActionId.RUNBOOK_NEXT}'"


def test_only_a_type_that_says_something_is_named() -> None:
    assert "Normal" not in card.task(task_view(task_type=kind("Normal"))).text
    assert "Branching" in card.task(task_view(task_type=kind("Branching"))).text


def test_after_a_finished_task_the_next_ones_are_a_press_away() -> None:
    done = task(stage="complete")
    assert NEXT in repr(card.task(task_view(task=done)).blocks)
    assert NEXT not in repr(card.task(task_view()).blocks)
    assert NEXT not in repr(card.task(task_view(task=done, runbook=runbook(stage="complete"))).blocks)


def test_what_can_start_is_offered_while_the_runbook_runs() -> None:
    assert NEXT in repr(runbook_buttons(runbook()))
    assert NEXT not in repr(runbook_buttons(runbook(stage="planning")))


def test_a_last_owner_is_named_and_more_are_counted() -> None:
    people = [Ref("user", str(i)) for i in range(4)]
    names = {ref: Text(f"P{ref.id}") for ref in people}
    assert words.owners(replace(task(), assignees=tuple(people[:3])), names, 2) == "P0, P1, P2"
    assert words.owners(replace(task(), assignees=tuple(people)), names, 2) == "P0, P1 +2 more"
