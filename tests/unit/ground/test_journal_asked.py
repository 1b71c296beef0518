"""What the journal answers: whose wish, for which target, how it ended; each condition counts."""

from __future__ import annotations

from typing import Any

import pytest
from ground_tools import NOW, intent
from store_fixtures import url

from bot.identity import Actor
from bot.journal import Intent, Journal, Outcome, OutcomeKind
from bot.model import Text
from bot.store import Database

__all__ = ["url"]

AT = NOW.timestamp()
DANA = Actor("T0HARBOUR01", "U0DANA00001", Text("Dana Okafor"))


async def kept(journal: Journal, number: int, kind: OutcomeKind | None = OutcomeKind.DONE, **given: Any) -> Intent:
    """A wish of its own on disk; `note` is what its outcome says."""
    note = given.pop("note", "")
    one = intent(number, once=str(number), **given)
    assert (await journal.begin(one)).fresh
    if kind is not None:
        journal.settle(one, Outcome(kind, AT + number, note))
    return one


async def test_twins_are_alike_in_person_target_and_words_and_were_done(database: Database) -> None:
    journal = Journal(database)
    said = {"content": "power is back"}
    mine = await kept(journal, 1, None, wish=said)
    for number in (2, 3):
        await kept(journal, number, wish=said)
    await kept(journal, 4, wish={"content": "something else"})
    await kept(journal, 5, wish=said, task_id="8")
    await kept(journal, 6, wish=said, runbook_id="2")
    await kept(journal, 7, wish=said, user_id="U0SAM000002")
    await kept(journal, 8, OutcomeKind.REFUSED, wish=said)
    await kept(journal, 9, None, wish=said)
    assert await journal.twins(mine, "content") == 2
    assert await journal.twins(intent(99, wish={"content": "never said"}), "content") == 0


async def test_a_twin_that_waits_for_its_signature_has_no_comment_yet(database: Database) -> None:
    journal = Journal(database)
    mine = await kept(journal, 1, None, wish={"sign": "Started"})
    waiting = await kept(journal, 2, wish={"sign": "Started"}, note="sign:Started")
    await kept(journal, 3, wish={"sign": "Started"})
    assert await journal.twins(mine, "sign") == 1
    journal.signed(waiting)
    assert await journal.twins(mine, "sign") == 2


async def test_what_was_carried_out_is_told_oldest_first(database: Database) -> None:
    journal = Journal(database)
    late = await kept(journal, 2, at=AT + 9, verb="task.finish")
    early = await kept(journal, 1, at=AT + 1, task_id="8")
    await kept(journal, 3, OutcomeKind.REFUSED, at=AT + 2)
    await kept(journal, 4, None, at=AT + 3)
    await kept(journal, 5, at=AT - 1)
    await kept(journal, 6, at=AT + 4, runbook_id="2")
    await kept(journal, 7, at=AT + 5, verb="task.skip")
    found = await journal.carried_out("1", ("task.start", "task.finish"), AT)
    assert [one.id for one in found] == [early.id, late.id]


@pytest.mark.parametrize("kind", [None, *OutcomeKind])
async def test_a_wish_is_found_by_its_id_with_how_it_ended(database: Database, kind: OutcomeKind | None) -> None:
    journal = Journal(database)
    one = await kept(journal, 1, kind, note="why")
    await kept(journal, 2)
    await journal.flush()
    assert await journal.find(one.id) == (one, Outcome(kind, AT + 1, "why") if kind else None)
    assert await journal.find("nobody") is None


async def test_the_last_of_a_target_is_of_that_target_and_no_other(database: Database) -> None:
    journal = Journal(database)
    one = await kept(journal, 1, at=AT)
    await kept(journal, 2, at=AT + 1, runbook_id="2")
    await kept(journal, 3, at=AT + 2, task_id="8")
    await kept(journal, 4, at=AT + 3, verb="task.skip")
    await kept(journal, 5, OutcomeKind.REFUSED, at=AT + 4)
    await journal.flush()
    assert await journal.last("1", "7", ("task.start", "task.finish")) == (one, Outcome(OutcomeKind.DONE, AT + 1))
    newest = await kept(journal, 6, None, at=AT + 5)
    assert await journal.last("1", "7", ("task.start",)) == (newest, Outcome(OutcomeKind.UNKNOWN, AT + 5))
    assert await journal.last("3", "7", ("task.start",)) is None


async def test_whatever_comes_into_the_journal_wakes_the_audit_trail(database: Database) -> None:
    journal = Journal(database)
    one = intent()
    await journal.begin(one)
    assert journal.touched.is_set()
    journal.touched.clear()
    journal.settle(one, Outcome(OutcomeKind.DONE, AT))
    assert journal.touched.is_set()
    journal.touched.clear()
    journal.note("refused", DANA, AT, {"why": "no"})
    assert journal.touched.is_set()


async def test_what_is_not_signed_is_found_from_the_very_moment_on(database: Database) -> None:
    journal = Journal(database)
    one = await kept(journal, 1, at=AT, note="sign:Started")
    await journal.flush()
    assert await journal.unsigned("sign:", AT) == [(one, "Started")]
    assert await journal.unsigned("sign:", AT + 0.1) == []
    assert await journal.carried_out("1", ("task.start",), AT) == [one]
    assert await journal.carried_out("1", ("task.start",), AT + 0.1) == []


async def test_what_was_carried_out_can_be_asked_for_one_task_at_once(database: Database) -> None:
    journal = Journal(database)
    await kept(journal, 1, at=AT)
    other = await kept(journal, 2, at=AT + 1, task_id="8")
    assert await journal.carried_out("1", ("task.start",), AT, "8") == [other]
    assert await journal.carried_out("1", ("task.start",), AT, "9") == []


async def test_a_word_of_the_database_in_a_mark_is_a_letter(database: Database) -> None:
    journal = Journal(database)
    await kept(journal, 1, at=AT, note="sign:Started")
    odd = await kept(journal, 2, at=AT, note="s%:Started")
    await journal.flush()
    assert await journal.unsigned("s%:", AT) == [(odd, "Started")]
    assert await journal.unsigned("s_gn:", AT) == []


async def test_a_refused_wish_may_be_tried_again_and_stands_on_disk_again(database: Database) -> None:
    journal = Journal(database)
    refused, again, third = intent(1), intent(2), intent(3)
    await journal.begin(refused)
    journal.settle(refused, Outcome(OutcomeKind.REFUSED, AT))
    await journal.flush()
    assert (await journal.begin(again)).fresh
    assert await journal.open() == [again]
    begun = await journal.begin(third)
    assert (begun.fresh, begun.intent) == (False, again)
    assert await journal.find(refused.id) is not None, "what was refused stays on record"
