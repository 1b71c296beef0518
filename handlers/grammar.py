"""What people type after a command. The one rule: every input is understood or answered with a sentence; no guessing.

Phones turn quotes into curly ones and spaces into no-break spaces; both count as the plain ones.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz

from bot.errors import BadInput
from bot.model import Text

LONGEST: Final = 4000
_LIKE: Final = 66
"""Of a hundred: two letters changed places in a word of four still pass."""
_PLAIN: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\u00a0": " "})


def tidy(text: str) -> str:
    """One line without control characters, plain quotes and spaces. Raises `BadInput` over 4,000 characters."""
    if len(text) > LONGEST:
        raise BadInput(f"That is too long: {len(text)} characters.", f"At most {LONGEST:,} fit into a command.")
    plain = text.translate(_PLAIN)
    visible = "".join(" " if ch.isspace() else ch for ch in plain if ch.isspace() or unicodedata.category(ch) != "Cc")
    return visible.strip()


def plain(text: str) -> str:
    """Without the three entities: Slack escapes `& < >` in what follows a command."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def quoted(target: str) -> str:
    """A target as it has to be typed, and as Slack would escape it, to mean the same again."""
    escaped = target.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'"{escaped}"' if " " in target and '"' not in target else escaped


def split_verb(text: str) -> tuple[str, str]:
    """(verb in lower case, the rest) of what follows a command."""
    verb, _, rest = tidy(text).partition(" ")
    return verb.casefold(), rest.strip()


def split_target(words: str) -> tuple[str, str]:
    """(what is meant, the rest): the first word, or what stands in double quotes. Raises `BadInput` for a lone quote.

    An apostrophe is a letter like any other, so `don't` needs no closing.
    """
    if not words.startswith('"'):
        target, _, rest = words.partition(" ")
        return plain(target), rest.strip()
    target, closing, rest = words[1:].partition('"')
    if not closing:
        raise BadInput("A quote is not closed.", 'Put the whole name in quotes: "Fail over core switches".')
    return plain(target.strip()), rest.strip()


def split_override(words: str) -> tuple[str, bool]:
    """(what is meant, whether `override` stands behind it)."""
    if words.startswith('"'):
        target, rest = split_target(words)
        if rest and rest.casefold() != "override":
            raise BadInput("Behind the quoted name only `override` may stand.", "Put the whole name into the quotes.")
        return target, bool(rest)
    target, _, last = words.rpartition(" ")
    return (plain(target), True) if target and last.casefold() == "override" else (plain(words), False)


def unquoted(words: str) -> str:
    """A name that may stand in quotes. Raises `BadInput` for a lone quote."""
    if not words.startswith('"'):
        return plain(words)
    target, rest = split_target(words)
    return f"{target} {plain(rest)}".strip()


def closest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that was probably meant: a slip in it, in a word of it, or the beginning of only one.

    Parts of words do not count: "frobnicate" is like "create" in its end, and somebody would believe it.
    """
    names, shown = list(known), word[:60].casefold()
    likeness = {name: max(fuzz.ratio(shown, part) for part in _parts(name)) for name in names}
    best = max(names, key=likeness.__getitem__, default="")
    begun = [name for name in names if len(shown) > 1 and name.casefold().startswith(shown)]
    if best and likeness[best] >= _LIKE:
        return best
    return begun[0] if len(begun) == 1 else None


def _parts(name: str) -> list[str]:
    whole = name.casefold()
    return [whole, *whole.split()]


def plain_text(words: str) -> Text:
    """The rest of a command as untrusted text."""
    return Text(plain(words))
