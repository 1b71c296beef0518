"""What a reading means for one request: each thing once, whatever CapyDB says and however often it is read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from capy_rows import AT, OPEN, row
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Text
from bot.outbox.letter import Letter
from bot.requests.follow import GONE_AFTER, PACE, SLOW, UNKNOWN_SECONDS, marked, mine, silent, step
from bot.requests.rows import Followed

STATUSES = ("open", "acked", "in_progress", "completed", "rejected", "quantum")


def whats(letters: list[Letter]) -> list[str]:
    return [letter.key.removeprefix("capydb:k:") for letter in letters]


def words(letters: list[Letter]) -> str:
    return "\n".join(letter.message.text for letter in letters)


def test_the_first_reading_makes_the_card_and_the_first_comment() -> None:
    made = step(row(), OPEN, AT + 1)
    assert whats(made.letters) == ["card:1"]
    assert made.letters[0].slot == "capydb:k"
    assert made.row is not None
    assert (made.row.request, made.row.status, [debt.word for debt in made.row.debts]) == ("cut_1", "open", ["open"])
    assert "Ticket: CHG1." in made.row.debts[0].html


def test_a_reading_that_shows_nothing_new_tells_nothing() -> None:
    first = step(row(), OPEN, AT + 1)
    assert first.row is not None
    again = step(replace_debts(first.row), OPEN, AT + 6)
    assert again.letters == []
    assert again.row is not None
    assert again.row.debts == ()


def replace_debts(one: Followed) -> Followed:
    one.debts = ()
    return one


def test_a_remark_of_the_operator_is_on_the_card_and_no_post() -> None:
    first = step(row(), OPEN, AT + 1)
    assert first.row is not None
    made = step(first.row, replace(OPEN, operator_note=Text("Waiting for a ticket")), AT + 6)
    assert whats(made.letters) == ["card:2"]
    assert "Waiting for a ticket" in words(made.letters)


@pytest.mark.parametrize(("finish", "words"), [(False, ["completed"]), (True, ["completed", "finish"])])
def test_the_task_is_finished_only_by_choice(finish: bool, words: list[str]) -> None:
    done = replace(OPEN, status="completed", backup_id="bkp_1")
    made = step(row(status="in_progress", request="cut_1", finish=finish), done, AT + 60)
    assert made.row is not None
    assert [debt.word for debt in made.row.debts] == words
    assert made.row.over
    assert "bkp_1" in made.row.debts[0].html


def test_without_a_task_nothing_is_owed_to_cutover() -> None:
    made = step(row(task="", finish=True), replace(OPEN, status="completed"), AT + 60)
    assert made.row is not None
    assert made.row.debts == ()


def test_a_request_that_vanishes_is_told_after_some_readings() -> None:
    one = row(request="cut_1", status="acked", card="x")
    for number in range(1, GONE_AFTER):
        made = step(one, None, AT + number)
        assert made.row is not None
        assert made.letters == []
        one = made.row
    made = step(one, None, AT + 100)
    assert whats(made.letters) == ["card:1", "gone"]
    assert made.row is not None
    assert made.row.over
    assert "deletes a request together with its preview" in made.row.debts[0].html


def test_one_odd_reading_does_not_end_the_following() -> None:
    made = step(row(request="cut_1", status="open"), None, AT + 1)
    assert made.row is not None
    again = step(made.row, OPEN, AT + 2)
    assert again.row is not None
    assert again.row.missed == 0


def test_what_was_never_opened_is_dropped_without_a_word() -> None:
    assert step(row(), None, AT + UNKNOWN_SECONDS - 1).row is not None
    made = step(row(), None, AT + UNKNOWN_SECONDS)
    assert (made.row, made.letters) == (None, [])


def test_a_lost_answer_is_found_by_the_mark_and_never_by_another_ones() -> None:
    other = replace(OPEN, id="cut_2", note=Text("by somebody else"))
    elsewhere = replace(OPEN, id="cut_3", preview_id="prv_2")
    assert mine(row(), [other, elsewhere, OPEN]) is OPEN
    assert mine(row(), [other, elsewhere]) is None
    assert mine(row(request="cut_2"), [OPEN, other]) is other
    assert marked([other, OPEN], "prv_1", "cutover-bot-abc") is OPEN


@pytest.mark.parametrize(
    ("left", "status", "told"),
    [
        (90_000, "open", []),
        (80_000, "open", ["expires:day"]),
        (80_000, "in_progress", []),
        (3_000, "acked", ["expires:hour"]),
        (-5, "acked", ["expires:hour"]),
    ],
)
def test_an_expiring_preview_warns(left: float, status: str, told: list[str]) -> None:
    one = row(request="cut_1", status=status, expires_at=AT + left)
    made = step(one, replace(OPEN, status=status), AT)
    assert [what for what in whats(made.letters) if what.startswith("expires")] == told


def test_each_warning_comes_once() -> None:
    one, told = row(request="cut_1", status="open", expires_at=AT + 86_400), []
    for hour in (0, 1, 22, 23, 23.5):
        made = step(one, OPEN, AT + hour * 3600)
        assert made.row is not None
        one, told = made.row, told + [what for what in whats(made.letters) if "expires" in what]
    assert told == ["expires:day", "expires:hour"]


def test_silence_of_capydb_is_told_once_and_asked_after_less_and_less_often() -> None:
    one = row(request="cut_1", status="open")
    first = silent(one, "CapyDB cannot be reached.", AT)
    assert (first.letters, first.due_at) == ([], AT + PACE)
    assert first.row is not None
    later = [silent(first.row, "CapyDB cannot be reached.", AT + seconds) for seconds in (599, 600, 5_000)]
    assert [whats(made.letters) for made in later] == [[], [f"silent:{int(AT)}"], [f"silent:{int(AT)}"]]
    assert later[2].due_at == AT + 5_000 + 300
    assert later[2].row is not None
    back = step(later[2].row, OPEN, AT + 6_000)
    assert back.row is not None
    assert back.row.silent_since is None


def test_readings_come_less_often_when_nothing_changes() -> None:
    one = row(request="cut_1", status="open", turned=AT)
    assert step(one, OPEN, AT + 60).due_at == AT + 60 + PACE
    assert step(one, OPEN, AT + 900).due_at == AT + 900 + SLOW


@given(st.lists(st.sampled_from((*STATUSES, None)), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_whatever_capydb_says_only_what_was_seen_is_told_and_the_task_finished_once(seen: list[str | None]) -> None:
    one, keys = row(finish=True, request="cut_1"), []
    for number, status in enumerate(seen):
        made = step(one, replace(OPEN, status=status) if status else None, AT + number * PACE)
        assert made.row is not None
        keys += whats(made.letters)
        one = made.row
        if one.over:
            break
    cards = [key for key in keys if key.startswith("card")]
    assert cards == [f"card:{number + 1}" for number in range(len(cards))]
    assert set(keys) - set(cards) <= {*seen, "gone"}
    assert [debt.word for debt in one.debts].count("finish") == (one.status == "completed")
    assert one.over is (one.status in ("completed", "rejected") or one.missed >= GONE_AFTER)
