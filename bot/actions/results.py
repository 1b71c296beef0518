"""How a wish ended, for the person. The one rule: `already` is an answer, not an error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from bot.journal import Intent, Outcome

T = TypeVar("T")


class ResultKind(StrEnum):
    """`counted`: pressed, but others have to press as well. `repeat`: this very wish was carried out before."""

    DONE = "done"
    ALREADY = "already"
    REPEAT = "repeat"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class By:
    """Who did it before, as far as the bot's journal knows, and when (aware UTC)."""

    user_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """`value` is the thing as it is now. `comment_lost`: done, but the comment naming the person could not be saved."""

    kind: ResultKind
    value: T
    by: By | None = None
    comment_lost: bool = False


def by(found: tuple[Intent, Outcome] | None) -> By | None:
    """The person in a journal entry."""
    if found is None:
        return None
    return By(found[0].user_id, datetime.fromtimestamp(found[1].at, UTC))
