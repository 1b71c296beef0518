"""What people type: any text is understood or answered with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from handlers import grammar

ANY = st.text(st.characters(codec=None), max_size=60)
BITS = st.lists(st.sampled_from(['"', "“", "”", "'", " ", "\u00a0", "\t", "a", "Über", "&amp;", "override", "<@U1>"]))
TYPED = st.one_of(ANY, BITS.map("".join))
NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"), exclude_characters='"&“”„«»‘’'))


@given(TYPED)
def test_any_text_is_understood_or_refused_with_a_sentence(text: str) -> None:
    splits = (
        grammar.tidy,
        grammar.split_verb,
        grammar.split_target,
        grammar.split_override,
        grammar.unquoted,
        grammar.plain_text,
    )
    for split in splits:
        told = ("", "")
        try:
            split(text)
        except BadInput as error:
            told = (error.sentence, error.hint)
        assert bool(told[0]) is bool(told[1])
    assert grammar.closest(text, ["start", "finish"]) in (None, "start", "finish")


@given(TYPED)
def test_tidying_twice_is_tidying_once(text: str) -> None:
    once = grammar.tidy(text)
    assert grammar.tidy(once) == once
    assert not any(ord(ch) < 32 for ch in once)


@given(TYPED)
def test_the_verb_is_one_word_and_the_rest_keeps_every_word(text: str) -> None:
    verb, rest = grammar.split_verb(text)
    assert " " not in verb
    assert f"{verb} {rest}".split() == [verb, *rest.split()] if verb else rest == ""
    assert grammar.tidy(text).split()[1:] == rest.split()


@given(st.lists(NAMES.filter(bool), min_size=1).map(" ".join), st.sampled_from(["", "more words", '"', "override"]))
def test_a_name_given_back_in_quotes_means_itself(name: str, rest: str) -> None:
    assert grammar.split_target(f"{grammar.quoted(name)} {rest}".strip()) == (name, rest)


@given(NAMES.filter(bool), NAMES.filter(lambda name: name.casefold() != "override"))
def test_the_words_of_a_quoted_name_are_never_taken_for_something_else(first: str, last: str) -> None:
    name = f"{first} {last}".strip()
    assert grammar.split_target(f'"{name}" <@U1>') == (name, "<@U1>")
    assert grammar.split_override(f'"{name} override"') == (f"{name} override", False)
    assert grammar.split_override(f'"{name}" override') == (name, True)
    assert grammar.unquoted(f'"{name}"') == name


def test_four_thousand_characters_fit_and_one_more_is_told() -> None:
    assert grammar.tidy("x" * 4000) == "x" * 4000
    with pytest.raises(BadInput, match="4001 characters"):
        grammar.tidy("x" * 4001)


@pytest.mark.parametrize("typed", ["“Fail over”", "„Fail over“", "«Fail over»", '"Fail\u00a0over"', '"Fail\tover"'])
def test_what_phones_make_of_quotes_and_spaces_is_understood(typed: str) -> None:
    assert grammar.split_target(grammar.tidy(typed)) == ("Fail over", "")


def test_an_apostrophe_opens_nothing() -> None:
    assert grammar.split_target("don’t panic") == ("don’t", "panic")
    assert grammar.unquoted(grammar.tidy("don’t panic")) == "don't panic"


def test_a_quote_that_is_not_closed_is_told_with_an_example() -> None:
    with pytest.raises(BadInput, match="not closed") as caught:
        grammar.split_target('"core switches')
    assert '"Fail over core switches"' in caught.value.hint


def test_what_slack_escaped_is_what_was_typed() -> None:
    assert grammar.unquoted("R&amp;D &lt;north&gt;") == "R&D <north>"
    assert grammar.plain_text("&amp;lt;").raw == "&lt;"  # typed as &lt;, escaped once by Slack


@pytest.mark.parametrize(
    ("typed", "target", "override"),
    [
        ("roll", "roll", False),
        ("call the roll override", "call the roll", True),
        ("call the roll OVERRIDE", "call the roll", True),
        ("override", "override", False),
        ('"override"', "override", False),
        ("", "", False),
    ],
)
def test_override_stands_behind_a_name(typed: str, target: str, override: bool) -> None:
    assert grammar.split_override(typed) == (target, override)


def test_nothing_else_may_stand_behind_a_quoted_name() -> None:
    with pytest.raises(BadInput, match="override"):
        grammar.split_override('"call the roll" now')


@pytest.mark.parametrize(("typed", "meant"), [("strat", "start"), ("finsih", "finish"), ("asign", "assign")])
def test_a_slip_of_the_finger_is_recognised(typed: str, meant: str) -> None:
    assert grammar.closest(typed, ["list", "show", "next", "start", "finish", "skip", "assign", "help"]) == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("infrastrcture", "Data centre infrastructure"), ("NETWROK", "Network"), ("sec", "Security")]
)
def test_a_slip_in_a_word_of_a_name_is_recognised(typed: str, meant: str) -> None:
    assert grammar.closest(typed, ["Data centre infrastructure", "Network", "Security", "Storage"]) == meant


@pytest.mark.parametrize("typed", ["frobnicate", "s", "recreate everything"])
def test_a_verb_is_not_guessed_from_the_end_of_another_word(typed: str) -> None:
    assert grammar.closest(typed, ["create", "start", "status", "chart"]) is None


@pytest.mark.parametrize("typed", ["", "xyzzy", "☂", "0"])
def test_what_is_like_nothing_is_not_guessed(typed: str) -> None:
    assert grammar.closest(typed, ["start", "finish", "list"]) is None
    assert grammar.closest("start", []) is None
