"""How a wish ended, for the person. The one rule: `already` is an answer, not an error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from bot.actions.context import Wish
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
    """Who did it before, as far as the bot's journal knows, when (aware UTC), and by which press."""

    user_id: str
    at: datetime
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """`value` is the thing as it is now. `comment_lost`: done, but the comment naming the person could not be saved.

    `own`: Cutover knows the person who pressed, not the bot's account.
    """

    kind: ResultKind
    value: T
    by: By | None = None
    comment_lost: bool = False
    own: bool = False


def by(found: tuple[Intent, Outcome] | None) -> By | None:
    """The person in a journal entry."""
    if found is None:
        return None
    return By(found[0].user_id, datetime.fromtimestamp(found[1].at, UTC), found[0].origin.get("delivery", ""))


def own(result: Result[T], wish: Wish) -> Result[T]:
    """A crash after the effect makes the bot take up the same press again: its answer is still that it was done."""
    delivery = wish.origin.get("delivery")
    if delivery and result.by is not None and result.by.delivery == delivery:
        return Result(ResultKind.DONE, result.value)
    return result
