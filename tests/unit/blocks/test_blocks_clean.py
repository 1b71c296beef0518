"""What is left of a text that was typed anywhere: what its readers saw, cut where they see a cut.

The edges are those of the Unicode standard: annex 29 (Hangul syllables), chapter 23.9 (tags, non-characters).
"""

from __future__ import annotations

import pytest

from bot.blocks.clean import clean, cut, graphemes, isolate

ZWJ, ZWNJ = "\u200d", "\u200c"
FLAG, TAG = "\U0001f3f4", "\U000e0067"


@pytest.mark.parametrize("code", [0xFFFE, 0xFFFF, 0x1FFFE, 0x1FFFF, 0x10FFFE, 0x10FFFF, 0xD800, 0xDFFF])
def test_what_encoders_refuse_becomes_the_sign_for_it(code: int) -> None:
    assert clean(f"a{chr(code)}b") == "a\ufffdb"


@pytest.mark.parametrize("base", ["", "e", "ü"])
def test_four_marks_are_kept_on_a_letter_and_on_none(base: str) -> None:
    assert clean(base + "\u0301" * 4) == base + "\u0301" * 4
    assert clean(base + "\u0301" * 5) == base + "\u0301" * 4
    assert clean(base + "\u0301" * 5 + "x" + "\u20dd" * 5) == base + "\u0301" * 4 + "x" + "\u20dd" * 4


@pytest.mark.parametrize("sign", "\u0600\u0601\u0605\u06dd\u070f\u0890\u08e2\U000110bd")
def test_signs_that_are_drawn_stay_though_they_format(sign: str) -> None:
    assert clean(f"{sign}\u0661") == f"{sign}\u0661"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", True),  # Persian: the shape of the letters depends on it
        ("\u0915\u094d\u200d\u0937", True),  # Devanagari
        (f"\u0600{ZWNJ}\u0628", True),
        (f"\u0628{ZWNJ}\u0600", True),
        (f"\u05d0{ZWNJ}\u0628", False),
        (f"\u0628{ZWNJ}\u05d0", False),
        (f"\u0628{ZWNJ}b", False),
        (f"b{ZWNJ}\u0628", False),
        (f"\u0628{ZWNJ}", False),
        (f"{ZWNJ}\u0628", False),
        ("\u0628\u200e\u0628", False),
        ("\u0628\u2060\u0628", False),
        (f"a{ZWJ}b", False),
        (f"\u2764{ZWJ}b", False),
        (f"b{ZWJ}\u2764", False),
        (f"\u2764\ufe0f{ZWJ}\U0001f525", True),
        (f"\U0001f44b\U0001f3fd{ZWJ}\U0001f525", True),
        (f"\u2764{ZWNJ}\U0001f525", False),
    ],
)
def test_joiners_stay_where_they_shape_what_is_seen(text: str, kept: bool) -> None:
    assert clean(text) == (text if kept else text.translate(dict.fromkeys(map(ord, f"{ZWJ}{ZWNJ}\u200e\u2060"))))


@pytest.mark.parametrize("tag", ["\U000e0020", "\U000e0061", "\U000e007f"])
def test_tags_stay_in_a_flag_and_nowhere_else(tag: str) -> None:
    assert clean(FLAG + TAG + tag) == FLAG + TAG + tag
    assert clean(FLAG + tag + TAG) == FLAG + tag + TAG
    assert clean(f"{FLAG}\U000e0080{TAG}") == FLAG, "what is no tag ends the flag"
    assert clean(f"a{tag}b") == "ab"
    assert list(graphemes(f"{FLAG}{TAG}{tag}b")) == [FLAG + TAG + tag, "b"]


def test_tags_that_would_hide_a_text_in_a_flag_go() -> None:
    assert clean(FLAG + TAG * 12 + "x") == FLAG + TAG * 9 + "x"
    assert clean(f"{FLAG}\U000e001f\U000e0080") == FLAG


@pytest.mark.parametrize("code", [0x2065, 0xFFF0, 0xFFF8, 0xE0000, 0xE0001, 0xE001F, 0xE0080, 0xE0FFF, 0x3164, 0x2800])
def test_what_is_drawn_as_nothing_makes_no_name(code: int) -> None:
    assert clean(f"a{chr(code)}") == "a"
    assert clean(chr(code)) == ""


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (0x1F000, 0x1F1E5), (0x1F200, 0x1F3FA), (0x1F400, 0x1FAFF), (0x2190, 0x21FF), (0x2300, 0x27BF),
        (0x2900, 0x297F), (0x2B00, 0x2BFF), *((code, code) for code in
        (0xA9, 0xAE, 0x203C, 0x2049, 0x2122, 0x2139, 0x3030, 0x303D, 0x3297, 0x3299)),
    ],
)  # fmt: skip
def test_which_signs_are_joined_to_one_picture(first: int, last: int) -> None:
    joined = {code: clean(f"\u2764{ZWJ}{chr(code)}") for code in (first - 1, first, last, last + 1)}
    kept = [code for code, text in joined.items() if ZWJ in text]
    assert kept == sorted({first, last})


def clusters(text: str) -> int:
    return len(list(graphemes(text)))


@pytest.mark.parametrize(
    ("first", "last", "before", "behind"),
    [
        (0x1100, 0x115F, "", "\u1100"),  # leading consonants stand before one another
        (0xA960, 0xA97C, "", "\u1100"),
        (0x1160, 0x11A7, "\u1161", "\u1161"),  # vowels behind a vowel and before one
        (0xD7B0, 0xD7C6, "\u1161", "\u1161"),
        (0x11A8, 0x11FF, "\uac01", ""),  # trailing consonants behind a whole syllable
        (0xD7CB, 0xD7FB, "\uac01", ""),
        (0xAC00, 0xD7A3, "", "\u11a8"),  # syllables before a trailing consonant
    ],
)
def test_korean_is_cut_between_syllables(first: int, last: int, before: str, behind: str) -> None:
    assert [clusters(before + chr(code) + behind) == 1 for code in (first - 1, first, last, last + 1)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_vowel_joins_a_syllable_that_ends_in_one_and_no_other() -> None:
    assert [clusters(f"{one}\u1161") for one in ("\uac00", "\uac01", "\uac1b", "\uac1c", "\uac1d")] == [1, 2, 2, 1, 2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 2),
        ("\U0001f1e6\U0001f1ff\U0001f1e6", 2),
        ("a\U0001f1ea", 2),
        ("\U0001f1e5\U0001f1e6", 2),
        ("\U0001f1e6\U0001f200", 2),
        ("a\U0001f3fb", 1),
        ("a\U0001f3ff", 1),
        ("a\U0001f3fa", 2),
        ("a\U0001f400", 2),
        (f"\u2764{ZWJ}\U0001f525", 1),
        (f"\u0915{ZWJ}\u0937", 1),
        (f"a{ZWJ}b", 2),
        (f"a{ZWJ}\u0900", 1),
        (f"a{ZWNJ}b", 2),
        ("e\u0301\u0302", 1),
        ("\u0ba8\u0bbf", 1),
        ("\u0301e", 2),
        ("", 0),
    ],
)
def test_what_a_reader_calls_one_character(text: str, found: int) -> None:
    assert clusters(text) == found
    assert "".join(graphemes(text)) == text


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abc def", 5, "abc…"),
        ("äbcdef", 6, "äbcdef"),
        ("äbcdef", 5, "äbcd…"),
        ("äbc def", 5, "äbc…"),
        ("😀😀😀", 6, "😀😀😀"),
        ("😀😀😀", 5, "😀😀…"),
        ("😀😀😀", 4, "😀…"),
    ],
)
def test_a_cut_leaves_as_much_as_fits_in_the_widest_count(text: str, limit: int, kept: str) -> None:
    assert cut(text, limit) == kept


@pytest.mark.parametrize(
    ("raw", "line", "lines"),
    [
        ("a\tb\x0bc", "a b c", "a b\nc"),
        ("a\r\nb\rc\x85d\u2028e\u2029f", "a b c d e f", "a\nb\nc\nd\ne\nf"),
        ("a\x1cb\x1db\x1ec", "a b b c", "a\nb\nb\nc"),
        ("a\n \n\n b", "a b", "a\n\nb"),
        ("  ü \u00a0 b  ", "ü b", "ü b"),
        ("a\x00\x7f\x9fb", "ab", "ab"),
    ],
)
def test_lines_become_spaces_unless_they_are_wanted(raw: str, line: str, lines: str) -> None:
    assert clean(raw) == line
    assert clean(raw, lines=True) == lines


@pytest.mark.parametrize("letter", ["\u05d0", "\u0628", "\u0661"])
def test_what_runs_the_other_way_is_fenced(letter: str) -> None:
    assert isolate(f"a {letter}") == f"\u2068a {letter}\u2069"
    assert isolate("a ü") == "a ü"
