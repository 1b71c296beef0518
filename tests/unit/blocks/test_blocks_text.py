"""Names, times and people: shown as written, cut between graphemes, never acting."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.clean import clean, cut, graphemes, width
from bot.blocks.text import (
    Mrkdwn,
    bold,
    channel,
    coded,
    cut_mrkdwn,
    duration,
    join,
    link,
    literal,
    literal_lines,
    phrase,
    plain,
    user,
    when,
)
from bot.model import Text

ANY = st.text(st.characters(codec=None), max_size=120)
MARKED = st.text(st.sampled_from("*_~`:ab >&<\u200b\u0301\u05d0👩\u200d🏽🇩"), max_size=60)
FORMATS = re.compile(r"(?<![^\W_])([*_~])(?=[^\s])([^\n]*?)(?<=[^\s])\1(?![^\W_])")
NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1>", "&lt;@U1&gt;"),
        ("<https://evil|bank>", "&lt;https://evil|bank&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("a\r\n\n b\tc", "a b c"),
        ("db_main_01", "db_main_01"),
        ("2 * 3", "2 * 3"),
        ("10:30:00", "10:30:00"),
        (":boom: at 10:30", ":\u200aboom: at 10:30"),
        ("`rm`", "\u02cbrm\u02cb"),
        ("", "(blank)"),
        ("\u200b\u3164", "(blank)"),
        ("\x1b[31mred", "[31mred"),
        ("ab\u202ecd", "abcd"),
        ("\ud800x", "\ufffdx"),
    ],
)
def test_literal_shows_what_was_written(written: str, shown: str) -> None:
    assert literal(Text(written)) == shown


@pytest.mark.parametrize(
    "name", ["*bold*", "_it_", "~no~", "**x**", "x *y* z", "(*a*)", "*", "a* *b", "__init__", ": __ :"]
)
def test_marks_of_a_name_format_nothing(name: str) -> None:
    assert FORMATS.search("Started *bold* now")
    assert not FORMATS.search(phrase("Started {name}, not *ours", name=Text(name)).removesuffix("*ours"))
    assert literal(name).replace("\u200a", "") == name


@given(MARKED)
def test_no_name_can_open_a_format(name: str) -> None:
    shown = literal(name)
    assert "`" not in shown
    assert not FORMATS.search(shown)
    assert not re.search(r":[\w+'-]*[a-z][\w+'-]*:", shown)
    assert not unescape(shown).startswith(">")


@given(st.one_of(ANY, MARKED))
def test_literal_loses_nothing_that_can_be_seen(name: str) -> None:
    line = clean(name)
    shown = re.sub("[\u200a\u2068\u2069]", "", unescape(literal(name, 10_000)))
    assert shown == (line.replace("`", "\u02cb") or "(blank)")


@given(st.one_of(ANY, MARKED))
def test_clean_leaves_nothing_hidden(name: str) -> None:
    for text in (clean(name), clean(name, lines=True)):
        text.encode()
        for ch in text.replace("\n", ""):
            kind = unicodedata.category(ch)
            assert kind not in ("Cc", "Cs", "Zl", "Zp")
            assert ch not in "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2069\ufeff"
    assert "\n" not in clean(name)
    assert "\n\n\n" not in clean(name, lines=True)


@given(st.one_of(ANY, MARKED))
def test_clean_is_done_once(name: str) -> None:
    assert clean(clean(name)) == clean(name)


def test_marks_are_capped() -> None:
    assert clean("e" + "\u0301" * 50) == "e" + "\u0301" * 4


@pytest.mark.parametrize(
    "one",
    [
        "e\u0301",
        "👍🏽",
        "👨‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇩🇪",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "각",
        "\u1100\u1161\u11a8",
        "❤️‍🔥",
        "1️⃣",
        "நி",
    ],
)
def test_one_character_for_a_reader_is_one_grapheme(one: str) -> None:
    assert list(graphemes(f"a{one}{one}b")) == ["a", one, one, "b"]
    assert clean(one) == one
    for limit in range(2, 3 * width(one) + 3):
        kept = cut(one * 3 + "x" * 99, limit)
        assert width(kept) <= limit
        assert kept.removesuffix("…") in {one * n for n in range(4)} or kept.startswith(one * 3)


@given(st.one_of(ANY, MARKED), st.integers(1, 60))
def test_cuts_keep_the_limit_and_whole_graphemes(name: str, limit: int) -> None:
    line = clean(name)
    kept = cut(line, limit)
    assert width(kept) <= limit
    if kept != line:
        whole = list(graphemes(line))
        stem = kept.removesuffix("…")
        assert any("".join(whole[:n]).rstrip() == stem for n in range(len(whole) + 1))


@given(st.one_of(ANY, MARKED), st.integers(3, 100))
def test_plain_is_never_empty_nor_too_long(name: str, limit: int) -> None:
    assert 1 <= width(plain(name, limit)) <= max(limit, 3)


@given(st.one_of(ANY, MARKED), st.integers(1, 80))
def test_cut_mrkdwn_splits_no_entity_and_no_token(name: str, limit: int) -> None:
    text = phrase("{a} {b} {c}", a=Text(name), b=user("U0DANA00001"), c=NOW)
    kept = cut_mrkdwn(text, limit)
    assert width(kept) <= limit
    rest = re.sub(r"<[^<>]*>|&(?:amp|lt|gt);", "", kept)
    assert not set("<>&") & set(rest)


def test_phrase_escapes_everything_but_mrkdwn() -> None:
    made = phrase("{a} {b} {c} {d} {e}", a=Text("<a>"), b="<b>", c=user("U0DANA00001"), d=7, e=None)
    assert made == "&lt;a&gt; &lt;b&gt; <@U0DANA00001> 7 –"


def test_a_joined_str_is_not_trusted() -> None:
    joined = user("U0DANA00001") + "<!channel>"
    assert phrase("{x}", x=joined) == "&lt;@U0DANA00001&gt;&lt;!channel&gt;"


def test_names_in_sentences_are_cut() -> None:
    assert len(phrase("{x}", x=Text("a" * 4_000))) == 80


def test_right_to_left_names_are_fenced() -> None:
    assert phrase("{x} · 12 min", x=Text("שלום")) == "\u2068שלום\u2069 · 12 min"
    assert plain("\u05d0" * 50, 10) == "\u2068" + "\u05d0" * 7 + "…\u2069", "the fence counts"


def test_bold_only_where_it_is_safe() -> None:
    assert bold("Database") == "*Database*"
    assert not bold("a *b").startswith("*")


def test_lines_stay_lines_and_are_limited() -> None:
    assert literal_lines("a\n\n\n\n> b\nc", lines=2) == "a…"
    assert literal_lines("a\n> b") == "a\n\u200a&gt; b"


@pytest.mark.parametrize("bad", ["<!channel>", "U1|x", "u0dana", "", "U0DANA00001> <!here"])
def test_only_ids_become_mentions(bad: str) -> None:
    assert "<" not in user(bad)
    assert "<" not in channel(bad)


def test_links_only_to_web_addresses() -> None:
    assert link("https://harbour-bank.slack.com/archives/C1/p1?a=1&b=2", "here").startswith("<https://")
    assert link("javascript:alert(1)", "here") == "here"
    assert link("https://x|y>z", "here") == "here"


def test_when_says_the_day_only_if_it_differs() -> None:
    unix = int(NOW.timestamp())
    assert when(NOW, NOW) == f"<!date^{unix}^{{time}}|22:30 UTC>"
    assert when(NOW) == f"<!date^{unix}^{{time}}, {{date_short_pretty}}|2026-11-20 22:30 UTC>"
    assert "date_short_pretty" in when(NOW + timedelta(hours=2), NOW)
    assert when(NOW.replace(tzinfo=None), NOW) == when(NOW, NOW)
    assert when(NOW.astimezone(timezone(timedelta(hours=5))), NOW) == when(NOW, NOW)
    assert phrase("at {moment}", moment=NOW) == f"at {when(NOW)}"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (4_800, "1 h 20 min"),
        (7_200, "2 h"),
        (172_740, "47 h 59 min"),
        (172_800, "2 d"),
        (176_400, "2 d 1 h"),
        (180_000, "2 d 2 h"),
        (-300, "-5 min"),
    ],
)
def test_duration(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_join_leaves_out_what_is_empty() -> None:
    assert join(", ", [Mrkdwn("a"), None, Mrkdwn(""), Mrkdwn("b")]) == "a, b"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("type `/task list` now", "type `/task list` now"),
        ("one ` alone", "one \u02cb alone"),
        ("a look-alike \u02cb and `code`", "a look-alike \u02cb and \u02cbcode\u02cb"),
        ("two \u02cb\u02cb of them", "two \u02cb\u02cb of them"),
    ],
)
def test_only_our_own_ticks_make_code(given: str, shown: str) -> None:
    assert coded(given) == shown


def test_a_fenced_name_that_just_fits_is_whole() -> None:
    assert plain("\u05d0\u05d1\u05d2", 5) == "\u2068\u05d0\u05d1\u05d2\u2069"
    assert width(plain("\u05d0\u05d1\u05d2\u05d3", 5)) <= 5


def test_as_many_lines_as_allowed_are_all_shown() -> None:
    three = "one\ntwo\nthree"
    assert literal_lines(three, lines=3) == three
    assert literal_lines(f"{three}\nfour", lines=3) == f"{three}…"


def test_how_much_is_shown_where_nobody_says_how_much() -> None:
    long = "x" * 1_000
    assert [len(literal(long)), len(bold(long)), len(coded(long)), len(literal_lines(long))] == [150, 82, 400, 600]
    assert literal_lines("a\nb\nc\nd\ne\nf\ng\nh") == "a\nb\nc\nd\ne\nf\ng\nh"
    assert literal_lines("a\nb\nc\nd\ne\nf\ng\nh\ni").endswith("\nh…")


@pytest.mark.parametrize(("limit", "looked_at"), [(1, 1_000), (125, 1_000), (200, 1_600)])
def test_of_a_huge_text_only_the_head_is_looked_at_and_the_rest_is_told(limit: int, looked_at: int) -> None:
    assert literal("a" + " " * (looked_at - 1) + "b", limit) == ("a…" if limit > 1 else "…")
    assert literal("a" + " " * (looked_at - 1), limit) == "a"


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("ab &amp; cd", 9, "ab &amp;…"),
        ("ab &amp; cd", 8, "ab…"),
        ("a <@U1|sam> b", 12, "a <@U1|sam>…"),
        ("a <@U1|sam> b", 11, "a…"),
        ("e\u0301e\u0301e\u0301", 5, "e\u0301e\u0301…"),
        ("x < y and more", 6, "x < y…"),
    ],
)
def test_cut_mrkdwn_keeps_what_fits(text: str, limit: int, kept: str) -> None:
    assert cut_mrkdwn(text, limit) == kept
