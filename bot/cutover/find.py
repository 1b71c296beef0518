"""Which runbook or task somebody means. The one rule: a guess is never exact, it is only a suggestion.

Pure. An exact match is one thing only: by id, by `#number`, by its whole name, or as the only one whose name holds
all the words. Everything else is candidates for a picker.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from rapidfuzz import fuzz, process

from bot.errors import BadInput
from bot.model import Runbook, Task

MOST_CANDIDATES = 25
"""Enough for a picker; more words narrow it down."""
LONGEST = 4000
_MOST_DIGITS = 18
_FUZZY_LENGTH = 200
_FUZZY_WORDS = 12
_FUZZY_SCORE = 60.0
_WORD_SCORE = 76.0
_NUMBER = re.compile(r"#?\s*([0-9]+)\Z")

Thing = TypeVar("Thing", Task, Runbook)


@dataclass(frozen=True, slots=True)
class Match(Generic[Thing]):
    """`exact` is the one meant; else `candidates` are what it could be, best first, maybe none (`guessed`: by
    likeness only, to be offered as "did you mean")."""

    exact: Thing | None
    candidates: tuple[Thing, ...] = ()
    guessed: bool = False


def find_task(tasks: Sequence[Task], words: str) -> Match[Task]:
    """The task meant by `words`: an id, `#12`, a name or part of one. Errors: `BadInput`."""
    text = _usable(words, "task")
    number = _NUMBER.match(text)
    if number and text.startswith("#"):
        return _by_number(tasks, int(number[1]))
    # A bare number may be an id or a number; where these are two tasks, a person has to choose.
    same = [one for one in tasks if one.id == text or (number and one.number == int(number[1]))]
    return _find(tasks, text, same)


def find_runbook(runbooks: Sequence[Runbook], words: str) -> Match[Runbook]:
    """The runbook meant by `words`: an id, a name or part of one. Errors: `BadInput`."""
    text = _usable(words, "runbook")
    return _find(runbooks, text, [one for one in runbooks if one.id == text])


def _usable(words: str, what: str) -> str:
    text = " ".join(words.split())
    if not text:
        raise BadInput(f"No {what} was named.", f"Give the {what}'s id or part of its name.")
    if len(text) > LONGEST:
        raise BadInput(f"That is too long for a {what}'s name.", "A few words of it are enough.")
    if "../" in text or "..\\" in text or "\x00" in text:
        raise BadInput(f"That is not a {what}.", f"Give the {what}'s id or part of its name.")
    number = _NUMBER.match(text)
    if number and len(number[1]) > _MOST_DIGITS:
        raise BadInput(f"No {what} has a number with {len(number[1])} digits.", "Check the number in the list.")
    return text


def _by_number(tasks: Sequence[Task], number: int) -> Match[Task]:
    if tasks and all(one.number is None for one in tasks):
        raise BadInput("This Cutover does not show task numbers.", "Give the task's id or part of its name.")
    return _one_of([one for one in tasks if one.number == number])


def _find(things: Sequence[Thing], text: str, same: list[Thing]) -> Match[Thing]:
    folded = text.casefold()
    steps: tuple[Callable[[Thing], bool], ...] = (
        lambda one: " ".join(one.name.raw.casefold().split()) == folded,
        lambda one: one.name.contains(text),
    )
    named = [one for one in things if steps[0](one) and one not in same]
    if same or named:
        return _one_of(same + named)
    parts = [one for one in things if steps[1](one)]
    if parts:
        return _one_of(parts)
    return Match(None, _alike(things, folded), guessed=True)


def _one_of(found: list[Thing]) -> Match[Thing]:
    return Match(found[0]) if len(found) == 1 else Match(None, tuple(found[:MOST_CANDIDATES]))


def _alike(things: Sequence[Thing], folded: str) -> tuple[Thing, ...]:
    """Names that look like it: typing errors, words missing or swapped, a blank too many or too few."""
    typed, names = folded[:_FUZZY_LENGTH], [one.name.raw[:_FUZZY_LENGTH].casefold() for one in things]
    scores = dict.fromkeys(range(len(names)), 0.0)
    for _, score, index in process.extract(typed, names, scorer=fuzz.token_set_ratio, limit=None):
        scores[index] = score
    parts = [_parts(name) for name in names]
    near = _near(typed.split()[:_FUZZY_WORDS], sorted(set().union(*parts)))
    for index, part in enumerate(parts):
        hits = [max((found[word] for word in part & found.keys()), default=0.0) for found in near]
        scores[index] = max(scores[index], sum(hits) / max(1, len(hits)))
    best = sorted((index for index in scores if scores[index] >= _FUZZY_SCORE), key=lambda i: -scores[i])
    return tuple(things[index] for index in best[:MOST_CANDIDATES])


def _parts(name: str) -> set[str]:
    """Words, and neighbours written as one: `backup` for `back up`."""
    words = name.split()
    return {*words, *(first + second for first, second in pairwise(words))}


def _near(words: Sequence[str], known: Sequence[str]) -> list[dict[str, float]]:
    """For each of `words` the known ones that look like it, with their likeness (at most 100)."""
    return [
        {known[index]: score for _, score, index in hits}
        for hits in (
            process.extract(word, known, scorer=fuzz.ratio, score_cutoff=_WORD_SCORE, limit=None) for word in words
        )
    ]
