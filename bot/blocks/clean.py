"""Makes untrusted text harmless to the eye: no control or invisible characters, cuts between graphemes.

The one rule: what is left is what the writer's readers would have seen, in the order it was written.
Lengths are counted in UTF-16 units, the widest way a chat client counts, so a limit kept here is kept everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"
BLANK = "(blank)"
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
MARKS_PER_GRAPHEME = 4  # more is decoration that runs over neighbouring lines

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_LINE_BREAKS = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n\s*\n\s*")
# Letters by category, yet drawn as nothing: they would make an empty-looking name.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Of no category yet, and drawn as nothing all the same (Default_Ignorable_Code_Point of the Unicode database).
_UNASSIGNED = re.compile("[\u2065\ufff0-\ufff8\U000e0000-\U000e0fff]")
# Format characters that are drawn (number signs of Arabic, Syriac and Kaithi).
_DRAWN_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")


def width(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(raw: str, *, lines: bool = False) -> str:
    """`raw` without what cannot be seen. Line breaks become spaces; with `lines` they stay, at most one blank line."""
    if not (raw.isascii() and raw.isprintable()):
        raw = _LINE_BREAKS.sub("\n", raw)
        raw = "".join(_kept(raw)) if not raw.isascii() else "".join(c for c in raw if c in "\n\t" or c.isprintable())
    if not lines:
        return " ".join(raw.split())
    folded = _SPACES.sub(" ", raw).strip()
    return _BLANK_LINES.sub("\n\n", folded)


def _kept(raw: str) -> Iterator[str]:
    marks = 0
    for i, ch in enumerate(raw):
        kind = unicodedata.category(ch)
        if kind == "Cs" or (ord(ch) & 0xFFFE) == 0xFFFE:
            ch = "\ufffd"  # half a surrogate pair or a non-character: JSON encoders refuse it
        if ch in _FILLERS or (kind == "Cc" and ch not in "\n\t") or (kind == "Cn" and _UNASSIGNED.match(ch)):
            continue
        if kind == "Cf" and not _drawn_or_joining(ch, raw[max(0, i - 9) : i], raw[i + 1 : i + 2]):
            continue
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks > MARKS_PER_GRAPHEME:
            continue
        yield ch


def _drawn_or_joining(ch: str, preceding: str, after: str) -> bool:
    """Joiners stay where they shape what is seen: inside emoji, and between letters of scripts that use them."""
    if ch in _DRAWN_FORMAT:
        return True
    if "\U000e0020" <= ch <= "\U000e007f":
        return _in_tag_flag(preceding)
    before = preceding[-1:]
    if not before or not after:
        return False
    if ch == _ZWJ and is_emoji(after) and (is_emoji(before) or before == "\ufe0f" or _is_skin_tone(before)):
        return True
    return ch in (_ZWJ, _ZWNJ) and "\u0600" <= before <= "\u0dff" and "\u0600" <= after <= "\u0dff"


def _in_tag_flag(before: str) -> bool:
    """Whether only tag characters stand between here and a black flag (the flags of Scotland, Wales, ...)."""
    return before.rstrip("".join(map(chr, range(0xE0020, 0xE0080)))).endswith("\U0001f3f4")


def is_emoji(ch: str) -> bool:
    """Whether `ch` can be the base of an emoji sequence (a superset in the symbol blocks does no harm)."""
    code = ord(ch)
    if 0x1F1E6 <= code <= 0x1F1FF or _is_skin_tone(ch):
        return False
    return (
        0x1F000 <= code <= 0x1FAFF
        or 0x2190 <= code <= 0x21FF
        or 0x2300 <= code <= 0x27BF
        or 0x2900 <= code <= 0x297F
        or 0x2B00 <= code <= 0x2BFF
        or code in (0xA9, 0xAE, 0x203C, 0x2049, 0x2122, 0x2139, 0x3030, 0x303D, 0x3297, 0x3299)
    )


def _is_skin_tone(ch: str) -> bool:
    return "\U0001f3fb" <= ch <= "\U0001f3ff"


def _is_regional(ch: str) -> bool:
    return "\U0001f1e6" <= ch <= "\U0001f1ff"


def _hangul(ch: str) -> str:
    """`L`, `V`, `T`, `LV`, `LVT` of Korean, else an empty string (Unicode annex 29)."""
    code = ord(ch)
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    if 0xAC00 <= code <= 0xD7A3:
        return "LV" if (code - 0xAC00) % 28 == 0 else "LVT"
    return ""


_HANGUL_JOINS = {"L": ("L", "V", "LV", "LVT"), "LV": ("V", "T"), "V": ("V", "T"), "LVT": ("T",), "T": ("T",)}


def _continues(cluster: str, ch: str) -> bool:
    """Whether `ch` belongs to the grapheme `cluster` (annex 29, the rules that matter for whole user characters)."""
    if ch in (_ZWJ, _ZWNJ) or _is_skin_tone(ch) or "\U000e0020" <= ch <= "\U000e007f":
        return True
    if unicodedata.category(ch) in ("Mn", "Me", "Mc"):
        return True
    last = cluster[-1]
    if last == _ZWJ:
        return is_emoji(ch) or ch > "\u0900"
    if _is_regional(ch):
        return len(cluster) == 1 and _is_regional(last)
    return _hangul(ch) in _HANGUL_JOINS.get(_hangul(last), ())


def graphemes(text: str) -> Iterator[str]:
    """What a reader calls characters, in order."""
    cluster = ""
    for ch in text:
        if cluster and _continues(cluster, ch):
            cluster += ch
        else:
            if cluster:
                yield cluster
            cluster = ch
    if cluster:
        yield cluster


def cut(text: str, limit: int) -> str:
    """`text` if it fits `limit` units, else as many whole graphemes as fit with an ellipsis."""
    if width(text) <= limit:
        return text
    if text.isascii():
        return text[: limit - 1].rstrip() + ELLIPSIS
    kept: list[str] = []
    room = limit - 1
    for grapheme in graphemes(text):
        room -= width(grapheme)
        if room < 0:
            break
        kept.append(grapheme)
    return "".join(kept).rstrip() + ELLIPSIS


def isolate(text: str) -> str:
    """Fences right-to-left text off, so that it cannot reorder our own words around it."""
    if text.isascii() or not any(unicodedata.bidirectional(ch) in ("R", "AL", "AN") for ch in text):
        return text
    return f"{ISOLATE}{text}{END_ISOLATE}"
